/** Histories from the log: everybody who was ever seen, with their touches, orders and segments. */

import { CLICK_VISIT_MS } from '../../attribution/collapse.ts';
import { continuationsOf } from '../../attribution/continuations.ts';
import { isCounted, mayEarn, without } from '../../attribution/eligibility.ts';
import { makeBrandPeriods, makeOrdersAndEvents } from '../../attribution/orders.ts';
import type { Plan } from '../../attribution/plan.ts';
import { BRAND_PERIODS, type OrderRelations, PERSONS } from '../../attribution/relations.ts';
import { CAMPAIGN, touchNumber } from '../../attribution/touches.ts';
import { TributaryError } from '../../domain/errors.ts';
import { MICROS_PER_UNIT } from '../../domain/money.ts';
import { subjectKey } from '../../domain/subject.ts';
import { CUSTOMER_FIELDS } from '../../domain/subject-fields.ts';
import type { PersonDirectory } from '../../identity/directory.ts';
import { latestVerdicts } from '../../log/verdicts.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { atOrBefore } from '../../warehouse/position.ts';
import { read, readAll } from '../../warehouse/read-row.ts';
import { fill, materialise } from '../../warehouse/relation.ts';
import { IS_VIEW, makeSplits, type Naming, SPLIT_JOIN, stateSql } from '../grain.ts';
import { MAX_FIT_TOUCHES, stateNames } from '../paths/log-paths.ts';
import { FIT_PEOPLE, HISTORY_TOUCHES, MAILED, STATES, TOUCH_LOG } from '../relations.ts';
import type { Histories } from './histories.ts';

/** People per page. Other requests are answered between pages. */
const PAGE = 5_000;
/** A bound on customers of whom only emails or segments are known, because they are read into memory. */
const MAX_MAILED = 2_000_000;
/** Views and actions of a channel are fitted apart where it has at least this many of each. */
const SPLIT_TOUCHES = 500;

/** Reads the histories of a plan's brands, with the orders of its period. @throws unprocessable above a limit of a fit. */
export async function readLogHistories(
  snapshot: Snapshot,
  plan: Plan,
  directory: PersonDirectory,
  naming: Naming | 'auto',
): Promise<{ histories: Histories; naming: Naming }> {
  const query = await makeOrdersAndEvents(snapshot, plan, directory);
  await makePeople(snapshot, plan);
  await makeTouchLog(snapshot, plan);
  const chosen: Naming = naming === 'auto' ? { grain: 'channel', split_views: await worthSplitting(snapshot) } : naming;
  await makeSplits(snapshot, chosen);
  await materialise(
    snapshot,
    HISTORY_TOUCHES,
    `select t.person_no as person_no, t.at_ms as at_ms, ${stateSql(chosen)} as state from ${TOUCH_LOG.name} t ${SPLIT_JOIN} order by t.person_no`,
  );
  const states = await stateNames(snapshot, HISTORY_TOUCHES);
  const touches = await readTouches(snapshot);
  const orders = await readOrders(snapshot, query, touches.people);
  const segments = await readSegments(snapshot, plan, touches.people);
  const start_ms = Math.min(...plan.brands.map((brand) => brand.start_ms));
  const end_ms = Math.max(...plan.brands.map((brand) => brand.end_ms));
  const { people: _people, ...columns } = touches;
  const histories = { states, ...columns, ...orders, ...segments };
  return { histories: { ...histories, ...observed(histories, start_ms, end_ms) }, naming: chosen };
}

/** The part of a period that has records. Time after the last record must not count as time without orders. */
function observed(
  { touch_ms, order_ms, first_ms }: Pick<Histories, 'touch_ms' | 'order_ms' | 'first_ms'>,
  start_ms: number,
  end_ms: number,
): { start_ms: number; end_ms: number } {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const times of [touch_ms, order_ms, first_ms])
    for (const at of times) [low, high] = [Math.min(low, at), Math.max(high, at)];
  return {
    start_ms: Math.max(start_ms, Math.min(low, end_ms)),
    end_ms: Math.min(end_ms, Math.max(high + 1, start_ms)),
  };
}

