/** The rows of the risk sets as numbers: for each person of each set, exposures first and then controls. */
import type { Design } from '../../learning/likelihood.ts';
import { addExposures, controlNames, exposureNames, type FeaturePlan, intentNames, writeControls } from './features.ts';
import type { Histories } from './histories.ts';
import type { RiskSets } from './risk-sets.ts';

export interface HazardRows {
  readonly design: Design;
  /** Columns of exposures, which come first, and of intent, which come last; the controls between are of any unit. */
  readonly exposures: number;
  readonly intents: number;
  readonly names: readonly string[];
  readonly sets: Uint32Array;
  readonly fold: Uint8Array;
  readonly at_ms: Float64Array;
  /** Who ordered, one per set. */
  readonly case_person: Uint32Array;
}

export function measureRows(plan: FeaturePlan, histories: Histories, sampled: RiskSets): HazardRows {
  const exposures = exposureNames(plan);
  const names = [...exposures, ...controlNames(plan)];
  const rows = sampled.person.length;
  const data = new Float64Array(rows * names.length);
  sampled.at_ms.forEach((T, set) => {
    for (let row = sampled.sets[set]!; row < sampled.sets[set + 1]!; row++) {
      const at = row * names.length;
      addExposures(plan, histories, sampled.person[row]!, T, data, at);
      writeControls(plan, histories, sampled.person[row]!, T, data, at + exposures.length);
    }
  });
  return {
    design: { rows, columns: names.length, data },
    exposures: exposures.length,
    intents: intentNames(plan).length,
    names,
    sets: sampled.sets,
    fold: sampled.fold,
    at_ms: sampled.at_ms,
    case_person: Uint32Array.from(sampled.at_ms, (_, set) => sampled.person[sampled.sets[set]!]!),
  };
}
