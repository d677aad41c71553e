/**
 * Paths for fitting from the log. The path of an order is the path that reports credit. People who touched and did not order in
 * the period have one null path, anchored at their last touch in it.
 */

import { readBounds } from '../../attribution/bounds.ts';
import { makeOrdersAndEvents } from '../../attribution/orders.ts';
import type { Plan } from '../../attribution/plan.ts';
import { laterVerdicts, makeTouchesOfOrders, mayEarn, touchesWith, touchNumber } from '../../attribution/touches.ts';
import { TributaryError } from '../../domain/errors.ts';
import { MICROS_PER_UNIT } from '../../domain/money.ts';
import type { PersonDirectory } from '../../identity/directory.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { atOrBefore } from '../../warehouse/position.ts';
import { intColumn, textColumn } from '../../warehouse/schema.ts';
import { makeSplits, type Naming, SPLIT_JOIN, stateSql } from '../grain.ts';
import { MAX_STATES, type Paths } from './paths.ts';

/** Touches that a fit reads at the most. */
export const MAX_FIT_TOUCHES = 20_000_000;
/** Journeys that are read at once: others are answered in between. */
const PAGE = 5_000;

/** Reads the paths of a plan's period. Orders without a touch have no path; they are counted in `pathless`. */
export async function readLogPaths(
  snapshot: Snapshot,
  plan: Plan,
  directory: PersonDirectory,
  naming: Naming,
): Promise<{ paths: Paths; pathless: number }> {
  await makeOrdersAndEvents(snapshot, plan, directory);
  await addSilentPeople(snapshot, plan);
  await makeTouchesOfOrders(snapshot, plan, await readBounds(snapshot, plan));
  const states = await nameTouches(snapshot, naming);
  await numberJourneys(snapshot);
  return { paths: await readJourneys(snapshot, states), pathless: await countPathless(snapshot) };
}

/**
 * Adds to `orders` a stand-in for everyone who touched in the period and did not order in it, at their last touch. Its number is
 * below zero, so that no order has it.
 */
async function addSilentPeople(snapshot: Snapshot, plan: Plan): Promise<void> {
  const type = plan.conversion_types?.[0] ?? 'purchase';
  await snapshot.materialise(
    'silent_people',
    `with ${laterVerdicts(plan)}
     select t.brand_id as brand_id, coalesce(p.person_key, t.subject_key) as person_key, min(coalesce(p.person_id, t.customer_id, t.anonymous_id)) as person_id,
       max(epoch_ms(t.occurred_at)) as at_ms, min(${touchNumber(plan)}) as first_no
     from touchpoints t join policies q on q.brand_id = t.brand_id and q.conversion_type = '${type}'
       left join persons p on p.subject_key = t.subject_key and p.brand_id = t.brand_id
       left join later v on v.brand_id = t.brand_id and v.touchpoint_id = t.touchpoint_id
     where ${atOrBefore('t', plan.positions.touchpoints)} and ${mayEarn(plan, 'coalesce(v.traits, t.traits)')} and epoch_ms(t.occurred_at) >= q.start_ms and epoch_ms(t.occurred_at) < q.end_ms
     group by t.brand_id, coalesce(p.person_key, t.subject_key)`,
  );
  const columns =
    'order_no, brand_id, conversion_id, order_id, conversion_type, currency, value_micros, at_ms, subject_id, person_key, person_id, view_ms, email_ms, click_ms, half_life_days, first_share, last_share, start_ms, end_ms, previous_ms';
  await snapshot.materialise(
    'orders',
    `select ${columns} from orders
     union all
     select -1 - s.first_no as order_no, s.brand_id as brand_id, s.person_id as conversion_id, null as order_id, '${type}' as conversion_type, 'XXX' as currency,
       int64(0) as value_micros, s.at_ms as at_ms, s.person_id as subject_id, s.person_key as person_key, s.person_id as person_id,
       q.view_ms as view_ms, q.email_ms as email_ms, q.click_ms as click_ms, q.half_life_days as half_life_days, q.first_share as first_share,
       q.last_share as last_share, q.start_ms as start_ms, q.end_ms as end_ms, int64(null) as previous_ms
     from silent_people s join policies q on q.brand_id = s.brand_id and q.conversion_type = '${type}'
     where s.person_key not in (select person_key from orders)`,
  );
}

