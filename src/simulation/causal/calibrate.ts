/** How strong the effects of a world have to be for the incremental fraction that was drawn for it. */
import { Forecaster } from './forecast.ts';
import { drawLife } from './life.ts';
import type { Setup } from './setup.ts';

/** People who live for this purpose only; their numbers are negative, so that they are none of the world's. */
const PILOTS = 400;
const STEPS = 12;
const GREATEST_SCALE = 64;

/** @returns the setup with an `effect_scale` such that touches cause `incremental_fraction` of the orders to expect. */
export function calibrate(setup: Setup, incremental_fraction: number): Setup {
  if (incremental_fraction === 0) return { ...setup, effect_scale: 0 };
  const pilots = Array.from({ length: PILOTS }, (_, i) => drawLife(withoutHoldouts(setup), -1 - i));
  let [low, high] = [1 / GREATEST_SCALE, GREATEST_SCALE];
  for (let step = 0; step < STEPS; step++) {
    const effect_scale = Math.sqrt(low * high);
    const forecaster = new Forecaster({ ...setup, effect_scale });
    let [none, all] = [0, 0];
    for (const pilot of pilots) {
      const { orders } = forecaster.of(pilot, true);
      none += orders[0]!;
      all += orders[1]!;
    }
    if (1 - none / all < incremental_fraction) low = effect_scale;
    else high = effect_scale;
  }
  return { ...setup, effect_scale: Math.sqrt(low * high) };
}

/** Whom a world holds out must not change what a touch does. */
function withoutHoldouts(setup: Setup): Setup {
  return { ...setup, options: { ...setup.options, holdouts: {} } };
}
