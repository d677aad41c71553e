/** Removal effects handed down to the touches of each journey, and added up again by channel. */
import type { Paths } from '../paths/paths.ts';

export interface TouchTotals {
  conversions: Float64Array;
  value: Float64Array;
}

/**
 * Within a journey a channel gets its effect's share of the effects of the journey's channels, each counted once, whatever
 * the number of its touches (each touch gets `effect / occurrences / sum`). Every conversion is given away in full, so these
 * totals are another answer than the effects' own shares: a channel that is often alone keeps all of what it is alone in.
 */
export function touchTotals(paths: Paths, on_conversions: Float64Array, on_value: Float64Array): TouchTotals {
  const channels = paths.states.length;
  const totals: TouchTotals = {
    conversions: new Float64Array(channels),
    value: new Float64Array(channels),
  };
  const seen = new Uint32Array(channels);
  const own = new Uint16Array(channels);
  for (let p = 0; p < paths.conversions.length; p++) {
    const conversions = paths.conversions[p]!;
    const value = paths.value[p]!;
    if (conversions === 0 && value === 0) continue;
    const start = paths.offsets[p]!;
    const end = paths.offsets[p + 1]!;
    let unique = 0;
    let conversions_sum = 0;
    let value_sum = 0;
    for (let i = start; i < end; i++) {
      const code = paths.codes[i]!;
      if (seen[code] === p + 1) continue;
      seen[code] = p + 1;
      own[unique++] = code;
      conversions_sum += on_conversions[code]!;
      value_sum += on_value[code]!;
    }
    // Never by nothing: without the channels of its last state, a path that converted would not.
    const per_conversion = conversions / conversions_sum;
    const per_value = value_sum > 0 ? value / value_sum : 0;
    for (let u = 0; u < unique; u++) {
      const code = own[u]!;
      totals.conversions[code]! += per_conversion * on_conversions[code]!;
      totals.value[code]! += per_value * on_value[code]!;
    }
    // Values that cancel out may leave no channel with an effect.
    if (value_sum <= 0) spread(paths, start, end, value, totals.value);
  }
  return totals;
}

function spread({ codes }: Paths, start: number, end: number, amount: number, totals: Float64Array): void {
  for (let i = start; i < end; i++) totals[codes[i]!]! += amount / (end - start);
}
