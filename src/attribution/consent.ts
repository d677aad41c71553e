/**
 * Touchpoints that consent hides: docs/semantics.md 5. A join at read, because a later statement, a link between ids or another
 * `as_of` changes what is hidden. The hidden touchpoints are among `verdicts`, with the trait `no_consent`, so every step that
 * reads the traits of a touchpoint leaves them out.
 */
import { asksForConsent, CONSENT_MODES, type ConsentMode, type ConsentPolicy } from '../domain/consent/policy.ts';
import { TRAITS } from '../domain/touchpoint.ts';
import { latestVerdicts, RECLASSIFIED } from '../log/verdicts.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { atOrBefore } from '../warehouse/position.ts';
import type { Plan } from './plan.ts';
import { PERSONS } from './relations.ts';

type Consents = Pick<Plan, 'brands' | 'positions'>;

/** The people whose touchpoints are looked at: SQL that joins rows `ALIAS` with them, and their key. */
export interface PeopleSql {
  join: (alias: string) => string;
  person_key: (alias: string) => string;
}

/** The people of a relation of members. */
export function membersSql({ name }: { name: string }): PeopleSql {
  return {
    join: (alias) => `join ${name} m on m.subject_key = ${alias}.subject_key`,
    person_key: () => 'm.person_key',
  };
}

/** Everyone. `persons` has to be there. */
export const EVERYONE: PeopleSql = {
  join: (alias) =>
    `left join ${PERSONS.name} m on m.subject_key = ${alias}.subject_key and m.brand_id = ${alias}.brand_id`,
  person_key: (alias) => `coalesce(m.person_key, ${alias}.subject_key)`,
};

function policiesOf({ brands }: Consents): Array<{ brand_id: string; policy: ConsentPolicy }> {
  return brands.flatMap(({ brand_id, settings: { consent } }) =>
    consent === undefined || !asksForConsent(consent) ? [] : [{ brand_id, policy: consent }],
  );
}

/** True if the settings of the plan hide whoever has not consented, whatever the log holds. */
function asksForGrants(plan: Consents): boolean {
  return policiesOf(plan).some(({ policy }) =>
    [policy.measurement, ...Object.values(policy.countries)].includes('opt_in'),
  );
}

/** True if touchpoints may be hidden: the settings ask for consent, and somebody denied or had to grant. */
export async function mayHide(snapshot: Snapshot, plan: Consents): Promise<boolean> {
  if (policiesOf(plan).length === 0) return false;
  if (asksForGrants(plan)) return true;
  const rows = await snapshot.query(
    `select 1 as found from consents c where c.measurement is not null and ${atOrBefore('c', plan.positions.touchpoints)} limit 1`,
  );
  return rows.length > 0;
}

/** Brands and countries as parameters of a query. */
class Names {
  readonly parameters: Record<string, string> = {};

  add(name: string): string {
    const parameter = `consent_${Object.keys(this.parameters).length}`;
    this.parameters[parameter] = name;
    return `$${parameter}`;
  }

  list(names: readonly string[]): string {
    return names.map((name) => this.add(name)).join(', ');
  }
}

/** SQL for the number of the mode, in {@link CONSENT_MODES}, of touchpoints `t`. */
function modeSql(plan: Consents, names: Names): string {
  const number = (mode: ConsentMode): number => CONSENT_MODES.indexOf(mode);
  const ofBrand = ({ measurement, countries }: ConsentPolicy): string => {
    const own = Object.entries(countries).map(
      ([country, mode]) => `when t.country = ${names.add(country)} then ${number(mode)}`,
    );
    return own.length === 0 ? String(number(measurement)) : `case ${own.join(' ')} else ${number(measurement)} end`;
  };
  const brands = policiesOf(plan).map(
    ({ brand_id, policy }) => `when t.brand_id = ${names.add(brand_id)} then ${ofBrand(policy)}`,
  );
  return `case ${brands.join(' ')} else 0 end`;
}

/** Before every touchpoint. */
const ALWAYS_MS = -(2 ** 53);

/**
 * SQL of the statements about measurement, by person and instant: `known` (person_key, at_ms, granted). At one instant a denial
 * counts before a grant. A denial that is the last word of a person stands alone where the settings hide what came before it.
 */
