/** Special functions of positive arguments. */

/** From here on the asymptotic series below are exact to the last digits of a double. */
const LARGE = 12;
const HALF_LOG_2_PI = 0.5 * Math.log(2 * Math.PI);

/** ln Γ(x) for x > 0. Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 6.1.15 and 6.1.41. */
export function logGamma(x: number): number {
  let shifted = x;
  let product = 1;
  for (; shifted < LARGE; shifted += 1) product *= shifted;
  const s = 1 / (shifted * shifted);
  const series =
    (1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s * (1 / 1188 - (s * 691) / 360360))))) / shifted;
  return (shifted - 0.5) * Math.log(shifted) - shifted + HALF_LOG_2_PI + series - Math.log(product);
}

/** ψ(x), the derivative of ln Γ, for x > 0. Source: Abramowitz and Stegun, 6.3.5 and 6.3.18. */
export function digamma(x: number): number {
  let shifted = x;
  let sum = 0;
  for (; shifted < LARGE; shifted += 1) sum += 1 / shifted;
  const s = 1 / (shifted * shifted);
  const series = s * (1 / 12 - s * (1 / 120 - s * (1 / 252 - s * (1 / 240 - s * (1 / 132 - (s * 691) / 32760)))));
  return Math.log(shifted) - 0.5 / shifted - series - sum;
}

const MAX_TERMS = 20_000;

/**
 * Gauss's hypergeometric function 2F1(a, b; c; z) for 0 <= z < 1 and c that is no whole number below 1, by its series. It
 * converges fast where c > a + b. Source: Abramowitz and Stegun, 15.1.1.
 */
export function hypergeometric(a: number, b: number, c: number, z: number): number {
  let term = 1;
  let sum = 1;
  for (let n = 0; n < MAX_TERMS; n++) {
    term *= (((a + n) * (b + n)) / ((c + n) * (n + 1))) * z;
    sum += term;
    if (Math.abs(term) <= 1e-16 * Math.abs(sum)) break;
  }
  return sum;
}
