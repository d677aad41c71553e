/** Compares levels of emails in turns, so that other requests are answered in between. */
import type { RateSums } from '../../learning/rate-sums.ts';
import { LevelComparison } from '../../learning/stratified-rates.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';

/** So many emails take less than a millisecond or two. */
const PART = 16_384;

export async function compareInTurns(...asked: ConstructorParameters<typeof LevelComparison>): Promise<RateSums[]> {
  const comparison = new LevelComparison(...asked);
  const { starts } = asked[0];
  const turns = new WorkTurns();
  for (let cell = 0; cell + 1 < starts.length; ) {
    const first = cell;
    while (cell + 1 < starts.length && starts[cell]! - starts[first]! < PART) cell += 1;
    comparison.addCells(first, cell);
    if (turns.ends(1)) await turns.next();
  }
  return comparison.found;
}
