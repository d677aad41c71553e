/** The paths that synergies are counted over: one of each order with a touch, and one of each person who touched and did not order. */
import { inBlocks, WorkTurns } from '../../warehouse/work-turns.ts';

/** Path p has the touches `codes[offsets[p]] … codes[offsets[p + 1] - 1]`, at least one. */
export interface ObservedPaths {
  /** The name of each code; null is a missing one. */
  readonly names: ReadonlyArray<string | null>;
  readonly codes: Uint16Array | Uint32Array;
  readonly offsets: Uint32Array;
  /** 1 for the path of an order. */
  readonly is_order: Uint8Array;
  /** The net value of the order in micros, whole numbers within 2^52; 0 without an order. */
  readonly micros: Float64Array;
  /** Values that are larger, by path. */
  readonly large: ReadonlyMap<number, bigint>;
  /** The person of each path, numbered from 0. */
  readonly person: Uint32Array;
  readonly people: number;
  /** The random group of each person. */
  readonly random_group: Uint16Array;
}

/** The paths of each person: `paths[starts[person]] … paths[starts[person + 1] - 1]`. */
export interface PathsByPerson {
  readonly paths: Uint32Array;
  readonly starts: Uint32Array;
}

export const countPaths = ({ is_order }: ObservedPaths): number => is_order.length;

/** Lists the paths person by person. */
export async function pathsByPerson(observed: ObservedPaths): Promise<PathsByPerson> {
  const { person, people } = observed;
  const starts = new Uint32Array(people + 1);
  await inBlocks(person.length, (from, until) => {
    for (let path = from; path < until; path++) starts[person[path]! + 1]! += 1;
  });
  await inBlocks(people, (from, until) => {
    for (let p = from; p < until; p++) starts[p + 1]! += starts[p]!;
  });
  const next = starts.slice();
  const paths = new Uint32Array(person.length);
  await inBlocks(person.length, (from, until) => {
    for (let path = from; path < until; path++) paths[next[person[path]!]!++] = path;
  });
  return { paths, starts };
}

/** Works on each person's places in {@link PathsByPerson.paths}, in turns. */
export async function eachPerson(
  { starts }: PathsByPerson,
  work: (from: number, until: number, person: number) => void,
): Promise<void> {
  const turns = new WorkTurns();
  for (let person = 0; person + 1 < starts.length; person++) {
    if (turns.ends(256)) await turns.next();
    if (starts[person] !== starts[person + 1]) work(starts[person]!, starts[person + 1]!, person);
  }
}
