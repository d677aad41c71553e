/** What a model looks at, in words and figures that say what the touches of a group are like. */

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

/** A clause on a group of touches, beside all touches. */
export type Explain = (own: GroupFacts, all: GroupFacts) => string;

export const percent = (part: number): string => `${(part * 100).toFixed(0)} %`;
const days = (age: number): string => `${age.toFixed(1)} days`;

export const explainFirst: Explain = (own, all) =>
  `${percent(own.first)} of its touches open their path (all: ${percent(all.first)})`;

export const explainLast: Explain = (own, all) =>
  `${percent(own.last)} of its touches close their path (all: ${percent(all.last)})`;

export const explainAge: Explain = (own, all) =>
  `its touches are ${days(own.age_days)} old at the order (all: ${days(all.age_days)})`;

export const explainShare: Explain = (own, all) =>
  `it has ${percent(own.touches / Math.max(1, all.touches))} of all touches, ${percent(own.alone)} of them alone in their path (all: ${percent(all.alone)})`;
