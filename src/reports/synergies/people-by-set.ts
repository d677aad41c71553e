/** The different sets of channels of each person. Most people have one, so people with the same one are counted together. */
import { roomFor } from '../../histories/room.ts';
import { inBlocks, WorkTurns } from '../../warehouse/work-turns.ts';
import type { ChannelSets } from './channel-sets.ts';
import type { ObservedPaths } from './observed-paths.ts';

export interface PeopleBySet {
  /** By set, the people whose paths all have it. */
  readonly alike: Float64Array;
  /** The different sets of the other person number p: `mixed[starts[p]] … mixed[starts[p + 1] - 1]`. */
  readonly mixed: Uint32Array;
  readonly starts: Uint32Array;
  readonly mixed_people: number;
}

export async function peopleBySet(observed: ObservedPaths, sets: ChannelSets): Promise<PeopleBySet> {
  const { paths, starts: first } = await pathsByPerson(observed);
  const alike = new Float64Array(sets.count);
  const seen_of = new Uint32Array(sets.count);
  let mixed = new Uint32Array(1_024);
  let starts = new Uint32Array(1_024);
  let people = 0;
  let length = 0;
  const turns = new WorkTurns();
  for (let person = 0; person + 1 < first.length; person++) {
    if (turns.ends(256)) await turns.next();
    const [from, until] = [first[person]!, first[person + 1]!];
    if (from === until) continue;
    mixed = roomFor(mixed, length + until - from);
    const begin = length;
    for (let i = from; i < until; i++) {
      const set = sets.of_path[paths[i]!]!;
      if (seen_of[set] === person + 1) continue;
      seen_of[set] = person + 1;
      mixed[length++] = set;
    }
    if (length - begin === 1) {
      length = begin;
      // Somebody without an order has one path, which may stand for others.
      alike[mixed[begin]!]! += observed.weight[paths[from]!]!;
      continue;
    }
    people += 1;
    starts = roomFor(starts, people + 1);
    starts[people] = length;
  }
  return { alike, mixed, starts, mixed_people: people };
}

/** Works on the different sets of people, in turns. @param work is given how many people have exactly these sets. */
export async function eachSetsOfPeople(
  { alike, mixed, starts, mixed_people }: PeopleBySet,
  work: (sets: Uint32Array, people: number) => void,
): Promise<void> {
  const turns = new WorkTurns();
  const one = new Uint32Array(1);
  for (const [set, people] of alike.entries()) {
    if (turns.ends(256)) await turns.next();
    if (people === 0) continue;
    one[0] = set;
    work(one, people);
  }
  for (let person = 0; person < mixed_people; person++) {
    if (turns.ends(256)) await turns.next();
    work(mixed.subarray(starts[person]!, starts[person + 1]!), 1);
  }
}

/** The paths of each person: `paths[starts[person]] … paths[starts[person + 1] - 1]`. */
async function pathsByPerson({ person, people }: ObservedPaths): Promise<{ paths: Uint32Array; starts: Uint32Array }> {
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
