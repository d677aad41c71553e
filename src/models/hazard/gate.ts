/** Checks a fit must pass before reports use it. If one fails, reports that ask for the model get `model_not_fitted`. */
import { type Check, check, type Gate, gateOf, shown } from '../gate.ts';
import type { HazardDiagnostics } from './diagnostics.ts';

interface GateThresholds {
  readonly conversions: number;
  readonly conversions_per_parameter: number;
  readonly exposed_cases: number;
  readonly placebo_incremental_fraction: number;
  readonly chance_of_effects: number;
  readonly mirrored_incremental_low: number;
  readonly mirrored_part_of_claim: number;
  readonly calibration_slope: readonly [number, number];
}

/**
 * Why these numbers. Below about 1,000 conversions the model is no better than rules on simulated worlds. A marketer would
 * act on a claim of 0.08, so a placebo must stay below it. Parameters are the effective parameters of the penalised fit,
 * controls included; 20 conversions for each are twice the usual rule of ten events per variable (Peduzzi et al., J. Clin.
 * Epidemiol. 49, 1996), and worlds with 20 to 40 give good fits. The right slope is 1; with few held-out orders it varies much. In
 * simulated worlds, fits to no effect reached a chance of effects of 0.999, and 0.99 refuses half of those above 0.95. The part claimed for
 * touches after orders is judged by the low end of its 90 % interval, because with 1,500 orders its noise is 0.1; and beside what is claimed
 * for touches before them: it was 0.33 to 0.9 of it where touches had no effect and the fit claimed 0.07 to 0.15, and at most 0.43 where
 * they had one.
 */
const GATE: GateThresholds = {
  conversions: 1_000,
  conversions_per_parameter: 20,
  exposed_cases: 100,
  placebo_incremental_fraction: 0.08,
  chance_of_effects: 0.99,
  mirrored_incremental_low: 0.03,
  mirrored_part_of_claim: 0.4,
  calibration_slope: [0.6, 1.6],
};

/** Judges diagnostics against {@link GATE}. */
export function judgeHazard(diagnostics: HazardDiagnostics): Gate {
  const { held_out } = diagnostics;
  const least = diagnostics.exposed_cases.reduce((low, { cases }) => Math.min(low, cases), Infinity);
  return gateOf([
    atLeast('conversions', diagnostics.orders, GATE.conversions, 'conversions in the period'),
    atLeast(
      'conversions_per_parameter',
      diagnostics.cases_per_parameter,
      GATE.conversions_per_parameter,
      'conversions for each effective parameter',
    ),
    atLeast(
      'exposed_cases',
      Number.isFinite(least) ? least : 0,
      GATE.exposed_cases,
      'conversions exposed to the rarest channel that is fitted by itself',
    ),
    below('held_out_log_loss', held_out?.log_loss ?? null, held_out?.base_log_loss ?? null, 'held-out log loss'),
    within('calibration_slope', held_out?.calibration_slope ?? null, GATE.calibration_slope),
    below(
      'placebo_incremental_fraction',
      diagnostics.placebo_incremental_fraction,
      GATE.placebo_incremental_fraction,
      'incremental part claimed where touches are shuffled',
    ),
    check(
      'chance_of_effects',
      diagnostics.chance_of_effects,
      { at_least: GATE.chance_of_effects },
      (_, required) =>
        `The chance that touches have an effect at all is ${shown(diagnostics.chance_of_effects)}; ${required} is needed.`,
    ),
    ...mirrorCheck(diagnostics),
  ]);
}

/**
 * Touches after an order cannot have caused it. If orders bring touches (confirmations, visits that track a parcel), surely more is claimed
 * after orders than before them. Passing intent cannot do that, so the check then says nothing and is left out.
 */
function mirrorCheck(diagnostics: HazardDiagnostics): Check[] {
  const { mirrored_incremental_fraction: value, mirrored_incremental_low: low, incremental_fraction } = diagnostics;
  if (value === null || low === null || low > incremental_fraction) return [];
  const part = incremental_fraction > 0 ? value / incremental_fraction : 0;
  return [
    check(
      'mirrored_incremental_low',
      low,
      { below: GATE.mirrored_incremental_low },
      (_, required) =>
        `The incremental part claimed for touches after an order, which cannot have caused it, is at least ${shown(low)}; it has to be ${required}.`,
    ),
    check(
      'mirrored_part_of_claim',
      part,
      { below: GATE.mirrored_part_of_claim },
      (_, required) =>
        `What is claimed for touches after an order, which cannot have caused it, is ${shown(part)} of what is claimed for touches before it; it has to be ${required}. So much of the claim may be intent.`,
    ),
  ];
}

function atLeast(name: string, value: number, least: number, what: string): Check {
  const say = (passed: boolean, required: string) =>
    `${passed ? '' : 'Only '}${shown(value)} ${what}; ${required} are needed.`;
  return check(name, value, { at_least: least }, say);
}

function below(name: string, value: number | null, limit: number | null, what: string): Check {
  return check(name, value, { below: limit }, (_, required) =>
    value === null || limit === null
      ? `There is no ${what}: no orders are left to hold out.`
      : `The ${what} is ${shown(value)}; it has to be ${required}.`,
  );
}

function within(name: string, value: number | null, between: readonly [number, number]): Check {
  return check(name, value, { between }, (_, required) =>
    value === null
      ? 'There is no calibration slope: nothing is held out.'
      : `The calibration slope is ${shown(value)}; ${required} is needed.`,
  );
}
