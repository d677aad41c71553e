/** Touches of other brands in the journeys of orders, and the credit of the orders that have some. docs/semantics.md 22. */
import { touchpointsWithin } from '../../attribution/bounds.ts';
import { makeAbsorbed } from '../../attribution/collapse.ts';
import { Names } from '../../attribution/consent-people.ts';
import { isContinuation } from '../../attribution/continuations.ts';
import { makeCreditsOfTouches } from '../../attribution/credits.ts';
import { inTime, mayEarn, without } from '../../attribution/eligibility.ts';
import type { Plan } from '../../attribution/plan.ts';
import type { Attribution } from '../../attribution/query.ts';
import { CANDIDATE_COLUMNS } from '../../attribution/relations.ts';
import {
  CAMPAIGN,
  effective,
  makeContinuations,
  OTHER_VERDICTS,
  otherVerdicts,
  touchesWith,
  touchNumber,
  withVerdicts,
} from '../../attribution/touches.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { columnsOf, materialise, type Relation } from '../../warehouse/relation.ts';
import type { CoverRule } from './people.ts';
import {
  COVERED_CANDIDATES,
  HELPED_ORDERS,
  JOINED_SUBJECTS,
  JOURNEY_TOUCHES,
  OTHER_CANDIDATES,
  OTHER_MEMBERS,
  UNJOINED_PEOPLE,
} from './relations.ts';

/** The number of relations of the attribution query that are made a second time, for other brands. */
const OF_OTHERS = OTHER_VERDICTS;

/** The columns of the touches of both kinds. */
const SHARED_COLUMNS = ['order_no', 'touch_no', 'touchpoint_id', 'age_ms', 'at_ms', 'is_email'];
const TOUCH_COLUMNS = [...SHARED_COLUMNS, ...Object.keys(CANDIDATE_COLUMNS)];

/** The plan of the report has this column, since touches of two brands at one instant are in order of their ids. */
export const NEEDED_COLUMNS = ['touchpoint_id'] as const;

/**
 * Makes `other_candidates`: what may earn in the windows of the order, with the verdicts, visits and consent to measurement of its own brand.
 * @param rules of the brands, by number.
 * @returns how many people are not joined, because they have too many pairs of an order and a touchpoint.
 */
export async function makeOtherCandidates(
  snapshot: Snapshot,
  plan: Plan,
  own: Attribution,
  rules: readonly CoverRule[],
): Promise<number> {
  const unjoined = await makeUnjoined(snapshot, plan, own);
  const members = await materialise(
    snapshot,
    OTHER_MEMBERS,
    `select distinct j.subject_key as subject_key, j.other_key as person_key from ${JOINED_SUBJECTS.name} j`,
  );
  const verdicts = await otherVerdicts(snapshot, plan, members, own.times);
  const continuations = await makeContinuations(snapshot, plan, { members, verdicts }, own.times, OF_OTHERS);
  const traits = effective('traits', verdicts);
  const touch_no = touchNumber(plan);
  const at_ms = 'epoch_ms(t.occurred_at)';
  const names = new Names();
  const columns = columnsOf(OTHER_CANDIDATES, 't', {
    order_no: 'o.order_no',
    touch_no,
    age_ms: `o.at_ms - ${at_ms}`,
    at_ms,
    tie_no: `row_number() over (partition by o.order_no, t.brand_id, ${at_ms} order by t.touchpoint_id)`,
    is_email: `case when ${without(traits, 'email')} then 0 else 1 end`,
    channel: effective('channel', verdicts),
    campaign_id: CAMPAIGN,
    sent_campaign_id: effective('sent_campaign_id', verdicts),
    is_covered: `case when ${isCovered(rules, names)} then 1 else 0 end`,
  });
  const since = ['not_needed', 'opt_out', 'opt_in'].map(
    (mode) => `j.order_${mode}_ms as order_${mode}_ms, j.${mode}_ms as ${mode}_ms`,
  );
  await materialise(
    snapshot,
    OTHER_CANDIDATES,
    `select ${columns}
     from touchpoints t
     join (select j.subject_key as subject_key, j.order_policy_no as order_policy_no, j.policy_no as other_policy_no, ${since.join(', ')}, o.*
         from ${own.orders.name} o join ${JOINED_SUBJECTS.name} j on j.person_key = o.person_key
         where o.person_key not in (select person_key from ${UNJOINED_PEOPLE.name})) o
       on o.subject_key = t.subject_key and ${inTime(plan, { at_ms, touchpoint_type: 't.touchpoint_type' })} ${withVerdicts(verdicts)}
     where ${touchpointsWithin(plan, own.times)} and ${mayEarn(plan, { traits, continues: isContinuation(continuations, touch_no) })}`,
    names.parameters,
  );
  return unjoined;
}

