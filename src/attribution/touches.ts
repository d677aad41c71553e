/** Persons -> candidates -> touches. docs/semantics.md 5 and 6. */
import { TRAITS } from '../domain/touchpoint.ts';
import { RECLASSIFIED } from '../log/verdicts.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { atOrBefore, logNumber } from '../warehouse/position.ts';
import { columnsOf, materialise, numbered, type Relation } from '../warehouse/relation.ts';
import { readValueBounds, type TimeBounds, touchpointsWithin, type ValueBounds } from './bounds.ts';
import { makeAbsorbed } from './collapse.ts';
import { makeTouchVerdicts } from './consent.ts';
import { membersSql } from './consent-people.ts';
import { CONTINUATION_COLUMNS, continuationsOf, isContinuation, SESSION_PAUSE_MS } from './continuations.ts';
import { keepNewest, makeBusyPairs } from './crowded.ts';
import { inTime, isCounted, mayEarn, without } from './eligibility.ts';
import type { Plan } from './plan.ts';
import {
  BUSY_PEOPLE,
  CANDIDATE_COLUMNS,
  CANDIDATES,
  CONTINUATIONS,
  MEMBERS,
  NEWEST_CANDIDATES,
  type OrderRelations,
  PERSONS,
  TIES,
  type TouchRelations,
  UNTIED_CANDIDATES,
} from './relations.ts';
import type { TouchVerdicts } from './verdict-relations.ts';

/** Columns that collapsing needs, in addition to those that every candidate has. */
const COLLAPSE_COLUMNS = ['message_id', 'session_id', 'sent_campaign_id'] as const;

/**
 * SQL for the number `touch_no` that identifies a touchpoint `t`. A report that shows ids asks for the column `touchpoint_id`
 * in its plan.
 */
export function touchNumber(plan: Plan): string {
  return logNumber('t', plan.positions.touchpoints);
}

/** Makes `members`: every id of the persons who ordered, with the key of its person. */
export function makeMembers(snapshot: Snapshot, orders: Relation): Promise<Relation> {
  return materialise(
    snapshot,
    MEMBERS,
    `with people as (select distinct brand_id, person_key, person_id from ${orders.name})
     select people.brand_id as brand_id, people.person_id as id, people.person_key as subject_key, people.person_key as person_key from people
     union all
     select p.brand_id as brand_id, p.id as id, p.subject_key as subject_key, p.person_key as person_key
     from ${PERSONS.name} p join people on people.person_key = p.person_key and people.brand_id = p.brand_id`,
  );
}

/** Makes the verdicts of the touchpoints of members, and what consent hides of them. */
function makeVerdicts(
  snapshot: Snapshot,
  plan: Plan,
  members: Relation,
  { has_reclassifications }: TimeBounds,
  number?: number,
): Promise<TouchVerdicts> {
  const of_judged = `join ${members.name} m on m.subject_key = r.subject_key`;
  const numbered = number === undefined ? {} : { number };
  return makeTouchVerdicts(snapshot, plan, membersSql(members), { has_reclassifications, of_judged, ...numbered });
}

/** The number of the verdicts of a report beside those of the people who ordered. */
export const OTHER_VERDICTS = 1;

/** The same for members who may have no order. */
export function otherVerdicts(
  snapshot: Snapshot,
  plan: Plan,
  members: Relation,
  times: TimeBounds,
): Promise<TouchVerdicts> {
  return makeVerdicts(snapshot, plan, members, times, OTHER_VERDICTS);
}

/**
 * SQL for the touchpoints `t` of members, with verdict and channel of the latest reclassification, and the trait of those that consent hides.
 * @param columns of the touchpoint, in addition to person_key and at_ms; `touch_no` is its number.
 */
export function memberTouches(
  plan: Plan,
  { members, verdicts }: Pick<TouchRelations, 'members' | 'verdicts'>,
  { columns, where = '' }: { columns: readonly string[]; where?: string },
): string {
  const select = columns
    .map((name) => `, ${name === 'touch_no' ? touchNumber(plan) : effective(name, verdicts)} as ${name}`)
    .join('');
  return `select m.person_key as person_key, epoch_ms(t.occurred_at) as at_ms${select}
    from touchpoints t join ${members.name} m on m.subject_key = t.subject_key ${withVerdicts(verdicts)}
    where ${atOrBefore('t', plan.positions.touchpoints)} ${where}`;
}

