/** Paths for fitting, by the query in the engine. */
import { readTimeBounds } from '../../attribution/bounds.ts';
import { mayEarn, NEVER } from '../../attribution/eligibility.ts';
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
import { latestVerdicts } from '../../log/verdicts.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { atOrBefore } from '../../warehouse/position.ts';
import { read } from '../../warehouse/read-row.ts';
import { columnsOf, fill, materialise, type Relation } from '../../warehouse/relation.ts';
import { oneOf } from '../../warehouse/sql-text.ts';
import { codeStates, makeSplits, type Naming, SPLIT_JOIN, stateSql } from '../grain.ts';
import { PATH_TOUCHES, PATHS_TO_FIT, SILENT_PEOPLE, STATES, TOUCHES_TO_FIT } from '../relations.ts';
import { readPaths } from './path-pages.ts';
import { type LogPaths, refuseMoreTouches } from './paths.ts';

/** Reads the paths of the orders, and of the people who touched and did not order. Orders without a touch have no path. */
export async function pathsInSql(
  snapshot: Snapshot,
  plan: Plan,
  made: OrderRelations,
  naming: Naming,
): Promise<LogPaths> {
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
  refuseMoreTouches(read(size, { n: 'number' }).n);
  return stateNames(snapshot, PATH_TOUCHES);
}

/** The distinct `state`s of a relation in order of their codes. It also makes the relation `states` of names and codes. */
async function stateNames(snapshot: Snapshot, touches: Relation): Promise<string[]> {
  const rows = await snapshot.query(`select distinct state from ${touches.name}`);
  const { states } = codeStates(rows.map((row) => read(row, { state: 'text' }).state));
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
  await materialise(
    snapshot,
    TOUCHES_TO_FIT,
    `select p.path_no as path_no, t.at_ms as at_ms, t.tie_no as tie_no, s.code as code
     from ${PATH_TOUCHES.name} t join ${PATHS_TO_FIT.name} p on p.order_no = t.order_no join ${STATES.name} s on s.state = t.state`,
  );
}

async function countPathless(snapshot: Snapshot, orders: Relation): Promise<number> {
  const [row] = await snapshot.query(
    `select count(*) as n from ${orders.name} where order_no >= 0 and order_no not in (select order_no from ${PATH_TOUCHES.name})`,
  );
  return read(row, { n: 'number' }).n;
}
