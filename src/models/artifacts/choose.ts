/**
 * Which artifact a report uses for a fitted model: the one that the request names, else the one that is pinned, else the newest
 * that passed its gate.
 */

import { FITTED_MODELS, type FittedModelName, RULE_MODEL_NAMES } from '../../attribution/models.ts';
import { covers } from '../../domain/brand-access.ts';
import { badRequest, TributaryError } from '../../domain/errors.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { atOrBefore, type Position } from '../../warehouse/position.ts';
import { readAll } from '../../warehouse/read-row.ts';
import { lacksOf } from '../gate.ts';
import type { Artifact, ArtifactModel } from './artifact.ts';
import { type Pin, pinFor, reaches } from './pins.ts';
import { type ArtifactSummary, damaged, listSummaries, readArtifact } from './stored.ts';

/** The largest share of conversions that brands may have which came after a fit of all brands. A report goes on with the fit up to it. */
const MOST_UNSEEN_SHARE = 0.2;

/** What decides the choice, besides the stored artifacts. */
export interface Choice {
  brand_ids: readonly string[];
  /** Ids that the request names, for any of its models. */
  asked: readonly string[];
  pins: readonly Pin[];
  /** The log position of the report. */
  position: Position;
}

/** An artifact, and why a report uses it. */
export interface Chosen {
  artifact: Artifact;
  because: 'named' | 'pinned' | 'newest';
  pin?: Pin;
  /** The newest artifact that passed, which a pin keeps from use. */
  newest?: ArtifactSummary;
  /** Brands of the report that came after the fit, and their share of the conversions of its brands. */
  unseen: { brands: string[]; share: number } | null;
}

/**
 * The artifact for a model over some brands.
 * @throws model_not_fitted with the checks that the newest fit failed, or with the fault of a damaged or missing artifact.
 */
export async function chooseArtifact(snapshot: Snapshot, name: FittedModelName, choice: Choice): Promise<Chosen> {
  const model = FITTED_MODELS[name];
  const { brand_ids, asked, pins } = choice;
  const all = await listSummaries(snapshot);
  const newest = newestPassed(all, model, brand_ids);
  const named = fitsOf(all, model, brand_ids).find(({ artifact_id }) => asked.includes(artifact_id));
  if (named) {
    const artifact = await namedOne(snapshot, name, named, brand_ids);
    return chosen(snapshot, choice, { because: 'named', artifact });
  }
  const pin = pinFor(pins, model, brand_ids);
  if (pin) {
    const artifact = await pinnedOne(snapshot, name, pin);
    return chosen(snapshot, choice, { because: 'pinned', artifact, pin, ...(newest && { newest }) });
  }
  if (newest === undefined) throw notFitted(name, brand_ids, await refusedOne(snapshot, all, model, brand_ids));
  const found = await chosen(snapshot, choice, {
    because: 'newest',
    artifact: (await readArtifact(snapshot, newest.artifact_id))!,
  });
  if (found.unseen && found.unseen.share > MOST_UNSEEN_SHARE) throw outgrown(name, found.artifact, found.unseen);
  return found;
}

/** The newest artifact that passed. A fit of exactly these brands goes before a fit of more, and that before one of fewer. */
export function newestPassed(
  all: readonly ArtifactSummary[],
  model: ArtifactModel,
  brand_ids: readonly string[],
): ArtifactSummary | undefined {
  const passed = fitsOf(all, model, brand_ids).filter((artifact) => artifact.passed && !artifact.trial);
  return passed.find((artifact) => isOwn(artifact, brand_ids)) ?? passed[0];
}

/** The artifacts of a model that learned from these brands, newest first; then those of all brands, made before some of these came. */
function fitsOf(
  all: readonly ArtifactSummary[],
  model: ArtifactModel,
  brand_ids: readonly string[],
): ArtifactSummary[] {
  const of_model = all.filter((artifact) => artifact.model === model);
  const covering = of_model.filter(({ brands }) => brands !== null && covers(brands, brand_ids));
  const reaching = of_model.filter(
    ({ brands, every_brand }) => brands !== null && reaches({ brands, every_brand }, brand_ids),
  );
  return [...new Set([...covering, ...reaching])];
}

const isOwn = ({ brands }: ArtifactSummary, brand_ids: readonly string[]): boolean =>
  brands !== null && brands.length === brand_ids.length && covers(brands, brand_ids);

/** The newest fit that did not pass. Never one of brands that this key may not read: its gate would tell of them. */
async function refusedOne(
  snapshot: Snapshot,
  all: readonly ArtifactSummary[],
  model: ArtifactModel,
  brand_ids: readonly string[],
): Promise<Artifact | undefined> {
  const refused = fitsOf(all, model, brand_ids).find((artifact) => !artifact.trial && isOwn(artifact, brand_ids));
  return refused && (await readArtifact(snapshot, refused.artifact_id));
}

