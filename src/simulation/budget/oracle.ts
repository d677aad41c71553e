/** The split of a budget that brings most where the responses are known. */
import type { Response } from './response.ts';

const STEPS = 60;
const NUDGE = 1e-4;

/** Each channel gets spend until the next unit brings the same everywhere, found by bisection; the responses are concave. */
export function oracleSplit(responses: readonly Response[], budget: number): number[] {
  const marginal = (response: Response, spend: number): number =>
    (response(spend * (1 + NUDGE)) - response(spend * (1 - NUDGE))) / (2 * NUDGE * spend);
  const at = (price: number): number[] =>
    responses.map((response) => bisect(1e-6 * budget, 10 * budget, (spend) => marginal(response, spend) > price));
  const sum = (split: readonly number[]): number => split.reduce((all, spend) => all + spend, 0);
  const split = at(bisect(1e-6, 1e6, (price) => sum(at(price)) > budget));
  const scale = budget / sum(split);
  return split.map((spend) => spend * scale);
}

/** Where `isBelow` stops to hold, on a logarithmic scale. */
function bisect(from: number, until: number, isBelow: (value: number) => boolean): number {
  let [low, high] = [from, until];
  for (let step = 0; step < STEPS; step++) {
    const middle = Math.sqrt(low * high);
    if (isBelow(middle)) low = middle;
    else high = middle;
  }
  return Math.sqrt(low * high);
}
