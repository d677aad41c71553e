/** Says why two models differ on a group: it compares the touches of the group with all touches. */
import type { GroupFacts } from '../attribution/explain.ts';
import type { Model } from '../attribution/plan.ts';

/** The facts of all groups together. */
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

/** A clause about the model that gives the group most, and one about the model that gives it least. */
export function explainDifference(own: GroupFacts, all: GroupFacts, highest: Model, lowest: Model): string {
  return `${highest.name} gives it most: ${highest.explain(own, all)}; ${lowest.name} gives it least: ${lowest.explain(own, all)}`;
}
