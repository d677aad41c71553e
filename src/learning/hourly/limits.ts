/** How far hours and days of the past were from what was usual of them, and the limits that follow. */
import { median } from './median.ts';
import { anscombe } from './surprise.ts';

/** What is to be told must be this much above what the past showed. */
const PAST_MARGIN = 1.15;
/** The most surprising days of the past were incidents themselves if they are this much above the others. They are at most this part. */
const INCIDENT_STEP = 1.5;
const MOST_INCIDENTS = 1 / 7;
/** Days in a row are one. */
const MOST_INCIDENT_RUNS = 2;
/** The median absolute deviation of a normal variable, times this, is its standard deviation. */
const MAD_TO_SIGMA = 1.4826;

export interface Residual {
  hour: number;
  value: number;
  expected: number;
}

/**
 * The limit that the days of the past leave. Few days that are far above the others were incidents, and do not count. What comes back
 * week after week is no incident.
 */
export function limitOf(surprises: readonly number[], least: number): number {
  const days = surprises.map((surprise, day) => ({ surprise, day })).sort((a, b) => b.surprise - a.surprise);
  let skipped = 0;
  for (let i = 1; i <= days.length * MOST_INCIDENTS; i++) {
    if (runsOf(days.slice(0, i).map(({ day }) => day)) > MOST_INCIDENT_RUNS) break;
    if (days[i - 1]!.surprise > INCIDENT_STEP * Math.max(days[i]!.surprise, least / PAST_MARGIN)) skipped = i;
  }
  return Math.max(least, PAST_MARGIN * (days[skipped]?.surprise ?? 0));
}

/** How many runs of neighbours there are in a list of days. */
const runsOf = (days: readonly number[]): number => days.filter((day) => !days.includes(day + 1)).length;

/** The standard deviation of transformed counts, from the median of the deviations. */
export function sigmaOf(residuals: readonly Residual[]): number {
  if (residuals.length === 0) return 1;
  const sizes = residuals.map(({ value, expected }) => Math.abs(anscombe(value) - anscombe(expected)));
  return MAD_TO_SIGMA * median(sizes);
}

/** Variance / mean, at least 1. The largest part of the deviations does not count. */
export function dispersionOf(residuals: readonly Residual[]): number {
  const CUT = 0.01;
  const squares = residuals.map(({ value, expected }) => (value - expected) ** 2).sort((a, b) => a - b);
  const kept = Math.floor(squares.length * (1 - CUT));
  const sum = squares.slice(0, kept).reduce((all, square) => all + square, 0);
  const expected = residuals.reduce((all, residual) => all + residual.expected, 0);
  return expected === 0 ? 1 : Math.max(1, sum / expected);
}
