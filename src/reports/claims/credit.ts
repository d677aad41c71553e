/** The real orders of the period and the credit of touches, as claims are compared with them. docs/semantics.md 15. */
import { creditedTouches } from '../../attribution/credits.ts';
import type { Plan } from '../../attribution/plan.ts';
import type { Attribution } from '../../attribution/query.ts';
import { TributaryError } from '../../domain/errors.ts';
import { formatDate } from '../../domain/time.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { readAll } from '../../warehouse/read-row.ts';
import { mapInTurns } from '../../warehouse/work-turns.ts';
import type { Label } from './targets.ts';

/** Credit of touches with one label: by model, revenue in micros and millionths of a conversion. */
export interface CreditCell extends Label {
  /** The day, if the report groups by it. */
  day: string | null;
  micros: readonly bigint[];
  millionths: readonly bigint[];
}

const MAX_CELLS = 200_000;

/** @throws unprocessable if there are too many cells. */
export async function readCreditCells(
  snapshot: Snapshot,
  plan: Plan,
  query: Attribution,
  by_day: boolean,
): Promise<CreditCell[]> {
  const sums = plan.models.map((_, i) => `text128(sum128(c.c${i})) as c${i}, text128(sum128(c.m${i})) as m${i}`);
  const day = by_day ? ', c.day_number' : '';
  const found = await snapshot.query(
    `select c.brand_id as brand_id, t.channel as channel, t.campaign_id as campaign_id${by_day ? ', c.day_number as day_number' : ''}, ${sums.join(', ')}
     from ${creditedTouches(query)} group by c.brand_id, t.channel, t.campaign_id${day} limit ${MAX_CELLS + 1}`,
  );
  if (found.length > MAX_CELLS)
    throw new TributaryError(
      'unprocessable',
      `group_by: the period has more than ${MAX_CELLS} campaigns by day, the limit; leave out day, or ask for a shorter period`,
      { field: 'group_by' },
    );
  return mapInTurns(found, (row) => ({
    brand_id: String(row['brand_id']),
    channel: String(row['channel']),
    campaign_id: row['campaign_id'] === null ? null : String(row['campaign_id']),
    day: by_day ? formatDate(Number(row['day_number'])) : null,
    micros: plan.models.map((_, i) => BigInt(row[`c${i}`] as string)),
    millionths: plan.models.map((_, i) => BigInt(row[`m${i}`] as string)),
  }));
}

/** What the shop sold on a day. */
export interface ShopDay {
  day: string;
  orders: number;
  net_micros: bigint;
  renewals: number;
  renewal_micros: bigint;
}

/** The conversion type of orders that a subscription makes by itself. */
export const RENEWAL = 'renewal';

/** Orders and net revenue by day of all brands, in order of days. */
export async function readShopDays(snapshot: Snapshot, { orders, events }: Attribution): Promise<ShopDay[]> {
  const of_renewals = `o.conversion_type = '${RENEWAL}'`;
  const change = 'e.after_micros - e.before_micros';
  const found = await snapshot.query(
    `select e.day_number as day_number, count_where(e.event = 'order') as orders, text128(sum128(${change})) as net_micros,
       count_where(e.event = 'order' and ${of_renewals}) as renewals, text128(sum128(case when ${of_renewals} then ${change} else int128(0) end)) as renewal_micros
     from ${events.name} e join ${orders.name} o on o.order_no = e.order_no group by e.day_number order by e.day_number`,
  );
  return readAll(found, {
    day_number: 'number',
    orders: 'number',
    net_micros: 'bigint',
    renewals: 'number',
    renewal_micros: 'bigint',
  }).map(({ day_number, ...rest }) => ({ day: formatDate(day_number), ...rest }));
}
