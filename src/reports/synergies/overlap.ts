/** Which people each channel reached, and which of them another channel reached, too. People are counted, not paths. */
import type { ChannelSets } from './channel-sets.ts';
import { eachPerson, type ObservedPaths, type PathsByPerson } from './observed-paths.ts';
import { bitsOf, type PairedChannels, pairNumber } from './pair-cells.ts';

export interface Overlap {
  /** By code: the people with a touch of the channel on some path, and those of them with no other channel on any. */
  people: Float64Array;
  only: Float64Array;
  /** By {@link pairNumber} of the paired channels: the people with both on their paths, together or not. */
  both: Float64Array;
  /** All people. */
  all: number;
}

export async function overlapOf(
  { names }: ObservedPaths,
  by_person: PathsByPerson,
  sets: ChannelSets,
  channels: PairedChannels,
): Promise<Overlap> {
  const people = new Float64Array(names.length);
  const only = new Float64Array(names.length);
  const both = new Float64Array(pairNumber(0, channels.codes.length));
  const last_person = new Int32Array(names.length).fill(-1);
  let all = 0;
  await eachPerson(by_person, (from, until, person) => {
    all += 1;
    let met = 0;
    let one = -1;
    let bits = 0;
    let last_set = -1;
    for (let i = from; i < until; i++) {
      const set = sets.of_path[by_person.paths[i]!]!;
      if (set === last_set) continue;
      last_set = set;
      bits |= channels.bits_of_set[set]!;
      for (let m = sets.starts[set]!; m < sets.starts[set + 1]!; m++) {
        const code = sets.members[m]!;
        if (last_person[code] === person) continue;
        last_person[code] = person;
        people[code]! += 1;
        met += 1;
        one = code;
      }
    }
    if (met === 1) only[one]! += 1;
    const members = bitsOf(bits);
    for (const [i, b] of members.entries()) for (const a of members.slice(0, i)) both[pairNumber(a, b)]! += 1;
  });
  return { people, only, both, all };
}
