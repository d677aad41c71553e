/**
 * A fitted model as it is kept: what it learned, from what, and whether it may be used. An artifact never changes. Its id is
 * made from its content, so that the same fit of the same log is the same artifact.
 */
import { hash } from 'node:crypto';
import { canonicalJson } from '../../domain/canonical-json.ts';
import { assert } from '../../domain/errors.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import type { Cell, Row } from '../../warehouse/schema.ts';
import type { Gate } from '../gate.ts';
import type { Naming } from '../grain.ts';
import type { HazardFit } from '../hazard/fit.ts';

/** The models that are fitted. */
export const ARTIFACT_MODELS = ['data_driven', 'algorithmic'] as const;
export type ArtifactModel = (typeof ARTIFACT_MODELS)[number];

/** What a Markov chain or Shapley values say of each state. */
export interface EffectsContent {
  form: 'effects';
  naming: Naming;
  states: string[];
  /** The share of conversions that would be lost without the state; 1 for Shapley values, whose credit needs no more. */
  effects: number[];
  /** Of a journey, in the data of the fit. */
  conversion_probability: number;
}

export interface HazardContent {
  form: 'hazard';
  naming: Naming;
  fit: HazardFit;
}

export type Content = EffectsContent | HazardContent;

/** What a reader has to know of a fit: {@link ../../reports/models.ts} shows it as JSON and as text. */
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
  /** All that was asked, with nothing left to default; the seed is among it. */
  settings: Record<string, unknown>;
  card: Card;
  content: Content;
  /** Real time that training took. */
  training_ms: number;
  created_ms: number;
}

/** Names an artifact by what it is; times are no part of it. */
export function artifactId({
  family,
  brands,
  as_of,
  settings,
  content,
}: Pick<Artifact, 'family' | 'brands' | 'as_of' | 'settings' | 'content'>): string {
  const text = canonicalJson(JSON.parse(JSON.stringify({ family, brands, as_of, settings, content })));
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

const LISTED =
  'artifact_id, model, family, brands, passed, as_of, settings, card, training_ms, epoch_ms(created_at) as created_ms';

/** What a choice among artifacts looks at; cards stay where they are. */
export interface Candidate {
  artifact_id: string;
  model: ArtifactModel;
  brands: string[];
  passed: boolean;
}

/** All artifacts, newest first, without their cards. */
export async function listCandidates(snapshot: Snapshot): Promise<Candidate[]> {
  const rows = await snapshot.query(
    'select artifact_id, model, brands, passed, epoch_ms(created_at) as created_ms from model_artifacts order by created_ms desc, artifact_id',
  );
  return rows.map((row) => ({
    artifact_id: row['artifact_id'] as string,
    model: row['model'] as ArtifactModel,
    brands: json(row['brands']) as string[],
    passed: Number(row['passed']) === 1,
  }));
}

/** An artifact without what it learned. */
export type ListedArtifact = Omit<Artifact, 'content'>;

/** All artifacts, newest first. */
export async function listArtifacts(snapshot: Snapshot): Promise<ListedArtifact[]> {
  const rows = await snapshot.query(`select ${LISTED} from model_artifacts order by created_ms desc, artifact_id`);
  return rows.map(fromRow);
}

/** The artifact of an id, or undefined. */
export async function readArtifact(snapshot: Snapshot, artifact_id: string): Promise<Artifact | undefined> {
  const [row] = await snapshot.query(
    `select ${LISTED}, content from model_artifacts where artifact_id = $artifact_id limit 1`,
    {
      artifact_id,
    },
  );
  return row && { ...fromRow(row), content: json(row['content']) as Content };
}

function fromRow(row: Row): ListedArtifact {
  return {
    artifact_id: row['artifact_id'] as string,
    model: row['model'] as ArtifactModel,
    family: row['family'] as string,
    brands: json(row['brands']) as string[],
    as_of: row['as_of'] as string,
    settings: json(row['settings']) as Record<string, unknown>,
    card: json(row['card']) as Card,
    training_ms: Number(row['training_ms']),
    created_ms: Number(row['created_ms']),
  };
}

function json(cell: Cell | undefined): unknown {
  return JSON.parse(cell as string);
}
