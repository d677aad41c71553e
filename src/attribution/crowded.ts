/**
 * Bounds the work for an id that very many people share, such as "guest". An order keeps a limited number of candidates, and the
 * pairs of orders and touchpoints of a busy person are never all made. docs/semantics.md 5.
 */
import { WINDOWS } from '../domain/settings.ts';
import { typesOf } from '../domain/touchpoint.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { atOrBefore } from '../warehouse/position.ts';
import { columnsOf, materialise, type Relation } from '../warehouse/relation.ts';
import { textList } from '../warehouse/sql-text.ts';
import { type TimeBounds, touchpointsWithin } from './bounds.ts';
import type { CandidateLimits, Plan } from './plan.ts';
import { BUSY_PAIRS, BUSY_PEOPLE, BUSY_TOUCHES, CROWDED_ORDERS, type TouchRelations } from './relations.ts';

interface People {
  orders: Relation;
  members: Relation;
}

/** SQL for the number of candidates that an order may keep, from the conversions of its person; null counts as one. */
function keptOf({ most, least, of_person }: CandidateLimits, conversions: string): string {
  return `int64(greatest(${least}, least(${most}, idiv(${of_person}, coalesce(${conversions}, 1)))))`;
}

/** SQL for the number of conversions, of any type and time, of each person in the relation `named`. */
export function conversionsOf(plan: Plan, members: Relation, named: string): string {
  return `select m.person_key as person_key, count(*) as conversions
    from conversions c join ${members.name} m on m.subject_key = c.subject_key
    where ${atOrBefore('c', plan.positions.conversions)} and m.person_key in (select person_key from ${named})
    group by m.person_key`;
}

async function isEmpty(snapshot: Snapshot, relation: Relation): Promise<boolean> {
  const rows = await snapshot.query(`select 1 as found from ${relation.name} limit 1`);
  return rows.length === 0;
}

/**
 * Makes `busy_pairs`: for each order of a busy person the touchpoints that may be its candidates, newest first, a few more than it
 * keeps. Null if no person is busy.
 */
export async function makeBusyPairs(
  snapshot: Snapshot,
  plan: Plan,
  { orders, members }: People,
  times: TimeBounds,
  sql: { touch_no: string; may_earn: string; with_verdicts: string },
): Promise<Relation | null> {
  const { pairs } = plan.limits;
  // A person with few orders has few pairs, whatever the number of touchpoints is.
  const few = Math.ceil(Math.sqrt(pairs) / 100);
  if (times.most_orders <= few) return null;
  const in_range = touchpointsWithin(plan, times);
  const busy = await materialise(
    snapshot,
    BUSY_PEOPLE,
    `with many as (select person_key, count(*) as orders from ${orders.name} group by person_key having count(*) > ${few}),
     touched as (
       select m.person_key as person_key, count(*) as touches from touchpoints t join ${members.name} m on m.subject_key = t.subject_key
       where ${in_range} and m.person_key in (select person_key from many) group by m.person_key),
     busy as (
       select many.person_key as person_key from many join touched on touched.person_key = many.person_key
       where many.orders * touched.touches > ${pairs}),
     counted as (${conversionsOf(plan, members, 'busy')})
     select b.person_key as person_key, ${keptOf(plan.limits, 'c.conversions')} as kept
     from busy b left join counted c on c.person_key = b.person_key`,
  );
  if (await isEmpty(snapshot, busy)) return null;
  await materialise(
    snapshot,
    BUSY_TOUCHES,
    `with earning as (
       select b.person_key as person_key, b.kept as kept, ${windowKind('t.touchpoint_type')} as window_no, ${sql.touch_no} as touch_no,
         epoch_ms(t.occurred_at) as at_ms, t.touchpoint_id as touchpoint_id
       from touchpoints t join (
           select m.subject_key as subject_key, b.* from ${members.name} m join ${busy.name} b on b.person_key = m.person_key) b
         on b.subject_key = t.subject_key ${sql.with_verdicts}
       where ${in_range} and ${sql.may_earn})
     select person_key, kept, window_no, touch_no, at_ms,
       row_number() over (partition by person_key, window_no order by at_ms, touchpoint_id) as place from earning`,
  );
  // Places are compared only within blocks, so that the engine never makes all pairs of a person.
  const block = (place: string): string => `idiv(${place}, p.kept + 1)`;
  return materialise(
    snapshot,
    BUSY_PAIRS,
    `with places as (${newestPlaces(orders)}),
     blocks as (
       select p.*, ${block('p.place')} as block_no from places p
       union all select p.*, ${block('p.place')} - 1 as block_no from places p),
     placed as (select p.*, ${block('p.place')} as block_no from ${BUSY_TOUCHES.name} p)
     select b.order_no as order_no, p.touch_no as touch_no
     from blocks b join placed p on p.person_key = b.person_key and p.window_no = b.window_no and p.block_no = b.block_no
     where p.place <= b.place and p.place > b.place - b.kept - 1`,
  );
}

