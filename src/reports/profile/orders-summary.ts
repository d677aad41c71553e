/** What one person bought, when, and which channels their revenue is credited to. docs/semantics.md 9. */
import { creditedTouches } from '../../attribution/credits.ts';
import type { Plan } from '../../attribution/plan.ts';
import type { Attribution } from '../../attribution/query.ts';
import { unattributedOf } from '../../attribution/unattributed.ts';
import { microsPer, money, ratio } from '../../domain/money.ts';
import { formatInstant, MS_PER_DAY } from '../../domain/time.ts';
import { quantileOf } from '../../learning/quantiles.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { read, readAll } from '../../warehouse/read-row.ts';
import type { ReportJson } from '../context.ts';

/** The time between orders is of so many orders, the newest. */
const MAX_ORDERS = 10_000;

/** The orders of the person: how many, when, at which net value, and how far apart. */
export async function lifecycleOf(snapshot: Snapshot, { orders, events }: Attribution): Promise<ReportJson> {
  const [sums] = await snapshot.query(
    `select count_where(e.event = 'order') as orders, min(o.at_ms) as first_ms, max(o.at_ms) as last_ms, text128(coalesce(sum128(e.after_micros - e.before_micros), int128(0))) as micros
     from ${orders.name} o join ${events.name} e on e.order_no = o.order_no`,
  );
  const {
    orders: n,
    first_ms,
    last_ms,
    micros,
  } = read(sums, {
    orders: 'number',
    first_ms: 'number?',
    last_ms: 'number?',
    micros: 'bigint',
  });
  const rows = await snapshot.query(`select at_ms from ${orders.name} order by at_ms desc limit ${MAX_ORDERS}`);
  const instants = readAll(rows, { at_ms: 'number' }).map(({ at_ms }) => at_ms);
  const gaps = Float64Array.from(instants.slice(1), (at_ms, i) => instants[i]! - at_ms).sort();
  const instant = (at_ms: number | null): string | null => (n === 0 || at_ms === null ? null : formatInstant(at_ms));
  return {
    orders: n,
    first_order_at: instant(first_ms),
    last_order_at: instant(last_ms),
    ...money('net_revenue', micros),
    average_order_value: microsPer(micros, n),
    median_days_between_orders: ratio(
      gaps.length === 0 ? 0 : Math.round(quantileOf(gaps, 50)),
      gaps.length === 0 ? 0 : MS_PER_DAY,
    ),
  };
}

/** The revenue of the person by channel, and what no touch earned by reason. Both together are the net revenue. */
export async function creditSummaryOf(snapshot: Snapshot, plan: Plan, query: Attribution): Promise<ReportJson> {
  const channels = readAll(
    await snapshot.query(
      `select t.channel as channel, count(distinct c.order_no) as orders, text128(sum128(c.c0)) as micros
       from ${creditedTouches(query)} group by t.channel`,
    ),
    { channel: 'text', orders: 'number', micros: 'bigint' },
  );
  const rest = readAll(
    await snapshot.query(
      `select u.reason as reason, text128(sum128(u.micros)) as micros from (${unattributedOf(plan, query, 0)}) u group by u.reason`,
    ),
    { reason: 'text', micros: 'bigint' },
  );
  const most = (a: { micros: bigint }, b: { micros: bigint }): number =>
    Number(b.micros > a.micros) - Number(b.micros < a.micros);
  return {
    channels: channels
      .sort((a, b) => most(a, b) || (a.channel < b.channel ? -1 : 1))
      .map(({ channel, orders, micros }) => ({ channel, orders, ...money('attributed_revenue', micros) })),
    unattributed: rest
      .filter(({ micros }) => micros !== 0n)
      .sort((a, b) => most(a, b) || (a.reason < b.reason ? -1 : 1))
      .map(({ reason, micros }) => ({ reason, ...money('revenue', micros) })),
  };
}