/** SQL for the campaign of touchpoints `t`. */
export const CAMPAIGN = 'coalesce(t.campaign_id, t.utm_id, t.utm_campaign)';

/** SQL that joins touchpoints `t` with their reclassifications `v` and the consent of their people; empty if there is neither. */
export function withVerdicts({ judged, spans }: TouchVerdicts): string {
  const of_judged =
    judged === null
      ? ''
      : `left join ${judged.name} v on v.brand_id = t.brand_id and v.touchpoint_id = t.touchpoint_id`;
  return `${of_judged} ${spans?.join ?? ''}`;
}

/**
 * SQL for a column of touchpoints `t`: the value of the reclassification `v` if there is one, else the touchpoint's own. The
 * campaign of a touchpoint is the one that was sent, else the one that its link names; `sent_campaign_id` is only the sent one.
 */
export function effective(name: string, { judged, spans }: TouchVerdicts): string {
  if (name === 'campaign_id') return CAMPAIGN;
  if (name === 'sent_campaign_id') return 't.campaign_id';
  const own = judged !== null && RECLASSIFIED.includes(name) ? `coalesce(v.${name}, t.${name})` : `t.${name}`;
  if (name !== 'traits' || spans === null) return own;
  return `(${own} + case when ${spans.is_hidden} then ${TRAITS.no_consent} else 0 end)`;
}

/**
 * Makes `continuations` of the members in a range of time. Null if the log has no touchpoint that came from its own site.
 * @param number tells the relations of several kinds of members apart.
 */
export async function makeContinuations(
  snapshot: Snapshot,
  plan: Plan,
  query: Pick<TouchRelations, 'members' | 'verdicts'>,
  times: TimeBounds,
  number?: number,
): Promise<Relation | null> {
  if (!times.has_own_referrers) return null;
  const within = touchpointsWithin(plan, { low_ms: times.low_ms - SESSION_PAUSE_MS, high_ms: times.high_ms });
  const touches = memberTouches(plan, query, { columns: CONTINUATION_COLUMNS, where: `and ${within}` });
  const counted = `select t.* from (${touches}) t where ${isCounted(plan, 't.traits')}`;
  const relation = number === undefined ? CONTINUATIONS : numbered(CONTINUATIONS, number);
  return materialise(snapshot, relation, `with counted as (${counted}) ${continuationsOf('counted')}`);
}

/** Makes the candidates of `orders`. Candidates at the same instant are not ordered yet. */
async function makeCandidates(
  snapshot: Snapshot,
  plan: Plan,
  {
    orders,
    members,
    verdicts,
    continuations,
  }: Pick<TouchRelations, 'members' | 'verdicts' | 'continuations'> & {
    orders: Relation;
  },
  times: TimeBounds,
): Promise<Relation> {
  const traits = effective('traits', verdicts);
  const in_time = inTime(plan, {
    at_ms: 'epoch_ms(t.occurred_at)',
    touchpoint_type: 't.touchpoint_type',
  });
  const touch_no = touchNumber(plan);
  const may_earn = mayEarn(plan, { traits, continues: isContinuation(continuations, touch_no) });
  const columns = columnsOf(candidatesOf(plan, UNTIED_CANDIDATES), 't', {
    order_no: 'o.order_no',
    touch_no,
    age_ms: 'o.at_ms - epoch_ms(t.occurred_at)',
    at_ms: 'epoch_ms(t.occurred_at)',
    tie_no: '0',
    is_email: `case when ${without(traits, 'email')} then 0 else 1 end`,
    channel: effective('channel', verdicts),
    verdict: effective('verdict', verdicts),
    campaign_id: CAMPAIGN,
    sent_campaign_id: effective('sent_campaign_id', verdicts),
    traits,
  });
  const with_verdicts = withVerdicts(verdicts);
  const busy = await makeBusyPairs(snapshot, plan, { orders, members }, times, { touch_no, may_earn, with_verdicts });
  const candidates = (with_orders: string): string => `select ${columns}
     from touchpoints t ${with_orders} and ${in_time} ${with_verdicts}
     where ${touchpointsWithin(plan, times)} and ${may_earn}`;
  const not_busy = busy ? `where o.person_key not in (select person_key from ${BUSY_PEOPLE.name})` : '';
  const of_persons = candidates(
    `join (select m.subject_key as subject_key, o.* from ${orders.name} o join ${members.name} m on m.person_key = o.person_key ${not_busy}) o
       on o.subject_key = t.subject_key`,
  );
  const of_busy = busy
    ? `union all ${candidates(
        `join (select p.touch_no as pair_touch_no, o.* from ${orders.name} o join ${busy.name} p on p.order_no = o.order_no) o
       on o.pair_touch_no = ${touch_no}`,
      )}`
    : '';
  return materialise(snapshot, UNTIED_CANDIDATES, `${of_persons} ${of_busy}`);
}

