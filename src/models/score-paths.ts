/** The weights of a fitted model for paths in memory, the same as those of {@link ./fitted.ts} in the warehouse. */
import type { ScorePath, Scores, TouchKind } from '../attribution/plan.ts';
import type { EffectsContent, HazardContent } from './artifacts/artifact.ts';
import { type Naming, stateOf } from './grain.ts';
import { calibrated } from './hazard/calibrated-credit.ts';
import type { PathCredit } from './hazard/credit.ts';
import { creditWithFlow } from './hazard/flow/credit.ts';
import { SHARED } from './hazard/flow/flow.ts';
import type { HazardPath } from './hazard/scorer.ts';

/** Not looked up yet. */
const OPEN = -2;
/** The artifact does not know the name. */
const UNKNOWN = -1;

/** Looks up the code of a kind of touch by its name. */
function codesOf(naming: Naming, states: readonly string[], kinds: readonly TouchKind[]): (kind: number) => number {
  const by_state = new Map(states.map((state, code) => [state, code]));
  const codes = new Int32Array(kinds.length).fill(OPEN);
  return (kind) => {
    if (codes[kind] === OPEN) codes[kind] = by_state.get(stateOf(kinds[kind]!, naming)) ?? UNKNOWN;
    return codes[kind]!;
  };
}

/** weight = effect of the touch's state / number of touches of that state in the path. */
export function effectsInMemory({ naming, states, effects }: EffectsContent, kinds: readonly TouchKind[]): ScorePath {
  const codeOf = codesOf(naming, states, kinds);
  const counts = new Float64Array(states.length);
  return (path) => {
    const codes = Int32Array.from({ length: path.length }, (_, i) => codeOf(path.kinds[i]!));
    counts.fill(0);
    for (const code of codes) if (code >= 0) counts[code]! += 1;
    const weight = Float64Array.from(codes, (code) => (code < 0 ? 0 : effects[code]! / counts[code]!));
    return { weight, share: new Float64Array(path.length) };
  };
}

/** The credit of a path: that of the fit and its flows, changed by holdouts where the artifact has them. */
export function creditOf(content: HazardContent, path: HazardPath): PathCredit {
  const credit = creditWithFlow(content, path);
  const { fit, calibration } = content;
  return calibration === undefined ? credit : calibrated(credit, fit, calibration, path);
}

export function hazardInMemory(content: HazardContent, kinds: readonly TouchKind[]): ScorePath {
  const codeOf = codesOf(content.naming, content.fit.plan.states, kinds);
  return ({ length, kinds: own, ages_ms }) => {
    const codes = Int32Array.from({ length }, (_, i) => codeOf(own[i]!));
    const { weights, incremental } = creditOf(content, { codes, ages_ms: ages_ms.subarray(0, length) });
    return { weight: weights, share: incremental };
  };
}

/** The credit that touches of one path shared with those that brought them. */
export function movesInMemory(content: HazardContent, column: Scores['column']): NonNullable<Scores['moves']> {
  return (kinds, ages_ms) => {
    const codeOf = codesOf(content.naming, content.fit.plan.states, kinds);
    const codes = Int32Array.from(kinds, (_, i) => codeOf(i));
    const { own_weights, fraction, moves } = creditWithFlow(content, { codes, ages_ms });
    const scale = column === 'share' ? fraction : 1;
    return moves.map(({ from, to, part }) => ({
      from,
      to,
      brought: part / SHARED,
      weight: own_weights[from]! * part * scale,
    }));
  };
}
