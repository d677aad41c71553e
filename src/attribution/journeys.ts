/** Journeys: a person's touchpoints and orders without a long gap between them. docs/semantics.md 9. */
import { CONVERSION_TYPES } from '../domain/conversion.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { atOrBefore, logNumber } from '../warehouse/position.ts';
import { read } from '../warehouse/read-row.ts';
import { columnsOf, materialise, type Relation } from '../warehouse/relation.ts';
import { isCounted, without } from './eligibility.ts';
import { dayNumber, isUtc, makeZoneOffsets } from './events.ts';
import { namedId } from './page-conversions.ts';
import type { Plan } from './plan.ts';
import type { Attribution } from './query.ts';
import { JOURNEY_EVENTS, JOURNEY_SPANS, JOURNEYS, POLICIES } from './relations.ts';
import { memberTouches } from './touches.ts';

/** The order of the events of a person. `event_no` decides between events of the same kind at the same instant. */
const IN_ORDER = 'at_ms, is_order, event_no';

/**
 * Makes `journey_events`: the touchpoints and orders of the people who ordered, up to their last order of the report. If
 * `members` gives the ids of one person, it holds all events of that person.
 * @param columns of the touchpoint; they are null for orders.
 */
export function makeJourneyEvents(
  snapshot: Snapshot,
  plan: Plan,
  query: Attribution,
  { columns, members }: { columns: readonly string[]; members?: Relation },
): Promise<Relation> {
  const extra = (make: (name: string) => string): string =>
    columns.map((name) => `, ${make(name)} as ${name}`).join('');
  return materialise(
    snapshot,
    JOURNEY_EVENTS,
    `with happened as (
       select t.person_key as person_key, t.brand_id as brand_id, t.at_ms as at_ms, 0 as is_order, t.touch_no as event_no,
         case when ${without('t.traits', 'email')} then 0 else 1 end as is_email${extra((name) => `t.${name}`)}
       from (${journeyTouches(plan, query, columns, members)}) t where ${isCounted(plan, 't.traits')}
       union all
       select o.person_key as person_key, o.brand_id as brand_id, o.at_ms as at_ms, 1 as is_order, o.order_no as event_no, 0 as is_email${extra(() => 'null')}
       from ${query.orders.name} o
       ${members ? '' : `union all ${conversionsOutside(plan, query, extra)}`}),
     spaced as (
       select h.*, case when at_ms - lag(at_ms) over (partition by h.person_key order by ${IN_ORDER}) > q.gap_ms then 1 else 0 end as begins
       from happened h join ${POLICIES.name} q on q.brand_id = h.brand_id and q.conversion_type = '${CONVERSION_TYPES[0]}')
     select person_key, brand_id, at_ms, is_order, event_no, is_email${columns.map((name) => `, ${name}`).join('')},
       sum(begins) over (partition by person_key order by ${IN_ORDER} rows between unbounded preceding and current row) as journey_no
     from spaced`,
  );
}

/**
 * SQL for the conversions that are not orders of the report, since they also end a gap. A report on one person needs no such
 * step.
 */
export function conversionsOutside(
  plan: Plan,
  { members, repeats, orders }: Pick<Attribution, 'members' | 'repeats' | 'orders'>,
  extra: (make: (name: string) => string) => string,
): string {
  return `select m.person_key as person_key, m.brand_id as brand_id, epoch_ms(c.occurred_at) as at_ms, 2 as is_order,
         ${logNumber('c', plan.positions.conversions)} as event_no, 0 as is_email${extra(() => 'null')}
       from conversions c join ${members.name} m on m.subject_key = c.subject_key
         left join ${repeats.name} r on r.brand_id = c.brand_id and r.conversion_id = c.conversion_id
         left join ${orders.name} o on o.brand_id = c.brand_id and o.conversion_id = ${namedId('c')}
       where r.conversion_id is null and o.conversion_id is null and ${atOrBefore('c', plan.positions.conversions)}`;
}