/** The declaration of a relation of candidates, with the further columns that a plan asks for. */
function candidatesOf(plan: Plan, relation: Relation): Relation {
  const asked = [...(plan.collapse === 'interaction' ? COLLAPSE_COLUMNS : []), ...plan.touch_columns];
  const more = asked.filter((name) => !Object.hasOwn(CANDIDATE_COLUMNS, name));
  return { ...relation, columns: { ...relation.columns, ...Object.fromEntries(more.map((name) => [name, 'text?'])) } };
}

/** Makes `candidates`. `tie_no` puts candidates of one order at the same instant in the order of their ids. */
async function breakTies(
  snapshot: Snapshot,
  plan: Plan,
  untied: Relation,
  ties: NonNullable<ValueBounds['ties']>,
): Promise<Relation> {
  await materialise(
    snapshot,
    TIES,
    `with instants as (
       select order_no, at_ms from ${untied.name} where at_ms >= ${ties.low_ms} and at_ms <= ${ties.high_ms} group by order_no, at_ms having count(*) > 1),
     tied as (
       select c.order_no as order_no, c.at_ms as at_ms, c.touch_no as touch_no
       from ${untied.name} c join instants i on i.order_no = c.order_no and i.at_ms = c.at_ms)
     select c.order_no as order_no, c.touch_no as touch_no, row_number() over (partition by c.order_no, c.at_ms order by t.touchpoint_id) as tie_no
     from tied c join touchpoints t on ${touchNumber(plan)} = c.touch_no
     where ${touchpointsWithin(plan, ties)}`,
  );
  return materialise(
    snapshot,
    CANDIDATES,
    `select ${columnsOf(candidatesOf(plan, CANDIDATES), 'c', { tie_no: 'coalesce(t.tie_no, 0)' })}
     from ${untied.name} c left join ${TIES.name} t on t.order_no = c.order_no and t.touch_no = c.touch_no`,
  );
}

/** SQL for columns of the touches: the candidates that are not absorbed. */
export function touchesWith({ candidates, absorbed }: TouchRelations, columns: readonly string[]): string {
  const select = columns.map((name) => `c.${name} as ${name}`).join(', ');
  if (absorbed === null) return `(select ${select} from ${candidates.name} c)`;
  return `(select ${select} from ${candidates.name} c
    left join ${absorbed.name} a on a.order_no = c.order_no and a.touch_no = c.touch_no where a.touch_no is null)`;
}

/** Makes the members, candidates and touches of orders. `bounds` are the ranges of value events and candidates. */
export async function makeTouchesOfOrders(
  snapshot: Snapshot,
  plan: Plan,
  { orders, events }: Pick<OrderRelations, 'orders' | 'events'>,
  times: TimeBounds,
): Promise<TouchRelations & { bounds: ValueBounds }> {
  const members = await makeMembers(snapshot, orders);
  const verdicts = await makeVerdicts(snapshot, plan, members, times);
  const continuations = await makeContinuations(snapshot, plan, { members, verdicts }, times);
  const untied = await makeCandidates(snapshot, plan, { orders, members, verdicts, continuations }, times);
  const bounds = await readValueBounds(snapshot, plan, events, untied);
  const all = bounds.ties === null ? untied : await breakTies(snapshot, plan, untied, bounds.ties);
  const { candidates, crowded } = await keepNewest(
    snapshot,
    plan,
    { orders, members },
    {
      candidates: all,
      most_candidates: bounds.most_candidates,
      newest: candidatesOf(plan, NEWEST_CANDIDATES),
    },
  );
  const absorbed = plan.collapse === 'none' ? null : await makeAbsorbed(snapshot, candidates);
  return { members, verdicts, continuations, candidates, crowded, absorbed, bounds };
}
