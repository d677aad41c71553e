/** The lines above and below every report on a terminal. */
import type { ReportJson } from '../reports/context.ts';
import { clip, line } from './clip.ts';

const MAX_PART = 400;

/** The title, such as "Attribution · linear · 2026-03-01 until before 2026-04-01 · USD", with log position and settings hash. */
export function reportTitle(title: string, report: ReportJson): string {
  const period = report['report_period'] as { start: string; end: string } | undefined;
  const models =
    (report['attribution_models'] as string[] | undefined)?.join(', ') ??
    (report['attribution_model'] as string | undefined);
  const filters = (report['filters'] as string[] | undefined)?.join(', ');
  const earlier = (report['comparison'] as { report_period: typeof period } | undefined)?.report_period;
  const between = period && `${period.start} until before ${period.end}`;
  const before = earlier && `compared with ${earlier.start} until before ${earlier.end}`;
  const parts = [title, models, filters, between, before, report['currency']];
  const joined = (all: readonly unknown[]): string =>
    all
      .filter(Boolean)
      .map((part) => clip(part, MAX_PART))
      .join(' · ');
  const artifacts = Object.entries((report['artifacts'] ?? {}) as Record<string, string>);
  const pinned = (report['pinned_models'] ?? []) as string[];
  const origin = [
    ...artifacts.map(
      ([model, artifact_id]) => `${model} by ${artifact_id}${pinned.includes(model) ? ' (pinned)' : ''}`,
    ),
    report['as_of'] && `as_of ${report['as_of']}`,
    report['config_hash'] && `settings ${report['config_hash']}`,
  ];
  const second = joined(origin);
  return `\n${joined(parts)}\n${second === '' ? '' : `${second}\n`}\n`;
}

interface Warning {
  code?: string;
  count?: number;
  message?: string;
}

export function reportWarnings(report: ReportJson): string {
  const warnings = (report['warnings'] ?? []) as Warning[];
  return warnings.map(({ count, message }) => line`\nwarning: ${count ?? ''} ${message ?? ''}\n`).join('');
}

/** A line such as "… and 12 more rows" if a table was cut, else an empty text. */
export function more(all: number, shown: number): string {
  return all > shown
    ? `  … and ${all - shown} more rows: CSV has all, and --limit 0 on the command line shows all\n`
    : '';
}
