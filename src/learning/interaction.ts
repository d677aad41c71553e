/**
 * The interaction of two yes-or-no factors A and B on a mean: how far the mean with both is from what the means with one of them
 * add up to. On the additive scale it is y(A and B) - y(only A) - y(only B) + y(neither), which is 0 if each factor adds the same
 * with and without the other. Source: Rothman, Greenland and Lash, Modern Epidemiology, 3rd edition 2008, chapter 5; it is the
 * contrast of a 2 x 2 factorial experiment, but these units were not assigned at random, so it is no effect.
 */

/** The signs of the four cells of two factors: neither, only A, only B, both. */
const SIGNS = [1, -1, -1, 1] as const;

/** Sums of the units of each cell, stratum by stratum: index 4 * stratum + cell. */
export interface CellSums {
  readonly units: Float64Array;
  readonly outcome: Float64Array;
}

/** The interaction of all strata together. NaN if a cell is empty. */
export function pooledInteraction({ units, outcome }: CellSums): number {
  let interaction = 0;
  for (let cell = 0; cell < 4; cell++) {
    let n = 0;
    let sum = 0;
    for (let at = cell; at < units.length; at += 4) {
      n += units[at]!;
      sum += outcome[at]!;
    }
    interaction += SIGNS[cell]! * (sum / n);
  }
  return interaction;
}

/**
 * The interaction within strata, averaged with the weights 1 / (1 / n_neither + 1 / n_a + 1 / n_b + 1 / n_both). For two cells these
 * are the weights of Mantel and Haenszel for a difference of rates. NaN without strata, and if a cell of one is empty. Sources:
 * Mantel and Haenszel, Journal of the National Cancer Institute 22, 1959; Cochran, Biometrics 10, 1954; Greenland and Robins,
 * Biometrics 41, 1985 (differences).
 * @param strata those that count, of {@link strataWith}.
 */
export function stratifiedInteraction({ units, outcome }: CellSums, strata: readonly number[]): number {
  let weights = 0;
  let sum = 0;
  for (const stratum of strata) {
    let inverse = 0;
    let interaction = 0;
    for (let cell = 0; cell < 4; cell++) {
      const n = units[4 * stratum + cell]!;
      inverse += 1 / n;
      interaction += SIGNS[cell]! * (outcome[4 * stratum + cell]! / n);
    }
    weights += 1 / inverse;
    sum += interaction / inverse;
  }
  return sum / weights;
}

/** The strata with at least `least` units in each of the four cells. */
export function strataWith(units: Float64Array, least: number): number[] {
  const strata = Array.from({ length: units.length / 4 }, (_, stratum) => stratum);
  return strata.filter((stratum) => units.subarray(4 * stratum, 4 * stratum + 4).every((n) => n >= least));
}
