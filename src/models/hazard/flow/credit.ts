/** The credit of one order's path, after touches shared theirs with the touches that brought them. */
import { creditPath, type PathCredit } from '../credit.ts';
import type { HazardFit } from '../fit.ts';
import type { HazardPath } from '../scorer.ts';
import { type Flow, type Move, moveCredit, movesOf } from './flow.ts';

/** What an artifact of the algorithmic model says about credit. An artifact without a flow moves none. */
export interface Credited {
  readonly fit: HazardFit;
  readonly flow?: Flow;
}

/** The moves, and the weights before them. Weights after them add up to the same. */
export interface FlowedCredit extends PathCredit {
  readonly own_weights: Float64Array;
  readonly moves: readonly Move[];
}

/** @param path its touches come oldest first. */
export function creditWithFlow({ fit, flow }: Credited, path: HazardPath): FlowedCredit {
  const credit = creditPath(fit, path);
  const { weights, fraction } = credit;
  const moves = flow === undefined || fraction === 0 ? [] : movesOf(flow, path);
  if (moves.length === 0) return { ...credit, own_weights: weights, moves };
  const moved = Float64Array.from(weights);
  moveCredit(moves, moved);
  return {
    ...credit,
    weights: moved,
    incremental: moved.map((weight) => weight * fraction),
    own_weights: weights,
    moves: moves.filter(({ from }) => weights[from]! > 0),
  };
}
