/**
 * An artifact: a fitted model as it is stored, with the data it was fitted on and the result of its gate. An artifact never
 * changes. Its id is made from its content, so that the same fit of the same log is the same artifact.
 */
import { hash } from 'node:crypto';
import { canonicalJson } from '../../domain/canonical-json.ts';
import { assert } from '../../domain/errors.ts';
import type { Row } from '../../warehouse/schema.ts';
import type { Gate } from '../gate.ts';
import type { Naming } from '../grain.ts';
import type { Calibration } from '../hazard/calibrated-credit.ts';
import type { HazardFit } from '../hazard/fit.ts';
import type { Flow } from '../hazard/flow/flow.ts';

/** The models that are fitted. */
export const ARTIFACT_MODELS = ['data_driven', 'algorithmic', 'algorithmic_calibrated'] as const;
export type ArtifactModel = (typeof ARTIFACT_MODELS)[number];

/** The effect of each state, from a Markov chain or Shapley values. */
export interface EffectsContent {
  form: 'effects';
  naming: Naming;
  states: string[];
  /** The share of conversions that would be lost without the state. It is 1 for Shapley values: every state counts the same. */
  effects: number[];
  /** The share of the paths that converted, in the data of the fit. */
  conversion_probability: number;
}

export interface HazardContent {
  form: 'hazard';
  naming: Naming;
  fit: HazardFit;
  /** Left out where no flow was found or asked for, and in artifacts from before flows. */
  flow?: Flow;
  /** What holdouts changed; only of the model algorithmic_calibrated. */
  calibration?: Calibration;
}

export type Content = EffectsContent | HazardContent;

/** The facts that a reader of a fit needs: its data, metrics, limits and gate. `reports/models.ts` shows it. */
export interface Card {
  data: Record<string, unknown>;
  metrics: Record<string, unknown>;
  channels: readonly object[];
  limits: string[];
  warnings: string[];
  gate: Gate;
  [part: string]: unknown;
}

export interface Artifact {
  artifact_id: string;
  model: ArtifactModel;
  /** markov, shapley, logistic, boosted_trees, … */
  family: string;
  brands: string[];
  as_of: string;
  /** All settings of the fit, defaults included, and the seed. */
  settings: Record<string, unknown>;
  card: Card;
  content: Content;
  /** Real time that training took. */
  training_ms: number;
  created_ms: number;
}

type Named = Pick<Artifact, 'family' | 'brands' | 'as_of' | 'settings' | 'content'>;

/** The id of an artifact, made from its content. Times are not part of it. */
export function artifactId({ family, brands, as_of, settings, content }: Named): string {
  return idOfParsed(JSON.parse(JSON.stringify({ family, brands, as_of, settings, content })));
}

/** The id of an artifact that was parsed from JSON, so it holds only values that JSON can hold. */
export function idOfParsed({ family, brands, as_of, settings, content }: Named): string {
  const text = canonicalJson({ family, brands, as_of, settings, content });
  assert(text !== undefined, 'an artifact is JSON');
  return `${family}_${hash('sha256', text, 'hex').slice(0, 16)}`;
}

export function artifactRow(artifact: Artifact): Row {
  const { artifact_id, model, family, as_of, training_ms, created_ms } = artifact;
  return {
    artifact_id,
    model,
    family,
    brands: JSON.stringify(artifact.brands),
    passed: artifact.card.gate.passed ? 1 : 0,
    as_of,
    settings: JSON.stringify(artifact.settings),
    card: JSON.stringify(artifact.card),
    content: JSON.stringify(artifact.content),
    training_ms,
    created_at: created_ms,
  };
}
