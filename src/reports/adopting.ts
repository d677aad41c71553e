/** Trials: a fit that is stored and not used by reports on its own is adopted, or deleted. */
import { TributaryError } from '../domain/errors.ts';
import { type Artifact, artifactId } from '../models/artifacts/artifact.ts';
import { kindOf } from '../models/artifacts/stored.ts';
import { lacksOf } from '../models/gate.ts';
import type { ReportContext, ReportJson } from './context.ts';
import { keep } from './fitting.ts';
import { artifactOf, cardJson } from './models.ts';

interface Asker {
  key_brand_id: string | null;
}

/**
 * Stores the artifact that the same fit without `trial` would have stored, as the newest. The trial stays.
 * @returns its card. @throws not_found; conflict for an artifact that is no trial; model_not_fitted if it did not pass its gate.
 */
export async function adoptTrial(context: ReportContext, artifact_id: string, asker: Asker): Promise<ReportJson> {
  const { settings, artifact_id: _own, created_ms: _created, ...trial } = await trialOf(context, artifact_id, asker);
  if (!trial.card.gate.passed)
    throw new TributaryError(
      'model_not_fitted',
      `artifact_id: ${artifact_id} did not pass its gate, so reports cannot use it: ${lacksOf(trial.card.gate)}`,
      { field: 'artifact_id' },
    );
  const { trial: _trial, ...kept } = settings;
  const base = { ...trial, settings: kept };
  const adopted: Artifact = { ...base, artifact_id: artifactId(base), created_ms: context.clock() };
  return cardJson(await keep(context, adopted));
}

/** Removes a trial. @throws not_found; conflict for an artifact that is no trial, or that a frozen run names. */
export async function deleteTrial(context: ReportContext, artifact_id: string, asker: Asker): Promise<void> {
  await trialOf(context, artifact_id, asker);
  const runs = await context.warehouse.read((snapshot) =>
    snapshot.query('select run_id from attribution_runs where request like $named limit 1', {
      named: `%${artifact_id}%`,
    }),
  );
  if (runs.length > 0)
    throw new TributaryError(
      'conflict',
      `artifact_id: a frozen run was made with ${artifact_id}, and it could not be compared without it; a trial that a run names stays`,
      { field: 'artifact_id' },
    );
  await context.warehouse.erase({
    relations: [],
    changes: [{ table: 'model_artifacts', where: `artifact_id = '${artifact_id.replaceAll("'", "''")}'` }],
  });
}

async function trialOf(context: ReportContext, artifact_id: string, asker: Asker): Promise<Artifact> {
  const artifact = await artifactOf(context, artifact_id, asker);
  if (kindOf(artifact.settings).trial) return artifact;
  throw new TributaryError(
    'conflict',
    `artifact_id: ${artifact.artifact_id} is no trial; reports and frozen runs may use it already, so it stays as it is`,
    { field: 'artifact_id' },
  );
}
