/** The paths of orders, by the query in the engine. */
import { readTimeBounds } from '../../attribution/bounds.ts';
import { makeTouchVerdicts } from '../../attribution/consent.ts';
import { EVERYONE } from '../../attribution/consent-people.ts';
import { mayEarn, NEVER } from '../../attribution/eligibility.ts';
import type { Plan } from '../../attribution/plan.ts';
import {
  ORDERS_AND_SILENT,
  type OrderRelations,
  PERSONS,
  POLICIES,
  type TouchRelations,
} from '../../attribution/relations.ts';
import {
  effective,
  makeTouchesOfOrders,
  OTHER_VERDICTS,
  touchesWith,
  touchNumber,
  withVerdicts,
} from '../../attribution/touches.ts';
import { CONVERSION_TYPES } from '../../domain/conversion.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { atOrBefore } from '../../warehouse/position.ts';
import { read } from '../../warehouse/read-row.ts';
import { columnsOf, fill, materialise, type Relation } from '../../warehouse/relation.ts';
import { oneOf } from '../../warehouse/sql-text.ts';
import { codeStates } from '../grain.ts';
import { NUMBERED_TOUCHES, ORDER_PATHS, PATH_TOUCHES, SILENT_PEOPLE, STATES } from '../relations.ts';
import type { OrderPaths, PathQuestion } from './order-paths.ts';
import { readPathPages } from './path-pages.ts';
import { refuseMoreTouches } from './paths.ts';
import { type StateNaming, stateNaming } from './state-naming.ts';

/** Reads the paths. */
export async function orderPathsInSql(
  snapshot: Snapshot,
  plan: Plan,
  made: OrderRelations,
  question: PathQuestion,
): Promise<OrderPaths> {
  const chosen = (await question.filters.events?.inSql(made)) ?? made;
  const orders = question.with_people
    ? await withSilentPeople(snapshot, plan, made.orders, chosen.orders)
    : chosen.orders;
  const times = await readTimeBounds(snapshot, plan, orders, made.adjustments);
  const touches = await makeTouchesOfOrders(snapshot, plan, { orders, events: chosen.events }, times);
  const states = await nameTouches(snapshot, touches, stateNaming(question.states), question.filters.touches);
  await numberPaths(snapshot, orders, chosen.events);
  return readPathPages(snapshot, states, question);
}

/**
 * Makes `orders_and_silent`: the chosen orders, and a placeholder for each person who touched in the period and has none of all
 * orders. The placeholder is at the last touch. Its `order_no` is negative, so that no order has the same.
 */
async function withSilentPeople(snapshot: Snapshot, plan: Plan, all: Relation, chosen: Relation): Promise<Relation> {
  // A continuation is a sign of the person too. It moves the end of a null path by the minutes of a visit.
  const verdicts = await makeTouchVerdicts(snapshot, plan, EVERYONE, {
    has_reclassifications: true,
    number: OTHER_VERDICTS,
  });
  const may_earn = mayEarn(plan, { traits: effective('traits', verdicts), continues: NEVER });
  const type = oneOf(plan.conversion_types?.[0] ?? 'purchase', CONVERSION_TYPES);
  await materialise(
    snapshot,
    SILENT_PEOPLE,
    `select t.brand_id as brand_id, coalesce(p.person_key, t.subject_key) as person_key, min(coalesce(p.person_id, t.customer_id, t.anonymous_id)) as person_id,
       max(epoch_ms(t.occurred_at)) as at_ms, min(${touchNumber(plan)}) as first_no
     from touchpoints t join ${POLICIES.name} q on q.brand_id = t.brand_id and q.conversion_type = '${type}'
       left join ${PERSONS.name} p on p.subject_key = t.subject_key and p.brand_id = t.brand_id
       ${withVerdicts(verdicts)}
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
    `select ${columnsOf(ORDERS_AND_SILENT, 'o')} from ${chosen.name} o
     union all
     select ${silent}
     from ${SILENT_PEOPLE.name} s join ${POLICIES.name} q on q.brand_id = s.brand_id and q.conversion_type = '${type}'
     where s.person_key not in (select person_key from ${all.name})`,
  );
}

/** Makes `path_touches`; returns the names in order of their code. @throws unprocessable when there are too many. */
async function nameTouches(
  snapshot: Snapshot,
  touches: TouchRelations,
  naming: StateNaming,
  filter: PathQuestion['filters']['touches'],
): Promise<string[]> {
  await naming.prepare(snapshot);
  const columns = new Set(['order_no', 'at_ms', 'tie_no', ...naming.columns, ...(filter?.columns ?? [])]);
  await materialise(
    snapshot,
    PATH_TOUCHES,
    `select t.order_no as order_no, t.at_ms as at_ms, t.tie_no as tie_no, ${naming.sql} as state,
       ${filter === null ? '1' : `case when ${filter.sql} then 1 else 0 end`} as shown from ${touchesWith(touches, [...columns])} t ${naming.join}`,
    filter?.parameters ?? {},
  );
  const [size] = await snapshot.query(`select count(*) as n from ${PATH_TOUCHES.name}`);
  refuseMoreTouches(read(size, { n: 'number' }).n);
  const rows = await snapshot.query(`select distinct state from ${PATH_TOUCHES.name}`);
  const { states } = codeStates(
    rows.map((row) => read(row, { state: 'text' }).state),
    naming.field,
  );
  await fill(
    snapshot,
    STATES,
    states.map((state, code) => ({ state, code })),
  );
  return states;
}

/** Makes `order_paths` and their `numbered_touches`. Numbers do not depend on the order of arrival. */
async function numberPaths(snapshot: Snapshot, orders: Relation, events: Relation): Promise<void> {
  const brand_no = `idiv(q.policy_no, ${CONVERSION_TYPES.length})`;
  await materialise(
    snapshot,
    ORDER_PATHS,
    `with valued as (
       select order_no, sum128(after_micros - before_micros) as micros, max(case when event = 'order' then 1 else 0 end) as counted
       from ${events.name} group by order_no)
     select o.order_no as order_no, o.person_key as person_key, q.policy_no as policy_no, o.at_ms as at_ms,
       coalesce(e.micros, int128(0)) as micros, coalesce(e.counted, 0) as counted,
       row_number() over (order by o.at_ms, case when o.order_no < 0 then 1 else 0 end, ${brand_no},
         case when o.order_no < 0 then o.person_key else 0 end, o.conversion_id) as path_no
     from ${orders.name} o join ${POLICIES.name} q on q.brand_id = o.brand_id and q.conversion_type = o.conversion_type
       left join valued e on e.order_no = o.order_no
     where o.order_no >= 0 or o.order_no in (select order_no from ${PATH_TOUCHES.name})`,
  );
  await materialise(
    snapshot,
    NUMBERED_TOUCHES,
    `select p.path_no as path_no, t.at_ms as at_ms, t.tie_no as tie_no, s.code as code, t.shown as shown
     from ${PATH_TOUCHES.name} t join ${ORDER_PATHS.name} p on p.order_no = t.order_no join ${STATES.name} s on s.state = t.state`,
  );
}
