/** Why two models differ on a group, in words that name what its touches are like. */
import type { GroupFacts } from '../attribution/explain.ts';
import type { Model } from '../attribution/plan.ts';

/** The facts of all groups together, for comparison with one group. */
export function averageOf(facts: readonly GroupFacts[]): GroupFacts {
  const touches = facts.reduce((sum, fact) => sum + fact.touches, 0);
  const mean = (of: (fact: GroupFacts) => number): number =>
    touches === 0 ? 0 : facts.reduce((sum, fact) => sum + of(fact) * fact.touches, 0) / touches;
  const models = Object.keys(facts[0]?.added ?? {});
  return {
    touches,
    first: mean((fact) => fact.first),
    last: mean((fact) => fact.last),
    alone: mean((fact) => fact.alone),
    age_days: mean((fact) => fact.age_days),
    added: Object.fromEntries(models.map((model) => [model, mean((fact) => fact.added[model]!)])),
  };
}

/** One clause on the model that gives most, and one on the model that gives least. */
export function explainDifference(own: GroupFacts, all: GroupFacts, highest: Model, lowest: Model): string {
  return `${highest.name} gives it most: ${highest.explain(own, all)}; ${lowest.name} gives it least: ${lowest.explain(own, all)}`;
}
