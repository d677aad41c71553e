/** Clauses that explain why a model gives a group much or little credit. They compare the touches of the group with all touches. */

/** The places of the touches of a group in the paths of orders. Parts are parts of its touches, from 0 to 1. */
export interface GroupFacts {
  touches: number;
  /** Part that is the first touch of its path. */
  first: number;
  /** Part that is the last touch of its path. */
  last: number;
  /** Part that is the only touch of its path. */
  alone: number;
  /** Average time from touch to order. */
  age_days: number;
  /** By fitted model: the average part of the model's measure that the touch's channel adds. */
  added: Record<string, number>;
}

/** Gives a clause that compares a group of touches with all touches. */
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
