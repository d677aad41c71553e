/** Why two models differ on a group, in words that name what its touches are like. */
import type { GroupFacts } from '../attribution/explain.ts';
import type { Model } from '../attribution/plan.ts';

/** One clause on the model that gives most, and one on the model that gives least. */
export function explainDifference(own: GroupFacts, all: GroupFacts, highest: Model, lowest: Model): string {
  return `${highest.name} gives it most: ${highest.explain(own, all)}; ${lowest.name} gives it least: ${lowest.explain(own, all)}`;
}
