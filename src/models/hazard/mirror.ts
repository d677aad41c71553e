/**
 * A negative control for a fit: time runs backwards, so the touches after an order come before it. They cannot have caused the order.
 * What the same model claims for them is intent that its controls do not see, because intent brings touches on both sides of an order.
 * Sources: Lipsitch, Tchetgen Tchetgen and Cohen, Negative controls, Epidemiology 21, 2010; Granger, 1969 (leads against lags).
 */
import { planFeatures } from './features.ts';
import { type HazardFit, type HazardWork, savedModel } from './fit.ts';
import { type Histories, peopleOf } from './histories.ts';
import { hazardIntervals } from './intervals.ts';
import { fitLogLinear } from './log-linear.ts';
import { sampleRiskSets } from './risk-sets.ts';
import { measureRows } from './rows.ts';
import { channelTotals } from './totals.ts';

/** Draws for the noise of the control. */
const DRAWS = 40;

/** The part of orders that the model claims for touches after them. */
export interface MirroredClaim {
  readonly fraction: number;
  /** The low end of its 90 % interval. */
  readonly low: number;
}

/** Null where people leave at their order, because no touches come later, and for families without intervals. */
export function mirroredClaim(fit: HazardFit, { linear }: HazardWork, histories: Histories): MirroredClaim | null {
  if (fit.people_leave || fit.model.kind !== 'log_linear') return null;
  const backwards = mirrored(histories);
  const { half_lives_days } = fit.plan;
  const form = linear.bend;
  const options = { ...fit.options, half_lives_days: [half_lives_days], forms: [form] };
  const sampled = sampleRiskSets(backwards, options);
  const plan = planFeatures(backwards, sampled, options, half_lives_days);
  const rows = measureRows(plan, backwards, sampled);
  // The prior that no touch has an effect would hide what intent adds to real effects, so the strength of the fit is kept.
  const effects = linear.averaged.weighed.slice(0, -1);
  const { strength } = effects.reduce((best, next) => (next.weight > best.weight ? next : best));
  const again = fitLogLinear(rows, plan, { form, strength });
  const control = { ...fit, plan, model: savedModel(rows, again) };
  const noise = { seed: options.seed, draws: DRAWS, level: 0.9 };
  return {
    fraction: channelTotals(control, backwards).incremental_fraction,
    low: hazardIntervals(control, { sampled, rows, linear: again }, backwards, noise)!.incremental_fraction.low,
  };
}

/** The same people with every instant t at -t. */
export function mirrored(histories: Histories): Histories {
  const { touch_offsets, order_offsets } = histories;
  const negative = (values: Float64Array): Float64Array => values.map((value) => -value);
  return {
    ...histories,
    touch_ms: negative(reversed(histories.touch_ms, touch_offsets)),
    touch_state: reversed(histories.touch_state, touch_offsets),
    order_ms: negative(reversed(histories.order_ms, order_offsets)),
    order_value: reversed(histories.order_value, order_offsets),
    first_ms: new Float64Array(peopleOf(histories)).fill(-histories.end_ms),
    last_ms: negative(histories.first_ms),
    segment_from_ms: negative(histories.segment_until_ms),
    segment_until_ms: negative(histories.segment_from_ms),
    start_ms: -histories.end_ms,
    end_ms: -histories.start_ms,
  };
}

/** Reverses the values of each person. */
function reversed<T extends Float64Array | Uint16Array>(values: T, offsets: Uint32Array): T {
  const out = values.slice() as T;
  for (let p = 0; p + 1 < offsets.length; p++) out.subarray(offsets[p], offsets[p + 1]).reverse();
  return out;
}
