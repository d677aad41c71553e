/**
 * Shapley values of channels in closed form (Zhao, Mahboobi, Bagheri 2018, arXiv:1804.05327). The worth of a set of channels is
 * the outcome of all paths whose channels are all in the set. So each path is a game of its own that only all its channels
 * together win. Its outcome is split equally over its unique channels. The time is linear in the touches, for any number
 * of channels. Paths without a conversion add nothing to any set, so nothing is learnt from them.
 */
import { TributaryError } from '../../domain/errors.ts';
import { type Paths, type Totals, totalsOf } from '../paths/paths.ts';

export interface ShapleyFit {
  totals: Totals;
  /** By code. Adds up to all conversions, and to all value. */
  conversions: Float64Array;
  value: Float64Array;
}

/** The ordered variant: what each channel earned at each position. */
export interface OrderedShapleyFit extends ShapleyFit {
  /** Length of the longest path with a conversion. */
  positions: number;
  /** `…[code * positions + q]` is earned by touches at position q, from 0. Adds up to the channel's own. */
  position_conversions: Float64Array;
  position_value: Float64Array;
}

const MAX_CELLS = 20_000_000;

export function fitShapley(paths: Paths): ShapleyFit {
  const channels = paths.states.length;
  const fit = { totals: totalsOf(paths), conversions: new Float64Array(channels), value: new Float64Array(channels) };
  const seen = new Uint32Array(channels);
  const own = new Uint16Array(channels);
  for (let p = 0; p < paths.conversions.length; p++) {
    if (paths.conversions[p] === 0 && paths.value[p] === 0) continue;
    const end = paths.offsets[p + 1]!;
    let unique = 0;
    for (let i = paths.offsets[p]!; i < end; i++) {
      const code = paths.codes[i]!;
      if (seen[code] === p + 1) continue;
      seen[code] = p + 1;
      own[unique++] = code;
    }
    for (let u = 0; u < unique; u++) {
      fit.conversions[own[u]!]! += paths.conversions[p]! / unique;
      fit.value[own[u]!]! += paths.value[p]! / unique;
    }
  }
  return fit;
}

/**
 * A channel's part of a path is split equally over its touches in it, each at its own position.
 * @throws too_large when channels times the length of the longest path is above MAX_CELLS.
 */
export function fitOrderedShapley(paths: Paths): OrderedShapleyFit {
  const channels = paths.states.length;
  const positions = longest(paths);
  if (channels * positions > MAX_CELLS)
    throw new TributaryError(
      'too_large',
      `${channels} channels at ${positions} positions are too many for credit by position; use --transform "trim_long_path(50)"`,
    );
  const position_conversions = new Float64Array(channels * positions);
  const position_value = new Float64Array(channels * positions);
  const times = new Uint32Array(channels);
  for (let p = 0; p < paths.conversions.length; p++) {
    if (paths.conversions[p] === 0 && paths.value[p] === 0) continue;
    const touches = paths.codes.subarray(paths.offsets[p]!, paths.offsets[p + 1]!);
    let unique = 0;
    for (const code of touches) if (times[code]!++ === 0) unique++;
    touches.forEach((code, q) => {
      const share = 1 / (unique * times[code]!);
      position_conversions[code * positions + q]! += paths.conversions[p]! * share;
      position_value[code * positions + q]! += paths.value[p]! * share;
    });
    for (const code of touches) times[code] = 0;
  }
  return { ...fitShapley(paths), positions, position_conversions, position_value };
}

function longest({ offsets, conversions, value }: Paths): number {
  let most = 0;
  for (let p = 0; p < conversions.length; p++)
    if (conversions[p] !== 0 || value[p] !== 0) most = Math.max(most, offsets[p + 1]! - offsets[p]!);
  return most;
}
