/** What every part of the fuzz run has in common. */

export interface Plan {
  seed: number;
  inputs: number;
  engine: 'duckdb' | 'clickhouse';
  /** The first input; more than 0 repeats the end of an earlier run. */
  from: number;
  stop: AbortSignal;
  /** Told of what happens while a part runs. */
  progress?: (line: string) => void;
}

export interface Finding {
  part: string;
  number: number;
  problem: string;
  /** The smallest input that was found to show it. */
  input: string;
}

export interface PartResult {
  part: string;
  inputs: number;
  seconds: number;
  /** How inputs ended, by status, exit code or kind. */
  counts: Record<string, number>;
  /** The largest delay of the event loop that an input caused by itself, in milliseconds. */
  max_delay_ms: number;
  rss_mb: number;
  heap_mb: number;
  findings: Finding[];
}

/** The result of a part that has tried nothing yet. */
export function emptyResult(part: string): PartResult {
  return { part, inputs: 0, seconds: 0, counts: {}, max_delay_ms: 0, rss_mb: 0, heap_mb: 0, findings: [] };
}

/** After these findings a part stops: the first are mended first. */
export const MANY_FINDINGS = 8;
/** The event loop may be this late. */
export const MAX_DELAY_MS = 50;
export const MAX_RSS_MB = 1_144;

export function counted(counts: Record<string, number>, what: string | number): void {
  counts[what] = (counts[what] ?? 0) + 1;
}

/** Problems without the words that differ from input to input, so that one cause is told once. */
export function causeOf(problem: string): string {
  return problem
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}|\d+/g, '#')
    .replace(/"[^"]*"/g, '""')
    .slice(0, 160);
}

export function lineOf({ part, inputs, seconds, counts, max_delay_ms, rss_mb, heap_mb, findings }: PartResult): string {
  const ended = Object.entries(counts)
    .sort(([left], [right]) => left.localeCompare(right))
    .map(([what, n]) => `${what}: ${n}`);
  return `${part}: ${inputs} inputs in ${seconds.toFixed(0)} s (${Math.round(inputs / Math.max(seconds, 0.001))}/s); ${ended.join(', ')}; largest delay ${max_delay_ms.toFixed(0)} ms; memory ${rss_mb.toFixed(0)} MB (heap ${heap_mb.toFixed(0)}); ${findings.length === 0 ? 'kept' : `${findings.length} BROKEN`}`;
}
