/** What policies missed over many worlds. */
import { POLICIES, type PolicyName } from './policies.ts';
import type { WorldScore } from './score.ts';

export interface PolicySummary {
  /** The mean over worlds of what was missed of the best split. */
  regret: number;
  /** The worst world beside leaving spend alone: what is brought less, as a part of what channels bring. */
  worst: number;
  /** The same as a part of net revenue. */
  worst_of_revenue: number;
  worst_seed: number;
  /** Worlds in which more than 1 % of what channels bring is lost against leaving spend alone. */
  worlds_below: number;
}

/** A loss that counts in `worlds_below`. */
const LOSS = 0.01;

export function summaryOf(scores: readonly WorldScore[]): Record<PolicyName, PolicySummary> {
  const names = Object.keys(POLICIES) as PolicyName[];
  return Object.fromEntries(
    names.map((name): [PolicyName, PolicySummary] => {
      const worst = scores.reduce((one, other) => (other.below_alone[name] > one.below_alone[name] ? other : one));
      return [
        name,
        {
          regret: scores.reduce((sum, { regret }) => sum + regret[name], 0) / scores.length,
          worst: worst.below_alone[name],
          worst_of_revenue: Math.max(...scores.map((score) => score.below_alone_of_revenue[name])),
          worst_seed: worst.seed,
          worlds_below: scores.filter(({ below_alone }) => below_alone[name] > LOSS).length,
        },
      ];
    }),
  ) as Record<PolicyName, PolicySummary>;
}
