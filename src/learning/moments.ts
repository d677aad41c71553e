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
 */
export function ratioOf({ units, sums, covariances }: Moments, upper: number, lower: number): Estimate | null {
  const below = sums[lower]! / units;
  if (below === 0) return null;
  const ratio = sums[upper]! / sums[lower]!;
  const spread =
    covariances[upper]![upper]! - 2 * ratio * covariances[upper]![lower]! + ratio ** 2 * covariances[lower]![lower]!;
  return { mean: ratio, variance: Math.max(0, spread) / below ** 2 / units, units };
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
 * The mean of the second group minus that of the first, without the assumption of equal variances. Sources: Welch, Biometrika 34,
 * 1947; Satterthwaite, Biometrics Bulletin 2, 1946 (degrees of freedom).
 * @param alpha 0.05 gives a 95 % interval.
 */
export function welch(first: Estimate, second: Estimate, alpha: number): Difference {
  const difference = second.mean - first.mean;
  const variance = first.variance + second.variance;
  if (variance === 0)
    return { difference, variance, interval: { low: difference, high: difference }, chance: difference === 0 ? 1 : 0 };
  const degrees = variance ** 2 / (first.variance ** 2 / (first.units - 1) + second.variance ** 2 / (second.units - 1));
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
 * The relative difference second / first - 1, with its variance by the delta method: v2 / m1^2 + v1 m2^2 / m1^4. Null where the first
 * mean is not above 0.
 */
export function relative(first: Estimate, second: Estimate, z: number): { lift: number; interval: Interval } | null {
  if (first.mean <= 0) return null;
  const lift = second.mean / first.mean - 1;
  const half = z * Math.sqrt(second.variance / first.mean ** 2 + (first.variance * second.mean ** 2) / first.mean ** 4);
  return { lift, interval: { low: lift - half, high: lift + half } };
}
