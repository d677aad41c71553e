/**
 * Intervals for shares and incremental parts. Each draw weighs people anew (Poisson bootstrap, whole people, because their
 * orders depend on each other), takes one Newton step from the optimum, and weighs the orders it adds up in the same way.
 *
 * Penalised estimates vary too little around values that are too small. So each draw also takes a strength by its posterior
 * chance and moves the centre of the prior as far as the prior says it may lie: the draws then spread like the posterior,
 * whose intervals also cover what shrinkage does. Sources: Chamandy et al., Estimating uncertainty for massive data streams,
 * 2012 (Poisson weights); Bardsley et al., Randomize-then-optimize, SIAM J. Sci. Comput. 36, 2014 (moving the centre).
 */
import { Random } from '../../domain/random.ts';
import { substitute } from '../../learning/cholesky.ts';
import { rightSide, withStrength } from '../../learning/evidence.ts';
import { setScores } from '../../learning/likelihood.ts';
import { addExposures, type FeaturePlan } from './features.ts';
import type { HazardFit, HazardWork } from './fit.ts';
import { type Histories, peopleOf } from './histories.ts';
import { shapleyOfProduct } from './shapley.ts';
import { ordersOf, partsOf, sharesOf } from './totals.ts';

export interface IntervalOptions {
  readonly seed: number;
  readonly draws: number;
  /** The part of draws inside. */
  readonly level: number;
  /** Orders to add up per draw, at most; more are sampled. */
  readonly most_orders: number;
  /** What each group is called; groups of one name are added up in every draw. Their own names when left out. */
  readonly names?: readonly string[];
}

export const INTERVAL_DEFAULTS: IntervalOptions = { seed: 1, draws: 200, level: 0.9, most_orders: 3_000 };

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface HazardIntervals {
  readonly level: number;
  readonly draws: number;
  readonly incremental_fraction: Interval;
  /** By name of the groups of the fit: a channel by itself, or `other`. */
  readonly groups: readonly { readonly group: string; readonly share: Interval; readonly incremental: Interval }[];
}

/** For the default family with matched sets; null for the others, which have no such draws. */
export function hazardIntervals(
  fit: HazardFit,
  work: HazardWork,
  histories: Histories,
  options: Partial<IntervalOptions> = {},
): HazardIntervals | null {
  if (fit.model.kind !== 'log_linear' || fit.options.likelihood !== 'matched') return null;
  const chosen = { ...INTERVAL_DEFAULTS, ...options };
  const orders = exposuresOfOrders(fit.plan, histories, chosen);
  const drawTheta = drawer(work);
  const groups = fit.plan.groups.length;
  const fractions: number[] = [];
  const called = chosen.names ?? fit.plan.groups;
  const names = [...new Set(called)];
  const shares: number[][] = names.map(() => []);
  const parts: number[][] = names.map(() => []);
  for (let draw = 0; draw < chosen.draws; draw++) {
    const random = new Random(chosen.seed, 'hazard bootstrap', draw);
    const weights = Uint8Array.from({ length: peopleOf(histories) }, () => random.poisson(1));
    const { signed, total } = addUp(orders, drawTheta(weights, random), weights, groups);
    const part = partsOf(signed, total);
    fractions.push(part.reduce((sum, value) => sum + value, 0));
    const share = sharesOf(signed);
    names.forEach((name, at) => {
      const sum = (values: Float64Array) =>
        values.reduce((all, value, g) => (called[g] === name ? all + value : all), 0);
      shares[at]!.push(sum(share));
      parts[at]!.push(sum(part));
    });
  }
  return {
    level: chosen.level,
    draws: chosen.draws,
    incremental_fraction: intervalOf(fractions, chosen.level),
    groups: names.map((group, at) => ({
      group,
      share: intervalOf(shares[at]!, chosen.level),
      incremental: intervalOf(parts[at]!, chosen.level),
    })),
  };
}

interface OrderExposures {
  readonly person: Uint32Array;
  readonly exposures: Float64Array;
}

function exposuresOfOrders(plan: FeaturePlan, histories: Histories, options: IntervalOptions): OrderExposures {
  const all = [...ordersOf(histories)];
  const random = new Random(options.seed, 'hazard interval orders');
  let wanted = Math.min(all.length, options.most_orders);
  const chosen = all.filter((_, i) => {
    const taken = random.unit() * (all.length - i) < wanted;
    if (taken) wanted--;
    return taken;
  });
  const width = plan.groups.length * plan.half_lives_days.length;
  const exposures = new Float64Array(chosen.length * width);
  chosen.forEach(({ person, T }, i) => {
    addExposures(plan, histories, person, T, exposures, i * width);
  });
  return { person: Uint32Array.from(chosen, ({ person }) => person), exposures };
}

/** A function that draws coefficients for people's weights. */
function drawer({ rows, linear }: HazardWork): (weights: Uint8Array, random: Random) => Float64Array {
  const { averaged, design, shrinkage } = linear;
  const n = design.columns;
  const scores = setScores(design, rows.sets, averaged.optimum.theta);
  const candidates = averaged.candidates.map((candidate) => ({ share: candidate.weight, candidate }));
  // The right side without the gradient, which the draw weighs anew.
  const fixed = rightSide(averaged.optimum).map((value, j) => value - averaged.optimum.at.gradient[j]!);
  return (weights, random) => {
    const right = Float64Array.from(fixed);
    rows.case_person.forEach((person, set) => {
      const weight = weights[person]!;
      if (weight > 0) for (let j = 0; j < n; j++) right[j]! += weight * scores[set * n + j]!;
    });
    const { candidate } = random.weighted(candidates);
    const penalties = withStrength(shrinkage, candidate.strength);
    for (let j = 0; j < n; j++) right[j]! += Math.sqrt(penalties[j]!) * random.normal(0, 1);
    return substitute(candidate.lower, right, n);
  };
}

function addUp(orders: OrderExposures, theta: Float64Array, weights: Uint8Array, groups: number) {
  const width = orders.exposures.length / Math.max(1, orders.person.length);
  const x = new Float64Array(groups);
  const phi = new Float64Array(groups);
  const signed = new Float64Array(groups);
  let total = 0;
  orders.person.forEach((person, i) => {
    const weight = weights[person]!;
    if (weight === 0) return;
    total += weight;
    x.fill(0);
    for (let j = 0; j < width; j++) x[j % groups]! += theta[j]! * orders.exposures[i * width + j]!;
    shapleyOfProduct(x, phi);
    for (let g = 0; g < groups; g++) signed[g]! += weight * phi[g]!;
  });
  return { signed, total };
}

/** Equal tails, between order statistics. */
function intervalOf(values: readonly number[], level: number): Interval {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number) =>
    sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(part * (sorted.length - 1))))]!;
  return { low: at((1 - level) / 2), high: at((1 + level) / 2) };
}