/** Makes `fit_people`: everyone with a record before the period's end, numbered by name. */
async function makePeople(snapshot: Snapshot, plan: Plan): Promise<void> {
  await makeMailedPeople(snapshot, plan);
  const seen = (table: string, alias: string, position: keyof Plan['positions']): string =>
    `select ${alias}.brand_id as brand_id, coalesce(p.person_key, ${alias}.subject_key) as person_key,
       coalesce(p.person_id, ${alias}.customer_id, ${alias}.anonymous_id) as person_id, epoch_ms(${alias}.occurred_at) as at_ms
     from ${table} ${alias} join ${BRAND_PERIODS.name} b on b.brand_id = ${alias}.brand_id left join ${PERSONS.name} p on p.subject_key = ${alias}.subject_key and p.brand_id = ${alias}.brand_id
     where ${atOrBefore(alias, plan.positions[position])} and epoch_ms(${alias}.occurred_at) < b.end_ms`;
  await materialise(
    snapshot,
    FIT_PEOPLE,
    `with seen as (
       ${seen('touchpoints', 't', 'touchpoints')} union all ${seen('conversions', 'c', 'conversions')}
       union all select m.brand_id as brand_id, coalesce(p.person_key, m.subject_key) as person_key, coalesce(p.person_id, m.id) as person_id, m.at_ms as at_ms
         from ${MAILED.name} m left join ${PERSONS.name} p on p.subject_key = m.subject_key and p.brand_id = m.brand_id),
     people as (select brand_id, person_key, min(person_id) as person_id, min(at_ms) as first_ms from seen group by brand_id, person_key)
     select brand_id, person_key, person_id, first_ms, row_number() over (order by brand_id, person_id) as person_no from people`,
  );
}

/** Makes `mailed`: customers who were sent an email or are in a segment. They are at risk, even without any touch. */
async function makeMailedPeople(snapshot: Snapshot, plan: Plan): Promise<void> {
  await makeBrandPeriods(snapshot, plan);
  const seen = atOrBefore('r', plan.positions.touchpoints);
  // Records with a subject_key are a person's own events, and makePeople reads them.
  const senders = CUSTOMER_FIELDS.filter(({ keyed }) => !keyed).map(
    ({ record, field, instant_field: at }) =>
      `select r.brand_id as brand_id, r.${field} as id, epoch_ms(r.${at}) as at_ms from ${record} r join ${BRAND_PERIODS.name} b on b.brand_id = r.brand_id
     where r.${field} is not null and ${seen} and epoch_ms(r.${at}) < b.end_ms`,
  );
  const known = `(${senders.join(' union all ')}) known`;
  const [size] = await snapshot.query(`select count(distinct id) as n from ${known}`);
  const { n } = read(size, { n: 'number' });
  if (n > MAX_MAILED)
    throw new TributaryError(
      'unprocessable',
      `brand_id: ${n} customers were sent an email or are in a segment; a fit takes at most ${MAX_MAILED}. Fit one brand, or choose an earlier end`,
      { field: 'brand_id' },
    );
  const rows = await snapshot.query(`select brand_id, id, min(at_ms) as at_ms from ${known} group by brand_id, id`);
  const mailed = readAll(rows, { brand_id: 'text', id: 'text', at_ms: 'number' });
  await fill(
    snapshot,
    MAILED,
    mailed.map((row) => ({ ...row, subject_key: subjectKey(row.brand_id, row.id) })),
  );
}

/**
 * Makes `touch_log`: the touches of everyone, from the eligible touchpoints. A landing visit is no touch of its own, because it
 * belongs to the email click before it. Neither is a repeat within a session, nor a continuation.
 */
