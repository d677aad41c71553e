/**
 * Reads paths for fitting from the log. The path of an order is the path that reports credit. People who touched and did not
 * order in the period have one null path, which ends at their last touch in it.
 */

import { readTimeBounds } from '../../attribution/bounds.ts';
import { mayEarn, NEVER } from '../../attribution/eligibility.ts';
import { makeOrdersAndEvents } from '../../attribution/orders.ts';
import type { Plan } from '../../attribution/plan.ts';
import {
  ORDERS_AND_SILENT,
  type OrderRelations,
  PERSONS,
  POLICIES,
  type TouchRelations,
} from '../../attribution/relations.ts';
import { makeTouchesOfOrders, touchesWith, touchNumber } from '../../attribution/touches.ts';
import { CONVERSION_TYPES } from '../../domain/conversion.ts';
import { TributaryError } from '../../domain/errors.ts';
import { MICROS_PER_UNIT } from '../../domain/money.ts';
import type { PersonDirectory } from '../../identity/directory.ts';
import { latestVerdicts } from '../../log/verdicts.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { atOrBefore } from '../../warehouse/position.ts';
import { read } from '../../warehouse/read-row.ts';
import { columnsOf, fill, materialise, type Relation } from '../../warehouse/relation.ts';
import { oneOf } from '../../warehouse/sql-text.ts';
import { makeSplits, type Naming, SPLIT_JOIN, stateSql } from '../grain.ts';
import { PATH_TOUCHES, PATHS_TO_FIT, SILENT_PEOPLE, STATES, TOUCHES_TO_FIT } from '../relations.ts';
import { MAX_STATES, type Paths } from './paths.ts';

/** A fit reads at most this many touches. */
export const MAX_FIT_TOUCHES = 20_000_000;
/** Paths per page. Other requests are answered between pages. */
const PAGE = 5_000;

/** Reads the paths of a plan's period. Orders without a touch have no path; they are counted in `pathless`. */
export async function readLogPaths(
  snapshot: Snapshot,
  plan: Plan,
  directory: PersonDirectory,
  naming: Naming,
): Promise<{ paths: Paths; pathless: number }> {
  const made = await makeOrdersAndEvents(snapshot, plan, directory);
  const orders = await withSilentPeople(snapshot, plan, made.orders);
  const query = { ...made, orders };
  const times = await readTimeBounds(snapshot, plan, orders, made.adjustments);
  const states = await nameTouches(snapshot, await makeTouchesOfOrders(snapshot, plan, query, times), naming);
  await numberPaths(snapshot, query);
  return { paths: await readPaths(snapshot, states), pathless: await countPathless(snapshot, orders) };
}

/**
 * Makes `orders_and_silent`: the orders, and a placeholder for each person who touched in the period and did not order in it.
 * The placeholder is at the last touch. Its `order_no` is negative, so that no order has the same.
 */
async function withSilentPeople(snapshot: Snapshot, plan: Plan, orders: Relation): Promise<Relation> {
  // A continuation is a sign of the person too. It moves the end of a null path by the minutes of a visit.
  const may_earn = mayEarn(plan, { traits: 'coalesce(v.traits, t.traits)', continues: NEVER });
  const type = oneOf(plan.conversion_types?.[0] ?? 'purchase', CONVERSION_TYPES);
  await materialise(
    snapshot,
    SILENT_PEOPLE,
    `select t.brand_id as brand_id, coalesce(p.person_key, t.subject_key) as person_key, min(coalesce(p.person_id, t.customer_id, t.anonymous_id)) as person_id,
       max(epoch_ms(t.occurred_at)) as at_ms, min(${touchNumber(plan)}) as first_no
     from touchpoints t join ${POLICIES.name} q on q.brand_id = t.brand_id and q.conversion_type = '${type}'
       left join ${PERSONS.name} p on p.subject_key = t.subject_key and p.brand_id = t.brand_id
       left join (${latestVerdicts(plan.positions.touchpoints, ['traits'])}) v on v.brand_id = t.brand_id and v.touchpoint_id = t.touchpoint_id
     where ${atOrBefore('t', plan.positions.touchpoints)} and ${may_earn} and epoch_ms(t.occurred_at) >= q.start_ms and epoch_ms(t.occurred_at) < q.end_ms
     group by t.brand_id, coalesce(p.person_key, t.subject_key)`,
  );
  const of_person = ['brand_id', 'person_key', 'person_id', 'at_ms'];
  const silent = columnsOf(ORDERS_AND_SILENT, 'q', {
    ...Object.fromEntries(of_person.map((name) => [name, `s.${name}`])),
    order_no: '-1 - s.first_no',
    conversion_id: 's.person_id',
    order_id: 'null',
    currency: "'XXX'",
    value_micros: 'int64(0)',
    previous_ms: 'int64(null)',
  });
  return materialise(
    snapshot,
    ORDERS_AND_SILENT,
    `select ${columnsOf(ORDERS_AND_SILENT, 'o')} from ${orders.name} o
     union all
     select ${silent}
     from ${SILENT_PEOPLE.name} s join ${POLICIES.name} q on q.brand_id = s.brand_id and q.conversion_type = '${type}'
     where s.person_key not in (select person_key from ${orders.name})`,
  );
}

