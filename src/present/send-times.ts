/** Times of sending on a terminal. */
import type { ReportJson } from '../reports/context.ts';
import { tableOf } from './any.ts';
import { line } from './clip.ts';
import { rateCell } from './fatigue.ts';
import { reportTitle, reportWarnings } from './head.ts';
import { moneyText, NOTHING, number, textTable } from './table.ts';

type Row = Record<string, unknown>;

interface Best {
  best: string | null;
  reason: string;
}

export function showSendTimes(report: ReportJson, limit: number): string {
  const best = (name: string, what: string): string => {
    const { best: found, reason } = report[name] as Best;
    return line`best ${what}: ${found ?? 'none'} (${reason})\n`;
  };
  const times = (report['answer_times'] as Row[]).map(({ buckets: _buckets, ...row }) => row);
  return [
    reportTitle(
      report['campaign_kind'] === null
        ? 'Times of sending'
        : `Times of sending, emails of the kind ${report['campaign_kind']}`,
      report,
    ),
    best('best_hour', 'hour'),
    best('best_weekday', 'weekday'),
    line`\nBy hour of the delivery, ${(report['time_zones'] as string[]).slice(0, 3).join(', ')}\n`,
    slots(
      report,
      'hour',
      (report['by_hour'] as Row[]).filter((row) => row['delivered'] !== 0),
    ),
    '\nBy weekday of the delivery\n',
    slots(report, 'weekday', report['by_weekday'] as Row[]),
    times.length > 0 ? `\nHours to the first human open and click\n${tableOf(times, limit)}` : '',
    '\nin brackets the middle 90 %; this is no effect of the time: other emails are sent to other people at other times\n',
    reportWarnings(report),
  ].join('');
}

function slots(report: ReportJson, kind: string, rows: readonly Row[]): string {
  const names = [
    'delivered',
    'recipients',
    'opened',
    'clicked',
    'orders',
    `revenue ${report['currency']}`,
    'per recipient',
  ];
  return textTable(
    [{ name: kind }, ...names.map((name) => ({ name, right: true }))],
    rows.map((row) => [
      String(row[kind]),
      number(row['delivered']),
      number(row['recipients']),
      rateCell(row['opened'] as Parameters<typeof rateCell>[0]),
      rateCell(row['clicked'] as Parameters<typeof rateCell>[0]),
      number(row['influenced_orders']),
      moneyText(row['attributed_revenue']),
      perRecipient(row),
    ]),
  );
}

function perRecipient(row: Row): string {
  const interval = row['revenue_per_recipient_interval'] as { low: string; high: string } | null;
  const between = interval === null ? NOTHING : `${moneyText(interval.low)} – ${moneyText(interval.high)}`;
  return `${moneyText(row['revenue_per_recipient'])} (${between})`;
}
