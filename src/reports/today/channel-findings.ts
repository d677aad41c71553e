/** The channels whose revenue changed by more than chance explains. */
import type { Interval } from '../../learning/bootstrap.ts';
import type { ReportJson } from '../context.ts';
import { type ComparedRow, groupOf } from '../what-changed/rows.ts';
import { type EarlierWords, moversOf } from '../what-changed/words.ts';
import { type Finding, standardError, sure } from './findings.ts';

/** @param now the attribution report by channel, with intervals and `compare`. @param before that of the earlier period. */
export function channelFindings(now: ReportJson, before: ReportJson, words: EarlierWords): Finding[] {
  const earlier = new Map((before['channel_attribution'] as ReportJson[]).map((row) => [row['channel'], row]));
  const candidates = (now['channel_attribution'] as ComparedRow[]).flatMap((row) => {
    const intervals = [intervalOf(row), intervalOf(earlier.get(row['channel']))];
    if (intervals.some((interval) => interval === null)) return [];
    const group = groupOf(row, ['channel']);
    return [
      {
        of: group,
        distance: Number(group.now.micros - group.before.micros),
        // The two periods are taken as independent. Those who buy in both make the difference surer than that.
        standard_error: Math.hypot(...intervals.map((interval) => standardError(interval!))),
      },
    ];
  });
  const found = sure(candidates);
  return moversOf(found, found.length, words).map(({ keys, message, figures }): Finding => {
    const change = BigInt(figures['change_micros'] as string);
    return {
      code: 'moved',
      keys: Object.fromEntries(
        Object.entries(keys).flatMap(([field, value]) => (value === null ? [] : [[field, value]])),
      ),
      message,
      figures,
      at_stake_micros: change < 0n ? -change : change,
    };
  });
}

function intervalOf(row: ReportJson | undefined): Interval | null {
  const found = row?.['attributed_revenue_interval'] as { low: string; high: string } | null | undefined;
  return found ? { low: Number(found.low.replace('.', '')), high: Number(found.high.replace('.', '')) } : null;
}
