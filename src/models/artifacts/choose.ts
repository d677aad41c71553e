/** Which artifact answers for a fitted model: the newest that passed its gate, or the one that was asked for. */

import { FITTED_MODELS, type FittedModelName, RULE_MODEL_NAMES } from '../../attribution/models.ts';
import { covers } from '../../domain/brand-access.ts';
import { badRequest, TributaryError } from '../../domain/errors.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { type Artifact, type Candidate, listCandidates, readArtifact } from './artifact.ts';

/**
 * The artifact for a model over some brands.
 * @param asked ids that the request names, for any of its models.
 * @throws model_not_fitted with what the newest fit lacks; bad_request for an id that does not fit.
 */
export async function chooseArtifact(
  snapshot: Snapshot,
  name: FittedModelName,
  brand_ids: readonly string[],
  asked: readonly string[],
): Promise<Artifact> {
  const model = FITTED_MODELS[name];
  const all = await listCandidates(snapshot);
  const usable = all.filter((artifact) => artifact.model === model && covers(artifact.brands, brand_ids));
  const named = usable.find(({ artifact_id }) => asked.includes(artifact_id));
  const passed = usable.filter((artifact) => artifact.passed);
  // A fit of just these brands goes before one of more.
  const own = (artifact: Candidate): boolean => artifact.brands.length === brand_ids.length;
  const chosen = named ?? passed.find(own) ?? passed[0];
  if (chosen?.passed) return (await readArtifact(snapshot, chosen.artifact_id))!;
  // What a fit of more brands lacks is told to those who may see it, and not here.
  const refused = chosen ?? usable.find(own);
  throw notFitted(name, refused && own(refused) ? await readArtifact(snapshot, refused.artifact_id) : undefined);
}

/**
 * @param names the models that are asked for; null where ids of other models may be among them, as in one model of a frozen run.
 * @throws bad_request for an id that is of no artifact that these models and brands can use.
 */
export async function checkAsked(
  snapshot: Snapshot,
  asked: readonly string[],
  names: readonly FittedModelName[] | null,
  brand_ids: readonly string[],
): Promise<void> {
  if (asked.length === 0) return;
  const all = await listCandidates(snapshot);
  for (const id of asked) {
    const found = all.find(({ artifact_id }) => artifact_id === id);
    const quoted = JSON.stringify(id.slice(0, 100));
    if (found === undefined || !covers(found.brands, brand_ids))
      throw badRequest(
        'artifact',
        `${quoted} is no artifact of these brands; \`tributary models list\` shows those there are`,
      );
    if (names !== null && !names.some((name) => FITTED_MODELS[name] === found.model))
      throw badRequest(
        'artifact',
        `${quoted} was fitted for the model ${found.model}, and this report does not ask for that model; leave this id out, or name a model that uses it`,
      );
  }
}

function notFitted(name: FittedModelName, refused: Artifact | undefined): TributaryError {
  const model = FITTED_MODELS[name];
  if (refused === undefined)
    return new TributaryError(
      'model_not_fitted',
      `model: ${name} is not fitted yet for these brands; it learns from data and never answers under its name with another model. Run \`tributary fit ${model}\`, or use one of ${RULE_MODEL_NAMES.join(', ')}`,
      { field: 'model' },
    );
  const lacks = refused.card.gate.checks
    .filter(({ passed }) => !passed)
    .map(({ message }) => message.replace(/\.$/, ''));
  return new TributaryError(
    'model_not_fitted',
    `model: ${name} was fitted (${refused.artifact_id}) and did not pass its gate: ${lacks.join('; ')}. Use one of ${RULE_MODEL_NAMES.join(', ')}`,
    { field: 'model' },
  );
}
