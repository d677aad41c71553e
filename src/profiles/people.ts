/** What is known of each person of a brand, and in which segments they are already. */
import { makeOrdersAndEvents } from '../attribution/orders.ts';
import type { Plan } from '../attribution/plan.ts';
import { PERSONS } from '../attribution/relations.ts';
import { deniersOf } from '../identity/deniers.ts';
import type { ReportContext } from '../reports/context.ts';
import { makeMailedPeople } from '../reports/emails/list-states-in-sql.ts';
import { BEHAVIOUR, MAILED_PEOPLE } from '../reports/relations.ts';
import { NEWEST_STATEMENT } from '../reports/segments.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { atOrBefore } from '../warehouse/position.ts';
import { materialise } from '../warehouse/relation.ts';
import type { PersonFigures } from './membership.ts';
import type { BehaviouralSegments } from './settings.ts';

/** The program that assigned a segment, in its properties. Statements of others are left alone. */
export const ASSIGNED_BY = 'behaviour';
const OUTER = ',';
const INNER = '=';

export interface Person extends PersonFigures {
  person_id: string;
  /** The segments that this program assigned and that hold now, with their ends in milliseconds. */
  held: ReadonlyMap<string, number>;
  /** The last word of the person about profiling. */
  denies_profiling: boolean;
}

/** Makes `behaviour`. @param plan of one brand, from its first event to now. */
export async function makeBehaviour(
  snapshot: Snapshot,
  { directory }: ReportContext,
  plan: Plan,
  { limits }: BehaviouralSegments,
): Promise<void> {
  const { brand_id, end_ms } = plan.brands[0]!;
  const { orders, events } = await makeOrdersAndEvents(snapshot, plan, directory);
  await makeMailedPeople(snapshot, plan, limits);
  const brand = '$brand_id';
  await materialise(
    snapshot,
    BEHAVIOUR,
    `with bought as (
       select o.person_id as person_id, count_where(e.event = 'order') as orders, min(o.at_ms) as first_ms, max(o.at_ms) as last_ms, sum128(e.after_micros - e.before_micros) as micros
       from ${orders.name} o join ${events.name} e on e.order_no = o.order_no group by o.person_id),
     mailed as (
       select substring(person, length(${brand}) + 2) as person_id, state from ${MAILED_PEOPLE.name}),
     said as (
       select coalesce(p.person_id, s.customer_id) as person_id, s.segment_name as segment_name, epoch_ms(s.expires_at) as ends_ms,
         row_number() over (partition by coalesce(p.person_id, s.customer_id), s.segment_name
           order by ${NEWEST_STATEMENT}) as newest_no
       from customer_segments s left join ${PERSONS.name} p on p.brand_id = s.brand_id and p.id = s.customer_id
       where ${atOrBefore('s', plan.positions.identity)} and s.brand_id = ${brand} and epoch_ms(s.assigned_at) <= ${end_ms}
         and json_text(s.segment_properties, 'by') = '${ASSIGNED_BY}'),
     held as (
       select person_id, joined_texts(concat(segment_name, '${INNER}', text128(int128(ends_ms))), '${OUTER}') as held
       from said where newest_no = 1 and ends_ms > ${end_ms} group by person_id),
     refused as (${deniersOf('profiling', plan.positions.touchpoints, brand)}),
     people as (
       select person_id from (
         select person_id from bought union all select person_id from mailed union all select person_id from held) known group by person_id)
     select k.person_id as person_id, coalesce(b.orders, 0) as orders, b.first_ms as first_ms, b.last_ms as last_ms, coalesce(b.micros, int128(0)) as micros,
       m.state as state, h.held as held, case when r.person_id is null then 0 else 1 end as denies_profiling
     from people k left join bought b on b.person_id = k.person_id left join mailed m on m.person_id = k.person_id left join held h on h.person_id = k.person_id
       left join refused r on r.person_id = k.person_id`,
    { brand_id },
  );
}

/** The last order, the number of orders and the net revenue of everybody who ordered; revenue as a double, for ranks. */
export async function readCustomers(
  snapshot: Snapshot,
): Promise<{ recency: Float64Array; frequency: Float64Array; money: Float64Array }> {
  const parts: Array<[Float64Array, Float64Array, Float64Array]> = [];
  await snapshot.columns(
    `select float64(last_ms) as last_ms, float64(orders) as orders, float64(micros) as micros from ${BEHAVIOUR.name} where orders > 0 and denies_profiling = 0`,
    {},
    ({ cells }) => {
      parts.push(cells.slice(0, 3).map((cell) => Float64Array.from(cell as ArrayLike<number>)) as (typeof parts)[0]);
    },
  );
  const joined = (place: 0 | 1 | 2): Float64Array => {
    const all = new Float64Array(parts.reduce((sum, part) => sum + part[place].length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part[place], at);
      at += part[place].length;
    }
    return all;
  };
  return { recency: joined(0), frequency: joined(1), money: joined(2) };
}

/** Reads everybody, some at a time. */
export function readPeople(snapshot: Snapshot, take: (people: readonly Person[]) => Promise<void>): Promise<void> {
  return snapshot.columns(
    `select person_id, float64(orders) as orders, float64(first_ms) as first_ms, float64(last_ms) as last_ms, text128(micros) as micros, state, held, float64(denies_profiling) as denies_profiling from ${BEHAVIOUR.name}`,
    {},
    ({ rows, cells }) => {
      const [ids, orders, first_ms, last_ms, micros, states, held, denies] = cells as [
        ...[ArrayLike<string>, ArrayLike<number>, ArrayLike<number | null>, ArrayLike<number | null>],
        ...[ArrayLike<string>, ArrayLike<string | null>, ArrayLike<string | null>, ArrayLike<number>],
      ];
      return take(
        Array.from({ length: rows }, (_, i): Person => {
          const has_ordered = orders[i]! > 0;
          return {
            person_id: ids[i]!,
            orders: orders[i]!,
            first_ms: has_ordered ? first_ms[i]! : null,
            last_ms: has_ordered ? last_ms[i]! : null,
            micros: BigInt(micros[i]!),
            email_state: states[i] || null,
            held: heldOf(held[i] || null),
            denies_profiling: denies[i] === 1,
          };
        }),
      );
    },
  );
}

function heldOf(text: string | null): ReadonlyMap<string, number> {
  if (text === null) return new Map();
  return new Map(
    text.split(OUTER).map((part) => {
      const at = part.lastIndexOf(INNER);
      return [part.slice(0, at), Number(part.slice(at + 1))];
    }),
  );
}
