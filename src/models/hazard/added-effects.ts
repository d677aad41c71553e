/**
 * Effects that add to a person's hazard, as effects on an average one. Where the hazard is e^u + s e^((1 - a) u) (see `Form`), touches caused
 * the part r / (1 + r) of an order, r = s e^(-a u): less for people who would order anyway (u is high). Credit is a function of the touches
 * of a path alone, so the effects are scaled, channel by channel, until s / (1 + s) adds up to the same orders. The totals are then those
 * of the fit, and single orders have the credit of an average person.
 */
import { type Bend, type Design, multiplierOf } from '../../learning/likelihood.ts';
import { shapleyOfBent } from './shapley.ts';

/** For each order that the fit learns from: its sum over controls that say how often a person orders anyway, and the effect of each group before it. */
export interface EffectsBeforeOrders {
  readonly groups: number;
  readonly adds: number;
  readonly u: Float64Array;
  /** Order by order. */
  readonly effects: Float64Array;
}

/** Bounds of a factor. Effects that add and effects that multiply differ by less in all worlds. */
const LEAST_FACTOR = 1 / 2;
const MOST_FACTOR = 2;
const STEPS = 48;

/** Set s of the design begins with the row of its order. Exposures are the first columns: all groups, then all groups again. */
export function effectsBeforeOrders(
  design: Design,
  sets: Uint32Array,
  theta: Float64Array,
  bend: Bend,
  groups: number,
): EffectsBeforeOrders {
  const { columns, data } = design;
  const orders = sets.length - 1;
  const u = new Float64Array(orders);
  const effects = new Float64Array(orders * groups);
  for (let order = 0; order < orders; order++) {
    const row = sets[order]! * columns;
    for (let j = 0; j < bend.columns; j++) effects[order * groups + (j % groups)]! += data[row + j]! * theta[j]!;
    for (let j = bend.columns; j < columns; j++) u[order]! += data[row + j]! * theta[j]!;
    u[order]! -= multiplierOf(design, sets[order]!, theta, bend);
  }
  return { groups, adds: bend.adds ?? 0, u, effects };
}

/** The factor of each group. @param least effect of a group before an order, relative to the hazard that it adds to. */
export function factorsOfAdded({ groups, adds, u, effects }: EffectsBeforeOrders, least: number): Float64Array {
  const relative = new Float64Array(groups);
  const credit = new Float64Array(groups);
  const claims = (effectOf: (order: number, group: number) => number): Float64Array => {
    const sums = new Float64Array(groups);
    for (let order = 0; order < u.length; order++) {
      for (let group = 0; group < groups; group++) relative[group] = Math.max(least, effectOf(order, group));
      shapleyOfBent(relative, 1, credit);
      for (let group = 0; group < groups; group++) sums[group]! += credit[group]!;
    }
    return sums;
  };
  const wanted = claims((order, group) => effects[order * groups + group]! * Math.exp(-adds * u[order]!));
  const claimed = (common: number, own: Float64Array): Float64Array =>
    claims((order, group) => common * own[group]! * effects[order * groups + group]!);
  /** The factor with which the groups together claim what is wanted, or come closest to it. */
  const commonFor = (own: Float64Array): number => {
    const gap = (factor: number): number => Math.abs(sumOf(claimed(factor, own)) - sumOf(wanted));
    // Not by bisection: where old touches have a negative effect, more effect may claim less.
    return Array.from({ length: STEPS + 1 }, (_, step) => LEAST_FACTOR * (MOST_FACTOR / LEAST_FACTOR) ** (step / STEPS))
      .map((factor) => ({ factor, gap: gap(factor) }))
      .reduce((best, next) => (next.gap < best.gap ? next : best)).factor;
  };
  const alike = new Float64Array(groups).fill(1);
  if (sumOf(wanted) <= 0) return alike;
  const before = claimed(commonFor(alike), alike);
  const own = alike.map((_, group) =>
    wanted[group]! > 0 && before[group]! > 0
      ? Math.min(MOST_FACTOR, Math.max(LEAST_FACTOR, wanted[group]! / before[group]!))
      : 1,
  );
  const common = commonFor(own);
  return own.map((factor) => common * factor);
}

function sumOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
