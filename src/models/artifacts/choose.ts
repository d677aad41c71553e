/** Which artifact a report uses for a fitted model: the newest that passed its gate, or the one that the request names. */

import { FITTED_MODELS, type FittedModelName, RULE_MODEL_NAMES } from '../../attribution/models.ts';
import { covers } from '../../domain/brand-access.ts';
import { badRequest, TributaryError } from '../../domain/errors.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { lacksOf } from '../gate.ts';
import type { Artifact } from './artifact.ts';
import { type ArtifactSummary, damaged, listSummaries, readArtifact } from './stored.ts';

/**
 * The artifact for a model over some brands.
 * @param asked ids that the request names, for any of its models.
 * @throws model_not_fitted with the checks that the newest fit failed, or with the fault of a damaged artifact.
 */
export async function chooseArtifact(
  snapshot: Snapshot,
  name: FittedModelName,
  brand_ids: readonly string[],
  asked: readonly string[],
): Promise<Artifact> {
  const model = FITTED_MODELS[name];
  const all = await listSummaries(snapshot);
  const usable = all.filter(
    (artifact) => artifact.model === model && artifact.brands !== null && covers(artifact.brands, brand_ids),
  );
  const named = usable.find(({ artifact_id }) => asked.includes(artifact_id));
  const passed = usable.filter((artifact) => artifact.passed);
  // A fit of exactly these brands goes before a fit of more brands.
  const own = (artifact: ArtifactSummary): boolean => artifact.brands?.length === brand_ids.length;
  const chosen = named ?? passed.find(own) ?? passed[0];
  if (chosen?.passed) return (await readArtifact(snapshot, chosen.artifact_id))!;
  // Never quote the gate of a fit that covers brands this key may not read.
  const refused = chosen ?? usable.find(own);
  throw notFitted(name, refused && own(refused) ? await readArtifact(snapshot, refused.artifact_id) : undefined);
}

/**
 * Checks the artifacts that a request names.
 * @param names the models that the request asks for. Null where the ids may belong to other models too, as in a frozen run.
 * @throws bad_request where an id is of no artifact, or of an artifact of other models or brands; model_not_fitted for a
 * damaged artifact.
 */
export async function checkAsked(
  snapshot: Snapshot,
  asked: readonly string[],
  names: readonly FittedModelName[] | null,
  brand_ids: readonly string[],
): Promise<void> {
  if (asked.length === 0) return;
  const all = await listSummaries(snapshot);
  for (const id of asked) {
    const found = all.find(({ artifact_id }) => artifact_id === id);
    const quoted = JSON.stringify(id.slice(0, 100));
    if (found?.brands === null) throw damaged(id, 'its brands are not a list of names');
    if (found === undefined || !covers(found.brands, brand_ids))
      throw badRequest(
        'artifact',
        `${quoted} is not an artifact of these brands; run \`tributary models list\` to see the artifacts`,
      );
    if (names !== null && !names.some((name) => FITTED_MODELS[name] === found.model))
      throw badRequest(
        'artifact',
        `${quoted} was fitted for the model ${found.model}, and this report does not ask for that model; leave the id out, or ask for ${found.model}`,
      );
  }
}

function notFitted(name: FittedModelName, refused: Artifact | undefined): TributaryError {
  const model = FITTED_MODELS[name];
  if (refused === undefined)
    return new TributaryError(
      'model_not_fitted',
      `model: ${name} is not fitted yet for these brands. It learns from data, and the report does not replace it by another model. Run \`tributary fit ${model}\`, or use one of ${RULE_MODEL_NAMES.join(', ')}`,
      { field: 'model' },
    );
  return new TributaryError(
    'model_not_fitted',
    `model: ${name} was fitted (${refused.artifact_id}) and did not pass its gate: ${lacksOf(refused.card.gate)}. Use one of ${RULE_MODEL_NAMES.join(', ')}`,
    { field: 'model' },
  );
}