/** The number of the window of a touchpoint type. The touchpoints of one window in time have places without gaps. */
function windowKind(touchpoint_type: string): string {
  const cases = WINDOWS.map((window, i) => `when ${touchpoint_type} in (${textList(typesOf(window))}) then ${i}`);
  return `case ${cases.join(' ')} else ${WINDOWS.indexOf('click_days')} end`;
}

/** For each order of a busy person and each window, the place of the newest touchpoint at or before the order. */
function newestPlaces(orders: Relation): string {
  const of_window = (i: number): string =>
    `select b.person_key as person_key, b.kept as kept, ${i} as window_no, o.order_no as order_no, o.at_ms as at_ms, 1 as is_order
     from ${orders.name} o join ${BUSY_PEOPLE.name} b on b.person_key = o.person_key`;
  return `with happened as (
      select person_key, kept, window_no, int64(null) as order_no, at_ms, 0 as is_order from ${BUSY_TOUCHES.name}
      union all ${WINDOWS.map((_, i) => of_window(i)).join(' union all ')}),
    placed as (
      select h.*, int64(sum(1 - is_order) over (
        partition by person_key, window_no order by at_ms, is_order rows between unbounded preceding and current row)) as place
      from happened h)
    select person_key, kept, window_no, order_no, place from placed where is_order = 1 and place > 0`;
}

/**
 * Cuts the candidates of orders that have too many: the newest stay.
 * @param most_candidates of an order.
 * @param newest the declaration of the relation to make, with all columns of the candidates.
 */
export async function keepNewest(
  snapshot: Snapshot,
  plan: Plan,
  { orders, members }: People,
  { candidates, most_candidates, newest }: { candidates: Relation; most_candidates: number; newest: Relation },
): Promise<Pick<TouchRelations, 'candidates' | 'crowded'>> {
  if (most_candidates <= plan.limits.least) return { candidates, crowded: null };
  const crowded = await materialise(
    snapshot,
    CROWDED_ORDERS,
    `with large as (
       select c.order_no as order_no, count(*) as candidates from ${candidates.name} c group by c.order_no having count(*) > ${plan.limits.least}),
     suspects as (select o.order_no as order_no, o.person_key as person_key, l.candidates as candidates from ${orders.name} o join large l on l.order_no = o.order_no),
     counted as (${conversionsOf(plan, members, 'suspects')}),
     limited as (
       select s.order_no as order_no, s.candidates as candidates, ${keptOf(plan.limits, 'c.conversions')} as kept
       from suspects s left join counted c on c.person_key = s.person_key)
     select order_no, kept from limited where candidates > kept`,
  );
  if (await isEmpty(snapshot, crowded)) return { candidates, crowded: null };
  return {
    candidates: await materialise(
      snapshot,
      newest,
      `with numbered as (
         select c.*, x.kept as kept, row_number() over (partition by c.order_no order by c.at_ms desc, c.tie_no desc) as newest_no
         from ${candidates.name} c left join ${crowded.name} x on x.order_no = c.order_no)
       select ${columnsOf(newest, 'n')} from numbered n where n.kept is null or n.newest_no <= n.kept`,
    ),
    crowded,
  };
}
