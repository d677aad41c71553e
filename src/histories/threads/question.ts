/** What a thread is sent for its part of a pass, and what it answers. */
import { WorkTurns } from '../../warehouse/work-turns.ts';
import { type Asked, ORDER_ARRAYS, type PassModel, type PassOrders, type PassPlan } from '../asked.ts';
import { TOUCHPOINT_ARRAYS, type Touchpoints } from '../histories.ts';
import type { LabelFacts } from '../label-facts.ts';
import type { Lists } from '../orders/lists.ts';
import type { PassPart } from '../pass.ts';
import type { Numbers } from '../room.ts';
import { type Block, bytesInBlock } from './block.ts';

export interface PassQuestion {
  touchpoints: Touchpoints;
  asked: Asked;
  /** What the threads take people from: see PersonParts. */
  next: Int32Array;
}

export interface ThreadPart {
  part: PassPart;
  /** Powers that wait for the engine. */
  open_decays: readonly number[];
}

/** Puts a question into a block. Only the touchpoints are not copied. */
export async function putQuestion(block: Block, touchpoints: Touchpoints, asked: Asked): Promise<PassQuestion> {
  const trimmed = trim(asked);
  const arrays = arraysIn(trimmed);
  const next = new Int32Array(1);
  block.begin([...arrays, next].reduce((sum, array) => sum + bytesInBlock(array), 0));
  const turns = new WorkTurns();
  const copies = new Map<unknown, Numbers>();
  for (const array of arrays) {
    copies.set(array, block.put(array));
    if (turns.ends(1)) await turns.next();
  }
  return { touchpoints: touchpointsOf(touchpoints), asked: copied(trimmed, copies), next: block.put(next) };
}

function touchpointsOf(touchpoints: Touchpoints): Touchpoints {
  const arrays = Object.fromEntries(TOUCHPOINT_ARRAYS.map((name) => [name, touchpoints[name]]));
  const { collectors, length } = touchpoints;
  return { ...arrays, collectors, length } as Touchpoints;
}

/** A question without what a pass does not read. */
function trim({ plan, orders, tables, ...others }: Asked): Asked {
  const { labels, facts, channels, shown } = tables;
  const used = <A extends Numbers>(array: A): A => array.subarray(0, labels) as A;
  return {
    ...others,
    plan: planOf(plan),
    orders: ordersOf(orders),
    tables: {
      ...tables,
      facts: Object.fromEntries(
        Object.entries(facts).map(([name, array]) => [name, used(array)]),
      ) as unknown as LabelFacts,
      group: used(tables.group),
      email: used(tables.email),
      channel: channels === 0 ? new Uint32Array(0) : used(tables.channel),
      shown,
    },
  };
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
