/** Spans of time in which what a person said about measurement holds, and SQL that compares touchpoints with them. */
import type { ConsentMode, ConsentPolicy } from '../domain/consent/policy.ts';
import { assert } from '../domain/errors.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { atOrBefore } from '../warehouse/position.ts';
import { fill, materialise, type Relation } from '../warehouse/relation.ts';
import { asksForGrants, type Consents, Names, type PeopleSql, policiesOf } from './consent-people.ts';
import { CONSENT_BRANDS, CONSENT_SPANS, type TouchVerdicts } from './verdict-relations.ts';

/** Before and after every touchpoint. */
export const [ALWAYS_MS, NEVER_MS] = [-(2 ** 53), 2 ** 53];

/** SQL of each bound of the spans, by what a person said. A span that is empty begins at {@link NEVER_MS}. */
const BOUNDS = {
  denied_from: {
    withdrawn: ALWAYS_MS,
    granted_first: `coalesce(s.denied_first, ${NEVER_MS})`,
    denied_first: 's.denied_first',
    wavering: NEVER_MS,
  },
  denied_until: {
    withdrawn: NEVER_MS,
    granted_first: NEVER_MS,
    denied_first: `coalesce(s.granted_first, ${NEVER_MS})`,
    wavering: NEVER_MS,
  },
  granted_from: {
    withdrawn: NEVER_MS,
    granted_first: `coalesce(s.granted_first, ${NEVER_MS})`,
    denied_first: `coalesce(s.granted_first, ${NEVER_MS})`,
    wavering: ALWAYS_MS,
  },
  granted_until: {
    withdrawn: NEVER_MS,
    granted_first: `coalesce(s.denied_first, ${NEVER_MS})`,
    denied_first: NEVER_MS,
    wavering: NEVER_MS,
  },
} as const;

/**
 * SQL of the spans of people `said`. At one instant a denial counts, so who grants at the instant of an earlier denial wavers.
 * @param hides_all SQL that is true where a denial that is the last word hides everything.
 */
function spansSql(people: PeopleSql, hides_all: string): string {
  const kind = `case
    when s.denied_last is not null and coalesce(s.granted_last, ${ALWAYS_MS}) <= s.denied_last and ${hides_all} then 'withdrawn'
    when coalesce(s.granted_last, ${ALWAYS_MS}) <= coalesce(s.denied_first, ${NEVER_MS}) then 'granted_first'
    when coalesce(s.denied_last, ${ALWAYS_MS}) < coalesce(s.granted_first, ${NEVER_MS}) then 'denied_first' else 'wavering' end`;
  const bounds = Object.entries(BOUNDS).map(([name, by_kind]) => {
    const cases = Object.entries(by_kind).map(([own, sql]) => `when s.kind = '${own}' then ${sql}`);
    return `int64(case ${cases.join(' ')} end) as ${name}`;
  });
  return `placed as (select s.*, ${kind} as kind from said s),
     known as (${people.subjectsOf('placed')})
     select s.subject_key as subject_key, s.person_key as person_key, case when s.kind = 'wavering' then 1 else 0 end as wavers, ${bounds.join(', ')} from known s`;
}

/** Makes `consent_spans`. */
export async function makeSpans(
  snapshot: Snapshot,
  plan: Consents,
  people: PeopleSql,
  own: (relation: Relation) => Relation,
): Promise<NonNullable<TouchVerdicts['spans']> & { name: string; has_wavering: boolean }> {
  const names = new Names();
  const policies = policiesOf(plan);
  const brands = names.list(policies.map(({ brand_id }) => brand_id));
  const hiding = policies.filter(({ policy }) => policy.after_withdrawal === 'hide_all');
  const hides_all =
    hiding.length === 0 ? '1 = 0' : `s.brand_id in (${names.list(hiding.map(({ brand_id }) => brand_id))})`;
  const at = (granted: number): string => `case when c.measurement = ${granted} then epoch_ms(c.occurred_at) end`;
  // Where nobody has to grant, only who denied matters.
  const denied_only = asksForGrants(plan) ? '' : 'having count_where(c.measurement = 0) > 0';
  const relation = await materialise(
    snapshot,
    own(CONSENT_SPANS),
    `with said as (
       select ${people.person_key('c')} as person_key, min(c.brand_id) as brand_id, min(${at(0)}) as denied_first, max(${at(0)}) as denied_last,
         min(${at(1)}) as granted_first, max(${at(1)}) as granted_last
       from consents c ${people.join('c')}
       where c.measurement is not null and c.brand_id in (${brands}) and ${atOrBefore('c', plan.positions.touchpoints)} group by ${people.person_key('c')} ${denied_only}),
     ${spansSql(people, hides_all)}`,
    names.parameters,
  );
  const wavering = await snapshot.query(`select 1 as found from ${relation.name} s where s.wavers = 1 limit 1`);
  return {
    name: relation.name,
    has_wavering: wavering.length > 0,
    ...(await joinSpans(snapshot, plan, relation, own)),
  };
}

/** SQL that joins touchpoints `t` with spans `cs`, and finds what these hide. */
async function joinSpans(
  snapshot: Snapshot,
  plan: Consents,
  { name }: Relation,
  own: (relation: Relation) => Relation,
): Promise<NonNullable<TouchVerdicts['spans']>> {
  const at = 'epoch_ms(t.occurred_at)';
  const hidden: Record<ConsentMode, string> = {
    not_needed: '1 = 0',
    opt_out: `coalesce(${at} >= cs.denied_from and ${at} < cs.denied_until, false)`,
    opt_in: `not coalesce(${at} >= cs.granted_from and ${at} < cs.granted_until, false)`,
  };
  const ofPolicy = ({ measurement, countries }: ConsentPolicy): string => {
    const own_rule = Object.entries(countries).map(
      ([country, mode]) => `when t.country = ${countryText(country)} then ${hidden[mode]}`,
    );
    return own_rule.length === 0 ? hidden[measurement] : `case ${own_rule.join(' ')} else ${hidden[measurement]} end`;
  };
  const join = `left join ${name} cs on cs.subject_key = t.subject_key`;
  const of_brands = policiesOf(plan);
  const policies = [...new Map(of_brands.map(({ policy }) => [ofPolicy(policy), policy])).keys()];
  if (policies.length === 1 && of_brands.length === plan.brands.length) return { join, is_hidden: `(${policies[0]})` };
  const brands = await fill(
    snapshot,
    own(CONSENT_BRANDS),
    of_brands.map(({ brand_id, policy }) => ({ brand_id, policy_no: policies.indexOf(ofPolicy(policy)) })),
  );
  return {
    join: `${join} left join ${brands.name} cb on cb.brand_id = t.brand_id`,
    is_hidden: `(case ${policies.map((sql, no) => `when cb.policy_no = ${no} then ${sql}`).join(' ')} else 1 = 0 end)`,
  };
}

/** Two letters of ISO 3166 as a literal. */
function countryText(country: string): string {
  assert(/^[A-Z]{2}$/.test(country), `${JSON.stringify(country)} cannot stand in SQL; the settings allow two letters`);
  return `'${country}'`;
}
