/** What answers with noise need, with random numbers that nobody can foresee. */
import { randomFillSync } from 'node:crypto';
import { randomIntegers } from '../../learning/random-integers.ts';
import type { Bounds } from '../../privacy/differential-privacy/bounds.ts';
import type { State } from '../../state/port.ts';
import type { NoiseContext } from '../context.ts';

/** @param bounds of the brands that have their own; the others have `bounds_default`. */
export function noiseContext(
  state: State,
  { bounds, bounds_default }: { bounds: ReadonlyMap<string, Bounds>; bounds_default: Bounds },
): NoiseContext {
  return {
    state,
    bounds: (brand_id) => bounds.get(brand_id) ?? bounds_default,
    random: randomIntegers(randomFillSync),
  };
}
