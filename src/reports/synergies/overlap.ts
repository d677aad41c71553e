/** Which people each channel reached, and which of them another channel reached, too. People are counted, not paths. */
import type { ChannelSets } from './channel-sets.ts';
import type { ObservedPaths } from './observed-paths.ts';
import { bitsOf, type PairedChannels, pairNumber } from './pair-cells.ts';
import { eachSetsOfPeople, type PeopleBySet } from './people-by-set.ts';

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
  people_by_set: PeopleBySet,
  sets: ChannelSets,
  channels: PairedChannels,
): Promise<Overlap> {
  const people = new Float64Array(names.length);
  const only = new Float64Array(names.length);
  const both = new Float64Array(pairNumber(0, channels.codes.length));
  const seen_at = new Uint32Array(names.length);
  let all = 0;
  let time = 0;
  await eachSetsOfPeople(people_by_set, (own, times) => {
    all += times;
    time += 1;
    let met = 0;
    let one = -1;
    let bits = 0;
    for (const set of own) {
      bits |= channels.bits_of_set[set]!;
      for (let m = sets.starts[set]!; m < sets.starts[set + 1]!; m++) {
        const code = sets.members[m]!;
        if (seen_at[code] === time) continue;
        seen_at[code] = time;
        people[code]! += times;
        met += 1;
        one = code;
      }
    }
    if (met === 1) only[one]! += times;
    const members = bitsOf(bits);
    for (const [i, b] of members.entries()) for (const a of members.slice(0, i)) both[pairNumber(a, b)]! += times;
  });
  return { people, only, both, all };
}
