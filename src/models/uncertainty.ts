/** Intervals of the shares that models give to groups, and of the ranks of the groups: a bootstrap over people. */
import { Random } from '../domain/random.ts';
import { middleOf, peopleWeights } from '../learning/bootstrap.ts';

/** Credit by person and group. Row r gives `amounts[m][r]` of model m to group `group[r]` from the orders of `person[r]`. */
export interface CreditByPerson {
  people: number;
  groups: number;
  person: Uint32Array;
  group: Uint32Array;
  amounts: readonly Float64Array[];
}

/**
 * A group's share of the credit under one model: a part of the total, also where the total is below 0. NaN where the total is 0,
 * because nothing is to be shared. The bounds hold `level` of the draws whose total is not 0. Ranks count from 1.
 */
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

/** The share of each group under each model, with its interval. */
export function bootstrapShares(credit: CreditByPerson, { draws, seed, level }: BootstrapOptions): ShareInterval[][] {
  const { groups, amounts } = credit;
  const ones = new Float64Array(credit.people).fill(1);
  const drawn = amounts.map(() =>
    Array.from({ length: groups }, () => ({ shares: [] as number[], ranks: [] as number[] })),
  );
  const random = new Random(seed, 'bootstrap');
  for (let draw = 0; draw < draws; draw++) {
    const weights = peopleWeights(credit.people, random);
    amounts.forEach((_, m) => {
      const shares = sharesOf(credit, m, weights);
      if (Number.isNaN(shares[0])) return;
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
      const { low, high } = middleOf(drawn[m]![g]!.shares, level);
      const ranks_between = Number.isNaN(low)
        ? { low: ranks[g]!, high: ranks[g]! }
        : middleOf(drawn[m]![g]!.ranks, level);
      return {
        share,
        low,
        high,
        rank: ranks[g]!,
        rank_low: Math.floor(ranks_between.low),
        rank_high: Math.ceil(ranks_between.high),
      };
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
  return total === 0 ? sums.fill(Number.NaN) : sums.map((sum) => sum / total);
}

/** The rank of each share, the largest first. Equal shares, and those of nothing, keep their order. */
function ranksOf(shares: Float64Array): number[] {
  const order = [...shares.keys()].sort((a, b) => shares[b]! - shares[a]! || a - b);
  const ranks = new Array<number>(shares.length);
  order.forEach((g, place) => {
    ranks[g] = place + 1;
  });
  return ranks;
}
