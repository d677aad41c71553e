/** Conversions -> orders -> value events: who ordered, when, and the value of the order now. docs/semantics.md 2 to 4 and 8. */
import { CONVERSION_TYPES } from '../domain/conversion.ts';
import { modelSettings, SETTING_COLUMNS } from '../domain/settings.ts';
import { MS_PER_DAY } from '../domain/time.ts';
import type { PersonDirectory } from '../identity/directory.ts';
import { brandRule } from '../identity/kept-persons.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { atOrBefore, logNumber } from '../warehouse/position.ts';
import { fill, materialise, type Relation } from '../warehouse/relation.ts';
import type { Row } from '../warehouse/schema.ts';
import { oneOf, textList } from '../warehouse/sql-text.ts';
import { readTimeBounds, type TimeBounds } from './bounds.ts';
import { makeAdjustments, makeEvents, zonesOf } from './events.ts';
import { namedId, overruledPageConversions, standingFirst } from './page-conversions.ts';
import { isNarrowed, narrowed, narrowing, ordersAreFinal, type Plan, periodDecides } from './plan.ts';
import type { WithoutRate } from './rates.ts';
import {
  BRAND_PERIODS,
  EVENTS,
  ORDERS,
  type OrderRelations,
  PERSONS,
  POLICIES,
  REPEATS,
  STANDING_ORDERS,
} from './relations.ts';

/** Makes `policies`: settings as rows, so that the query can join what differs by brand and conversion type. */
async function makePolicies(snapshot: Snapshot, plan: Plan): Promise<void> {
  const rows: Row[] = [];
  const zones = zonesOf(plan);
  for (const [place, { brand_id, settings, start_ms, end_ms }] of plan.brands.entries()) {
    const gap_ms = Math.round(settings.journey_gap_days * MS_PER_DAY);
    for (const [i, conversion_type] of CONVERSION_TYPES.entries()) {
      const own = modelSettings(settings, conversion_type);
      const columns = Object.fromEntries(SETTING_COLUMNS.map(({ column, of }) => [column, of(own)]));
      rows.push({
        brand_id,
        conversion_type,
        policy_no: place * CONVERSION_TYPES.length + i,
        start_ms,
        end_ms,
        gap_ms,
        zone_no: zones.indexOf(settings.time_zone),
        ...columns,
      });
    }
  }
  await fill(snapshot, POLICIES, rows);
}

/** Makes `brand_periods`, for steps that read the log without orders. */
export async function makeBrandPeriods(snapshot: Snapshot, { brands }: Plan): Promise<void> {
  const rows = brands.map(({ brand_id, start_ms, end_ms }) => ({ brand_id, start_ms, end_ms }));
  await fill(snapshot, BRAND_PERIODS, rows);
}

/** Makes `persons`: the ids of persons who are named by another id. */
export async function makePersons(snapshot: Snapshot, plan: Plan, directory: PersonDirectory): Promise<void> {
  await directory.makeRelation(
    snapshot,
    plan.positions.identity,
    plan.brands.map(({ brand_id, settings }) => brandRule(brand_id, settings)),
  );
}

/**
 * Makes `repeats`: conversions that are not the standing conversion of their order, each with the one that is, and the page
 * conversions that a server overruled.
 */
function makeRepeats(snapshot: Snapshot, plan: Plan): Promise<Relation> {
  const position = plan.positions.conversions;
  const seen = atOrBefore('c', position);
  const of_order = `over (partition by c.brand_id, c.order_id order by ${standingFirst('c')})`;
  return materialise(
    snapshot,
    REPEATS,
    `with overruled as (${overruledPageConversions(position)}),
     shared as (select c.order_key as order_key from conversions c where ${seen} group by c.order_key having count(*) > 1),
     ranked as (
       select c.brand_id as brand_id, c.conversion_id as conversion_id, ${namedId('c')} as named_id,
         row_number() ${of_order} as standing_no, first_value(${namedId('c')}) ${of_order} as standing_id
       from conversions c join shared s on s.order_key = c.order_key
       left join overruled w on w.brand_id = c.brand_id and w.conversion_id = c.conversion_id
       where c.order_id is not null and w.conversion_id is null and ${seen})
     select brand_id, conversion_id, named_id, standing_id from ranked where standing_no > 1
     union all select brand_id, conversion_id, null as named_id, null as standing_id from overruled`,
  );
}

