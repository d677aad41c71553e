/** Where models differ most, and why: the touches of a group are compared with all touches. */
import type { GroupFacts } from '../attribution/explain.ts';
import type { Model, Plan } from '../attribution/plan.ts';
import type { ShareInterval } from '../models/uncertainty.ts';
import type { ReportJson } from './context.ts';

const MAX_DISAGREEMENTS = 5;
/** Smaller differences of shares are not explained. */
const TELLING_DIFFERENCE = 0.02;

/** A share as answers show it. */
export const rounded = (share: number): number => Number(share.toFixed(6));

/** The facts of all groups together. */
function averageOf(facts: readonly GroupFacts[]): GroupFacts {
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
function explainDifference(own: GroupFacts, all: GroupFacts, highest: Model, lowest: Model): string {
  return `${highest.name} gives it most: ${highest.explain(own, all)}; ${lowest.name} gives it least: ${lowest.explain(own, all)}`;
}

/** The groups on which models differ most, each with the reason. */
export function disagreements(
  plan: Plan,
  group_by: string,
  names: ReadonlyArray<string | null>,
  facts: readonly GroupFacts[],
  intervals: readonly ShareInterval[][],
): ReportJson[] {
  const found = names.flatMap((name, g) => {
    const shares = plan.models
      .map((model, i) => ({ model, ...intervals[i]![g]! }))
      .filter(({ share, low }) => !Number.isNaN(share) && !Number.isNaN(low))
      .sort((a, b) => b.share - a.share);
    const [highest, lowest] = [shares[0], shares.at(-1)];
    if (highest === undefined || lowest === undefined) return [];
    return [{ name, g, highest, lowest, difference: highest.share - lowest.share }];
  });
  const extreme = ({ model, share, low, high }: ShareInterval & { model: Model }): ReportJson => ({
    model: model.name,
    share: rounded(share),
    share_low: rounded(low),
    share_high: rounded(high),
  });
  return found
    .filter(({ difference }) => difference >= TELLING_DIFFERENCE)
    .sort((a, b) => b.difference - a.difference || a.g - b.g)
    .slice(0, MAX_DISAGREEMENTS)
    .map(({ name, g, highest, lowest, difference }) => ({
      [group_by]: name,
      difference: rounded(difference),
      highest: extreme(highest),
      lowest: extreme(lowest),
      beyond_chance: highest.low > lowest.high,
      because: explainDifference(facts[g]!, averageOf(facts), highest.model, lowest.model),
    }));
}
