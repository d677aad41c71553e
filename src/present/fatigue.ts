/** Fatigue on a terminal. */
import type { ReportJson } from '../reports/context.ts';
import { reportTitle } from './head.ts';
import { NOTHING, number, percent, textTable } from './table.ts';

interface Rate {
  rate: number | null;
  interval: { low: number; high: number } | null;
}

/** A rate and its interval, such as `4.1 % (3.8 – 4.4)`. */
export function rateCell({ rate, interval }: Rate): string {
  if (rate === null) return NOTHING;
  const short = (value: number): string => (value * 100).toFixed(1);
  return interval === null
    ? `${percent(rate)} (${NOTHING})`
    : `${percent(rate)} (${short(interval.low)} – ${short(interval.high)})`;
}

export function showFatigue(report: ReportJson, limit: number): string {
  const rows = (report['messages_per_week'] as Array<Record<string, unknown>>).slice(0, limit);
  const columns = ['emails a week', 'people-weeks', 'people', 'clicked', 'ordered', 'left or complained'];
  const kind = report['campaign_kind'];
  return (
    reportTitle(kind === null ? 'Fatigue' : `Fatigue, emails of the kind ${kind}`, report) +
    textTable(
      columns.map((name, i) => ({ name, right: i > 0 })),
      rows.map((row) => [
        String(row['messages']),
        number(row['person_weeks']),
        number(row['people']),
        ...['clicked', 'ordered', 'lost'].map((name) => rateCell(row[name] as Rate)),
      ]),
    ) +
    '\nin brackets the middle 90 %; this is no effect of the emails: who gets more is not random, and engaged people often get more\n'
  );
}
