/** The order of a receipt: its conversions, adjustments, rate and value. docs/semantics.md 2, 3 and 8. */
import { namedId, overruledPageConversions, standingFirst } from '../attribution/page-conversions.ts';
import type { Plan } from '../attribution/plan.ts';
import type { Attribution } from '../attribution/query.ts';
import { type ResolvedRate, readRates } from '../attribution/rates.ts';
import { assert } from '../domain/errors.ts';
import { money, ratio } from '../domain/money.ts';
import { CLAIMED_ID } from '../domain/page-conversion.ts';
import { dayOf, formatInstant } from '../domain/time.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { atOrBefore, type Position } from '../warehouse/position.ts';
import { read, readAll } from '../warehouse/read-row.ts';
import type { ReportJson } from './context.ts';
import { bestMatch } from './receipt-match.ts';

const CONVERSION = {
  named_id: 'text',
  match_method: 'text?',
  match_confidence: 'number?',
  custom_properties: 'text?',
} as const;
/** A conversion of an order, by the id that its sender gave. */
export type OrderConversion = ReturnType<typeof read<typeof CONVERSION>>;

/** All conversions of the order of a conversion. The first is its standing conversion. docs/semantics.md 2. */
export async function conversionsOfOrder(
  snapshot: Snapshot,
  position: Position,
  brand: string,
  conversion_id: string,
): Promise<OrderConversion[]> {
  const rows = await snapshot.query(
    `with overruled as (${overruledPageConversions(position)}),
     counted as (
       select c.order_key as order_key, c.conversion_id as conversion_id, c.${CLAIMED_ID} as ${CLAIMED_ID}, c.occurred_at as occurred_at,
         c.match_method as match_method, c.match_confidence as match_confidence, c.custom_properties as custom_properties
       from conversions c left join overruled w on w.brand_id = c.brand_id and w.conversion_id = c.conversion_id
       where c.brand_id = $brand_id and w.conversion_id is null and ${atOrBefore('c', position)})
     select ${namedId('c')} as named_id, c.match_method as match_method, c.match_confidence as match_confidence, c.custom_properties as custom_properties
     from counted c
     where c.order_key in (select a.order_key from counted a where ${namedId('a')} = $conversion_id) order by ${standingFirst('c')}`,
    { brand_id: brand, conversion_id },
  );
  return readAll(rows, CONVERSION);
}

const ORDER = {
  conversion_id: 'text',
  conversion_type: 'text',
  order_id: 'text?',
  person_id: 'text',
  currency: 'text',
  at_ms: 'number',
  previous_ms: 'number?',
  value_micros: 'bigint',
  net_micros: 'bigint',
  unattributed_micros: 'bigint',
  unattributed_reason: 'text?',
} as const;
/** The order of a receipt. */
export type Order = ReturnType<typeof read<typeof ORDER>>;

/** The only order of a query, with its value, and the reason if no touch earned it. */
export async function readOrder(
  snapshot: Snapshot,
  { orders, events, unattributed }: Attribution,
  standing_id: string,
): Promise<Order> {
  const own = [
    'conversion_id',
    'conversion_type',
    'order_id',
    'person_id',
    'currency',
    'at_ms',
    'previous_ms',
    'value_micros',
  ];
  const [row] = await snapshot.query(
    `select ${own.map((name) => `o.${name} as ${name}`).join(', ')}, text128(e.after_micros) as net_micros,
       text128(coalesce(u.micros, int128(0))) as unattributed_micros, u.reason as unattributed_reason
     from ${orders.name} o join ${events.name} e on e.order_no = o.order_no left join ${unattributed.name} u on u.order_no = o.order_no`,
  );
  assert(row !== undefined, `order of conversion ${standing_id} is in the log and not in the query`);
  return read(row, ORDER);
}

/** The value of the order, and the adjustments and rate that led to it. */
export async function orderPart(
  snapshot: Snapshot,
  plan: Plan,
  query: Attribution,
  order: Order,
  conversions: readonly OrderConversion[],
): Promise<ReportJson> {
  const { currency: own, at_ms, value_micros: value } = order;
  const { brand_id: brand, settings } = plan.brands[0]!;
  let net = value;
  const shown = (await readAdjustments(snapshot, plan, query)).map((adjustment) => {
    const applied = adjustment.currency === own;
    if (applied) net += adjustment.amount_micros;
    return {
      adjustment_id: adjustment.adjustment_id,
      reason: adjustment.reason,
      occurred_at: formatInstant(adjustment.at_ms),
      ...money('amount', adjustment.amount_micros),
      currency: adjustment.currency,
      applied,
      ...(applied ? {} : { note: `not in the order's currency ${own}; left out of every sum` }),
      ...money('net_after', net),
    };
  });
  const day = dayOf(settings.time_zone, at_ms);
  const rate =
    own === plan.currency ? undefined : (await readRates(snapshot, plan)).find(brand, day, own, plan.currency);
  return {
    order_id: order.order_id,
    brand_id: brand,
    conversion_type: order.conversion_type,
    occurred_at: formatInstant(at_ms),
    conversion_ids: conversions.map(({ named_id }) => named_id),
    match: bestMatch(conversions),
    currency: own,
    ...money('value', value),
    adjustments: shown,
    ...money('net', net),
    exchange: rate ? exchange(rate, own, plan.currency) : null,
    net_in: { currency: plan.currency, ...money('net', order.net_micros) },
  };
}

/** The rate as the exact fraction that was used, and as a decimal for readers. */
function exchange({ num, den, dates }: ResolvedRate, from: string, to: string): ReportJson {
  const rate = ratio(num, den);
  return { from, to, rate, numerator: num.toString(), denominator: den.toString(), rate_dates: dates };
}

/** The adjustments of the order. Each says whether the query applied it, and the reason that its sender gave. */
async function readAdjustments(snapshot: Snapshot, plan: Plan, { orders, adjustments }: Attribution) {
  const rows = await snapshot.query(
    `select a.adjustment_id as adjustment_id, r.reason as reason, a.at_ms as at_ms, a.amount_micros as amount_micros, a.currency as currency
     from ${adjustments.name} a join adjustments r on r.adjustment_id = a.adjustment_id
     where a.order_no in (select order_no from ${orders.name}) and r.brand_id = $brand_id and ${atOrBefore('r', plan.positions.adjustments)}
     order by at_ms, adjustment_id`,
    { brand_id: plan.brands[0]!.brand_id },
  );
  return readAll(rows, {
    adjustment_id: 'text',
    reason: 'text?',
    at_ms: 'number',
    amount_micros: 'bigint',
    currency: 'text',
  });
}
