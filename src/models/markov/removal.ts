/**
 * Removal effects in closed form: the share of the conversions that is lost when every step into a state with a channel ends
 * the path. There is no simulation, so the answer has no noise and needs no seed.
 *
 * With Q the steps between states, s the start and r the conversion probabilities, the expected visits without channel x are
 * the row h of h = mask_x (s + h Q), where the mask is 0 on states that hold x; then RE_x = 1 - h r / p. One h gives the
 * effect on conversions and on value alike, which is why visits are solved for and not conversion probabilities.
 */
import { TributaryError } from '../../domain/errors.ts';
import { type Chain, statesOf } from './chain.ts';

/** Largest total of all residuals of a solution, relative to the probability of converting. */
const TOLERANCE = 1e-13;
const ROUNDING = 1e-9;
const MAX_SWEEPS = 10_000;
const EXTRAPOLATE_EVERY = 12;
/** Channels that are solved together: many, so that each step is read less often; few, so that a state stays in the cache. */
const TOGETHER = 32;
const LANES = 4;
/** At most this many cells of visits at a time (256 MB), also with millions of states. */
const MAX_CELLS = 1 << 25;
/** At most this many multiplications in a sweep. Above it a fit takes many minutes. */
const MAX_WORK = 2e9;

export interface RemovalEffects {
  /** By code of the channel, in [0, 1]. */
  conversions: Float64Array;
  /** In [0, 1] unless some paths have a negative value. */
  value: Float64Array;
  /** Sweeps over all states for the slowest channels, and the remaining residual as a share of the paths. */
  iterations: number;
  residual: number;
}

/**
 * @param channels how many there are; their codes are 0 to `channels - 1`.
 * @throws too_large when channels times transitions are above MAX_WORK.
 */
export function removalEffects(chain: Chain, channels: number): RemovalEffects {
  if (channels * chain.from.length > MAX_WORK)
    throw new TributaryError(
      'too_large',
      `${channels} channels and ${chain.from.length} transitions are too many to remove one by one; merge rare channels or take a lower order`,
    );
  const present = channelsOf(chain, channels);
  const effects: RemovalEffects = {
    conversions: new Float64Array(channels),
    value: new Float64Array(channels),
    iterations: 0,
    residual: 0,
  };
  const together = Math.max(LANES, Math.min(TOGETHER, Math.floor(MAX_CELLS / statesOf(chain))));
  for (let at = 0; at < present.length; at += together) {
    const removed = present.subarray(at, at + together);
    const solution = visitsWithout(chain, removed, channels);
    addEffects(chain, removed, solution.visits, effects);
    effects.iterations = Math.max(effects.iterations, solution.iterations);
    effects.residual = Math.max(effects.residual, solution.residual);
  }
  return effects;
}

/** The channels that at least one state holds. The others have no effect. */
function channelsOf(chain: Chain, channels: number): Uint16Array {
  const found = new Uint8Array(channels + 1);
  for (const slot of chain.grams) found[slot] = 1;
  return Uint16Array.from(Array.from({ length: channels }, (_, code) => code).filter((code) => found[code + 1] === 1));
}

interface Solution {
  /** `visits[s * width + j]`: expected visits to state s without channel `removed[j]`; width is rounded up to whole lanes. */
  visits: Float64Array;
  iterations: number;
  residual: number;
}

/**
 * Gauss-Seidel from 0. The sum of all changes of a sweep bounds the sum of all residuals after it, because no state passes on
 * more than it gets. The error of the probability of converting is at most the sum of the residuals. So the sum of the changes
 * decides when to stop.
 */
