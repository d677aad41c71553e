/** Fits of positive parameters by their logarithms, over data of one scale. */
import type { Slope } from './damped-newton.ts';

/** What a fit knows of its data. */
export interface LogScaled {
  customers: number;
  /** The data were divided by it. */
  unit: number;
}

/** Logarithms beyond this cost likelihood: data that do not bound a parameter would else lead it to infinity. */
const BOUND = 6;

/** Adds -(|theta| - BOUND)^2 / 2 for the parameters beyond the bound. */
export function boundPenalty(theta: Float64Array, { value, gradient }: Slope): Slope {
  let cost = 0;
  const slopes = gradient.map((slope, j) => {
    const beyond = Math.max(0, Math.abs(theta[j]!) - BOUND);
    cost += (beyond * beyond) / 2;
    return slope - Math.sign(theta[j]!) * beyond;
  });
  return { value: value - cost, gradient: slopes };
}
