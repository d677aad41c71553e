/**
 * How far shares would move if other people had come: the bootstrap over people. Orders of one person are not independent, so
 * people are drawn and not orders; a Poisson(1) weight per person stands for drawing them with replacement.
 * Source: Efron and Tibshirani, An Introduction to the Bootstrap, 1993; Poisson weights: Hanley and MacGibbon, 2006.
 */
import { Random } from '../domain/random.ts';

/** Credit by person and group; row r gives `amounts[m][r]` of model m to group `group[r]` from the orders of `person[r]`. */
export interface CreditByPerson {
  people: number;
  groups: number;
  person: Uint32Array;
  group: Uint32Array;
  amounts: readonly Float64Array[];
}

/** A group's share of the credit under one model, with bounds that `level` of the draws lie between. Ranks count from 1. */
export interface ShareInterval {
  share: number;
  low: number;
  high: number;
  rank: number;
  rank_low: number;
  rank_high: number;
}

export interface BootstrapOptions {
  draws: number;
  seed: number;
  /** 0.9 leaves 5 % on each side. */
  level: number;
}

/** Per model, per group: its share with its interval. A model without credit, or with more taken back than given, has shares of 0. */
export function bootstrapShares(credit: CreditByPerson, { draws, seed, level }: BootstrapOptions): ShareInterval[][] {
  const { groups, amounts } = credit;
  const ones = new Float64Array(credit.people).fill(1);
  const drawn = amounts.map(() =>
    Array.from({ length: groups }, () => ({ shares: [] as number[], ranks: [] as number[] })),
  );
  const random = new Random(seed, 'bootstrap');
  for (let draw = 0; draw < draws; draw++) {
    const weights = Float64Array.from(ones, () => random.poisson(1));
    amounts.forEach((_, m) => {
      const shares = sharesOf(credit, m, weights);
      const ranks = ranksOf(shares);
      shares.forEach((share, g) => {
        drawn[m]![g]!.shares.push(share);
        drawn[m]![g]!.ranks.push(ranks[g]!);
      });
    });
  }
  return amounts.map((_, m) => {
    const shares = sharesOf(credit, m, ones);
    const ranks = ranksOf(shares);
    return Array.from(shares, (share, g) => {
      const [low, high] = middle(drawn[m]![g]!.shares, level);
      const [rank_low, rank_high] = middle(drawn[m]![g]!.ranks, level);
      return { share, low, high, rank: ranks[g]!, rank_low: Math.floor(rank_low), rank_high: Math.ceil(rank_high) };
    });
  });
}

function sharesOf({ groups, person, group, amounts }: CreditByPerson, m: number, weights: Float64Array): Float64Array {
  const sums = new Float64Array(groups);
  const amount = amounts[m]!;
  let total = 0;
  for (let r = 0; r < amount.length; r++) {
    const value = amount[r]! * weights[person[r]!]!;
    sums[group[r]!]! += value;
    total += value;
  }
  return total <= 0 ? sums.fill(0) : sums.map((sum) => sum / total);
}

/** The place of each share, the largest first; equal ones in their order. */
function ranksOf(shares: Float64Array): number[] {
  const order = [...shares.keys()].sort((a, b) => shares[b]! - shares[a]! || a - b);
  const ranks = new Array<number>(shares.length);
  order.forEach((g, place) => {
    ranks[g] = place + 1;
  });
  return ranks;
}

/** The bounds of the middle `level` of some values: percentiles with linear interpolation. */
export function middle(values: readonly number[], level: number): [number, number] {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (p: number): number => {
    const place = p * (sorted.length - 1);
    const below = Math.floor(place);
    const above = Math.min(below + 1, sorted.length - 1);
    return sorted[below]! + (sorted[above]! - sorted[below]!) * (place - below);
  };
  const tail = (1 - level) / 2;
  return sorted.length === 0 ? [Number.NaN, Number.NaN] : [at(tail), at(1 - tail)];
}
