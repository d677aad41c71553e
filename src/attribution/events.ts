/** Orders -> value events: changes of the value of each order, in the report's currency. docs/semantics.md 3 and 8. */
import { MS_PER_DAY, offsetPeriods } from '../domain/time.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { atOrBefore } from '../warehouse/position.ts';
import { columnsOf, fill, materialise, numbered, type Relation } from '../warehouse/relation.ts';
import type { Row } from '../warehouse/schema.ts';
import { WorkTurns } from '../warehouse/work-turns.ts';
import type { TimeBounds } from './bounds.ts';
import { isNarrowed, narrowed, narrowing, type Plan, periodDecides } from './plan.ts';
import { atRate, makeRates, type WithoutRate } from './rates.ts';
import {
  EVENTS,
  ORDER_ADJUSTMENTS,
  ORDERS_WITHOUT_RATE,
  type OrderRelations,
  VALUE_EVENTS,
  ZONE_OFFSETS,
} from './relations.ts';

/** Makes `order_adjustments`: the adjustments of `orders`. Later steps count those in another currency and leave them out. */
export function makeAdjustments(
  snapshot: Snapshot,
  plan: Plan,
  orders: Relation,
  repeats: Relation,
): Promise<Relation> {
  const seen = atOrBefore('a', plan.positions.adjustments);
  const columns = columnsOf(ORDER_ADJUSTMENTS, 'a', {
    order_no: 'o.order_no',
    order_currency: 'o.currency',
    amount_micros: 'int64(a.amount_micros)',
    at_ms: 'epoch_ms(a.occurred_at)',
  });
  return materialise(
    snapshot,
    ORDER_ADJUSTMENTS,
    `select ${columns} from adjustments a
       left join ${repeats.name} r on r.brand_id = a.brand_id and r.named_id = a.conversion_id
       join ${orders.name} o on o.brand_id = a.brand_id and o.conversion_id = coalesce(r.standing_id, a.conversion_id)
       where a.conversion_id is not null and ${seen}
     union all
     select ${columns} from adjustments a join ${orders.name} o on o.brand_id = a.brand_id and o.order_id = a.order_id
       where a.conversion_id is null and ${seen}`,
  );
}

interface Valued {
  orders: Relation;
  adjustments: Relation;
}

/** Adjustments in the order's currency, with the order's net value before and after each. */
const steps = (adjustments: Relation): string => `
  select a.order_no as order_no, a.adjustment_id as event, a.at_ms as at_ms, int128(a.amount_micros) as amount_micros,
    int128(sum128(a.amount_micros) over (partition by a.order_no order by a.at_ms, a.adjustment_id rows between unbounded preceding and current row)) as so_far_micros
  from ${adjustments.name} a where a.currency = a.order_currency`;

/** Value events of orders at their own instants: the order itself, then each adjustment. */
const eventsOnOwnDay = ({ orders, adjustments }: Valued): string => `
  select o.order_no as order_no, 'order' as event, o.at_ms as at_ms, int128(0) as before_micros, int128(o.value_micros) as after_micros from ${orders.name} o
  union all
  select o.order_no as order_no, s.event as event, s.at_ms as at_ms, int128(o.value_micros) + s.so_far_micros - s.amount_micros as before_micros, int128(o.value_micros) + s.so_far_micros as after_micros
  from ${orders.name} o join (${steps(adjustments)}) s on s.order_no = o.order_no`;

/** One value event per order, at the order's instant. Its value includes all adjustments. */
const eventsOnOrderDay = ({ orders, adjustments }: Valued): string => `
  select o.order_no as order_no, 'order' as event, o.at_ms as at_ms, int128(0) as before_micros, int128(o.value_micros) + coalesce(a.amount_micros, int128(0)) as after_micros
  from ${orders.name} o left join (select order_no, sum128(amount_micros) as amount_micros from ${adjustments.name} where currency = order_currency group by order_no) a on a.order_no = o.order_no`;

