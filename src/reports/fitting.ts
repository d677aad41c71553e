/** Fits a model on the log and stores the artifact. This file reads the log; training runs in a thread of its own. */

import { DEFAULT_MODEL } from '../attribution/models.ts';
import { pickOptions } from '../attribution/query-options.ts';
import { brandWithin } from '../domain/brand-access.ts';
import { badRequest, TributaryError } from '../domain/errors.ts';
import { type Artifact, artifactId, artifactRow } from '../models/artifacts/artifact.ts';
import { kindOf, soundArtifact } from '../models/artifacts/stored.ts';
import type { Grain, Naming } from '../models/grain.ts';
import type { HoldoutLift } from '../models/hazard/calibration.ts';
import { readLogHistories } from '../models/hazard/log-histories.ts';
import { readLogPaths } from '../models/paths/log-paths.ts';
import { parseTransforms } from '../models/paths/transforms.ts';
import { FIT_DEFAULTS } from '../models/settings.ts';
import type { TrainHazardOptions } from '../models/training/train-hazard.ts';
import type { TrainPathsOptions } from '../models/training/train-paths.ts';
import type { Trained } from '../models/training/trained.ts';
import type { Snapshot, Warehouse } from '../warehouse/port.ts';
import { turnsOf } from '../warehouse/turns.ts';
import { type ReportContext, type ReportJson, type Resolved, readOptions } from './context.ts';
import { defineReport } from './declare.ts';
import { artifactModelOf, FitParameters, modelsWith } from './fit-parameters.ts';
import { readHoldouts } from './incrementality/holdouts.ts';
import { cardJson } from './models.ts';
import { AttributionParameters } from './parameters.ts';
import { ALL_TIME } from './person.ts';
import { resolveParameters } from './resolve.ts';
import { CardResult, MODEL_MEANINGS } from './results/models.ts';

/** Reading all of a log may take this many times as long as a report. */
const READ_PATIENCE = 10;

/** Everything that decides a fit, with defaults filled in. */
type FitSettings =
  | ({ model: 'algorithmic' | 'algorithmic_calibrated'; grain: Grain | 'auto' } & TrainHazardOptions)
  | ({ model: 'markov' | 'shapley'; grain: Grain } & Omit<TrainPathsOptions, 'pathless'>);

/**
 * Fits a model, checks its gate, stores the artifact and returns its card. The same fit of the same log is the same artifact
 * and is stored once.
 * @throws bad_request naming the parameter; unprocessable when there is too much to learn from; busy when many fits wait;
 * cancelled when the client is gone before the artifact is stored.
 */
export async function fitModel(
  context: ReportContext,
  parameters: FitParameters,
  options: { key_brand_id: string | null },
): Promise<ReportJson> {
  const settings = settle(parameters);
  return cardJson(await inTurn(context.warehouse, () => fitNow(context, parameters, settings, options)));
}

const MAX_WAITING = 8;

/** Runs one fit at a time, since a fit holds a log in memory. */
function inTurn<T>(warehouse: Warehouse, work: () => Promise<T>): Promise<T> {
  const turns = turnsOf(warehouse, 'fit');
  if (turns.waiting >= MAX_WAITING)
    throw new TributaryError('busy', `${MAX_WAITING} fits are waiting already, the limit; try again later`, {
      retry_after_s: 60,
    });
  return turns.take(work);
}

async function fitNow(
  context: ReportContext,
  parameters: FitParameters,
  settings: FitSettings,
  options: { key_brand_id: string | null },
): Promise<Artifact> {
  // The client may have gone while the fit waited for its turn.
  context.cancellation?.signal.throwIfAborted();
  const started = performance.now();
  const { resolved, train } = await context.warehouse.read(
    async (snapshot) => {
      const shared = sharedParameters(parameters);
      const at = await resolveParameters(snapshot, context, shared, { ...options, extra: { fit: parameters.model } });
      return { resolved: at, train: await readLog(snapshot, context, at, settings) };
    },
    readOptions(context, READ_PATIENCE),
  );
  const trained = await train();
  const times = { training_ms: Math.round(performance.now() - started), created_ms: context.clock() };
  // With a key of one brand, a request without a brand means that brand.
  const brand_id = brandWithin(options.key_brand_id, parameters.brand_id);
  const { trial, ...asked } = parameters;
  const request = { ...asked, ...(brand_id === null ? {} : { brand_id }) };
  return keep(context, makeArtifact(resolved, { request, trial: trial === 'true' }, settings, trained, times));
}

/** The parameters that a fit shares with reports: which part of the log it reads, and how. */
function sharedParameters(parameters: FitParameters): AttributionParameters {
  const known = Object.keys(AttributionParameters.properties);
  const shared = Object.fromEntries(Object.entries(parameters).filter(([name]) => known.includes(name)));
  return { ...ALL_TIME, ...shared, model: DEFAULT_MODEL };
}

