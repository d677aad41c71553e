/** The keys of a book in order, as the engine sorts them. Sorting them costs more than most reports, so the order is kept. */
import { sortInTurns, WorkTurns } from '../../warehouse/work-turns.ts';
import type { KeyIndex } from '../key-index.ts';

const known = new WeakMap<KeyIndex, Uint32Array>();

/** The numbers of all keys that a book has now, in order of the keys. Nobody may change the array. */
export async function keyOrder(keys: KeyIndex): Promise<Uint32Array> {
  const before = known.get(keys) ?? new Uint32Array(0);
  const size = keys.size;
  if (before.length >= size) return before;
  const compare = (a: number, b: number): number =>
    keys.highOf(a) - keys.highOf(b) || (keys.lowOf(a) >>> 0) - (keys.lowOf(b) >>> 0);
  const fresh = await sortInTurns(
    Uint32Array.from({ length: size - before.length }, (_, i) => before.length + i),
    compare,
  );
  const order = before.length === 0 ? fresh : await merged(before, fresh, compare);
  // Another report may have added more keys meanwhile.
  if ((known.get(keys)?.length ?? 0) < size) known.set(keys, order);
  return order;
}

async function merged(a: Uint32Array, b: Uint32Array, compare: (a: number, b: number) => number): Promise<Uint32Array> {
  const all = new Uint32Array(a.length + b.length);
  const turns = new WorkTurns();
  let [i, j] = [0, 0];
  for (let to = 0; to < all.length; to++) {
    if (turns.ends(4_096)) await turns.next();
    all[to] = j >= b.length || (i < a.length && compare(a[i]!, b[j]!) < 0) ? a[i++]! : b[j++]!;
  }
  return all;
}