/** Makes `named_touches`; returns the names in order of their code. @throws unprocessable when there are too many. */
async function nameTouches(snapshot: Snapshot, naming: Naming): Promise<string[]> {
  await makeSplits(snapshot, naming);
  const columns = ['order_no', 'at_ms', 'tie_no', 'channel', 'touchpoint_type', 'campaign_id'];
  await snapshot.materialise(
    'named_touches',
    `select t.order_no as order_no, t.at_ms as at_ms, t.tie_no as tie_no, ${stateSql(naming)} as state from ${touchesWith(columns)} t ${SPLIT_JOIN}`,
  );
  const [size] = await snapshot.query('select count(*) as n from named_touches');
  if (Number(size!['n']) > MAX_FIT_TOUCHES)
    throw new TributaryError(
      'unprocessable',
      `start: the period has ${size!['n']} touches to learn from; the limit is ${MAX_FIT_TOUCHES}, ask for a shorter one`,
      { field: 'start' },
    );
  return stateNames(snapshot, 'named_touches');
}

/** The distinct `state`s of a table in order of their codes, which a relation `states` then holds. */
export async function stateNames(snapshot: Snapshot, table: string): Promise<string[]> {
  const rows = await snapshot.query(`select distinct state from ${table}`);
  const states = rows.map((row) => row['state'] as string).sort();
  if (states.length > MAX_STATES)
    throw new TributaryError(
      'unprocessable',
      `grain: gives ${states.length} names; the limit is ${MAX_STATES}, choose a coarser one`,
      { field: 'grain' },
    );
  await snapshot.relation(
    'states',
    [textColumn('state'), intColumn('code')],
    states.map((state, code) => ({ state, code })),
  );
  return states;
}

/** Makes `journeys_to_fit`, those with a touch, numbered by what happened and not by when it arrived, and their `touches_to_fit`. */
async function numberJourneys(snapshot: Snapshot): Promise<void> {
  await snapshot.materialise(
    'journeys_to_fit',
    `select o.order_no as order_no, o.person_key as person_key, e.after_micros as micros,
       row_number() over (order by o.at_ms, case when o.order_no < 0 then 1 else 0 end, o.brand_id, o.conversion_id) as journey_no
     from orders o left join events e on e.order_no = o.order_no where o.order_no in (select order_no from named_touches)`,
  );
  // In the order of reading, so that a page reads only its part.
  await snapshot.materialise(
    'touches_to_fit',
    `select j.journey_no as journey_no, t.at_ms as at_ms, t.tie_no as tie_no, s.code as code
     from named_touches t join journeys_to_fit j on j.order_no = t.order_no join states s on s.state = t.state order by j.journey_no`,
  );
}

async function countPathless(snapshot: Snapshot): Promise<number> {
  const [row] = await snapshot.query(
    'select count(*) as n from orders where order_no >= 0 and order_no not in (select order_no from named_touches)',
  );
  return Number(row!['n']);
}

async function readJourneys(snapshot: Snapshot, states: readonly string[]): Promise<Paths> {
  const [size] = await snapshot.query(
    'select (select count(*) from journeys_to_fit) as journeys, (select count(*) from named_touches) as touches',
  );
  const journeys = Number(size!['journeys']);
  const codes = new Uint16Array(Number(size!['touches']));
  const offsets = new Uint32Array(journeys + 1);
  const conversions = new Float64Array(journeys);
  const value = new Float64Array(journeys);
  const nulls = new Float64Array(journeys);
  const people = new Uint32Array(journeys);
  const numbers = new Map<bigint, number>();
  for (let from = 1, at = 0; from <= journeys; from += PAGE) {
    const page = `journey_no >= ${from} and journey_no < ${from + PAGE}`;
    for (const row of await snapshot.query(
      `select journey_no, order_no, person_key, text128(coalesce(micros, int128(0))) as micros from journeys_to_fit where ${page} order by journey_no`,
    )) {
      const j = Number(row['journey_no']) - 1;
      const person = BigInt(row['person_key']!);
      if (!numbers.has(person)) numbers.set(person, numbers.size);
      people[j] = numbers.get(person)!;
      if (BigInt(row['order_no']!) < 0n) nulls[j] = 1;
      else [conversions[j], value[j]] = [1, Number(row['micros']) / MICROS_PER_UNIT];
    }
    for (const row of await snapshot.query(
      `select journey_no, code from touches_to_fit where ${page} order by journey_no, at_ms, tie_no`,
    )) {
      codes[at++] = Number(row['code']);
      offsets[Number(row['journey_no'])] = at;
    }
  }
  return { states, codes, offsets, conversions, value, nulls, people };
}
