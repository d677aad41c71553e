/** The orders of a fit, by number: in order of instant, brand and id, as paths are. */
import { MAX_VALUE_MICROS } from '../../attribution/bounds.ts';
import type { Plan } from '../../attribution/plan.ts';
import { type OrderRelations, PERSONS } from '../../attribution/relations.ts';
import { CONVERSION_TYPES } from '../../domain/conversion.ts';
import type { AskedForCandidates } from '../../histories/candidates.ts';
import { Growing } from '../../histories/growing.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { atOrBefore } from '../../warehouse/position.ts';
import { majorUnits, valueColumns } from '../order-value.ts';
import { FIT_PEOPLE } from '../relations.ts';

export interface FitOrders extends AskedForCandidates {
  orders: number;
  /** In major units. */
  value: Float64Array;
  /** The orders of person p are by_person[person_starts[p]] to before by_person[person_starts[p + 1]], in order of time. */
  person_starts: Uint32Array;
  by_person: Uint32Array;
  /** Sets the order after the last one, for a person who did not order. @returns its number. */
  placeholder(at_ms: number, policy: number): number;
}

/** Reads the orders of a plan. Null if a value is so large that the query has to refuse it. */
export async function readFitOrders(
  snapshot: Snapshot,
  plan: Plan,
  { orders, events }: OrderRelations,
  people: number,
): Promise<FitOrders | null> {
  const brand_no = plan.brands.map((_, i) => `when o.brand_id = $brand${i} then ${i}`).join(' ');
  const type_no = CONVERSION_TYPES.map((type, i) => `when o.conversion_type = '${type}' then ${i}`).join(' ');
  const found = new Growing(5);
  const large = new Map<number, string>();
  await snapshot.columns(
    `select float64(p.person_no) as person_no, float64(o.at_ms) as order_ms, float64(o.previous_ms) as previous_ms,
       float64((case ${brand_no} end) * ${CONVERSION_TYPES.length} + (case ${type_no} end)) as policy, ${valueColumns('coalesce(e.after_micros, int128(0))')}
     from ${orders.name} o left join ${events.name} e on e.order_no = o.order_no
       join ${FIT_PEOPLE.name} p on p.person_key = o.person_key and p.brand_id = o.brand_id order by o.at_ms, o.brand_id, o.conversion_id`,
    Object.fromEntries(plan.brands.map(({ brand_id }, i) => [`brand${i}`, brand_id])),
    (part) => {
      const micros = part.cells[5] as ArrayLike<string | null>;
      for (let i = 0; i < part.rows; i++) if (micros[i] !== null) large.set(found.length + i, micros[i]!);
      found.add(part);
    },
  );
  for (const micros of large.values())
    if (BigInt(micros) > MAX_VALUE_MICROS || BigInt(micros) < -MAX_VALUE_MICROS) return null;
  const count = found.length;
  const [person_no, at, previous, policies, small] = found.columns as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const [at_ms, previous_ms, policy] = [
    new Float64Array(count + 1),
    new Float64Array(count + 1),
    new Uint32Array(count + 1),
  ];
  at_ms.set(at.subarray(0, count));
  previous_ms.set(previous.subarray(0, count));
  policy.set(policies.subarray(0, count));
  return {
    orders: count,
    at_ms,
    previous_ms,
    policy,
    value: Float64Array.from({ length: count }, (_, i) => majorUnits(small[i]!, large.get(i) ?? null)),
    conversions: await readConversions(snapshot, plan, people),
    ...byPerson(person_no.subarray(0, count), people),
    placeholder(ms, own_policy) {
      [at_ms[count], previous_ms[count], policy[count]] = [ms, Number.NaN, own_policy];
      return count;
    },
  };
}

function byPerson(person_no: Float64Array, people: number): Pick<FitOrders, 'person_starts' | 'by_person'> {
  const person_starts = new Uint32Array(people + 1);
  for (const number of person_no) person_starts[number]! += 1;
  for (let person = 0; person < people; person++) person_starts[person + 1]! += person_starts[person]!;
  const next = person_starts.slice();
  const by_person = new Uint32Array(person_no.length);
  for (let order = 0; order < person_no.length; order++) by_person[next[person_no[order]! - 1]!++] = order;
  return { person_starts, by_person };
}

/** How many conversions of any kind and time each person has, at least 1. */
async function readConversions(snapshot: Snapshot, plan: Plan, people: number): Promise<Float64Array> {
  const conversions = new Float64Array(people).fill(1);
  await snapshot.columns(
    `with counted as (
       select coalesce(p.person_key, c.subject_key) as person_key, count(*) as n
       from conversions c left join ${PERSONS.name} p on p.subject_key = c.subject_key and p.brand_id = c.brand_id
       where ${atOrBefore('c', plan.positions.conversions)} group by coalesce(p.person_key, c.subject_key) having count(*) > 1)
     select float64(f.person_no) as person_no, float64(x.n) as n from counted x join ${FIT_PEOPLE.name} f on f.person_key = x.person_key`,
    {},
    ({ rows, cells }) => {
      const [person_no, n] = cells as ReadonlyArray<readonly number[]>;
      for (let i = 0; i < rows; i++) conversions[person_no![i]! - 1] = n![i]!;
    },
  );
  return conversions;
}
