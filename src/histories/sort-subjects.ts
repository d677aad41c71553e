/** Puts the touchpoints of each subject in order of their instants, then ids. They arrive nearly in order. */
import { WorkTurns } from '../warehouse/work-turns.ts';
import { type Histories, TOUCH_COLUMNS, type TouchColumns } from './histories.ts';

type Sorted = TouchColumns & Pick<Histories, 'starts'>;

/** So many are put in order one by one; more are sorted. */
const FEW = 64;

export async function sortSubjects(histories: Sorted): Promise<void> {
  const { starts, at_ms, tie } = histories;
  const turns = new WorkTurns();
  let order = new Uint32Array(1_024);
  let moved = new Float64Array(1_024);
  for (let s = 0; s + 1 < starts.length; s++) {
    if (turns.ends(256)) await turns.next();
    const [from, until] = [starts[s]!, starts[s + 1]!];
    const count = until - from;
    if (count > order.length) [order, moved] = [new Uint32Array(2 * count), new Float64Array(2 * count)];
    if (putInOrder(order, at_ms, tie, from, until)) continue;
    for (const name of TOUCH_COLUMNS) arrange(histories[name], order, moved, from, count);
  }
}

/** Writes the places of a range into `order`. @returns true if they are in order as they are. */
function putInOrder(
  order: Uint32Array,
  at_ms: Float64Array,
  tie: TouchColumns['tie'],
  from: number,
  until: number,
): boolean {
  const isAfter = (a: number, b: number): boolean => (at_ms[a]! - at_ms[b]! || tie[a]! - tie[b]!) > 0;
  let in_order = true;
  for (let i = from; i < until; i++) {
    order[i - from] = i;
    in_order &&= i === from || !isAfter(i - 1, i);
  }
  if (in_order) return true;
  const count = until - from;
  if (count > FEW) {
    order.subarray(0, count).sort((a, b) => at_ms[a]! - at_ms[b]! || tie[a]! - tie[b]!);
    return false;
  }
  for (let i = 1; i < count; i++) {
    const place = order[i]!;
    let k = i;
    for (; k > 0 && isAfter(order[k - 1]!, place); k--) order[k] = order[k - 1]!;
    order[k] = place;
  }
  return false;
}

function arrange(
  values: TouchColumns[keyof TouchColumns],
  order: Uint32Array,
  moved: Float64Array,
  from: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) moved[i] = values[order[i]!]!;
  for (let i = 0; i < count; i++) values[from + i] = moved[i]!;
}
