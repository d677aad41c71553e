/** What touches do to the value of an order, beside bringing it: a linear regression on the same exposures and controls. */
import { fitLinear } from '../../learning/linear.ts';
import { makeTable } from '../../learning/table.ts';
import type { Histories } from './histories.ts';
import type { RiskSets } from './risk-sets.ts';
import type { HazardRows } from './rows.ts';

/** In rows: slopes of effects on value are as good as 0 with a hundred orders and free with many thousands. */
const PENALTY = 100;

/** Slopes of order value per exposure, in the order of exposures. */
export function fitValueSlopes(rows: HazardRows, histories: Histories, sampled: RiskSets): number[] {
  const { columns, data } = rows.design;
  const table = makeTable(rows.names, sampled.order.length);
  sampled.order.forEach((_, set) => {
    const at = sampled.sets[set]! * columns;
    table.columns.forEach((column, j) => {
      column[set] = data[at + j]!;
    });
  });
  const target = Float64Array.from(sampled.order, (order) => histories.order_value[order]!);
  if (target.length === 0) return new Array<number>(rows.exposures).fill(0);
  return fitLinear(table, target, { l2: PENALTY }).slopes.slice(0, rows.exposures);
}

/**
 * Splits what an order's value would lack without its touches, V - (1 - F)(V - D), where D is the sum of what each group adds
 * to the value: a group gets its part of the hazard at the mean value, and what it adds at the mean hazard (the product
 * rule for differences, which adds up exactly). Writes to `into`.
 */
export function splitValue(phi: Float64Array, added: Float64Array, value: number, into: Float64Array): void {
  let fraction = 0;
  let sum = 0;
  for (let g = 0; g < phi.length; g++) {
    fraction += phi[g]!;
    sum += added[g]!;
  }
  // A regression must not leave an order without touches worth less than half or more than twice what it was worth.
  const scale = Math.abs(sum) > Math.abs(value) / 2 ? Math.abs(value) / (2 * Math.abs(sum)) : 1;
  for (let g = 0; g < phi.length; g++)
    into[g] = phi[g]! * (value - (scale * sum) / 2) + (1 - fraction / 2) * scale * added[g]!;
}
