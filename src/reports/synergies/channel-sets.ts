/** The set of channels of each path. Touches of one channel are one member, in whatever order they came. */
import { roomFor } from '../../histories/room.ts';
import { inBlocks, WorkTurns } from '../../warehouse/work-turns.ts';
import { countPaths, type ObservedPaths } from './observed-paths.ts';

export interface ChannelSets {
  /** The number of the set of each path. Sets are numbered in the order of their first path. */
  readonly of_path: Uint32Array;
  readonly count: number;
  /** The codes of set s, ascending: `members[starts[s]] … members[starts[s + 1] - 1]`. */
  readonly members: Uint32Array;
  readonly starts: Uint32Array;
}

/** Finds the set of every path. Equal sets have one number. */
export async function channelSets(observed: ObservedPaths): Promise<ChannelSets> {
  const { codes, offsets, names } = observed;
  const of_path = new Uint32Array(countPaths(observed));
  const tree = new SetTree(names.length);
  const seen_on = new Uint32Array(names.length);
  const found = new Uint32Array(names.length);
  await inBlocks(of_path.length, (from, until) => {
    for (let path = from; path < until; path++) {
      let size = 0;
      for (let touch = offsets[path]!; touch < offsets[path + 1]!; touch++) {
        const code = codes[touch]!;
        if (seen_on[code] === path + 1) continue;
        seen_on[code] = path + 1;
        found[size++] = code;
      }
      of_path[path] = tree.setOf(size < 2 ? found.subarray(0, size) : found.subarray(0, size).sort());
    }
  });
  return { of_path, count: tree.sets, members: tree.members, starts: tree.starts };
}

/** The codes of a set. */
export function membersOf({ members, starts }: ChannelSets, set: number): Uint32Array {
  return members.subarray(starts[set]!, starts[set + 1]!);
}

/** Works on every set, in turns. */
export async function eachSet({ count }: ChannelSets, work: (set: number) => void): Promise<void> {
  const turns = new WorkTurns();
  for (let set = 0; set < count; set++) {
    if (turns.ends(256)) await turns.next();
    work(set);
  }
}

/** A tree whose branches are codes, ascending. A set is the end of its way. */
class SetTree {
  sets = 0;
  members = new Uint32Array(1_024);
  starts = new Uint32Array(1_024);
  private nodes = 1;
  private readonly next = new Map<number, number>();
  /** One more than the number of the set that ends at a node; 0 for none. */
  private set_of_node = new Uint32Array(1_024);

  constructor(private readonly names: number) {}

  setOf(sorted: Uint32Array): number {
    let node = 0;
    for (let i = 0; i < sorted.length; i++) node = this.branch(node, sorted[i]!);
    const known = this.set_of_node[node]!;
    if (known > 0) return known - 1;
    const set = this.sets++;
    this.set_of_node[node] = set + 1;
    const start = this.starts[set]!;
    this.members = roomFor(this.members, start + sorted.length);
    this.members.set(sorted, start);
    this.starts = roomFor(this.starts, set + 2);
    this.starts[set + 1] = start + sorted.length;
    return set;
  }

  private branch(node: number, code: number): number {
    const key = node * this.names + code;
    const known = this.next.get(key);
    if (known !== undefined) return known;
    const made = this.nodes++;
    this.set_of_node = roomFor(this.set_of_node, made + 1);
    this.next.set(key, made);
    return made;
  }
}
