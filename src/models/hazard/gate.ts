/** Whether a fit may be used at all: the minimum of data and the proofs that it has to give. Otherwise another model speaks. */
import type { HazardDiagnostics } from './diagnostics.ts';

export interface GateThresholds {
  readonly conversions: number;
  readonly conversions_per_parameter: number;
  readonly exposed_cases: number;
  readonly placebo_incremental_fraction: number;
  readonly calibration_slope: readonly [number, number];
}

/**
 * On simulated worlds the model was no better than rules below about 1,000 conversions; a placebo of 0.08 is a claim that
 * a marketer would act on. Parameters are what the penalised fit is worth, controls among them; twenty conversions for each are
 * twice the usual rule of ten events per variable (Peduzzi et al., J. Clin. Epidemiol. 49, 1996), and worlds with twenty to forty came
 * out well. A slope of 1 is right; held-out people in a later time with few orders move it a good deal.
 */
export const GATE: GateThresholds = {
  conversions: 1_000,
  conversions_per_parameter: 20,
  exposed_cases: 100,
  placebo_incremental_fraction: 0.08,
  calibration_slope: [0.6, 1.6],
};

export interface GateCheck {
  readonly check: string;
  readonly value: number | null;
  readonly required: string;
  readonly passed: boolean;
  /** Names the number that lacks, or what was reached. */
  readonly message: string;
}

export interface GateResult {
  readonly passed: boolean;
  readonly checks: readonly GateCheck[];
}

/** Judges diagnostics; every check is listed, also those that passed. */
export function judgeHazard(diagnostics: HazardDiagnostics, thresholds: GateThresholds = GATE): GateResult {
  const { held_out } = diagnostics;
  const least = diagnostics.exposed_cases.reduce((low, { cases }) => Math.min(low, cases), Infinity);
  const [flattest, steepest] = thresholds.calibration_slope;
  const checks = [
    atLeast('conversions', diagnostics.orders, thresholds.conversions, 'conversions in the period'),
    atLeast(
      'conversions_per_parameter',
      diagnostics.cases_per_parameter,
      thresholds.conversions_per_parameter,
      'conversions for each parameter the fit is worth',
    ),
    atLeast(
      'exposed_cases',
      Number.isFinite(least) ? least : 0,
      thresholds.exposed_cases,
      'conversions exposed to the rarest channel that is fitted by itself',
    ),
    below('held_out_log_loss', held_out?.log_loss ?? null, held_out?.base_log_loss ?? null, 'held-out log loss'),
    within('calibration_slope', held_out?.calibration_slope ?? null, flattest, steepest),
    below(
      'placebo_incremental_fraction',
      diagnostics.placebo_incremental_fraction,
      thresholds.placebo_incremental_fraction,
      'incremental part claimed where touches are shuffled',
    ),
  ];
  return { passed: checks.every(({ passed }) => passed), checks };
}

function atLeast(check: string, value: number, least: number, what: string): GateCheck {
  const passed = value >= least;
  const message = passed
    ? `${shown(value)} ${what}; at least ${least} are needed.`
    : `Only ${shown(value)} ${what}; at least ${least} are needed.`;
  return { check, value, required: `>= ${least}`, passed, message };
}

function below(check: string, value: number | null, limit: number | null, what: string): GateCheck {
  if (value === null || limit === null)
    return {
      check,
      value,
      required: '',
      passed: false,
      message: `There is no ${what}: no orders are left to hold out.`,
    };
  const passed = value < limit;
  const message = `The ${what} is ${shown(value)}; it has to be below ${shown(limit)}.`;
  return { check, value, required: `< ${shown(limit)}`, passed, message };
}

function within(check: string, value: number | null, low: number, high: number): GateCheck {
  const required = `${low} to ${high}`;
  if (value === null)
    return { check, value, required, passed: false, message: 'There is no calibration slope: nothing is held out.' };
  const passed = value >= low && value <= high;
  return {
    check,
    value,
    required,
    passed,
    message: `The calibration slope is ${shown(value)}; ${required} is needed.`,
  };
}

function shown(value: number): string {
  return String(Number(value.toPrecision(4)));
}
