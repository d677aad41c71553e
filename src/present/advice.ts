/** Advice on a terminal. */
import type { ReportJson } from '../reports/context.ts';
import { line } from './clip.ts';
import { reportTitle, reportWarnings } from './head.ts';
import { NOTHING, textTable } from './table.ts';

interface Estimate<T> {
  value: T;
  low: T;
  high: T;
}

const amount = (text: string): string => Number(text).toFixed(2);
const estimate = (own: Estimate<number> | null): string =>
  own === null ? NOTHING : `${own.value.toFixed(2)} (${own.low.toFixed(2)} – ${own.high.toFixed(2)})`;

export function showAdvice(report: ReportJson, limit: number): string {
  const part = (name: string): ReportJson => report[name] as ReportJson;
  const list = (name: string): ReportJson[] => report[name] as ReportJson[];
  const budget = part('budget');
  const channels = list('channels').slice(0, limit);
  const rules = list('rules').filter(({ state }) => state === 'fires');
  const what_if = report['what_if'] as ReportJson | null;
  return (
    reportTitle('Advice', report) +
    line`Budget (${String(budget['weeks'])} weeks): ${budget['message']}\n\n` +
    (channels.length === 0 ? '' : channelTable(channels, String(report['measure']))) +
    refusals(channels) +
    (what_if === null ? '' : line`\nWhat if: ${what_if['message']}\n`) +
    line`\nHow often: ${part('frequency')['message']}\n` +
    line`When: ${part('send_time')['message']}\n` +
    rules.map(({ message }) => line`Rule: ${message}\n`).join('') +
    list('things')
      .map(({ message }, i) => line`${i === 0 ? '\nToday\n' : ''}${String(i + 1)}. ${message}\n`)
      .join('') +
    reportWarnings(report)
  );
}

function channelTable(channels: readonly ReportJson[], measure: string): string {
  const columns = ['channel', 'spend a week', 'advised', 'return', 'next unit brings', `saturation (${measure})`];
  return textTable(
    columns.map((name, i) => ({ name, right: i > 0 })),
    channels.map((row) => [
      String(row['channel']),
      amount(row['spend_per_week'] as string),
      amount(row['advised_per_week'] as string),
      row['return_on_spend'] === null ? NOTHING : (row['return_on_spend'] as number).toFixed(2),
      estimate(row['marginal_return'] as Estimate<number> | null),
      estimate((row['curve'] as { saturation: Estimate<number> } | null)?.saturation ?? null),
    ]),
  );
}

/** Why channels are left as they are. */
function refusals(channels: readonly ReportJson[]): string {
  return channels
    .map((row) => {
      const why = (row['refused'] ?? row['curve_refused']) as { reason: string } | null;
      return why === null ? '' : line`${row['channel']}: ${why.reason}\n`;
    })
    .join('');
}
