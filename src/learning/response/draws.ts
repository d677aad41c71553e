/** Draws of weights of weeks and of prior means: together, what fits give under them are draws from what is likely. */
import type { Random } from '../../domain/random.ts';

/** Weeks next to each other resemble each other, so they are drawn together. */
const BLOCK_WEEKS = 4;

/** A normal prior; the deviation may be infinite. */
export interface Prior {
  mean: number;
  standard_deviation: number;
}

/**
 * A weight for each week: exponential, the same for the weeks of a block. It is the Bayesian bootstrap, which leaves no week out. Sources:
 * Rubin, Annals of Statistics 9, 1981; Künsch, Annals of Statistics 17, 1989 (blocks).
 */
export function weekWeights(weeks: number, random: Random): Float64Array {
  let weight = 1;
  return new Float64Array(weeks).map((_, w) => {
    if (w % BLOCK_WEEKS === 0) weight = random.exponential(1);
    return weight;
  });
}

/**
 * The priors with means that are drawn from them. A fit to drawn weights and drawn prior means is a draw from the posterior. Source: Lyddon,
 * Walker and Holmes, Advances in Neural Information Processing Systems 31, 2018 (posterior bootstrap).
 */
export function drawnPriors(priors: readonly Prior[], random: Random): Prior[] {
  return priors.map((prior) =>
    Number.isFinite(prior.standard_deviation)
      ? { ...prior, mean: random.normal(prior.mean, prior.standard_deviation) }
      : prior,
  );
}
