/**
 * Splits an order's hazard among the channels of its path. v(S) is the hazard that remains if only the channels in S have an
 * effect. Its sum over all orders estimates how many orders would have happened then. A channel gets its Shapley value of v.
 */
import { Random } from '../../domain/random.ts';
import { bent } from '../../learning/likelihood.ts';

/**
 * Where the hazard is a product, v(S) = exp(sum_{c in S} x_c - sum_c x_c): the Shapley value is the integral over q in [0, 1]
 * of (e^x_c - 1) prod_{d != c} (1 + q (e^x_d - 1)) e^-sum x (Owen, Multilinear extensions of games, Management Science 18,
 * 1972). It is a polynomial in q, so eight Gauss-Legendre nodes are exact for up to 16 channels. Writes to `into`.
 */
export function shapleyOfProduct(x: Float64Array, into: Float64Array): void {
  let total = 0;
  for (let c = 0; c < x.length; c++) total += x[c]!;
  const gains = x.map(Math.expm1);
  into.fill(0);
  for (let node = 0; node < NODES.length; node++) {
    const q = NODES[node]!;
    let log_product = LOG_WEIGHTS[node]! - total;
    for (let c = 0; c < x.length; c++) if (x[c] !== 0) log_product += Math.log1p(q * gains[c]!);
    const product = Math.exp(log_product);
    for (let c = 0; c < x.length; c++) if (x[c] !== 0) into[c]! += (gains[c]! * product) / (1 + q * gains[c]!);
  }
}

/**
 * The same where effects act through a bend (see `Bend`) of their sum. With curvature 1 and 1/2 the hazard is 1 + s and (1 + s / 2)^2, in
 * which the Shapley value is in proportion to x. For other curvatures and for sums below 0, this proportion is the value of Aumann and
 * Shapley (Values of Non-Atomic Games, 1974). Writes to `into`.
 */
export function shapleyOfBent(x: Float64Array, curvature: number, into: Float64Array): void {
  if (curvature === 0) {
    shapleyOfProduct(x, into);
    return;
  }
  let total = 0;
  for (let c = 0; c < x.length; c++) total += x[c]!;
  const part = Math.abs(total) < 1e-9 ? 1 : -Math.expm1(-bent(total, curvature)) / total;
  for (let c = 0; c < x.length; c++) into[c] = x[c]! * part;
}

/** Gauss-Legendre on [0, 1]. Source: Abramowitz and Stegun, table 25.4, n = 8. */
const HALVES = [
  [0.1834346424956498, 0.362683783378362],
  [0.525532409916329, 0.3137066458778873],
  [0.7966664774136267, 0.2223810344533745],
  [0.9602898564975363, 0.1012285362903763],
] as const;
const NODES = HALVES.flatMap(([x]) => [(1 - x) / 2, (1 + x) / 2]);
const LOG_WEIGHTS = HALVES.flatMap(([, weight]) => [Math.log(weight / 2), Math.log(weight / 2)]);

/** Up to this many players every subset is evaluated. Above it, random orders of the players are sampled. */
const MOST_EXACT = 8;
const ORDERS = 64;

/**
 * The Shapley values of any game. `v` gives the worth of a set; its argument says which players are in the set. Above 8 players
 * the values are sampled from the seed.
 */
export function shapleyOf(players: number, v: (inside: readonly boolean[]) => number, seed: number): Float64Array {
  return players <= MOST_EXACT ? exact(players, v) : sampled(players, v, seed);
}

function exact(players: number, v: (inside: readonly boolean[]) => number): Float64Array {
  const subsets = 2 ** players;
  const values = Float64Array.from({ length: subsets }, (_, set) =>
    v(Array.from({ length: players }, (_, i) => ((set >> i) & 1) === 1)),
  );
  const weight = new Float64Array(players).fill(1 / players);
  for (let size = 1; size < players; size++) weight[size] = (weight[size - 1]! * size) / (players - size);
  const phi = new Float64Array(players);
  for (let set = 0; set < subsets; set++) {
    let size = 0;
    for (let i = 0; i < players; i++) size += (set >> i) & 1;
    for (let i = 0; i < players; i++)
      if (!((set >> i) & 1)) phi[i]! += weight[size]! * (values[set | (1 << i)]! - values[set]!);
  }
  return phi;
}

/** Random orders, each with its reverse, which cancels most of the noise. */
function sampled(players: number, v: (inside: readonly boolean[]) => number, seed: number): Float64Array {
  const random = new Random(seed, 'shapley orders');
  const phi = new Float64Array(players);
  for (let draw = 0; draw < ORDERS / 2; draw++) {
    const order = Array.from({ length: players }, (_, i) => i);
    random.shuffle(order);
    for (const way of [order, order.toReversed()]) {
      const inside = new Array<boolean>(players).fill(false);
      let before = v(inside);
      for (const player of way) {
        inside[player] = true;
        const after = v(inside);
        phi[player]! += (after - before) / ORDERS;
        before = after;
      }
    }
  }
  return phi;
}
