/** Why two models differ on a group, in words that name what its touches are like. */

/** Where the touches of a group stand in the paths of orders. Parts are of its touches, from 0 to 1. */
export interface GroupFacts {
  touches: number;
  first: number;
  last: number;
  /** The only touch of its path. */
  alone: number;
  /** From touch to order, on the average. */
  age_days: number;
  /** By fitted model: the part of its measure that the touch's channel adds, on the average. */
  added: Record<string, number>;
}

/** The same facts over all groups, for comparison. */
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

const percent = (part: number): string => `${(part * 100).toFixed(0)} %`;
const days = (age: number): string => `${age.toFixed(1)} days`;

/** One sentence on the model that gives most, and one on the model that gives least. */
export function explainDifference(own: GroupFacts, all: GroupFacts, highest: string, lowest: string): string {
  return `${highest} gives it most: ${reason(highest, own, all)}; ${lowest} gives it least: ${reason(lowest, own, all)}`;
}

/** What a model looks at, with the figures of this group and of all. */
function reason(model: string, own: GroupFacts, all: GroupFacts): string {
  const first = `${percent(own.first)} of its touches open their path (all: ${percent(all.first)})`;
  const last = `${percent(own.last)} of its touches close their path (all: ${percent(all.last)})`;
  switch (model) {
    case 'first_touch':
      return first;
    case 'last_touch':
      return last;
    case 'position_based':
      return `${first}, ${last}`;
    case 'time_decay':
      return `its touches are ${days(own.age_days)} old at the order (all: ${days(all.age_days)})`;
    case 'linear':
      return `it has ${percent(own.touches / Math.max(1, all.touches))} of all touches, ${percent(own.alone)} of them alone in their path (all: ${percent(all.alone)})`;
    case 'data_driven':
      return `without it, ${percent(own.added[model] ?? 0)} of conversions would be lost by its removal effect (mean over touches: ${percent(all.added[model] ?? 0)})`;
    case 'algorithmic':
    case 'algorithmic_incremental':
      return `its touches raise the fitted hazard so that ${percent(own.added[model] ?? 0)} of it is theirs (mean over touches: ${percent(all.added[model] ?? 0)})`;
    default:
      return 'by its own weight expression';
  }
}
