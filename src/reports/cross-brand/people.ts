/** Who is the same customer in several brands, and from when on consent covers joining what they did. docs/semantics.md 22. */
import { ALWAYS_MS, NEVER_MS } from '../../attribution/consent-spans.ts';
import type { Plan } from '../../attribution/plan.ts';
import { PERSONS } from '../../attribution/relations.ts';
import type { ConsentPolicy } from '../../domain/consent/policy.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { atOrBefore } from '../../warehouse/position.ts';
import { fill, materialise, type Relation } from '../../warehouse/relation.ts';
import { BRAND_CUSTOMERS, JOINED_PEOPLE, JOINED_SUBJECTS, JOURNEY_BRANDS, SHARED_SINCE } from './relations.ts';

/** What a brand asks about measurement, and how far back it knows what people said. */
export interface CoverRule extends Pick<ConsentPolicy, 'measurement' | 'countries'> {
  /** Retention keeps of older consents only what touchpoints of the brand itself from then on need. */
  known_from_ms: number;
}
const NOTHING_ASKED = { measurement: 'not_needed', countries: {} } as const;

/** The distinct rules of the brands. The number of a rule is its place. */
export function coverRules({ brands, removed_before }: Plan): {
  rules: CoverRule[];
  ruleOf: ReadonlyMap<string, number>;
} {
  const rules: CoverRule[] = [];
  const places = new Map<string, number>();
  const ruleOf = new Map<string, number>();
  for (const [i, { brand_id, settings }] of brands.entries()) {
    const { measurement, countries } = settings.consent ?? NOTHING_ASKED;
    const known_from_ms = removed_before?.[i]?.touchpoints_ms ?? ALWAYS_MS;
    const text = JSON.stringify([measurement, countries, known_from_ms]);
    const place = places.get(text) ?? rules.push({ measurement, countries, known_from_ms }) - 1;
    places.set(text, place);
    ruleOf.set(brand_id, place);
  }
  return { rules, ruleOf };
}

const [ALWAYS, NEVER] = [`int64(${ALWAYS_MS})`, `int64(${NEVER_MS})`];
const personOf = (alias: string): string => `coalesce(p.person_key, ${alias}.subject_key)`;
const withPerson = (alias: string): string =>
  `left join ${PERSONS.name} p on p.subject_key = ${alias}.subject_key and p.brand_id = ${alias}.brand_id`;

/**
 * Makes `joined_subjects`. People are joined by a customer id that both brands know, directly and not over third ones.
 * @param lists of brands; a brand is in one of them.
 */
export async function joinPeople(
  snapshot: Snapshot,
  plan: Plan,
  orders: Relation,
  lists: ReadonlyArray<readonly string[]>,
  ruleOf: ReadonlyMap<string, number>,
): Promise<void> {
  await fill(
    snapshot,
    JOURNEY_BRANDS,
    lists.flatMap((brands, list_no) =>
      brands.map((brand_id) => ({ brand_id, list_no, policy_no: ruleOf.get(brand_id)! })),
    ),
  );
  await makeBrandCustomers(snapshot, plan);
  await materialise(
    snapshot,
    JOINED_PEOPLE,
    `select distinct a.person_key as person_key, a.policy_no as order_policy_no, b.person_key as other_key, b.brand_id as other_brand_id, b.policy_no as policy_no
     from ${BRAND_CUSTOMERS.name} a join ${BRAND_CUSTOMERS.name} b on b.list_no = a.list_no and b.customer_id = a.customer_id
     where a.brand_id <> b.brand_id and a.person_key in (select person_key from ${orders.name})`,
  );
  await makeSharedSince(snapshot, plan);
  await makeJoinedSubjects(snapshot);
}

