/** Concave responses of revenue to spend, by their value and elasticity at a level of spend. */

/** Revenue of a week by its spend. */
export type Response = (spend: number) => number;
export const SHAPES = ['power', 'hill', 'log'] as const;
export type Shape = (typeof SHAPES)[number];

/** @param elasticity per cent of revenue for a per cent of spend, at the level; above 0 and below 1. */
export function responseOf(shape: Shape, level: number, revenue: number, elasticity: number): Response {
  if (shape === 'power') return (spend) => revenue * (spend / level) ** elasticity;
  if (shape === 'hill') {
    // s / (h + s) has the elasticity h / (h + s).
    const half = (level * elasticity) / (1 - elasticity);
    return (spend) => (revenue * (half + level) * spend) / (level * (half + spend));
  }
  const ratio = logRatio(elasticity);
  return (spend) => (revenue * Math.log1p((ratio * spend) / level)) / Math.log1p(ratio);
}

/** x with x / ((1 + x) log(1 + x)) = elasticity, by bisection: log(1 + x) has this elasticity in x. */
function logRatio(elasticity: number): number {
  let [low, high] = [1e-6, 1e9];
  for (let step = 0; step < 200; step++) {
    const middle = Math.sqrt(low * high);
    if (middle / ((1 + middle) * Math.log1p(middle)) > elasticity) low = middle;
    else high = middle;
  }
  return Math.sqrt(low * high);
}
