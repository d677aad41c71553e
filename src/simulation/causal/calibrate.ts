/** How strong the effects of a world have to be for the incremental fraction that was drawn for it. */
import { Forecaster } from './forecast.ts';
import { drawLife } from './life.ts';
import type { Setup } from './setup.ts';

/** People who live for this purpose only; their numbers are negative, so that they are none of the world's. */
const PILOTS = 250;
const STEPS = 6;

/** @returns the setup with an `effect_scale` such that touches cause `incremental_fraction` of the orders to expect. */
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
    // Caused orders per order that comes anyway grow about in proportion to the scale, so that a few steps get there.
    effect_scale *= incremental_fraction / (1 - incremental_fraction) / (all / none - 1);
  }
  return { ...setup, effect_scale };
}

/** Whom a world holds out must not change what a touch does. */
function withoutHoldouts(setup: Setup): Setup {
  return { ...setup, options: { ...setup.options, holdouts: {} } };
}
