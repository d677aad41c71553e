/** The conversion hazard of a world in each of its forms. Rates are per day. */
import type { Form, Setup } from './setup.ts';

/** The hazard at a moment, from the sums over touches that {@link hazardOf} describes. */
export type Hazard = (organic: number, push: number, primer: number) => number;

/** Touches multiply the organic rate by at most e to this power. */
const MAX_LOG_LIFT = 2.5;
/** The ceiling of a saturating world, in average fresh touches. */
const CEILING_TOUCHES = 0.6;
/** In the primed form, the share of its effect that a touch has without a priming touch. */
const UNPRIMED = 0.3;

/** Height of a kind's effect: orders per day, such that the whole effect of one touch adds up to `effect` orders. */
export function gainOf(setup: Setup, kind: number): number {
  const { effect, half_life_days, rise_days } = setup.kinds[kind]!;
  return (setup.effect_scale * effect * Math.LN2) / (half_life_days - rise_days);
}

/**
 * The hazard of a world as a function of three sums: `organic`, the rate without touches; `push`, the sum over touches of
 * response * gain * strength * decay (orders per day); `primer`, the sum of the decays of touches that prime.
 *
 *     additive         organic + push
 *     multiplicative   organic * exp(m * (1 - exp(-push / (m * mean organic rate))))     m: the greatest log lift
 *     saturating       organic + ceiling * (1 - exp(-push / ceiling))
 *     primed           organic + push * (u + (1 - u) * (1 - exp(-primer)))               u: the share that works unprimed
 */
export function hazardOf(setup: Setup): Hazard {
  const forms: Record<Form, () => Hazard> = {
    additive: () => (organic, push) => organic + push,
    multiplicative: () => {
      const unit = MAX_LOG_LIFT * setup.organic_per_day;
      return (organic, push) => organic * Math.exp(MAX_LOG_LIFT * -Math.expm1(-push / unit));
    },
    saturating: () => {
      const ceiling = ceilingOf(setup);
      return (organic, push) => organic + ceiling * -Math.expm1(-push / ceiling);
    },
    primed: () => (organic, push, primer) => organic + push * (UNPRIMED + (1 - UNPRIMED) * -Math.expm1(-primer)),
  };
  return forms[setup.form]();
}

function ceilingOf(setup: Setup): number {
  const gains = setup.kinds.map((_, kind) => gainOf(setup, kind)).filter((gain) => gain > 0);
  return (CEILING_TOUCHES * gains.reduce((sum, gain) => sum + gain, 0)) / Math.max(1, gains.length);
}
