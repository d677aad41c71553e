/**
 * The forms in which marketing mix models take experiments. Sources: Robyn, R/R/checks.R, `check_calibration` (columns and bounds);
 * Meridian, `CalibrationBuilder.with_incrementality_experiment_result` and `lognormal_dist_from_mean_std`.
 */

export const TARGETS = ['robyn', 'meridian'] as const;
export type Target = (typeof TARGETS)[number];
export const MEASURES = ['revenue', 'orders'] as const;
export type Measure = (typeof MEASURES)[number];
/** `immediate` compares the lift with what a model says of the same days, `total` with what it says of them and of the carryover. */
export const CALIBRATION_SCOPES = ['immediate', 'total'] as const;

export const LEFT_OUT = [
  'running',
  'send_order',
  'several_arms',
  'no_holdout',
  'other_channel',
  'too_few',
  'sample_ratio_alarm',
  'one_day',
  'no_spend',
  'rate_missing',
  'negative',
] as const;
export type LeftOut = (typeof LEFT_OUT)[number];

/** What an experiment found, in all: not per person. */
export interface Lift {
  /** Incremental revenue in units of the currency, or incremental orders. */
  lift: number;
  error: number;
  /** The p-value. */
  chance: number;
  /** In units of the currency; above 0. */
  spend: number;
  first_day: string;
  last_day: string;
}

export interface Named {
  channel: string;
  measure: Measure;
  /** The name of the dependent variable. */
  metric: string;
  calibration_scope: (typeof CALIBRATION_SCOPES)[number];
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

/** A row of `calibration_input`. The confidence is rounded down, so that it never promises more. */
export function robynRow(found: Lift, { channel, metric, calibration_scope }: Named): Record<string, unknown> {
  return {
    channel,
    liftStartDate: found.first_day,
    liftEndDate: found.last_day,
    liftAbs: rounded(found.lift, 2),
    spend: rounded(found.spend, 2),
    confidence: Math.floor((1 - found.chance) * 1_000) / 1_000,
    metric,
    calibration_scope,
  };
}

/** The arguments of `with_incrementality_experiment_result`, and the lognormal prior for models without `CalibrationBuilder`. */
export function meridianRow(found: Lift, { channel, measure }: Named): Record<string, unknown> {
  const mean = found.lift / found.spend;
  const error = found.error / found.spend;
  return {
    channel_name: channel,
    point_estimate: rounded(mean, 6),
    standard_error: rounded(error, 6),
    experiment_kpi_type: measure === 'revenue' ? 'revenue' : 'non-revenue',
    experiment_total_spend: rounded(found.spend, 2),
    experiment_start_date: found.first_day,
    experiment_end_date: found.last_day,
    ...lognormal(mean, error),
  };
}

/** The parameters of the lognormal distribution with a mean and a standard deviation: sigma^2 = ln(1 + sd^2 / mean^2). */
function lognormal(mean: number, deviation: number): { roi_mu: number | null; roi_sigma: number | null } {
  if (mean <= 0) return { roi_mu: null, roi_sigma: null };
  const variance = Math.log1p((deviation / mean) ** 2);
  return { roi_mu: rounded(Math.log(mean) - variance / 2, 6), roi_sigma: rounded(Math.sqrt(variance), 6) };
}