function visitsWithout(chain: Chain, removed: Uint16Array, channels: number): Solution {
  // Columns after the last channel remove nothing.
  const width = Math.ceil(removed.length / LANES) * LANES;
  const column = new Int32Array(channels + 1).fill(-1);
  removed.forEach((code, j) => {
    column[code + 1] = j;
  });
  const visits = new Float64Array(statesOf(chain) * width);
  const passes = chain.visits.reduce((all, some) => all + some, 0);
  const aim = Math.max((TOLERANCE * chain.totals.conversions) / chain.totals.journeys, Number.EPSILON * passes * width);
  let before = new Float64Array(0);
  let earlier: Float64Array = new Float64Array(width);
  for (let iterations = 1; ; iterations++) {
    const extrapolate = iterations % EXTRAPOLATE_EVERY === 0;
    if (extrapolate) before = visits.slice();
    const changes = sweep(chain, width, column, visits);
    const residual = changes.reduce((all, change) => all + change, 0);
    if (residual <= aim || iterations === MAX_SWEEPS) return { visits, iterations, residual };
    if (extrapolate) goOn(visits, before, changes, earlier);
    earlier = changes;
  }
}

/**
 * One pass over all states. Returns the sum of the absolute changes of each column's visits. It works on four columns at a
 * time: their sums stay in registers, which is three times as fast as a loop over all columns for each step.
 */
function sweep(chain: Chain, width: number, column: Int32Array, visits: Float64Array): Float64Array {
  const { order, grams, start, sequence, into, from, probability } = chain;
  const changes = new Float64Array(width);
  const kept = new Float64Array(width);
  for (let i = 0; i < sequence.length; i++) {
    const s = sequence[i]!;
    const end = into[i + 1]!;
    kept.fill(1);
    for (let slot = s * order; slot < (s + 1) * order; slot++) {
      const j = column[grams[slot]!]!;
      if (j >= 0) kept[j] = 0;
    }
    for (let j = 0; j < width; j += LANES) {
      let a = start[s]!;
      let b = a;
      let c = a;
      let d = a;
      for (let step = into[i]!; step < end; step++) {
        const share = probability[step]!;
        const source = from[step]! * width + j;
        a += share * visits[source]!;
        b += share * visits[source + 1]!;
        c += share * visits[source + 2]!;
        d += share * visits[source + 3]!;
      }
      const target = s * width + j;
      a *= kept[j]!;
      b *= kept[j + 1]!;
      c *= kept[j + 2]!;
      d *= kept[j + 3]!;
      changes[j]! += Math.abs(a - visits[target]!);
      changes[j + 1]! += Math.abs(b - visits[target + 1]!);
      changes[j + 2]! += Math.abs(c - visits[target + 2]!);
      changes[j + 3]! += Math.abs(d - visits[target + 3]!);
      visits[target] = a;
      visits[target + 1] = b;
      visits[target + 2] = c;
      visits[target + 3] = d;
    }
  }
  return changes;
}

/**
 * Where the changes shrink by the same factor in every sweep, the remaining changes are a geometric series (Aitken 1926). So
 * paths with long cycles do not need as many sweeps as they have touches.
 */
function goOn(visits: Float64Array, before: Float64Array, changes: Float64Array, earlier: Float64Array): void {
  const width = changes.length;
  const rest = changes.map((change, j) => (change < earlier[j]! ? change / (earlier[j]! - change) : 0));
  for (let at = 0; at < visits.length; at += width)
    for (let j = 0; j < width; j++) visits[at + j]! += rest[j]! * (visits[at + j]! - before[at + j]!);
}

function addEffects(chain: Chain, removed: Uint16Array, visits: Float64Array, effects: RemovalEffects): void {
  const { journeys, conversions, value } = chain.totals;
  const width = visits.length / statesOf(chain);
  removed.forEach((code, j) => {
    let converting = 0;
    let worth = 0;
    for (let s = 0; s < statesOf(chain); s++) {
      converting += visits[s * width + j]! * chain.conversion[s]!;
      worth += visits[s * width + j]! * chain.value[s]!;
    }
    // p and E[value] are those of the counts, for every order.
    effects.conversions[code] = lost(converting, conversions / journeys);
    effects.value[code] = lost(worth, value / journeys);
  });
}

/** The share of `all` that is lost, 0 where `all` is 0. Rounding below 0 becomes 0. */
function lost(left: number, all: number): number {
  if (all === 0) return 0;
  const share = 1 - left / all;
  return share < 0 && share > -ROUNDING ? 0 : share;
}
