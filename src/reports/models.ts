/** Fitted models: their list, which of them reports use, and the card of each. */

import { maySee, maySeeKey } from '../domain/brand-access.ts';
import { TributaryError } from '../domain/errors.ts';
import { formatInstant } from '../domain/time.ts';
import { Type } from '../domain/typebox.ts';
import type { Artifact } from '../models/artifacts/artifact.ts';
import { newestPassed } from '../models/artifacts/choose.ts';
import { type Pin, pinFor } from '../models/artifacts/pins.ts';
import { kindOf, type ListedArtifact, listArtifacts, readArtifact } from '../models/artifacts/stored.ts';
import { lacksOf } from '../models/gate.ts';
import { type ReportContext, type ReportJson, readOptions } from './context.ts';
import { defineReport } from './declare.ts';
import { CardResult, MODEL_MEANINGS, ModelsResult } from './results/models.ts';

/** The artifacts that the key may see, newest first. An artifact of several brands needs a key for all brands. */
export async function listModels(
  context: ReportContext,
  options: { key_brand_id: string | null },
): Promise<ReportJson> {
  const all = await context.warehouse.read(listArtifacts, readOptions(context));
  const pins = (await context.pins?.list()) ?? [];
  const seen = all.filter((artifact) => maySee(options.key_brand_id, artifact.brands));
  const in_use = usedOf(seen, pins);
  return {
    models: seen.map((artifact) => ({
      artifact_id: artifact.artifact_id,
      attribution_model: artifact.model,
      family: artifact.family,
      brands: artifact.brands,
      passed: artifact.card.gate.passed,
      in_use: in_use.has(artifact.artifact_id),
      trial: kindOf(artifact.settings).trial,
      pinned_for: pins
        .filter(
          ({ artifact_id, brand_id }) =>
            artifact_id === artifact.artifact_id && maySeeKey(options.key_brand_id, brand_id),
        )
        .map(({ brand_id }) => brand_id ?? EVERY_BRAND),
      created_at: formatInstant(artifact.created_ms),
      training_ms: artifact.training_ms,
      as_of: artifact.as_of,
      lacks: lacksOf(artifact.card.gate),
    })),
  };
}

/** Stands for all brands in a list of brands; no brand has this name. */
const EVERY_BRAND = '*';

/** The artifacts that reports of their own brands use: the pinned one, else the newest that passed; and those that are pinned elsewhere. */
function usedOf(seen: readonly ListedArtifact[], pins: readonly Pin[]): Set<string> {
  const summaries = seen.map((artifact) => ({
    ...artifact,
    passed: artifact.card.gate.passed,
    ...kindOf(artifact.settings),
  }));
  const own = summaries.map(
    ({ model, brands }) =>
      pinFor(pins, model, brands)?.artifact_id ?? newestPassed(summaries, model, brands)?.artifact_id ?? '',
  );
  return new Set([...own, ...pins.map(({ artifact_id }) => artifact_id)]);
}

/** An artifact that the key may see. @throws not_found, also for an artifact of brands that the key may not read. */
export async function artifactOf(
  context: ReportContext,
  artifact_id: string,
  options: { key_brand_id: string | null },
): Promise<Artifact> {
  const artifact = await context.warehouse.read(
    (snapshot) => readArtifact(snapshot, artifact_id),
    readOptions(context),
  );
  if (artifact && maySee(options.key_brand_id, artifact.brands)) return artifact;
  throw new TributaryError(
    'not_found',
    `artifact_id: no fitted model is named ${JSON.stringify(artifact_id.slice(0, 100))}; list the models to see their names`,
    { field: 'artifact_id' },
  );
}

/** The card of an artifact. `fit` answers with it, too. */
export function cardJson({ card, created_ms, content: _content, model, ...artifact }: Artifact): ReportJson {
  const { gate, limits, warnings, channels, data, metrics, ...fit } = card;
  return {
    ...fit,
    ...artifact,
    attribution_model: model,
    created_at: formatInstant(created_ms),
    passed: gate.passed,
    trial: kindOf(artifact.settings).trial,
    channels,
    data,
    metrics,
    gate,
    limits,
    warnings,
  };
}

const NO_PARAMETERS = Type.Object({}, { additionalProperties: false });

export const fitted = defineReport({
  name: 'fitted',
  command: 'models list',
  tag: 'models',
  path: '/v1/models',
  summary: 'Fitted models, newest first',
  description:
    'Whether each passed its gate, whether reports use it, and which checks failed. Only keys for all brands see fits of several brands.',
  parameters: NO_PARAMETERS,
  result: ModelsResult,
  main_table: { rows: 'models' },
  explain: MODEL_MEANINGS,
  run: (context, _asked, asker) => listModels(context, asker),
});

export const card = defineReport({
  name: 'card',
  command: 'models card',
  tag: 'models',
  path: '/v1/models/:artifact_id',
  path_parameters: { artifact_id: '`artifact_id` from the list' },
  summary: 'The card of a fitted model',
  description:
    'Data, settings, metrics with calibration, intervals, gate and limits. `format=text` gives a page of text.',
  parameters: NO_PARAMETERS,
  result: CardResult,
  main_table: { rows: 'channels' },
  explain: MODEL_MEANINGS,
  run: async (context, { artifact_id }, asker) => cardJson(await artifactOf(context, artifact_id, asker)),
});
