/** What is in no group of the attribution report: value that no touch earned, and credit that the filters leave out. */
import { creditedTouches } from '../attribution/credits.ts';
import { UNATTRIBUTED_REASONS } from '../attribution/eligibility.ts';
import type { Plan } from '../attribution/plan.ts';
import { unattributedOf } from '../attribution/unattributed.ts';
import { money } from '../domain/money.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { read } from '../warehouse/read-row.ts';
import type { ReportJson } from './context.ts';
import { type Filtered, type Filters, touchCondition } from './filters.ts';
import { type GroupKey, inOrder, joinKeys, keysOf } from './groups.ts';

/** Value that is in no group, by the keys that it has. */
export interface Rest {
  keys: Array<string | null>;
  reason: string;
  micros: bigint;
}

export interface Remaining {
  order_keys: readonly GroupKey[];
  rest: readonly Rest[];
  /** Null without filters about touches. */
  left_out: readonly Rest[] | null;
}

/** Value that no touch earned under model number `i`, by reason and by the keys about orders and times. */
export async function readRest(
  snapshot: Snapshot,
  plan: Plan,
  { chosen }: Filtered,
  keys: readonly GroupKey[],
  i: number,
  room: number,
): Promise<Rest[]> {
  const joined = await joinKeys(snapshot, plan, chosen, keys);
  const rows = await snapshot.query(
    `select ${keys.map((key, g) => `${key.sql} as g${g}, `).join('')}c.reason as reason, text128(sum128(c.micros)) as micros
     from (${unattributedOf(plan, chosen, i)}) c ${joined} group by ${[...keys.map(({ sql }) => sql), 'c.reason'].join(', ')} limit ${room + 1}`,
  );
  return rows.map((row) => ({
    keys: keysOf(row, keys),
    ...read(row, { reason: 'text', micros: 'bigint' }),
  }));
}

/** The credit of the touches that the filters leave out, under model number `i`, by the keys about orders and times. */
export async function readLeftOut(
  snapshot: Snapshot,
  plan: Plan,
  { chosen }: Filtered,
  filters: Filters,
  keys: readonly GroupKey[],
  i: number,
): Promise<Rest[]> {
  const joined = await joinKeys(snapshot, plan, chosen, keys);
  const { sql, parameters } = touchCondition(filters, 't');
  const columns = keys.map((key) => key.sql).join(', ');
  const rows = await snapshot.query(
    `select ${keys.map((key, g) => `${key.sql} as g${g}, `).join('')}text128(sum128(c.c${i})) as micros
     from ${creditedTouches(chosen)} ${joined} where not (${sql}) ${columns === '' ? 'having count(*) > 0' : `group by ${columns}`}`,
    parameters,
  );
  return rows.map((row) => ({ keys: keysOf(row, keys), reason: 'filtered', ...read(row, { micros: 'bigint' }) }));
}

export const sumOf = (rows: readonly { micros: bigint }[]): bigint =>
  rows.reduce((sum, { micros }) => sum + micros, 0n);

export const named = (keys: readonly GroupKey[], values: Rest['keys']): ReportJson =>
  Object.fromEntries(keys.map((key, g) => [key.field, values[g]]));

export function remainingRows({ order_keys, rest, left_out }: Remaining): ReportJson {
  const inTime = inOrder(order_keys);
  const sorted = (rows: readonly Rest[]): Rest[] =>
    [...rows].sort((a, b) => inTime(a, b) || (a.reason < b.reason ? -1 : 1));
  return {
    unattributed: sorted(rest).map(({ keys, reason, micros }) => ({
      ...named(order_keys, keys),
      reason,
      ...money('unattributed_revenue', micros),
    })),
    ...(left_out === null
      ? {}
      : {
          filtered: sorted(left_out).map(({ keys, micros }) => ({
            ...named(order_keys, keys),
            ...money('filtered_revenue', micros),
          })),
        }),
  };
}

/** Attributed and unattributed value, and what the filters leave out, add up to net revenue. */
export function reconciliation(net_micros: bigint, attributed: bigint, { rest, left_out }: Remaining): ReportJson {
  const by_reason = new Map<string, bigint>(UNATTRIBUTED_REASONS.map((reason) => [reason, 0n]));
  for (const { reason, micros } of rest) by_reason.set(reason, (by_reason.get(reason) ?? 0n) + micros);
  return {
    net_revenue_micros: net_micros.toString(),
    attributed_micros: attributed.toString(),
    unattributed_micros: Object.fromEntries([...by_reason].map(([reason, micros]) => [reason, micros.toString()])),
    ...(left_out === null ? {} : { filtered_micros: sumOf(left_out).toString() }),
  };
}
