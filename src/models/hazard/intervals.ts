/**
 * Intervals for shares and incremental parts. Each draw gives people new weights (Poisson bootstrap, whole people, because their
 * orders depend on each other), takes one Newton step from the optimum, and weighs the orders it adds up in the same way.
 *
 * Penalised estimates vary too little around values that are too small. So each draw also takes a strength by its posterior
 * chance and moves the centre of the prior as far as the prior says it may lie: the draws then spread like the posterior,
 * whose intervals also cover what shrinkage does. Sources: Chamandy et al., Estimating uncertainty for massive data streams,
 * 2012 (Poisson weights); Bardsley et al., Randomize-then-optimize, SIAM J. Sci. Comput. 36, 2014 (moving the centre).
 */
import { Random } from '../../domain/random.ts';
import { type Interval, middleOf, peopleWeights } from '../../learning/bootstrap.ts';
import { substitute } from '../../learning/cholesky.ts';
import { drawOfPrior, rightSide, withStrength } from '../../learning/evidence.ts';
import { setScores } from '../../learning/likelihood.ts';
import { MOST_INTERVAL_ORDERS } from '../settings.ts';
import type { HazardFit, HazardWork } from './fit.ts';
import { drawnFlows, type FlowOfOrders, flowOfOrders, type UncertainFlow } from './flow/flow-of-orders.ts';
import { type Histories, peopleOf } from './histories.ts';
import { effectsOf, LEAST_EFFECT } from './log-linear.ts';
import { addExposures } from './rows.ts';
import { shapleyOfBent } from './shapley.ts';
import { ordersOf, partsOf, sharesOf } from './totals.ts';

export interface IntervalOptions {
  readonly seed: number;
  readonly draws: number;
  /** The middle part of the draws that an interval holds. */
  readonly level: number;
  /** The name of each group. Groups of one name are added up in every draw. Left out: the groups' own names. */
  readonly names?: readonly string[];
  /** The flow of the fit, with its own uncertainty. */
  readonly flow?: UncertainFlow | undefined;
}

export interface HazardIntervals {
  readonly level: number;
  readonly draws: number;
  readonly incremental_fraction: Interval;
  /** One entry per name of a group: a channel that is fitted alone, or `other`. */
  readonly groups: readonly { readonly group: string; readonly share: Interval; readonly incremental: Interval }[];
}

/** For the default family. Null for the others, which have no such draws. */
export function hazardIntervals(
  fit: HazardFit,
  work: HazardWork,
  histories: Histories,
  { seed, draws, level, names: called = fit.plan.groups, flow }: IntervalOptions,
): HazardIntervals | null {
  if (fit.model.kind !== 'log_linear') return null;
  const orders = exposuresOfOrders(fit, histories, seed, flow);
  const drawTheta = drawer(work);
  const groups = fit.plan.groups.length;
  const fractions: number[] = [];
  const names = [...new Set(called)];
  const shares: number[][] = names.map(() => []);
  const parts: number[][] = names.map(() => []);
  for (let draw = 0; draw < draws; draw++) {
    const random = new Random(seed, 'hazard bootstrap', draw);
    const weights = peopleWeights(peopleOf(histories), random);
    const theta = effectsOf(work.linear, drawTheta(weights, random));
    const flows = flow === undefined ? [] : drawnFlows(flow, new Random(seed, 'flow bootstrap', draw));
    const { signed, total } = addUp(orders, { theta, curvature: work.linear.bend.curvature }, weights, groups, flows);
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
    level,
    draws,
    incremental_fraction: middleOf(fractions, level),
    groups: names.map((group, at) => ({
      group,
      share: middleOf(shares[at]!, level),
      incremental: middleOf(parts[at]!, level),
    })),
  };
}

interface OrderExposures {
  readonly person: Uint32Array;
  readonly exposures: Float64Array;
  readonly flow: FlowOfOrders | null;
}

function exposuresOfOrders(
  fit: HazardFit,
  histories: Histories,
  seed: number,
  flow: UncertainFlow | undefined,
): OrderExposures {
  const { plan } = fit;
  const chosen = new Random(seed, 'hazard interval orders').sample([...ordersOf(histories)], MOST_INTERVAL_ORDERS);
  const width = plan.groups.length * plan.half_lives_days.length;
  const exposures = new Float64Array(chosen.length * width);
  chosen.forEach(({ person, T }, i) => {
    addExposures(plan, histories, person, T, exposures, i * width);
  });
  return {
    person: Uint32Array.from(chosen, ({ person }) => person),
    exposures,
    flow: flow === undefined ? null : flowOfOrders(fit, flow, histories, chosen),
  };
}

/** Returns a function that draws coefficients, given the weights of the people. */
function drawer({ rows, linear }: HazardWork): (weights: Float64Array, random: Random) => Float64Array {
  const { averaged, design, shrinkage } = linear;
  const n = design.columns;
  const scores = setScores(design, rows.sets, averaged.optimum.theta, linear.bend);
  const strengths = averaged.weighed.map((drawn) => ({ share: drawn.weight, drawn }));
  // The right side without the gradient. Each draw computes the gradient with its own weights.
  const fixed = rightSide(averaged.optimum).map((value, j) => value - averaged.optimum.at.gradient[j]!);
  return (weights, random) => {
    const right = Float64Array.from(fixed);
    rows.case_person.forEach((person, set) => {
      const weight = weights[person]!;
      if (weight > 0) for (let j = 0; j < n; j++) right[j]! += weight * scores[set * n + j]!;
    });
    const { drawn } = random.weighted(strengths);
    const moved = drawOfPrior(withStrength(shrinkage, drawn.strength), () => random.normal(0, 1));
    for (let j = 0; j < n; j++) right[j]! += moved[j]!;
    return substitute(drawn.lower, right, n);
  };
}

function addUp(
  orders: OrderExposures,
  { theta, curvature }: { theta: Float64Array; curvature: number },
  weights: Float64Array,
  groups: number,
  flows: readonly number[],
) {
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
    for (let g = 0; g < groups; g++) x[g] = Math.max(LEAST_EFFECT, x[g]!);
    shapleyOfBent(x, curvature, phi);
    for (let g = 0; g < groups; g++) signed[g]! += weight * phi[g]!;
    for (const { from, to, part, pair } of orders.flow?.[i] ?? []) {
      const moved = weight * phi[from]! * part * flows[pair]!;
      signed[from]! -= moved;
      signed[to]! += moved;
    }
  });
  return { signed, total };
}
