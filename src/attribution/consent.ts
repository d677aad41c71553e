/**
 * Touchpoints that consent hides: docs/semantics.md 5. A join at read, because a later statement, a link between ids or another
 * `as_of` changes what is hidden. A hidden touchpoint has the trait `no_consent`, so every step that reads the traits of a touchpoint
 * leaves it out.
 *
 * Nearly everybody changes their mind once at most. What they said is a span of time for each answer, and comparing the instant of a
 * touchpoint with them costs little. The touchpoints of people who changed it more often are among `verdicts`, one by one.
 */
import { CONSENT_MODES, type ConsentMode, type ConsentPolicy } from '../domain/consent/policy.ts';
import { TRAITS } from '../domain/touchpoint.ts';
import { latestVerdicts, RECLASSIFIED } from '../log/verdicts.ts';
import type { Parameter, Snapshot } from '../warehouse/port.ts';
import { atOrBefore } from '../warehouse/position.ts';
import { materialise, numbered, type Relation } from '../warehouse/relation.ts';
import { asksForGrants, type Consents, Names, type PeopleSql, policiesOf } from './consent-people.ts';
import { ALWAYS_MS, makeSpans } from './consent-spans.ts';
import { type TouchVerdicts, VERDICTS } from './verdict-relations.ts';

/** True if touchpoints may be hidden: the settings ask for consent, and somebody denied or had to grant. */
async function mayHide(snapshot: Snapshot, plan: Consents): Promise<boolean> {
  if (policiesOf(plan).length === 0) return false;
  if (asksForGrants(plan)) return true;
  const rows = await snapshot.query(
    `select 1 as found from consents c where c.measurement = 0 and ${atOrBefore('c', plan.positions.touchpoints)} limit 1`,
  );
  return rows.length > 0;
}

/**
 * Makes `verdicts` and the spans of consent of some people.
 * @param has_reclassifications false if there are none to look for. @param of_judged joins reclassifications `r` with those that matter.
 * @param number tells the relations of several kinds of people apart.
 */
export async function makeTouchVerdicts(
  snapshot: Snapshot,
  plan: Consents,
  people: PeopleSql,
  { has_reclassifications, of_judged = '', parameters = {}, number }: VerdictsAsked,
): Promise<TouchVerdicts> {
  const own = (relation: Relation): Relation => (number === undefined ? relation : numbered(relation, number));
  const spans = (await mayHide(snapshot, plan)) ? await makeSpans(snapshot, plan, people, own) : null;
  if (spans?.has_wavering) {
    const { sql, parameters: names } = verdictsWithConsent(plan, people, has_reclassifications, spans.name);
    return { judged: await materialise(snapshot, own(VERDICTS), sql, names), spans };
  }
  if (!has_reclassifications) return { judged: null, spans };
  const latest = latestVerdicts(plan.positions.touchpoints, RECLASSIFIED, of_judged);
  return { judged: await materialise(snapshot, own(VERDICTS), latest, parameters), spans };
}

interface VerdictsAsked {
  has_reclassifications: boolean;
  of_judged?: string;
  parameters?: Record<string, Parameter>;
  number?: number;
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
 * @param has_reclassifications false if there are none to look for. @param spans the name of a relation of spans: only touchpoints of
 * those who waver are hidden. All are when left out.
 */
export function verdictsWithConsent(
  plan: Consents,
  people: PeopleSql,
  has_reclassifications: boolean,
  spans?: string,
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
  const wavering =
    spans === undefined ? '1 = 1' : `t.subject_key in (select subject_key from ${spans} where wavers = 1)`;
  const looked_at = `and (${wavering}${has_reclassifications ? ' or v.touchpoint_id is not null' : ''})`;
  const sql = `with ${knownSql(plan, people, names)} ${judged},
    seen as (
      select t.brand_id as brand_id, t.touchpoint_id as touchpoint_id, ${people.person_key('t')} as person_key, epoch_ms(t.occurred_at) as at_ms,
        ${modeSql(plan, names)} as mode, ${RECLASSIFIED.map((name) => `${effective(name)} as ${name}`).join(', ')},
        ${has_reclassifications ? 'case when v.touchpoint_id is null then 0 else 1 end' : '0'} as is_judged,
        case when ${wavering} then 1 else 0 end as wavers
      from touchpoints t ${people.join('t')} ${of_judged} where ${atOrBefore('t', position)} ${looked_at}),
    decided as (
      select t.brand_id as brand_id, t.touchpoint_id as touchpoint_id, t.channel as channel, t.verdict as verdict, t.traits as traits,
        t.is_judged as is_judged, case when t.wavers = 1 and (${is_hidden}) then 1 else 0 end as is_hidden
      from seen t asof left join known k on k.person_key = t.person_key and t.at_ms >= k.at_ms)
    select brand_id, touchpoint_id, channel, verdict, traits + is_hidden * ${TRAITS.no_consent} as traits
    from decided where is_judged = 1 or is_hidden = 1`;
  return { sql, parameters: names.parameters };
}
