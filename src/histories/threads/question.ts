/** What a thread is sent for its part of a pass, and what it answers. */
import { WorkTurns } from '../../warehouse/work-turns.ts';
import { type Asked, ORDER_ARRAYS, type PassModel, type PassOrders, type PassPlan } from '../asked.ts';
import { consentColumns } from '../consents/consent-rows.ts';
import { TOUCHPOINT_ARRAYS, type Touchpoints } from '../histories.ts';
import type { LabelFacts } from '../label-facts.ts';
import type { Lists } from '../orders/lists.ts';
import type { PassPart } from '../pass.ts';
import { type AskedPaths, PATH_ORDER_ARRAYS, type PathOrders } from '../paths/asked-paths.ts';
import type { FoundPathsData } from '../paths/found-paths.ts';
import type { Numbers } from '../room.ts';
import { type Block, bytesInBlock } from './block.ts';

/** What threads can be asked, and what each of them answers. */
export interface ThreadWork {
  credit: { asked: Asked; part: ThreadPart };
  paths: { asked: AskedPaths; part: FoundPathsData };
}
export type WorkKind = keyof ThreadWork;

export type ThreadQuestion = {
  [K in WorkKind]: {
    kind: K;
    asked: ThreadWork[K]['asked'];
    touchpoints: Touchpoints;
    /** What the threads take people from. */
    next: Int32Array;
  };
}[WorkKind];

export interface ThreadPart {
  part: PassPart;
  /** Powers that wait for the engine. */
  open_decays: readonly number[];
}

/** What a thread does not read is left out. */
const TRIMMED: { [K in WorkKind]: (asked: ThreadWork[K]['asked']) => ThreadWork[K]['asked'] } = {
  credit: trim,
  paths: trimPaths,
};

/** Puts a question into a block. Only the touchpoints are not copied. */
export async function putQuestion<K extends WorkKind>(
  block: Block,
  kind: K,
  touchpoints: Touchpoints,
  asked: ThreadWork[K]['asked'],
): Promise<ThreadQuestion> {
  const trimmed = TRIMMED[kind](asked);
  const arrays = arraysIn(trimmed);
  const next = new Int32Array(2);
  block.begin([...arrays, next].reduce((sum, array) => sum + bytesInBlock(array), 0));
  const turns = new WorkTurns();
  const copies = new Map<unknown, Numbers>();
  for (const array of arrays) {
    copies.set(array, block.put(array));
    if (turns.ends(1)) await turns.next();
  }
  return {
    kind,
    touchpoints: touchpointsOf(touchpoints),
    asked: copied(trimmed, copies),
    next: block.put(next),
  } as ThreadQuestion;
}

function touchpointsOf(touchpoints: Touchpoints): Touchpoints {
  const arrays = Object.fromEntries(TOUCHPOINT_ARRAYS.map((name) => [name, touchpoints[name]]));
  const { collectors, length } = touchpoints;
  return { ...arrays, collectors, length, consents: consentColumns(touchpoints.consents) } as Touchpoints;
}

function trim({ plan, orders, tables, ...others }: Asked): Asked {
  const { labels, facts, channels, shown } = tables;
  const used = <A extends Numbers>(array: A): A => array.subarray(0, labels) as A;
  return {
    ...others,
    plan: planOf(plan),
    orders: ordersOf(orders),
    tables: {
      ...tables,
      facts: factsOf(facts, labels),
      group: used(tables.group),
      email: used(tables.email),
      channel: channels === 0 ? new Uint32Array(0) : used(tables.channel),
      shown,
    },
  };
}

function trimPaths({ plan, orders, facts, labels, ...others }: AskedPaths): AskedPaths {
  const arrays = Object.fromEntries(PATH_ORDER_ARRAYS.map((name) => [name, orders[name]]));
  const { persons, subjects } = orders;
  return {
    ...others,
    labels,
    plan: planOf(plan),
    facts: factsOf(facts, labels),
    orders: { ...arrays, orders: orders.orders, persons, subjects: listsOf(subjects) } as PathOrders,
  };
}

/** Facts without the room for more labels. */
function factsOf(facts: LabelFacts, labels: number): LabelFacts {
  return Object.fromEntries(
    Object.entries(facts).map(([name, array]) => [name, array.subarray(0, labels)]),
  ) as unknown as LabelFacts;
}

/** Models also have functions and SQL, which a thread cannot be sent or does not need. */
function planOf(plan: PassPlan): PassPlan {
  return { ...plan, models: plan.models.map(({ name }): PassModel => ({ name })) };
}

function ordersOf(orders: PassOrders): PassOrders {
  const events = orders.event_starts[orders.orders]!;
  const arrays = Object.fromEntries(ORDER_ARRAYS.map((name) => [name, orders[name]]));
  const { large, persons, subjects, outside } = orders;
  const lists = { subjects: listsOf(subjects), outside: listsOf(outside) };
  return {
    ...arrays,
    before: orders.before.subarray(0, events),
    after: orders.after.subarray(0, events),
    is_order: orders.is_order.subarray(0, events),
    orders: orders.orders,
    large,
    persons,
    ...lists,
  } as PassOrders;
}

const listsOf = ({ starts, values }: Lists): Lists => ({ starts, values });

/** The arrays of numbers in a value. */
function arraysIn(value: unknown, found: Numbers[] = []): Numbers[] {
  if (ArrayBuffer.isView(value)) found.push(value as Numbers);
  else if (isPlain(value)) for (const inner of Object.values(value)) arraysIn(inner, found);
  return found;
}

/** The same value with copies of its arrays. */
function copied<T>(value: T, copies: ReadonlyMap<unknown, Numbers>): T {
  if (ArrayBuffer.isView(value)) return copies.get(value) as T;
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, copied(inner, copies)])) as T;
}

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