/** Fills in defaults. @throws bad_request for a setting that the model does not have. */
function settle(parameters: FitParameters): FitSettings {
  refuseOthers(parameters);
  const { seed = FIT_DEFAULTS.seed, draws = FIT_DEFAULTS.draws } = parameters;
  const common = { seed, draws, level: FIT_DEFAULTS.level };
  if (parameters.model === 'algorithmic' || parameters.model === 'algorithmic_calibrated') {
    const { family, guard_minutes, max_age_days, flow_back } = { ...FIT_DEFAULTS, ...parameters };
    const { grain = 'auto' } = parameters;
    return { model: parameters.model, ...common, family, grain, guard_minutes, max_age_days, flow_back };
  }
  const { grain = 'channel', transform = 'none' } = parameters;
  if (parseTransforms(transform).some(({ kind }) => kind === 'frequency'))
    throw badRequest(
      'transform',
      'frequency adds counts to the names of touches, and reports cannot credit such names; fit a file with --paths, or use another transform',
    );
  if (parameters.model === 'shapley') {
    return { model: 'shapley', ...common, grain, transform, order: null };
  }
  const { order = '1' } = parameters;
  return { model: 'markov', ...common, grain, transform, order: order === 'auto' ? order : Number(order) };
}

function refuseOthers(parameters: FitParameters): void {
  for (const name of Object.keys(parameters) as (keyof FitParameters)[]) {
    const models = modelsWith(name);
    if (parameters[name] !== undefined && !models.includes(parameters.model))
      throw badRequest(name, `is a setting of ${models.join(', ')}, not of ${parameters.model}; leave it out`);
  }
}

/** Reads the part of the log that the model learns from. The function that it returns trains the model without the warehouse. */
async function readLog(
  snapshot: Snapshot,
  context: ReportContext,
  { plan }: Resolved,
  settings: FitSettings,
): Promise<() => Promise<Trained>> {
  // Training may take as long as it needs, while its client waits for it.
  const limits = { signal: context.cancellation?.signal };
  const in_memory = (await context.histories?.(snapshot, plan.positions.touchpoints)) ?? null;
  if ('family' in settings) {
    const wanted = settings.grain === 'auto' ? 'auto' : named(settings.grain);
    const { histories, naming } = await readLogHistories(snapshot, plan, context.directory, wanted, in_memory);
    if (settings.model === 'algorithmic_calibrated')
      return async () => {
        const holdouts = holdoutsFor(await readHoldouts(context, plan));
        return context.training.run(limits, 'trainCalibrated', histories, naming, settings, holdouts);
      };
    return () => context.training.run(limits, 'trainHazard', histories, naming, settings);
  }
  const naming = named(settings.grain);
  const { paths, pathless } = await readLogPaths(snapshot, plan, context.directory, naming, in_memory, context.threads);
  return () => context.training.run(limits, 'trainPaths', paths, naming, { ...settings, pathless });
}

/** @throws unprocessable where there is none. */
function holdoutsFor(found: readonly HoldoutLift[]): readonly HoldoutLift[] {
  if (found.length > 0) return found;
  throw new TributaryError(
    'unprocessable',
    'model: no experiment with a holdout has a result, so there is nothing to calibrate by; GET /v1/reports/incrementality says why. Fit algorithmic instead',
    { field: 'model' },
  );
}

const named = (grain: Grain): Naming => ({ grain, split_views: [] });

function makeArtifact(
  { plan, as_of, config_hash, period }: Resolved,
  { request, trial }: { request: FitParameters; trial: boolean },
  settings: FitSettings,
  { content, family, card }: Trained,
  times: { training_ms: number; created_ms: number },
): Artifact {
  const { brands, currency } = plan;
  const base = {
    family,
    brands: brands.map(({ brand_id }) => brand_id).sort(),
    as_of,
    content,
    settings: {
      ...settings,
      ...period,
      currency,
      ...pickOptions(plan, 'touches', 'orders'),
      config_hash,
      request,
      // A trial is an artifact of its own, so it never becomes the one that reports use by being fitted again.
      ...(trial ? { trial } : {}),
    },
  };
  const model = artifactModelOf(settings.model);
  return { artifact_id: artifactId(base), model, ...base, card, ...times };
}

/** Stores an artifact unless a sound copy is stored: an artifact never changes. A damaged copy stays, and the new one is added. */
export async function keep(context: ReportContext, artifact: Artifact): Promise<Artifact> {
  const known = await context.warehouse.read((snapshot) => soundArtifact(snapshot, artifact.artifact_id));
  if (known) return known;
  await context.warehouse.append({ model_artifacts: [artifactRow(artifact)] });
  if (!kindOf(artifact.settings).trial) await context.fitted?.(artifact);
  return artifact;
}

export const fit = defineReport({
  name: 'fit',
  // `tributary fit` also fits files, and has a command for each model.
  command: null,
  tag: 'models',
  path: '/v1/models',
  summary: 'Fit a model',
  description:
    'Learns from the log and stores the result as an artifact. Reports use it if it passes its gate. A fit takes seconds to minutes; meanwhile the server answers other requests. It ends when its client hangs up. The same fit of the same log gives the same artifact.',
  parameters: FitParameters,
  result: CardResult,
  main_table: { rows: 'channels' },
  explain: MODEL_MEANINGS,
  writes: {
    body_required: true,
    examples: {
      markov: { model: 'markov', order: '1' },
      algorithmic: { model: 'algorithmic', family: 'logistic', seed: 1 },
    },
  },
  run: fitModel,
});