/** @throws model_not_fitted where it did not pass. Only for an artifact of exactly these brands, the error says what it lacks. */
async function namedOne(
  snapshot: Snapshot,
  name: FittedModelName,
  named: ArtifactSummary,
  brand_ids: readonly string[],
): Promise<Artifact> {
  if (!named.passed && !isOwn(named, brand_ids)) throw notFitted(name, brand_ids, undefined);
  const artifact = (await readArtifact(snapshot, named.artifact_id))!;
  if (named.passed) return artifact;
  throw notFitted(name, brand_ids, artifact);
}

/** @throws model_not_fitted where the pinned artifact cannot be used: another one would change the figures without a word. */
async function pinnedOne(snapshot: Snapshot, name: FittedModelName, pin: Pin): Promise<Artifact> {
  const fault = await faultOfPinned(snapshot, pin);
  if (typeof fault !== 'string') return fault;
  const { artifact_id, brand_id, pinned_by, pinned_at } = pin;
  const own = brand_id === null ? '' : ` --brand ${brand_id}`;
  throw new TributaryError(
    'model_not_fitted',
    `model: ${name} is pinned to ${artifact_id} (by ${pinned_by}, ${pinned_at.slice(0, 10)}), and ${fault}. Another artifact would give other figures, so none is used. Pin another one with \`tributary models pin\`, or take the pin away with \`tributary models unpin ${artifact_id}${own}\``,
    { field: 'model' },
  );
}

/** The pinned artifact, or why it cannot be used. */
export async function faultOfPinned(
  snapshot: Snapshot,
  { artifact_id }: Pick<Pin, 'artifact_id'>,
): Promise<Artifact | string> {
  try {
    const artifact = await readArtifact(snapshot, artifact_id);
    if (artifact === undefined) return 'it is not stored any more';
    return artifact.card.gate.passed ? artifact : 'it did not pass its gate';
  } catch (error) {
    if (error instanceof TributaryError && error.code === 'model_not_fitted') return 'its stored copy is damaged';
    throw error;
  }
}

async function chosen(
  snapshot: Snapshot,
  { brand_ids, position }: Choice,
  found: Omit<Chosen, 'unseen'>,
): Promise<Chosen> {
  const brands = brand_ids.filter((brand_id) => !found.artifact.brands.includes(brand_id));
  if (brands.length === 0) return { ...found, unseen: null };
  const rows = readAll(
    await snapshot.query(
      `select c.brand_id as brand_id, count(*) as n from conversions c where ${atOrBefore('c', position)} group by c.brand_id`,
    ),
    { brand_id: 'text', n: 'number' },
  ).filter(({ brand_id }) => brand_ids.includes(brand_id));
  const count = (of: readonly string[]): number =>
    rows.filter(({ brand_id }) => of.includes(brand_id)).reduce((sum, { n }) => sum + n, 0);
  const total = count(brand_ids);
  return { ...found, unseen: { brands, share: total === 0 ? 0 : count(brands) / total } };
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
    if (found === undefined || !fitsOf(all, found.model, brand_ids).includes(found))
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

const MOST_NAMED = 5;

/** Brands in a sentence: the first ones by name. */
export function brandsInWords(brands: readonly string[]): string {
  const more = brands.length > MOST_NAMED ? ` and ${brands.length - MOST_NAMED} more` : '';
  return `${brands.slice(0, MOST_NAMED).join(', ')}${more}`;
}

export const percentOf = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;

function outgrown(
  name: FittedModelName,
  { artifact_id }: Artifact,
  { brands, share }: NonNullable<Chosen['unseen']>,
): TributaryError {
  return new TributaryError(
    'model_not_fitted',
    `model: ${name} was fitted (${artifact_id}) before the brands ${brandsInWords(brands)} came, which have ${percentOf(share)} of the conversions now. A report goes on with such a fit up to ${percentOf(MOST_UNSEEN_SHARE)}. Run \`tributary fit ${FITTED_MODELS[name]}\`, ask for one brand, or use one of ${RULE_MODEL_NAMES.join(', ')}`,
    { field: 'model' },
  );
}

function notFitted(name: FittedModelName, brand_ids: readonly string[], refused: Artifact | undefined): TributaryError {
  const model = FITTED_MODELS[name];
  if (refused === undefined)
    return new TributaryError(
      'model_not_fitted',
      `model: ${name} is not fitted yet for these brands (${brandsInWords(brand_ids)}). It learns from data, and the report does not replace it by another model. Run \`tributary fit ${model}\`, or use one of ${RULE_MODEL_NAMES.join(', ')}`,
      { field: 'model' },
    );
  return new TributaryError(
    'model_not_fitted',
    `model: ${name} was fitted (${refused.artifact_id}) and did not pass its gate: ${lacksOf(refused.card.gate)}. Use one of ${RULE_MODEL_NAMES.join(', ')}`,
    { field: 'model' },
  );
}