/** SQL that is true where consent covers a touchpoint `t` in the brand of the order `o` and in its own. */
function isCovered(rules: readonly CoverRule[], names: Names): string {
  const since = (prefix: string, { measurement, countries, known_from_ms }: CoverRule): string => {
    const from = (mode: string): string => `greatest(o.${prefix}${mode}_ms, int64(${known_from_ms}))`;
    const own = Object.entries(countries).map(
      ([country, mode]) => `when t.country = ${names.add(country)} then ${from(mode)}`,
    );
    return own.length === 0 ? from(measurement) : `case ${own.join(' ')} else ${from(measurement)} end`;
  };
  const covered = (prefix: string, policy_no: string): string => {
    const cases = rules.map((rule, no) => `when ${no} then ${since(prefix, rule)}`);
    return `epoch_ms(t.occurred_at) >= case o.${policy_no} ${cases.join(' ')} end`;
  };
  return `${covered('order_', 'order_policy_no')} and ${covered('', 'other_policy_no')}`;
}

/** Makes `unjoined_people`, such as an id that a shop gives all its guests. @returns how many there are. */
async function makeUnjoined(snapshot: Snapshot, plan: Plan, { orders, times }: Attribution): Promise<number> {
  await materialise(
    snapshot,
    UNJOINED_PEOPLE,
    `with ordered as (
       select o.person_key as person_key, count(*) as orders from ${orders.name} o
       where o.person_key in (select person_key from ${JOINED_SUBJECTS.name}) group by o.person_key),
     touched as (
       select j.person_key as person_key, count(*) as touches from touchpoints t join ${JOINED_SUBJECTS.name} j on j.subject_key = t.subject_key
       where ${touchpointsWithin(plan, times)} group by j.person_key)
     select o.person_key as person_key from ordered o join touched t on t.person_key = o.person_key
     where o.orders * t.touches > ${plan.limits.pairs}`,
  );
  const [row] = await snapshot.query(`select count(*) as people from ${UNJOINED_PEOPLE.name}`);
  return Number(row!['people']);
}

/** The credit of the orders that have a touch of another brand: as {@link Attribution}, over `journey_touches`. */
export interface HelpedCredit {
  credits: Relation;
  touches: Relation;
}

/**
 * Makes `helped_orders`, their touches of all brands, and the credit of these. Touches are collapsed within their brand; together they
 * are in order of time, then of their ids, then of their brands.
 */
export async function creditHelped(snapshot: Snapshot, plan: Plan, own: Attribution): Promise<HelpedCredit> {
  await materialise(
    snapshot,
    COVERED_CANDIDATES,
    `select ${columnsOf(COVERED_CANDIDATES, 'c', {
      order_no: 'int64(dense_rank() over (order by c.order_no, c.brand_id))',
      helped_order_no: 'c.order_no',
    })} from ${OTHER_CANDIDATES.name} c where c.is_covered = 1`,
  );
  await materialise(
    snapshot,
    HELPED_ORDERS,
    `select distinct helped_order_no as order_no from ${COVERED_CANDIDATES.name}`,
  );
  const absorbed = plan.collapse === 'none' ? null : await makeAbsorbed(snapshot, COVERED_CANDIDATES, OF_OTHERS);
  const columns = TOUCH_COLUMNS.map((name) => `, c.${name} as ${name}`).join('');
  const of_others = touchesWith({ ...own, candidates: COVERED_CANDIDATES, absorbed }, [
    'helped_order_no',
    'brand_id',
    ...TOUCH_COLUMNS.filter((name) => name !== 'order_no'),
  ]);
  const touches = await materialise(
    snapshot,
    JOURNEY_TOUCHES,
    `with found as (
       select o.brand_id as brand_id${columns}
       from ${touchesWith(own, TOUCH_COLUMNS)} c join ${HELPED_ORDERS.name} h on h.order_no = c.order_no join ${own.orders.name} o on o.order_no = c.order_no
       union all
       select c.brand_id as brand_id${columns.replace('c.order_no', 'c.helped_order_no')} from ${of_others} c)
     select ${columnsOf(JOURNEY_TOUCHES, 'f', {
       tie_no: 'row_number() over (partition by f.order_no order by f.at_ms, f.touchpoint_id, f.brand_id)',
     })} from found f`,
  );
  const paths = { ...own, candidates: touches, absorbed: null, crowded: null };
  const { credits } = await makeCreditsOfTouches(snapshot, plan, paths, {
    small: own.bounds.values_are_small,
    number: OF_OTHERS,
  });
  return { credits, touches };
}
