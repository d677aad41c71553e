/**
 * How net revenue of the shop answers to the spend of each channel: elasticities, from a regression of the logarithm of weekly net revenue
 * on the logarithms of spend, with trend and season. No credit is the target, so no model that credits too much can bend it. Demand
 * moves both spend and revenue, and it is not seen. So the regression is made in five ways, which err in different directions.
 * docs/advice.md says what they are worth.
 */
import { Random } from '../../domain/random.ts';
import { solveSymmetric } from '../cholesky.ts';
import { drawnPriors, type Prior, weekWeights } from './draws.ts';
import { centred, logSpend, logUnpaid, matchedSpend, type SpendWeeks, sumOf } from './weeks.ts';

export const WAYS = [
  'season',
  'spend_follows_demand',
  'spend_follows_demand_much',
  'total_spend',
  'unpaid_revenue',
] as const;
export type Way = (typeof WAYS)[number];

/** Draws of the elasticities of all channels: per cent of net revenue for a per cent of spend. Each has a number for each channel. */
export type ElasticityDraws = readonly Float64Array[];

const WEEKS_OF_YEAR = 52.1775;
const HARMONICS = 2;
/** What is left of a week's error in the next week. Source of the method: Cochrane and Orcutt, JASA 44, 1949. */
const KEPT_ERROR = 0.5;
/** Per cent of a channel's credited revenue that a per cent of its spend brings, before anything is known. */
const PRIOR_ELASTICITY = 0.5;
/** The standard deviation of what is expected before anything is known, as a part of it. */
const PRIOR_DOUBT = 0.6;
/** How much the credit of a channel counts beside its spend for what is expected of it before anything is known. */
const CREDIT_PART = 0.35;
const DRAWS = 100;
/** The part of the unexplained variance of revenue that is demand to which spend answers, at least and at most. Above 1 where spend follows demand by more than the figures say. */
const DEMAND_PARTS: Partial<Record<Way, readonly [number, number]>> = {
  spend_follows_demand: [0.5, 1.5],
  spend_follows_demand_much: [1.2, 2.2],
};

interface Regression {
  columns: readonly Float64Array[];
  target: Float64Array;
  priors: readonly Prior[];
  /** {@link demandInSpend}. */
  demand_in_spend: Float64Array;
}

/** Draws for each way; deterministic. The weeks are not refused: {@link ./weeks.ts}. */
export function elasticityDraws(weeks: SpendWeeks, seed: number, draws = DRAWS): Map<Way, ElasticityDraws> {
  return new Map(
    WAYS.map((way) => [
      way,
      drawsOf(way, regressionOf(weeks, way), weeks.channels.length, new Random(seed, way), draws),
    ]),
  );
}

function drawsOf(way: Way, regression: Regression, channels: number, random: Random, draws: number): ElasticityDraws {
  const variance = varianceOf(regression);
  const first = regression.columns.length - channels;
  return Array.from({ length: draws }, () => {
    const weights = weekWeights(regression.target.length, random);
    const part = DEMAND_PARTS[way];
    const demand = part === undefined ? 0 : variance * random.between(...part);
    const target = regression.target.map((value, w) => value - demand * regression.demand_in_spend[w]!);
    const fitted = leastSquares(
      { ...regression, target, priors: drawnPriors(regression.priors, random) },
      variance,
      weights,
    );
    // More spend does not lower revenue.
    return fitted.slice(first).map((elasticity) => Math.max(0, elasticity));
  });
}

function regressionOf(weeks: SpendWeeks, way: Way): Regression {
  const { channels, revenue } = weeks;
  const length = revenue.length;
  const byWeek = (of: (week: number) => number): Float64Array => new Float64Array(length).map((_, w) => of(w));
  const columns: Array<[Float64Array, Prior]> = [
    [byWeek((w) => w / WEEKS_OF_YEAR), { mean: 0, standard_deviation: 0.3 }],
  ];
  for (let k = 1; k <= HARMONICS; k++)
    for (const wave of [Math.sin, Math.cos])
      columns.push([
        byWeek((w) => wave((2 * Math.PI * k * w) / WEEKS_OF_YEAR)),
        { mean: 0, standard_deviation: 0.3 / k },
      ]);
  if (way === 'total_spend') {
    const matched = channels.map(matchedSpend);
    columns.push([
      byWeek((w) => Math.log(Math.max(1e-9, sumOf(matched.map((spend) => spend[w]!))))),
      { mean: 0.3, standard_deviation: 0.5 },
    ]);
  }
  if (way === 'unpaid_revenue') columns.push([logUnpaid(weeks), { mean: 0.3, standard_deviation: 0.3 }]);
  const expected = expectedElasticities(weeks);
  for (const [c, channel] of channels.entries())
    columns.push([logSpend(channel), { mean: expected[c]!, standard_deviation: PRIOR_DOUBT * expected[c]! }]);
  return {
    demand_in_spend: demandInSpend(weeks),
    // Centred columns and target need no intercept before differences are taken; one is kept for what the differences leave.
    columns: [byWeek(() => 1 - KEPT_ERROR).slice(1), ...columns.map(([column]) => differenced(centred(column)))],
    target: differenced(centred(byWeek((w) => Math.log(revenue[w]!)))),
    priors: [{ mean: 0, standard_deviation: Number.POSITIVE_INFINITY }, ...columns.map(([, prior]) => prior)],
  };
}