/** Makes `brand_customers`: the customer ids that touchpoints, conversions and consents name. */
function makeBrandCustomers(snapshot: Snapshot, { positions }: Plan): Promise<Relation> {
  const named = (table: string): string =>
    `select c.brand_id as brand_id, c.customer_id as customer_id, c.subject_key as subject_key from ${table} c
     where c.customer_id is not null and c.brand_id in (select brand_id from ${JOURNEY_BRANDS.name})
       and ${atOrBefore('c', table === 'conversions' ? positions.conversions : positions.touchpoints)}`;
  return materialise(
    snapshot,
    BRAND_CUSTOMERS,
    `with named as (
       select distinct n.brand_id as brand_id, n.customer_id as customer_id, n.subject_key as subject_key
       from (${['touchpoints', 'conversions', 'consents'].map(named).join(' union all ')}) n)
     select g.list_no as list_no, g.policy_no as policy_no, n.brand_id as brand_id, n.customer_id as customer_id, ${personOf('n')} as person_key
     from named n join ${JOURNEY_BRANDS.name} g on g.brand_id = n.brand_id ${withPerson('n')}`,
  );
}

/**
 * Makes `shared_since`. A denial ends what was granted before it, also for what happened before it; of several statements at one
 * instant a denial counts. A later grant covers what happens from then on.
 */
function makeSharedSince(snapshot: Snapshot, { positions }: Plan): Promise<Relation> {
  const at = (purpose: 'sharing' | 'measurement', granted: 0 | 1): string =>
    `case when s.${purpose} = ${granted} then s.at_ms end`;
  const granted = (purpose: 'sharing' | 'measurement'): string =>
    `coalesce(min(case when s.${purpose} = 1 and s.at_ms > d.${purpose}_denied_ms then s.at_ms end), ${NEVER})`;
  const since = (measured: string): string => `int64(greatest(shared_ms, ${measured}))`;
  return materialise(
    snapshot,
    SHARED_SINCE,
    `with said as (
       select ${personOf('c')} as person_key, epoch_ms(c.occurred_at) as at_ms, c.sharing as sharing, c.measurement as measurement
       from consents c ${withPerson('c')}
       where (c.sharing is not null or c.measurement is not null) and c.brand_id in (select brand_id from ${JOURNEY_BRANDS.name})
         and ${atOrBefore('c', positions.touchpoints)}),
     denied as (
       select s.person_key as person_key, coalesce(max(${at('sharing', 0)}), ${ALWAYS}) as sharing_denied_ms,
         coalesce(max(${at('measurement', 0)}), ${ALWAYS}) as measurement_denied_ms
       from said s group by s.person_key),
     known as (
       select s.person_key as person_key, ${granted('sharing')} as shared_ms, ${granted('measurement')} as measured_ms,
         max(d.measurement_denied_ms) as measurement_denied_ms
       from said s join denied d on d.person_key = s.person_key group by s.person_key)
     select person_key, int64(shared_ms) as not_needed_ms, ${since(`case when measurement_denied_ms = ${ALWAYS} then ${ALWAYS} else measured_ms end`)} as opt_out_ms, ${since('measured_ms')} as opt_in_ms
     from known where shared_ms < ${NEVER}`,
  );
}

const MODES = ['not_needed', 'opt_out', 'opt_in'] as const;

/** Makes `joined_subjects`: every id of the people that are joined. Who has not granted is in it, since what is left out is counted. */
function makeJoinedSubjects(snapshot: Snapshot): Promise<Relation> {
  const since = MODES.map(
    (mode) => `coalesce(a.${mode}_ms, ${NEVER}) as order_${mode}_ms, coalesce(b.${mode}_ms, ${NEVER}) as ${mode}_ms`,
  ).join(', ');
  return materialise(
    snapshot,
    JOINED_SUBJECTS,
    `with pairs as (
       select j.person_key as person_key, j.other_key as other_key, j.other_brand_id as other_brand_id, j.order_policy_no as order_policy_no,
         j.policy_no as policy_no, ${since}
       from ${JOINED_PEOPLE.name} j left join ${SHARED_SINCE.name} a on a.person_key = j.person_key
         left join ${SHARED_SINCE.name} b on b.person_key = j.other_key),
     known as (
       select other_key as subject_key, x.* from pairs x
       union all
       select p.subject_key as subject_key, x.* from pairs x join ${PERSONS.name} p on p.person_key = x.other_key and p.brand_id = x.other_brand_id)
     select ${Object.keys(JOINED_SUBJECTS.columns).join(', ')} from known`,
  );
}