async function makeTouchLog(snapshot: Snapshot, plan: Plan): Promise<void> {
  await materialise(
    snapshot,
    TOUCH_LOG,
    `with seen as (
       select m.person_no as person_no, m.person_no as person_key, ${touchNumber(plan)} as touch_no, coalesce(v.traits, t.traits) as traits, epoch_ms(t.occurred_at) as at_ms, t.touchpoint_id as touchpoint_id, coalesce(v.channel, t.channel) as channel,
         t.touchpoint_type as touchpoint_type, ${CAMPAIGN} as campaign_id, t.campaign_id as sent_campaign_id, t.session_id as session_id
       from touchpoints t join ${BRAND_PERIODS.name} b on b.brand_id = t.brand_id
         left join ${PERSONS.name} p on p.subject_key = t.subject_key and p.brand_id = t.brand_id
         join ${FIT_PEOPLE.name} m on m.person_key = coalesce(p.person_key, t.subject_key)
         left join (${latestVerdicts(plan.positions.touchpoints, ['channel', 'traits'])}) v on v.brand_id = t.brand_id and v.touchpoint_id = t.touchpoint_id
       where ${atOrBefore('t', plan.positions.touchpoints)} and epoch_ms(t.occurred_at) < b.end_ms and ${isCounted(plan, 'coalesce(v.traits, t.traits)')}),
     continuations as (${continuationsOf('seen')}),
     happened as (select s.* from seen s where ${mayEarn(plan, { traits: 's.traits', continues: 's.touch_no in (select touch_no from continuations)' })}),
     followed as (
       select h.*, lag(h.channel) over (partition by h.person_no, h.session_id order by h.at_ms, h.touchpoint_type, h.touchpoint_id) as channel_before,
         lag(h.sent_campaign_id) over (partition by h.person_no, h.session_id order by h.at_ms, h.touchpoint_type, h.touchpoint_id) as campaign_before,
         max(case when h.touchpoint_type = 'email_click' then h.at_ms end) over (partition by h.person_no order by h.at_ms, h.touchpoint_type, h.touchpoint_id rows between unbounded preceding and current row) as click_ms
       from happened h)
     select person_no, at_ms, channel, touchpoint_type, campaign_id from followed
     where not (session_id is not null and coalesce(channel_before = channel, 1 = 0) and same(campaign_before, sent_campaign_id) and touchpoint_type not in ('email_open', 'email_click'))
       and not (not (${without('traits', 'email')}) and touchpoint_type in ('website_visit', 'page_view') and coalesce(at_ms - click_ms <= ${CLICK_VISIT_MS}, 1 = 0))`,
  );
  const [size] = await snapshot.query(`select count(*) as n from ${TOUCH_LOG.name}`);
  const { n } = read(size, { n: 'number' });
  if (n > MAX_FIT_TOUCHES)
    throw new TributaryError(
      'unprocessable',
      `end: ${n} touches lie before it; a fit takes at most ${MAX_FIT_TOUCHES}. Fit one brand, or choose an earlier end`,
      { field: 'end' },
    );
}

/** The channels with enough views and enough actions to fit an effect of each. */
async function worthSplitting(snapshot: Snapshot): Promise<string[]> {
  const rows = await snapshot.query(
    `select channel from ${TOUCH_LOG.name} group by channel having count_where(${IS_VIEW}) >= ${SPLIT_TOUCHES} and count_where(not ${IS_VIEW}) >= ${SPLIT_TOUCHES} order by channel`,
  );
  return readAll(rows, { channel: 'text' })
    .map(({ channel }) => channel)
    .sort();
}

