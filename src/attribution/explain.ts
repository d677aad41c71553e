/** Clauses that explain the credit of a group under a model. Each compares the touches of the group with all touches. */

/** Where the touches of a group lie in the paths of orders. A part is a share of these touches, from 0 to 1. */
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
  /** By fitted model: the part of its measure that is lost without the channel of a touch, as a mean over the touches. */
  added: Record<string, number>;
}

/** Gives a clause that compares a group of touches with all touches. */
export type Explain = (own: GroupFacts, all: GroupFacts) => string;

export const percent = (part: number): string => `${(part * 100).toFixed(0)} %`;
const days = (age: number): string => `${age.toFixed(1)} days`;

export const explainFirst: Explain = (own, all) =>
  `${percent(own.first)} of its touches are the first of their path (all: ${percent(all.first)})`;

export const explainLast: Explain = (own, all) =>
  `${percent(own.last)} of its touches are the last of their path (all: ${percent(all.last)})`;

export const explainAge: Explain = (own, all) =>
  `its touches are ${days(own.age_days)} old at the order (all: ${days(all.age_days)})`;

export const explainShare: Explain = (own, all) =>
  `it has ${percent(own.touches / Math.max(1, all.touches))} of all touches, and ${percent(own.alone)} of them are alone in their path (all: ${percent(all.alone)})`;
