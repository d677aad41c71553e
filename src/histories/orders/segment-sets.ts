/** Sets of segments, each with what a report asks of it. */
import { WorkTurns } from '../../warehouse/work-turns.ts';
import type { OrderSegments } from '../asked-orders.ts';
import type { KeyIndex } from '../key-index.ts';

/** What a report asks of a set of segments. Names come in order of their bytes. */
export interface SetsAsked {
  /** The names as one text; null if no key shows them. */
  textOf: ((names: readonly string[]) => string) | null;
  /** True if the filters let the set pass; null if none is about segments. */
  passes: ((names: readonly string[]) => boolean) | null;
}

/** Numbers for what a report tells apart: a text, and whether it passes. Number 0 is the empty set. */
export class ToldSets {
  readonly texts: Array<string | null> = [null];
  readonly passes: Array<boolean | null> = [null];
  private readonly numbers = new Map<string, number>();

  add(text: string | null, passes: boolean | null): number {
    const name = JSON.stringify([text, passes]);
    const known = this.numbers.get(name);
    if (known !== undefined) return known;
    this.numbers.set(name, this.texts.length);
    this.passes.push(passes);
    return this.texts.push(text) - 1;
  }
}

/**
 * The sets of orders. @param node by order, 1 and the node of its set; 1 for the empty set. It is replaced by the numbers of sets.
 * @param sets the nodes from 1: each has the node before it and a place in `names`.
 */
export async function describeSets(
  node: Uint32Array,
  sets: KeyIndex,
  names: readonly string[],
  { textOf, passes }: SetsAsked,
): Promise<OrderSegments> {
  const told = new ToldSets();
  /** By node, 1 and the number of its set. */
  const known = new Uint32Array(sets.size + 1);
  known[0] = 1;
  const turns = new WorkTurns();
  for (let order = 0; order < node.length; order++) {
    const own = node[order]! - 1;
    if (known[own] === 0) {
      if (turns.ends()) await turns.next();
      const of_set = namesOf(own, sets, names);
      known[own] = 1 + told.add(textOf?.(of_set) ?? null, passes?.(of_set) ?? null);
    }
    node[order] = known[own]! - 1;
  }
  return { set: node, texts: told.texts, passes: told.passes };
}

function namesOf(node: number, sets: KeyIndex, names: readonly string[]): string[] {
  const found: string[] = [];
  for (let at = node; at > 0; at = sets.highOf(at - 1)) found.push(names[sets.lowOf(at - 1)]!);
  return found.reverse();
}
