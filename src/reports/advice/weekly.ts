/** Whole weeks of spend, credit and net revenue, from the attribution report by channel and week. */
import { MICROS_PER_UNIT } from '../../domain/money.ts';
import { dayOf, formatDate, parseBound, parseDate, weekStart } from '../../domain/time.ts';
import type { ChannelWeeks, SpendWeeks } from '../../learning/response/weeks.ts';
import type { ReportJson } from '../context.ts';
import { lagParts } from './lag-parts.ts';

const WEEK_DAYS = 7;

/** The last `weeks` whole weeks before the end of a period, as days. The day of now is not over. */
export function wholeWeeks(
  end: string,
  time_zone: string,
  now_ms: number,
  weeks: number,
): { start: string; end: string } {
  const end_day = Math.min(dayOf(time_zone, parseBound('end', end, time_zone)), dayOf(time_zone, now_ms));
  const until = weekStart(end_day);
  return { start: formatDate(until - WEEK_DAYS * weeks), end: formatDate(until) };
}

/** @param lags the lags report by channel. Weeks before the first revenue or spend are left out. */
export function spendWeeks(
  attribution: ReportJson,
  lags: ReportJson,
  { start, end }: { start: string; end: string },
): SpendWeeks & { first_week: string } {
  const first = parseDate(start) as number;
  const count = ((parseDate(end) as number) - first) / WEEK_DAYS;
  const placeOf = (row: ReportJson): number => ((parseDate(row['week'] as string) as number) - first) / WEEK_DAYS;
  const rows = attribution['channel_attribution'] as ReportJson[];
  const revenue = new Array<number>(count).fill(0);
  const by_channel = new Map<string, { spend: number[]; credit: number[] }>();
  for (const row of rows) {
    const credit = units(row['attributed_revenue_micros']);
    revenue[placeOf(row)]! += credit;
    const name = row['channel'] as string | null;
    if (name === null) continue;
    const own = by_channel.get(name) ?? {
      spend: new Array<number>(count).fill(0),
      credit: new Array<number>(count).fill(0),
    };
    by_channel.set(name, own);
    own.spend[placeOf(row)]! += Math.max(0, units(row['spend_micros']));
    own.credit[placeOf(row)]! += credit;
  }
  for (const row of attribution['unattributed'] as ReportJson[])
    revenue[placeOf(row)]! += units(row['unattributed_revenue_micros']);
  const spent = [...by_channel].filter(([, { spend }]) => spend.some((amount) => amount > 0));
  const begin = revenue.findIndex((amount, w) => amount !== 0 || spent.some(([, { spend }]) => spend[w]! > 0));
  const from = begin === -1 ? count : begin;
  const all = (lags['distribution'] as ReportJson[]).filter(({ measure }) => measure === 'first_touch') as never;
  const groups = new Map((lags['groups'] as ReportJson[]).map((group) => [group['channel'], group['distribution']]));
  const channels = spent.map(
    ([name, { spend, credit }]): ChannelWeeks => ({
      ...{ name, spend: spend.slice(from), credit: credit.slice(from) },
      lag_parts: lagParts(groups.get(name) as never, all),
    }),
  );
  channels.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { channels, revenue: revenue.slice(from), first_week: formatDate(first + WEEK_DAYS * from) };
}

/** Statistics are made of floating numbers; every amount of an answer that is summed is exact elsewhere. */
const units = (micros: unknown): number => (micros == null ? 0 : Number(micros) / MICROS_PER_UNIT);