/**
 * What the spend of a week says of its demand, for a variance of 1 that demand has from week to week: g' S^-1 x, with x the logarithms of
 * spend, S their covariance, and g by how much each follows demand. Demand is not seen, so g is taken from the revenue of
 * channels that cost nothing, over all weeks. It is the mean of an unseen normal cause of several figures (Anderson, An Introduction to
 * Multivariate Statistical Analysis, 3rd ed. 2003, section 2.5).
 */
function demandInSpend(weeks: SpendWeeks): Float64Array {
  const logs = weeks.channels.map((channel) => centred(logSpend(channel)));
  const unpaid = centred(logUnpaid(weeks));
  const follows = logs.map((log) => Math.max(0, product(log, unpaid) / Math.max(1e-9, product(unpaid, unpaid))));
  const moved = logs.map(differenced);
  const n = moved.length;
  const length = weeks.revenue.length - 1;
  const covariance = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) covariance[i * n + j] = product(moved[i]!, moved[j]!) / length + (i === j ? 1e-6 : 0);
  const parts = solveSymmetric(covariance, Float64Array.from(follows), n);
  return new Float64Array(length).map((_, w) => moved.reduce((sum, own, c) => sum + own[w]! * parts[c]!, 0));
}

const product = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};

/** Each week less a part of the week before. */
const differenced = (column: Float64Array): Float64Array =>
  column.slice(1).map((value, w) => value - KEPT_ERROR * column[w]!);

/** What is expected of channels before anything is known: their paid revenue, split by spend and a little by credit. */
function expectedElasticities({ channels, revenue }: SpendWeeks): number[] {
  const credit = channels.map((channel) => Math.max(0, sumOf(channel.credit)));
  const spend = channels.map((channel) => sumOf(channel.spend));
  const [all_credit, all_spend, all_revenue] = [sumOf(credit), sumOf(spend), sumOf(revenue)];
  const parts = channels.map((_, c) => {
    // A channel without credit is expected to bring a little.
    const credited = Math.max(0.01, all_credit === 0 ? 1 : credit[c]! / all_credit);
    return (spend[c]! / all_spend) ** (1 - CREDIT_PART) * credited ** CREDIT_PART;
  });
  const paid = Math.min(1, Math.max(0.05, all_credit / all_revenue));
  return parts.map((part) => (PRIOR_ELASTICITY * paid * part) / sumOf(parts));
}

/** The variance of a week, from the residuals of fits that take the variance of the fit before. */
function varianceOf(regression: Regression): number {
  const { columns, target } = regression;
  const ones = new Float64Array(target.length).fill(1);
  let variance = 0.02 ** 2;
  for (let turn = 0; turn < 3; turn++) {
    const theta = leastSquares(regression, variance, ones);
    let squares = 0;
    for (let w = 0; w < target.length; w++) {
      let residual = target[w]!;
      for (let i = 0; i < theta.length; i++) residual -= theta[i]! * columns[i]![w]!;
      squares += residual * residual;
    }
    variance = Math.max(1e-8, squares / Math.max(5, target.length - theta.length));
  }
  return variance;
}

/** Weighted least squares with normal priors (Hoerl and Kennard, Technometrics 12, 1970). */
function leastSquares({ columns, target, priors }: Regression, variance: number, weights: Float64Array): Float64Array {
  const n = columns.length;
  const left = new Float64Array(n * n);
  const right = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    for (let w = 0; w < target.length; w++) {
      const x = (columns[i]![w]! * weights[w]!) / variance;
      right[i]! += x * target[w]!;
      for (let j = 0; j <= i; j++) left[i * n + j]! += x * columns[j]![w]!;
    }
    const precision = 1 / priors[i]!.standard_deviation ** 2;
    left[i * n + i]! += precision + 1e-9;
    right[i]! += precision * priors[i]!.mean;
  }
  return solveSymmetric(left, right, n);
}