/** Makes `path_touches`; returns the names in order of their code. @throws unprocessable when there are too many. */
async function nameTouches(snapshot: Snapshot, touches: TouchRelations, naming: Naming): Promise<string[]> {
  await makeSplits(snapshot, naming);
  const columns = ['order_no', 'at_ms', 'tie_no', 'channel', 'touchpoint_type', 'campaign_id'];
  await materialise(
    snapshot,
    PATH_TOUCHES,
    `select t.order_no as order_no, t.at_ms as at_ms, t.tie_no as tie_no, ${stateSql(naming)} as state from ${touchesWith(touches, columns)} t ${SPLIT_JOIN}`,
  );
  const [size] = await snapshot.query(`select count(*) as n from ${PATH_TOUCHES.name}`);
  const { n } = read(size, { n: 'number' });
  if (n > MAX_FIT_TOUCHES)
    throw new TributaryError(
      'unprocessable',
      `start: the period has ${n} touches; a fit takes at most ${MAX_FIT_TOUCHES}. Choose a shorter period`,
      { field: 'start' },
    );
  return stateNames(snapshot, PATH_TOUCHES);
}

/** The distinct `state`s of a relation in order of their codes. It also makes the relation `states` of names and codes. */
export async function stateNames(snapshot: Snapshot, touches: Relation): Promise<string[]> {
  const rows = await snapshot.query(`select distinct state from ${touches.name}`);
  const states = rows.map((row) => read(row, { state: 'text' }).state).sort();
  if (states.length > MAX_STATES)
    throw new TributaryError(
      'unprocessable',
      `grain: gives touches ${states.length} different names; a fit takes at most ${MAX_STATES}. Choose a coarser grain`,
      { field: 'grain' },
    );
  await fill(
    snapshot,
    STATES,
    states.map((state, code) => ({ state, code })),
  );
  return states;
}

/** Makes `paths_to_fit`, the paths with a touch, and their `touches_to_fit`. Numbers do not depend on the order of arrival. */
async function numberPaths(snapshot: Snapshot, { orders, events }: OrderRelations): Promise<void> {
  await materialise(
    snapshot,
    PATHS_TO_FIT,
    `select o.order_no as order_no, o.person_key as person_key, coalesce(e.after_micros, int128(0)) as micros,
       row_number() over (order by o.at_ms, case when o.order_no < 0 then 1 else 0 end, o.brand_id, o.conversion_id) as path_no
     from ${orders.name} o left join ${events.name} e on e.order_no = o.order_no where o.order_no in (select order_no from ${PATH_TOUCHES.name})`,
  );
  // Stored in the order of reading, so that a page reads only its part.
  await materialise(
    snapshot,
    TOUCHES_TO_FIT,
    `select p.path_no as path_no, t.at_ms as at_ms, t.tie_no as tie_no, s.code as code
     from ${PATH_TOUCHES.name} t join ${PATHS_TO_FIT.name} p on p.order_no = t.order_no join ${STATES.name} s on s.state = t.state order by p.path_no`,
  );
}

async function countPathless(snapshot: Snapshot, orders: Relation): Promise<number> {
  const [row] = await snapshot.query(
    `select count(*) as n from ${orders.name} where order_no >= 0 and order_no not in (select order_no from ${PATH_TOUCHES.name})`,
  );
  return read(row, { n: 'number' }).n;
}

async function readPaths(snapshot: Snapshot, states: readonly string[]): Promise<Paths> {
  const [row] = await snapshot.query(
    `select (select count(*) from ${PATHS_TO_FIT.name}) as paths, (select count(*) from ${PATH_TOUCHES.name}) as touches`,
  );
  const size = read(row, { paths: 'number', touches: 'number' });
  const codes = new Uint16Array(size.touches);
  const offsets = new Uint32Array(size.paths + 1);
  const conversions = new Float64Array(size.paths);
  const value = new Float64Array(size.paths);
  const nulls = new Float64Array(size.paths);
  const people = new Uint32Array(size.paths);
  const numbers = new Map<bigint, number>();
  for (let from = 1, at = 0; from <= size.paths; from += PAGE) {
    const page = `path_no >= ${from} and path_no < ${from + PAGE}`;
    for (const cells of await snapshot.query(
      `select path_no, case when order_no < 0 then 1 else 0 end as is_null, person_key, text128(micros) as micros from ${PATHS_TO_FIT.name} where ${page} order by path_no`,
    )) {
      const path = read(cells, { path_no: 'number', is_null: 'number', person_key: 'bigint', micros: 'number' });
      const j = path.path_no - 1;
      if (!numbers.has(path.person_key)) numbers.set(path.person_key, numbers.size);
      people[j] = numbers.get(path.person_key)!;
      if (path.is_null === 1) nulls[j] = 1;
      else [conversions[j], value[j]] = [1, path.micros / MICROS_PER_UNIT];
    }
    for (const touch of await snapshot.query(
      `select path_no, code from ${TOUCHES_TO_FIT.name} where ${page} order by path_no, at_ms, tie_no`,
    )) {
      codes[at++] = Number(touch['code']);
      offsets[Number(touch['path_no'])] = at;
    }
  }
  return { states, codes, offsets, conversions, value, nulls, people };
}
