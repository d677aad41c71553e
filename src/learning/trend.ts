/** Whether yes-or-no outcomes in order of time become more or fewer, and whether one category has more than chance gives it. */
import { twoSidedChance } from './normal.ts';
import { logGamma } from './special.ts';

export interface Trend {
  direction: 'rising' | 'falling' | 'none_found';
  /** The chance of a difference at least as large without a trend. */
  p_value: number;
}

/** With fewer outcomes, or fewer of either kind, the approximation by the normal distribution is poor. */
export const LEAST_OUTCOMES = 10;
export const LEAST_OF_A_KIND = 3;
const SIGNIFICANT = 0.05;

/**
 * Compares the places of the yes with those of the no: the rank-sum test with continuity correction. Sources: Wilcoxon, Biometrics
 * Bulletin 1, 1945; Mann and Whitney, Annals of Mathematical Statistics 18, 1947.
 * @param outcomes in order of time. @returns null where there are too few.
 */
export function trendOf(outcomes: readonly boolean[]): Trend | null {
  const n = outcomes.length;
  const yes = outcomes.filter(Boolean).length;
  const no = n - yes;
  if (n < LEAST_OUTCOMES || Math.min(yes, no) < LEAST_OF_A_KIND) return null;
  const ranks = outcomes.reduce((sum, is_yes, i) => sum + (is_yes ? i + 1 : 0), 0);
  const difference = ranks - (yes * (n + 1)) / 2;
  const z = Math.max(0, Math.abs(difference) - 0.5) / Math.sqrt((yes * no * (n + 1)) / 12);
  const p_value = twoSidedChance(z);
  const direction = p_value > SIGNIFICANT ? 'none_found' : difference > 0 ? 'rising' : 'falling';
  return { direction, p_value };
}

export interface Mode {
  category: number;
  count: number;
  /** The chance that any category has so many, if all are equally likely: the bound of Bonferroni. */
  p_value: number;
}

/** The category with most of the outcomes, the first of them where several have as many. */
export function modeOf(counts: readonly number[]): Mode {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const count = Math.max(...counts);
  const chance = binomialTail(count, total, 1 / counts.length);
  return { category: counts.indexOf(count), count, p_value: Math.min(1, counts.length * chance) };
}

/** The chance of at least `k` of `n` where each has the chance `p`, 0 < p < 1. */
export function binomialTail(k: number, n: number, p: number): number {
  let sum = 0;
  for (let i = Math.max(0, k); i <= n; i++)
    sum += Math.exp(
      logGamma(n + 1) - logGamma(i + 1) - logGamma(n - i + 1) + i * Math.log(p) + (n - i) * Math.log1p(-p),
    );
  return Math.min(1, sum);
}