async function readTouches(snapshot: Snapshot) {
  const [size] = await snapshot.query(
    `select (select count(*) from ${FIT_PEOPLE.name}) as people, (select count(*) from ${HISTORY_TOUCHES.name}) as touches`,
  );
  const { people, touches } = read(size, { people: 'number', touches: 'number' });
  const touch_offsets = new Uint32Array(people + 1);
  const touch_ms = new Float64Array(touches);
  const touch_state = new Uint16Array(touches);
  const first_ms = new Float64Array(people);
  for (let from = 1, at = 0; from <= people; from += PAGE) {
    const page = (alias: string): string => `${alias}.person_no >= ${from} and ${alias}.person_no < ${from + PAGE}`;
    for (const row of await snapshot.query(
      `select p.person_no as person_no, p.first_ms as first_ms from ${FIT_PEOPLE.name} p where ${page('p')}`,
    ))
      first_ms[Number(row['person_no']) - 1] = Number(row['first_ms']);
    for (const row of await snapshot.query(
      `select t.person_no as person_no, t.at_ms as at_ms, s.code as code from ${HISTORY_TOUCHES.name} t join ${STATES.name} s on s.state = t.state
       where ${page('t')} order by t.person_no, t.at_ms, s.code`,
    )) {
      touch_ms[at] = Number(row['at_ms']);
      touch_state[at] = Number(row['code']);
      touch_offsets[Number(row['person_no'])] = ++at;
    }
  }
  fillGaps(touch_offsets);
  return { people, touch_offsets, touch_ms, touch_state, first_ms };
}

/** Sets the offset of each person without entries to the end of the person before. */
function fillGaps(offsets: Uint32Array): void {
  for (let p = 1; p < offsets.length; p++) if (offsets[p]! < offsets[p - 1]!) offsets[p] = offsets[p - 1]!;
}

async function readOrders(snapshot: Snapshot, { orders, events }: OrderRelations, people: number) {
  const rows = await snapshot.query(
    `select p.person_no as person_no, o.at_ms as at_ms, text128(e.after_micros) as micros
     from ${orders.name} o join ${events.name} e on e.order_no = o.order_no join ${FIT_PEOPLE.name} p on p.person_key = o.person_key and p.brand_id = o.brand_id
     order by p.person_no, o.at_ms, o.conversion_id`,
  );
  const order_offsets = new Uint32Array(people + 1);
  rows.forEach((row, i) => {
    order_offsets[Number(row['person_no'])] = i + 1;
  });
  fillGaps(order_offsets);
  return {
    order_offsets,
    order_ms: Float64Array.from(rows, (row) => Number(row['at_ms'])),
    order_value: Float64Array.from(rows, (row) => Number(row['micros']) / MICROS_PER_UNIT),
  };
}

async function readSegments(snapshot: Snapshot, plan: Plan, people: number) {
  const rows = await snapshot.query(
    `select p.person_no as person_no, r.segment_name as segment, epoch_ms(r.assigned_at) as from_ms, epoch_ms(r.expires_at) as until_ms
     from customer_segments r join ${MAILED.name} m on m.brand_id = r.brand_id and m.id = r.customer_id
       left join ${PERSONS.name} q on q.subject_key = m.subject_key and q.brand_id = m.brand_id
       join ${FIT_PEOPLE.name} p on p.person_key = coalesce(q.person_key, m.subject_key) and p.brand_id = r.brand_id
     where ${atOrBefore('r', plan.positions.touchpoints)} order by p.person_no, r.segment_name, r.assigned_at, r.expires_at`,
  );
  const segments = [...new Set(rows.map((row) => row['segment'] as string))].sort();
  const codes = new Map(segments.map((segment, code) => [segment, code]));
  const segment_offsets = new Uint32Array(people + 1);
  rows.forEach((row, i) => {
    segment_offsets[Number(row['person_no'])] = i + 1;
  });
  fillGaps(segment_offsets);
  return {
    segments,
    segment_offsets,
    segment_code: Uint16Array.from(rows, (row) => codes.get(row['segment'] as string)!),
    segment_from_ms: Float64Array.from(rows, (row) => Number(row['from_ms'])),
    segment_until_ms: Float64Array.from(rows, (row) =>
      row['until_ms'] === null ? Number.POSITIVE_INFINITY : Number(row['until_ms']),
    ),
  };
}
