/** The weights of a fitted model for paths in memory, the same as those of {@link ./fitted.ts} in the warehouse. */
import type { ScorePath, TouchKind } from '../attribution/plan.ts';
import type { EffectsContent, HazardContent } from './artifacts/artifact.ts';
import { type Naming, stateOf } from './grain.ts';
import { calibrated } from './hazard/calibrated-credit.ts';
import { creditPath, type PathCredit } from './hazard/credit.ts';
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

/** The credit of a path: that of the fit, changed by holdouts where the artifact has them. */
export function creditOf({ fit, calibration }: HazardContent, path: HazardPath): PathCredit {
  const raw = creditPath(fit, path);
  return calibration === undefined ? raw : calibrated(raw, fit, calibration, path);
}

export function hazardInMemory(content: HazardContent, kinds: readonly TouchKind[]): ScorePath {
  const codeOf = codesOf(content.naming, content.fit.plan.states, kinds);
  return ({ length, kinds: own, ages_ms }) => {
    const codes = Int32Array.from({ length }, (_, i) => codeOf(own[i]!));
    const { weights, incremental } = creditOf(content, { codes, ages_ms: ages_ms.subarray(0, length) });
    return { weight: weights, share: incremental };
  };
}