function knownSql(plan: Consents, people: PeopleSql, names: Names): string {
  const hiding = policiesOf(plan)
    .filter(({ policy }) => policy.after_withdrawal === 'hide_all')
    .map(({ brand_id }) => brand_id);
  const said = `said as (
      select ${people.person_key('c')} as person_key, c.brand_id as brand_id, epoch_ms(c.occurred_at) as at_ms, min(c.measurement) as granted
      from consents c ${people.join('c')}
      where c.measurement is not null and c.brand_id in (${names.list(policiesOf(plan).map(({ brand_id }) => brand_id))}) and ${atOrBefore('c', plan.positions.touchpoints)}
      group by ${people.person_key('c')}, c.brand_id, epoch_ms(c.occurred_at))`;
  if (hiding.length === 0) return `${said}, known as (select person_key, at_ms, granted from said)`;
  return `${said},
    latest as (select person_key, max(at_ms) as at_ms from said group by person_key),
    withdrawn as (
      select s.person_key as person_key from said s join latest l on l.person_key = s.person_key and l.at_ms = s.at_ms
      where s.granted = 0 and s.brand_id in (${names.list(hiding)})),
    known as (
      select person_key, at_ms, granted from said where person_key not in (select person_key from withdrawn)
      union all
      select person_key, int64(${ALWAYS_MS}) as at_ms, int64(0) as granted from withdrawn)`;
}

/**
 * SQL of verdicts (brand_id, touchpoint_id, channel, verdict, traits): the latest reclassification of each touchpoint of some people,
 * and the touchpoints that consent hides.
 * @param has_reclassifications false if there are none to look for.
 */
export function verdictsWithConsent(
  plan: Consents,
  people: PeopleSql,
  has_reclassifications: boolean,
): { sql: string; parameters: Record<string, string> } {
  const names = new Names();
  const position = plan.positions.touchpoints;
  const judged = has_reclassifications ? `, judged as (${latestVerdicts(position, RECLASSIFIED)})` : '';
  const effective = (name: string): string => (has_reclassifications ? `coalesce(v.${name}, t.${name})` : `t.${name}`);
  const of_judged = has_reclassifications
    ? 'left join judged v on v.brand_id = t.brand_id and v.touchpoint_id = t.touchpoint_id'
    : '';
  const is_hidden = `(t.mode = ${CONSENT_MODES.indexOf('opt_out')} and coalesce(k.granted, 1) = 0)
    or (t.mode = ${CONSENT_MODES.indexOf('opt_in')} and coalesce(k.granted, 0) = 0)`;
  // Where nobody has to grant, only people who denied are looked at.
  const denied = `${people.person_key('t')} in (select person_key from known where granted = 0)`;
  const looked_at = asksForGrants(plan)
    ? ''
    : `and (${denied}${has_reclassifications ? ' or v.touchpoint_id is not null' : ''})`;
  const sql = `with ${knownSql(plan, people, names)} ${judged},
    seen as (
      select t.brand_id as brand_id, t.touchpoint_id as touchpoint_id, ${people.person_key('t')} as person_key, epoch_ms(t.occurred_at) as at_ms,
        ${modeSql(plan, names)} as mode, ${RECLASSIFIED.map((name) => `${effective(name)} as ${name}`).join(', ')},
        ${has_reclassifications ? 'case when v.touchpoint_id is null then 0 else 1 end' : '0'} as is_judged
      from touchpoints t ${people.join('t')} ${of_judged} where ${atOrBefore('t', position)} ${looked_at}),
    decided as (
      select t.brand_id as brand_id, t.touchpoint_id as touchpoint_id, t.channel as channel, t.verdict as verdict, t.traits as traits,
        t.is_judged as is_judged, case when ${is_hidden} then 1 else 0 end as is_hidden
      from seen t asof left join known k on k.person_key = t.person_key and t.at_ms >= k.at_ms)
    select brand_id, touchpoint_id, channel, verdict, traits + is_hidden * ${TRAITS.no_consent} as traits
    from decided where is_judged = 1 or is_hidden = 1`;
  return { sql, parameters: names.parameters };
}
