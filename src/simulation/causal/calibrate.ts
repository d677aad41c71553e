/** Scales the effects of a world to the incremental fraction that was drawn for it. */
import { Forecaster } from './forecast.ts';
import { drawLife } from './life.ts';
import type { Setup } from './setup.ts';

/** People who exist only for this calibration. Their numbers are negative, so that they differ from those of the world. */
const PILOTS = 250;
const STEPS = 6;

/** @returns the setup with the `effect_scale` at which touches cause `incremental_fraction` of the expected orders. */
export function calibrate(setup: Setup, incremental_fraction: number): Setup {
  if (incremental_fraction === 0) return { ...setup, effect_scale: 0 };
  const pilots = Array.from({ length: PILOTS }, (_, i) => drawLife(withoutHoldouts(setup), -1 - i));
  let effect_scale = 1;
  for (let step = 0; step < STEPS; step++) {
    const forecaster = new Forecaster({ ...setup, effect_scale });
    let [none, all] = [0, 0];
    for (const pilot of pilots) {
      const { orders } = forecaster.of(pilot, true);
      none += orders[0]!;
      all += orders[1]!;
    }
    // Caused orders per organic order grow about in proportion to the scale, so a few steps are enough.
    effect_scale *= incremental_fraction / (1 - incremental_fraction) / (all / none - 1);
  }
  return { ...setup, effect_scale };
}

/** Holdouts must not change the effect of a touch. */
function withoutHoldouts(setup: Setup): Setup {
  return { ...setup, options: { ...setup.options, holdouts: {} } };
}
