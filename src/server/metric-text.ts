/** Samples in Prometheus' text format 0.0.4. */

/** A value with the values of its labels, by name. */
export type Sample = [Record<string, string>, number];

/** Adds the lines of one metric. @param prefix of its name. */
export function family(
  lines: string[],
  name: string,
  type: 'counter' | 'gauge',
  help: string,
  samples: readonly Sample[],
  prefix = 'tributary_',
): void {
  const full = prefix + name;
  lines.push(`# HELP ${full} ${help}`, `# TYPE ${full} ${type}`);
  for (const [names, value] of samples) lines.push(`${full}${labels(names)} ${value}`);
}

/** Labels as they stand behind the name of a metric. */
export function labels(names: Record<string, string>): string {
  const parts = Object.entries(names).map(([name, value]) => `${name}="${value.replace(/[\\"\n]/g, '_')}"`);
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}
