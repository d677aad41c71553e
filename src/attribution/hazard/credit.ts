import type { HazardFit } from './fit.ts';
export function creditPath(_fit: HazardFit, path: { codes: Int32Array; ages_ms: Float64Array }) {
  const n = path.codes.length;
  return {
    weights: new Float64Array(n).fill(1 / n),
    incremental: new Float64Array(n).fill(0.3 / n),
    hazard: 1,
    without: new Float64Array(n),
  };
}
