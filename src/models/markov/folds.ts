/** Which part of the journeys is held out when: a seeded draw for every journey, or for every person where people are known. */
import type { Random } from '../../domain/random.ts';
import type { Paths } from '../paths/paths.ts';

export const FOLDS = 5;

/** Above so many journeys on one path, the draws are replaced by the bell curve that they would follow. */
const MAX_DRAWS = 1_000;

/** Journeys of one path by fold; filled anew for each path. */
export interface Split {
  conversions: Float64Array;
  nulls: Float64Array;
}

/**
 * Draws folds path by path: ask in the order of the paths. Journeys on one path are drawn one by one, never dealt out
 * evenly: with even folds every fold would look like the rest, and no order would ever be too high.
 */
export function assignFolds(paths: Paths, random: Random): (path: number) => Split {
  const split: Split = { conversions: new Float64Array(FOLDS), nulls: new Float64Array(FOLDS) };
  const { people } = paths;
  const fold_of = people && Uint8Array.from({ length: highest(people) + 1 }, () => random.integer(0, FOLDS - 1));
  return (path) => {
    split.conversions.fill(0);
    split.nulls.fill(0);
    if (fold_of) {
      split.conversions[fold_of[people[path]!]!] = paths.conversions[path]!;
      split.nulls[fold_of[people[path]!]!] = paths.nulls[path]!;
    } else {
      draw(paths.conversions[path]!, random, split.conversions);
      draw(paths.nulls[path]!, random, split.nulls);
    }
    return split;
  };
}

/** Not Math.max(...people): there may be millions. */
function highest(people: Uint32Array): number {
  return people.reduce((most, person) => Math.max(most, person), 0);
}

/** A fraction of a journey is a journey of that weight. */
function draw(count: number, random: Random, folds: Float64Array): void {
  let whole = Math.floor(count);
  if (count > whole) folds[random.integer(0, FOLDS - 1)]! += count - whole;
  for (let fold = 0; fold < FOLDS && whole > MAX_DRAWS; fold++) {
    const share = 1 / (FOLDS - fold);
    const sigma = Math.sqrt(whole * share * (1 - share));
    const drawn = share === 1 ? whole : Math.round(whole * share + sigma * random.normal(0, 1));
    folds[fold]! += Math.min(whole, Math.max(0, drawn));
    whole -= Math.min(whole, Math.max(0, drawn));
  }
  for (; whole > 0; whole--) folds[random.integer(0, FOLDS - 1)]!++;
}
