/**
 * What was stated of each day. A reading says what a day costs now: lines with another amount are stated again, and lines that are gone
 * are stated as 0. A day is marked as open before its statements are sent. If the process dies in between, the next run states the whole
 * day again, because nobody knows which of them arrived.
 */
import { assert } from '../../domain/errors.ts';
import { formatMicros } from '../../domain/money.ts';
import type { Json, State, StateTransaction } from '../../state/port.ts';
import { type SpendLine, stopped } from '../pull.ts';

const DAYS = 'pull_days';
/** Days that are remembered: more than a run may read. */
const KEPT = 1_200;
/** Lines of one day. */
const MAX_LINES = 4_000;

/** The amount and currency of each line, by its key. */
type Lines = Record<string, [amount_micros: string, currency: string | null]>;

interface StatedDay {
  lines: Lines;
  open: boolean;
}

/** Lines of a reading by day and key. Lines with one key add up. @throws PullFailure for two currencies under one key. */
export function byDay(lines: readonly SpendLine[]): Map<string, Lines> {
  const days = new Map<string, Lines>();
  for (const { date, source, channel, campaign_id, ad_set_id, amount_micros, currency } of lines) {
    const day = days.get(date) ?? {};
    days.set(date, day);
    const key = JSON.stringify([source, channel, campaign_id, ad_set_id]);
    const before = Object.hasOwn(day, key) ? day[key]! : undefined;
    if (before !== undefined && before[1] !== currency)
      throw stopped(`${date}: campaign ${campaign_id ?? 'without a name'} has lines in two currencies`);
    day[key] = [(BigInt(before?.[0] ?? 0) + amount_micros).toString(), currency];
  }
  for (const [date, day] of days)
    if (Object.keys(day).length > MAX_LINES)
      throw stopped(`${date} has more than ${MAX_LINES} lines; read the level of campaigns`);
  return days;
}

export async function readDay(state: Pick<State, 'get'>, id: string, date: string): Promise<StatedDay | undefined> {
  return (await state.get<Json>(DAYS, `${id} ${date}`)) as unknown as StatedDay | undefined;
}

export function writeDay(state: StateTransaction, id: string, date: string, day: StatedDay): Promise<void> {
  return state.put(DAYS, `${id} ${date}`, day as unknown as Json);
}

/** The lines to state, so that the day costs what was read. */
export function changesOf(before: StatedDay | undefined, now: Lines): Lines {
  const changed: Lines = {};
  for (const [key, line] of Object.entries(now)) {
    const stated = before?.lines[key];
    if (before?.open || stated === undefined || stated[0] !== line[0] || stated[1] !== line[1]) changed[key] = line;
  }
  for (const [key, [amount, currency]] of Object.entries(before?.lines ?? {}))
    if (!Object.hasOwn(now, key) && (before!.open || amount !== '0')) changed[key] = ['0', currency];
  return changed;
}

/** The spend record of a line. */
export function draftOf(date: string, key: string, [amount, currency]: Lines[string]): Record<string, unknown> {
  const [source, channel, campaign_id, ad_set_id] = JSON.parse(key) as Array<string | null>;
  assert(source !== undefined && channel !== undefined, 'the key of a line has four parts');
  return {
    date,
    channel,
    amount: formatMicros(BigInt(amount)),
    source,
    ...(campaign_id === null ? {} : { campaign_id }),
    ...(ad_set_id === null ? {} : { ad_set_id }),
    ...(currency === null ? {} : { currency }),
  };
}

/** Forgets the oldest days. */
export async function trimDays(state: StateTransaction, id: string): Promise<void> {
  const days = await state.list(DAYS, { prefix: `${id} `, limit: KEPT + 100 });
  for (const { key } of days.slice(0, Math.max(0, days.length - KEPT))) await state.delete(DAYS, key);
}
