/**
 * Sums, squares and products of some measures of independent units (people). Means, differences, ratios and adjusted means follow from
 * them, so nothing has to keep a value for each unit.
 */
import type { Interval } from './bootstrap.ts';
import { tBound, twoSidedT } from './distributions.ts';

export interface Moments {
  readonly units: number;
  readonly sums: readonly number[];
  /** The covariance of measures i and j over units, with units - 1 below. */
  readonly covariances: readonly (readonly number[])[];
}

/**
 * Moments from exact sums. The squares are centred before they become doubles, so large means cost no digits.
 * @param products the sum over units of measure i times measure j.
 */
export function exactMoments(
  units: number,
  sums: readonly bigint[],
  products: readonly (readonly bigint[])[],
): Moments {
  const n = BigInt(units);
  return {
    units,
    sums: sums.map(Number),
    covariances: products.map((row, i) =>
      row.map((product, j) => (units < 2 ? 0 : Number(n * product - sums[i]! * sums[j]!) / units / (units - 1))),
    ),
  };
}

/** The moments of values, one list for each measure. */
export function momentsOf(measures: ReadonlyArray<ArrayLike<number>>): Moments {
  const units = measures[0]!.length;
  const sums = measures.map((values) =>
    Array.prototype.reduce.call(values, (a, b) => (a as number) + (b as number), 0),
  ) as number[];
  const covariances = measures.map((x, i) =>
    measures.map((y, j) => {
      let sum = 0;
      for (let unit = 0; unit < units; unit++) sum += (x[unit]! - sums[i]! / units) * (y[unit]! - sums[j]! / units);
      return units < 2 ? 0 : sum / (units - 1);
    }),
  );
  return { units, sums, covariances };
}

/** A mean of one group, with the variance of that mean. */
export interface Estimate {
  mean: number;
  variance: number;
  units: number;
}

export function meanOf({ units, sums, covariances }: Moments, measure: number): Estimate {
  return { mean: sums[measure]! / units, variance: covariances[measure]![measure]! / units, units };
}

/**
 * The ratio of the sums of two measures, such as revenue per order, with its variance over units by the delta method. Source: Deng,
 * Knoblich and Lu, Applying the delta method in metric analytics, KDD 2018, equation 3. Null where the lower sum is 0.
 * @param holders how many units have a lower value. Only they tell of the ratio: its spread has holders - 1 degrees of freedom, however
 * many other units there are. Without that, 20 people with an order among 400 give false alarms in 9 % where 5 % are meant.
 */
export function ratioOf(
  { units, sums, covariances }: Moments,
  upper: number,
  lower: number,
  holders: number,
): Estimate | null {
  const below = sums[lower]! / units;
  if (below === 0 || holders < 2) return null;
  const ratio = sums[upper]! / sums[lower]!;
  const spread =
    covariances[upper]![upper]! - 2 * ratio * covariances[upper]![lower]! + ratio ** 2 * covariances[lower]![lower]!;
  // The sum of squares over units, over as many as there are degrees of freedom.
  const scale = ((units - 1) / units) * (holders / (holders - 1));
  return { mean: ratio, variance: (Math.max(0, spread) * scale) / below ** 2 / units, units: holders };
}

/**
 * The means of two groups, each moved by what units brought before (CUPED): y - theta (x - mean of x over both groups), with one theta
 * for both. Source: Deng, Xu, Kohavi and Walker, Improving the sensitivity of online controlled experiments by utilizing pre-experiment
 * data, WSDM 2013.
 * @returns also the part of the variance that is gone; without any spread before, the means stay and the part is 0.
 */
export function adjustedMeans(
  groups: readonly [Moments, Moments],
  measure: number,
  before: number,
): { means: [Estimate, Estimate]; variance_reduction: number } {
  const pooled = (i: number, j: number): number =>
    groups.reduce((sum, g) => sum + (g.units - 1) * g.covariances[i]![j]!, 0);
  const units = groups[0].units + groups[1].units;
  const spread_before = pooled(before, before);
  const spread = pooled(measure, measure);
  const theta = spread_before > 0 ? pooled(measure, before) / spread_before : 0;
  const mean_before = (groups[0].sums[before]! + groups[1].sums[before]!) / units;
  const adjust = (g: Moments): Estimate => ({
    mean: g.sums[measure]! / g.units - theta * (g.sums[before]! / g.units - mean_before),
    variance:
      Math.max(
        0,
        g.covariances[measure]![measure]! -
          2 * theta * g.covariances[measure]![before]! +
          theta ** 2 * g.covariances[before]![before]!,
      ) / g.units,
    units: g.units,
  });
  return {
    means: [adjust(groups[0]), adjust(groups[1])],
    variance_reduction: spread > 0 ? (theta * pooled(measure, before)) / spread : 0,
  };
}

export interface Difference {
  difference: number;
  variance: number;
  interval: Interval;
  /** The chance of a difference at least this far from 0 if there is none. */
  chance: number;
}

/**
 * The means of two groups with the variance of units that both have together. A group of few units with skewed values, such as revenue of a
 * small holdout, that happens to have no large value has a small mean and a small variance as well. Variances of their own then make false
 * alarms of 20 % where 5 % are meant (500 people, a tenth of them in the first group, 4.6 % with an order); the common one makes 6 %.
 */
function withCommonSpread(first: Estimate, second: Estimate): [Estimate, Estimate] {
  const squares = [first, second].map(({ variance, units }) => variance * units * (units - 1)) as [number, number];
  const spread = (squares[0] + squares[1]) / (first.units + second.units - 2);
  return [
    { ...first, variance: spread / first.units },
    { ...second, variance: spread / second.units },
  ];
}

/** The mean of the second group minus that of the first, with its variance by one variance of units for both groups. */
export function commonDifference(first: Estimate, second: Estimate): { difference: number; variance: number } {
  const variance = withCommonSpread(first, second).reduce((sum, one) => sum + one.variance, 0);
  return { difference: second.mean - first.mean, variance };
}

/**
 * The mean of the second group minus that of the first, by the t test of Student with one variance for both groups. Where nothing had an
 * effect, which is what a false alarm is about, both have the same one. Source: Student, Biometrika 6, 1908; Fisher, Metron 5, 1925 (two
 * groups). Both groups together need three units.
 * @param alpha 0.05 gives a 95 % interval.
 */
export function differenceOf(first: Estimate, second: Estimate, alpha: number): Difference {
  const { difference, variance } = commonDifference(first, second);
  if (variance === 0)
    return { difference, variance, interval: { low: difference, high: difference }, chance: difference === 0 ? 1 : 0 };
  const degrees = first.units + second.units - 2;
  const error = Math.sqrt(variance);
  const half = tBound(alpha, degrees) * error;
  return {
    difference,
    variance,
    interval: { low: difference - half, high: difference + half },
    chance: twoSidedT(difference / error, degrees),
  };
}

/**
 * The relative difference second / first - 1, with its variance by the delta method: v2 / m1^2 + v1 m2^2 / m1^4, of one variance of units
 * for both groups. Null where the first mean is not above 0.
 */
export function relative(one: Estimate, other: Estimate, z: number): { lift: number; interval: Interval } | null {
  if (one.mean <= 0) return null;
  const [first, second] = withCommonSpread(one, other);
  const lift = second.mean / first.mean - 1;
  const half = z * Math.sqrt(second.variance / first.mean ** 2 + (first.variance * second.mean ** 2) / first.mean ** 4);
  return { lift, interval: { low: lift - half, high: lift + half } };
}