/** SQL for the touchpoints that may be on a journey, with their brand. */
function journeyTouches(plan: Plan, query: Attribution, columns: readonly string[], members?: Relation): string {
  const { orders, verdicts, times } = query;
  const own = ['touch_no', 'traits', ...columns];
  if (members) return memberTouches(plan, { members, verdicts }, { columns: [...own, 'brand_id'] });
  const touches = memberTouches(plan, query, {
    columns: own,
    where: `and t.occurred_at <= instant(${times.high_ms})`,
  });
  return `select t.*, b.brand_id as brand_id from (${touches}) t
    join (select brand_id, person_key, max(at_ms) as last_ms from ${orders.name} group by brand_id, person_key) b on b.person_key = t.person_key
    where t.at_ms <= b.last_ms`;
}

/** Makes `journey_events`, and `journeys`: those that hold a value event of the period. */
export async function makeJourneys(
  snapshot: Snapshot,
  plan: Plan,
  query: Attribution,
  columns: readonly string[] = [],
): Promise<{ events: Relation; journeys: Relation }> {
  const events = await makeJourneyEvents(snapshot, plan, query, { columns });
  const spans = journeySpans(events, query);
  if (isUtc(plan)) {
    const days = `${dayNumber('j.last_order_ms')} - ${dayNumber('j.first_ms')}`;
    return {
      events,
      journeys: await materialise(snapshot, JOURNEYS, `select j.*, ${days} as days from (${spans}) j`),
    };
  }
  // A calendar day needs the zone offsets of the time that the journeys span.
  await materialise(snapshot, JOURNEY_SPANS, spans);
  const [row] = await snapshot.query(
    `select coalesce(min(first_ms), 0) as from_ms, coalesce(max(last_order_ms), 0) + 1 as until_ms from ${JOURNEY_SPANS.name}`,
  );
  const range = read(row, { from_ms: 'number', until_ms: 'number' });
  const offsets = await makeZoneOffsets(snapshot, plan, range, 1);
  const journeys = await materialise(
    snapshot,
    JOURNEYS,
    `select ${columnsOf(JOURNEYS, 'j', { days: `${dayNumber('j.last_order_ms + b.offset_ms')} - ${dayNumber('j.first_ms + a.offset_ms')}` })}
     from (
       select s.*, q.zone_no as zone_no from ${JOURNEY_SPANS.name} s
       join ${POLICIES.name} q on q.brand_id = s.brand_id and q.conversion_type = '${CONVERSION_TYPES[0]}') j
     join ${offsets.name} a on a.zone_no = j.zone_no and j.first_ms >= a.from_ms and j.first_ms < a.until_ms
     join ${offsets.name} b on b.zone_no = j.zone_no and j.last_order_ms >= b.from_ms and j.last_order_ms < b.until_ms`,
  );
  return { events, journeys };
}

/** SQL for the journeys that hold a value event. Touchpoints count up to the last order. */
function journeySpans(events: Relation, query: Attribution): string {
  return `with ordered as (
       select person_key, journey_no, min(brand_id) as brand_id, max(at_ms) as last_order_ms, count(*) as orders
       from ${events.name} where is_order = 1 group by person_key, journey_no),
     valued as (
       select j.person_key as person_key, j.journey_no as journey_no, sum128(e.after_micros - e.before_micros) as micros
       from ${events.name} j join ${query.events.name} e on e.order_no = j.event_no where j.is_order = 1 group by j.person_key, j.journey_no),
     walked as (
       select j.person_key as person_key, j.journey_no as journey_no, min(j.at_ms) as first_ms,
         count_where(j.is_order = 0) as touchpoints, count_where(j.is_email = 1) as email_touchpoints
       from ${events.name} j join ordered o on o.person_key = j.person_key and o.journey_no = j.journey_no
       where j.at_ms <= o.last_order_ms group by j.person_key, j.journey_no)
     select w.person_key as person_key, w.journey_no as journey_no, o.brand_id as brand_id, w.first_ms as first_ms, o.last_order_ms as last_order_ms, o.orders as orders,
       v.micros as micros, w.touchpoints as touchpoints, w.email_touchpoints as email_touchpoints
     from walked w
     join ordered o on o.person_key = w.person_key and o.journey_no = w.journey_no
     join valued v on v.person_key = w.person_key and v.journey_no = w.journey_no`;
}