/** Makes `events`. Makes `value_events` first if a currency has to be converted. */
export async function makeEvents(
  snapshot: Snapshot,
  plan: Plan,
  valued: Valued,
  { times, without_rate }: { times: TimeBounds; without_rate: WithoutRate },
): Promise<Converted> {
  const in_period = isNarrowed(plan)
    ? narrowed(plan)
    : periodDecides(plan)
      ? '1 = 1'
      : 'v.at_ms >= o.start_ms and v.at_ms < o.end_ms';
  const days = await dayColumns(snapshot, plan, times);
  const value_events = (relation: Relation): string => {
    const columns = columnsOf(relation, 'v', {
      brand_id: 'o.brand_id',
      currency: 'o.currency',
      day_number: days.event,
      order_day_number: days.order,
    });
    const events = plan.adjustments === 'own_day' ? eventsOnOwnDay(valued) : eventsOnOrderDay(valued);
    return `select ${columns} from (${events}) v join ${valued.orders.name} o on o.order_no = v.order_no ${days.join} where ${in_period}`;
  };
  if (times.currencies.every((currency) => currency === plan.currency))
    return {
      events: await materialise(snapshot, EVENTS, value_events(EVENTS), narrowing(plan)),
      without_rate: null,
    };
  await materialise(snapshot, VALUE_EVENTS, value_events(VALUE_EVENTS), narrowing(plan));
  return convertEvents(snapshot, plan, without_rate);
}

type Converted = Pick<OrderRelations, 'events' | 'without_rate'>;

const YEAR_MS = 366 * MS_PER_DAY;

/** The time zones of a plan's brands. The number of a zone is its place in this list. */
export function zonesOf(plan: Plan): string[] {
  return [...new Set(plan.brands.map(({ settings }) => settings.time_zone))];
}

/**
 * Makes the offsets of the plan's time zones. With them the query finds a calendar day by integer arithmetic.
 * @param no distinguishes the tables for different ranges.
 */
export async function makeZoneOffsets(
  snapshot: Snapshot,
  plan: Plan,
  { from_ms, until_ms }: { from_ms: number; until_ms: number },
  no: number,
): Promise<Relation> {
  const rows: Row[] = [];
  const turns = new WorkTurns();
  for (const [zone_no, time_zone] of zonesOf(plan).entries()) {
    // A search of many years takes long, so other requests are answered in between.
    for (let until = from_ms; until < until_ms; until += YEAR_MS) {
      offsetPeriods(time_zone, from_ms, Math.min(until + YEAR_MS, until_ms));
      if (turns.ends(1)) await turns.next();
    }
    for (const period of offsetPeriods(time_zone, from_ms, until_ms)) rows.push({ zone_no, ...period });
  }
  return fill(snapshot, numbered(ZONE_OFFSETS, no), rows);
}

/** True if every brand has the time zone UTC. Then a day needs no offset. */
export function isUtc(plan: Plan): boolean {
  return plan.brands.every((brand) => brand.settings.time_zone === 'UTC');
}

/** SQL for the number of the calendar day of a time in a zone: UTC plus the offset of the zone. */
export const dayNumber = (local_ms: string): string => `floor_div(${local_ms}, ${MS_PER_DAY})`;

/** SQL for the calendar day of a value event and of its order. */
async function dayColumns(
  snapshot: Snapshot,
  plan: Plan,
  times: TimeBounds,
): Promise<{ event: string; order: string; join: string }> {
  if (isUtc(plan)) return { event: dayNumber('v.at_ms'), order: dayNumber('o.at_ms'), join: '' };
  const offsets = await makeZoneOffsets(snapshot, plan, times, 0);
  const join = (alias: string, at: string): string =>
    `join ${offsets.name} ${alias} on ${alias}.zone_no = o.zone_no and ${at} >= ${alias}.from_ms and ${at} < ${alias}.until_ms`;
  return {
    event: dayNumber('v.at_ms + d.offset_ms'),
    order: dayNumber('o.at_ms + od.offset_ms'),
    join: `${join('d', 'v.at_ms')} ${join('od', 'o.at_ms')}`,
  };
}

/** Converts value events with the rate of their order. Rounds half away from zero. */
async function convertEvents(snapshot: Snapshot, plan: Plan, without_rate: WithoutRate): Promise<Converted> {
  const { rates, has_missing } = await makeRates(snapshot, plan, without_rate);
  const converted = `from ${VALUE_EVENTS.name} v join ${rates.name} r on r.brand_id = v.brand_id and r.currency = v.currency and r.day_number = v.order_day_number`;
  const columns = columnsOf(EVENTS, 'v', {
    before_micros: atRate('v.before_micros'),
    after_micros: atRate('v.after_micros'),
  });
  return {
    events: await materialise(snapshot, EVENTS, `select ${columns} ${converted}`),
    without_rate: has_missing
      ? await materialise(
          snapshot,
          ORDERS_WITHOUT_RATE,
          `select distinct v.order_no as order_no, v.currency as currency, v.order_day_number as day_number ${converted} where r.num = 0`,
        )
      : null,
  };
}
