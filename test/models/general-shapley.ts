/**
 * Shapley values of any game: phi_i = sum over sets S without i of |S|! (n - |S| - 1)! / n! [v(S + i) - v(S)] (Shapley 1953).
 * Exactly for a few players, by seeded sampling for many.
 */
import { assert } from '../../src/domain/errors.ts';
import type { Random } from '../../src/domain/random.ts';

/** What a set of players is worth; player i is in where `set[i]` is 1. The array is used again: read it, do not keep it. */
export type Game = (set: Uint8Array) => number;

const MAX_EXACT_PLAYERS = 16;

/** Over all 2^n sets; up to 16 players. */
export function exactShapley(players: number, game: Game): Float64Array {
  assert(players >= 0 && players <= MAX_EXACT_PLAYERS, `${players} players have too many subsets`);
  const set = new Uint8Array(players);
  const worth = Float64Array.from({ length: 2 ** players }, (_, mask) => {
    for (let i = 0; i < players; i++) set[i] = (mask >> i) & 1;
    return game(set);
  });
  const weights = subsetWeights(players);
  const values = new Float64Array(players);
  for (let mask = 0; mask < worth.length; mask++) {
    const weight = weights[bitsOf(mask)]!;
    for (let i = 0; i < players; i++)
      if (((mask >> i) & 1) === 0) values[i]! += weight * (worth[mask | (1 << i)]! - worth[mask]!);
  }
  return values;
}

/** |S|! (n - |S| - 1)! / n! by |S|: each follows from the one before. */
function subsetWeights(players: number): number[] {
  const weights = [1 / players];
  for (let size = 1; size < players; size++) weights.push((weights[size - 1]! * size) / (players - size));
  return weights;
}

function bitsOf(mask: number): number {
  let bits = 0;
  for (let left = mask; left > 0; left &= left - 1) bits++;
  return bits;
}

export interface SampledShapley {
  values: Float64Array;
  /** Of each value, from the spread of the pairs; not a number after a single pair. */
  standard_errors: Float64Array;
  /** Orders of the players that were drawn; each was walked forwards and backwards. */
  pairs: number;
}

/**
 * Averages what each player adds in random orders. Every order is walked backwards too: a player that comes late in one comes
 * early in the other, which cuts the variance. Unbiased, and the values always add up to v(all) - v(none).
 * @param pairs orders to draw; each costs `2 * players` calls of the game.
 */
export function sampleShapley(players: number, game: Game, pairs: number, random: Random): SampledShapley {
  assert(pairs >= 1, 'at least one pair');
  const values = new Float64Array(players);
  const squares = new Float64Array(players);
  const added = new Float64Array(players);
  const order = Uint32Array.from({ length: players }, (_, i) => i);
  for (let pair = 1; pair <= pairs; pair++) {
    random.shuffle(order);
    added.fill(0);
    walk(order, game, added);
    walk(order.slice().reverse(), game, added);
    // Welford's update, which loses no digits where all pairs are alike.
    for (let i = 0; i < players; i++) {
      const distance = added[i]! / 2 - values[i]!;
      values[i]! += distance / pair;
      squares[i]! += distance * (added[i]! / 2 - values[i]!);
    }
  }
  return { values, standard_errors: squares.map((sum) => Math.sqrt(sum / (pairs - 1) / pairs)), pairs };
}

function walk(order: Uint32Array, game: Game, added: Float64Array): void {
  const set = new Uint8Array(order.length);
  let before = game(set);
  for (const player of order) {
    set[player] = 1;
    const after = game(set);
    added[player]! += after - before;
    before = after;
  }
}

/**
 * Pairs after which all values are within `error` of the truth with probability `1 - delta`, by Hoeffding's inequality
 * (1963) and a union over the players: m >= r^2 ln(2 n / delta) / (2 e^2).
 * @param range r: the largest minus the smallest thing that a player can add; 1 for a share that never falls.
 */
export function pairsNeeded(range: number, error: number, players: number, delta = 0.05): number {
  return Math.ceil((range ** 2 * Math.log((2 * players) / delta)) / (2 * error ** 2));
}

/** The error that so many pairs stay within; {@link pairsNeeded} the other way round. */
export function hoeffdingError(range: number, pairs: number, players: number, delta = 0.05): number {
  return range * Math.sqrt(Math.log((2 * players) / delta) / (2 * pairs));
}