/**
 * Makes the orders of the period, or of the order or person that the plan names; otherwise all that may have a value event in
 * the period.
 */
function makeOrders(snapshot: Snapshot, plan: Plan, repeats: Relation): Promise<Relation> {
  const since = plan.lookback === 'since_previous_conversion';
  // Lookback needs the orders before, too. Orders that the plan does not name are dropped with their value events.
  const named = isNarrowed(plan) && !since;
  const previous = since
    ? `lag(at_ms) over (partition by brand_id, person_key order by at_ms, conversion_id)`
    : 'int64(null)';
  return materialise(
    snapshot,
    ordersAreFinal(plan) ? ORDERS : STANDING_ORDERS,
    `with standing as (
       select ${logNumber('c', plan.positions.conversions)} as order_no, c.brand_id as brand_id, ${namedId('c')} as conversion_id, c.order_id as order_id, c.conversion_type as conversion_type,
         c.currency as currency, int64(c.conversion_value_micros) as value_micros, epoch_ms(c.occurred_at) as at_ms,
         coalesce(p.person_key, c.subject_key) as person_key, coalesce(p.person_id, c.customer_id, c.anonymous_id) as person_id,
         q.start_ms as start_ms, q.end_ms as end_ms, q.zone_no as zone_no, ${SETTING_COLUMNS.map(({ column }) => `q.${column} as ${column}`).join(', ')}
       from conversions c
       join ${POLICIES.name} q on q.brand_id = c.brand_id and q.conversion_type = c.conversion_type
       left join ${PERSONS.name} p on p.subject_key = c.subject_key and p.brand_id = c.brand_id
       left join ${repeats.name} r on r.brand_id = c.brand_id and r.conversion_id = c.conversion_id
       where r.conversion_id is null and ${atOrBefore('c', plan.positions.conversions)} ${typeFilter(plan)}
         ${periodDecides(plan) ? periodFilter(plan) : ''})
     select o.*, ${previous} as previous_ms from standing o ${named ? `where ${narrowed(plan)}` : ''}`,
    named ? narrowing(plan) : {},
  );
}

/** SQL for the conversion types of the report, of conversions `c`. */
export function typeFilter({ conversion_types }: Plan): string {
  if (conversion_types === null) return '';
  return `and c.conversion_type in (${textList(conversion_types.map((type) => oneOf(type, CONVERSION_TYPES)))})`;
}

/** SQL for the period. Bounds on the stored column let the engine skip what lies outside; the instants of each brand decide. */
function periodFilter(plan: Plan): string {
  const start = Math.min(...plan.brands.map((brand) => brand.start_ms));
  const end = Math.max(...plan.brands.map((brand) => brand.end_ms));
  return `and c.occurred_at >= instant(${start}) and c.occurred_at < instant(${end})
          and epoch_ms(c.occurred_at) >= q.start_ms and epoch_ms(c.occurred_at) < q.end_ms`;
}

/**
 * Makes `policies`, `persons`, `repeats`, `orders` (the orders with a value event in the period), their adjustments, and
 * `events` (their value events in the period, in the report's currency).
 * @throws missing_fx_rate where orders without a rate are refused.
 */
export async function makeOrdersAndEvents(
  snapshot: Snapshot,
  plan: Plan,
  directory: PersonDirectory,
  without_rate: WithoutRate = 'refused',
): Promise<OrderRelations & { times: TimeBounds }> {
  await makePolicies(snapshot, plan);
  await makePersons(snapshot, plan, directory);
  const repeats = await makeRepeats(snapshot, plan);
  const found = await makeOrders(snapshot, plan, repeats);
  const adjustments = await makeAdjustments(snapshot, plan, found, repeats);
  const times = await readTimeBounds(snapshot, plan, found, adjustments);
  const converted = await makeEvents(snapshot, plan, { orders: found, adjustments }, { times, without_rate });
  if (ordersAreFinal(plan)) return { orders: found, repeats, adjustments, ...converted, times };
  const orders = await materialise(
    snapshot,
    ORDERS,
    `select o.* from ${found.name} o where o.order_no in (select order_no from ${EVENTS.name})`,
  );
  return {
    orders,
    repeats,
    adjustments,
    ...converted,
    times: await readTimeBounds(snapshot, plan, orders, adjustments),
  };
}
