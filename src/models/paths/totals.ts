import type { Paths } from './paths.ts';

/** Sums over all journeys, fractions of one included. */
export interface Totals {
  journeys: number;
  conversions: number;
  value: number;
  nulls: number;
}

export function totalsOf(paths: Paths): Totals {
  const conversions = sum(paths.conversions);
  const nulls = sum(paths.nulls);
  return { journeys: conversions + nulls, conversions, value: sum(paths.value), nulls };
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
