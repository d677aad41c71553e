/** Reads stored artifacts. A damaged artifact, or one in an unknown form, is refused with the reason and never used. */
import { hash } from 'node:crypto';
import { TributaryError } from '../../domain/errors.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import type { Row } from '../../warehouse/schema.ts';
import { ARTIFACT_MODELS, type Artifact, type ArtifactModel, type Card, type Content, idOfParsed } from './artifact.ts';
import { faultOfCard, faultOfContent, isTexts } from './faults.ts';

const LISTED =
  'artifact_id, model, family, brands, passed, as_of, settings, card, training_ms, epoch_ms(created_at) as created_ms';
const NEWEST_FIRST = 'order by created_ms desc, artifact_id';

/** The columns of an artifact that decide which one a report uses; without card and content. */
export interface ArtifactSummary {
  artifact_id: string;
  model: ArtifactModel;
  /** Null where the stored list of brands cannot be read. */
  brands: string[] | null;
  passed: boolean;
  created_ms: number;
  /** True for a trial: only reports that name it use it. */
  trial: boolean;
  /** True if the fit asked for all brands that there were. */
  every_brand: boolean;
}

/** All artifacts, newest first, without their cards. */
export async function listSummaries(snapshot: Snapshot): Promise<ArtifactSummary[]> {
  const rows = await snapshot.query(
    `select artifact_id, model, brands, passed, settings, epoch_ms(created_at) as created_ms from model_artifacts ${NEWEST_FIRST}`,
  );
  return rows.map((row) => ({
    artifact_id: row['artifact_id'] as string,
    model: row['model'] as ArtifactModel,
    brands: brandsOf(row),
    passed: Number(row['passed']) === 1,
    created_ms: Number(row['created_ms']),
    ...kindOf(parsed(row['settings'])),
  }));
}

/** What the settings of a fit say of the use of its artifact. */
export function kindOf(settings: unknown): Pick<ArtifactSummary, 'trial' | 'every_brand'> {
  const { trial, request } = (settings ?? {}) as { trial?: unknown; request?: unknown };
  const every_brand = typeof request === 'object' && request !== null && !Object.hasOwn(request, 'brand_id');
  return { trial: trial === true, every_brand };
}

/** An artifact without its content. */
export type ListedArtifact = Omit<Artifact, 'content'>;

/** All artifacts, newest first. One that cannot be read is listed as one that did not pass its gate, with the reason. */
export async function listArtifacts(snapshot: Snapshot): Promise<ListedArtifact[]> {
  const rows = await snapshot.query(`select ${LISTED} from model_artifacts ${NEWEST_FIRST}`);
  return rows.map((row) => {
    const listed = listedOf(row);
    return typeof listed === 'string' ? unreadable(row, listed) : listed;
  });
}

/**
 * The artifact of an id, or undefined when there is none.
 * @throws model_not_fitted when it is stored and damaged; the message names the fault.
 */
export async function readArtifact(snapshot: Snapshot, artifact_id: string): Promise<Artifact | undefined> {
  const { sound, fault } = await readStored(snapshot, artifact_id);
  if (sound || fault === undefined) return sound;
  throw damaged(artifact_id, fault);
}

/** The artifact of an id, or undefined when there is none that can be used. */
export async function soundArtifact(snapshot: Snapshot, artifact_id: string): Promise<Artifact | undefined> {
  return (await readStored(snapshot, artifact_id)).sound;
}

export function damaged(artifact_id: string, fault: string): TributaryError {
  return new TributaryError(
    'model_not_fitted',
    `artifact: ${artifact_id} is stored and cannot be used: ${fault}. Fit the model again with \`tributary fit\``,
    { field: 'artifact' },
  );
}

/** A fit that was made again after damage has the same id as the damaged row and is stored beside it. The sound one is used. */
async function readStored(
  snapshot: Snapshot,
  artifact_id: string,
): Promise<{ sound?: Artifact | undefined; fault?: string | undefined }> {
  const rows = await snapshot.query(
    `select ${LISTED}, content from model_artifacts where artifact_id = $artifact_id ${NEWEST_FIRST}`,
    { artifact_id },
  );
  const read = rows.map(artifactOf);
  const sound = read.find((one) => typeof one !== 'string');
  return { sound, fault: read.find((one) => typeof one === 'string') };
}

/** The artifact of a row, or the fault of that row. */
function artifactOf(row: Row): Artifact | string {
  const listed = listedOf(row);
  if (typeof listed === 'string') return listed;
  if (!ARTIFACT_MODELS.includes(listed.model)) return `its model ${JSON.stringify(listed.model)} is unknown`;
  const content = contentOf(row, listed);
  return typeof content === 'string' ? content : { ...listed, content };
}

/** Contents that were checked, by the digest of their row. They are kept, because checking the largest takes 0.1 s. */
const checked = new Map<string, Content>();
const MOST_CHECKED = 4;

function contentOf(row: Row, listed: ListedArtifact): Content | string {
  const { artifact_id, model, family, brands, settings, as_of } = row;
  const key = hash('sha256', JSON.stringify([artifact_id, model, family, brands, settings, as_of, row['content']]));
  const known = checked.get(key);
  if (known) return known;
  const content = parsed(row['content']) as Content | undefined;
  if (content === undefined) return 'its content is not JSON';
  // Reports never use the content of a fit that did not pass, and it may lack numbers that could not be estimated.
  const fault = listed.card.gate.passed ? faultOfContent(listed.model, content) : undefined;
  if (fault !== undefined) return fault;
  if (idOfParsed({ ...listed, content }) !== listed.artifact_id)
    return 'its content does not belong to its id: it was changed after it was stored';
  checked.set(key, content);
  if (checked.size > MOST_CHECKED) checked.delete(checked.keys().next().value!);
  return content;
}

function listedOf(row: Row): ListedArtifact | string {
  const brands = brandsOf(row);
  if (brands === null) return 'its brands are not a list of names';
  const settings = parsed(row['settings']);
  if (typeof settings !== 'object' || settings === null) return 'its settings are not an object';
  const card = parsed(row['card']);
  const fault = faultOfCard(card);
  if (fault !== undefined) return fault;
  if ((card as Card).gate.passed !== (Number(row['passed']) === 1))
    return 'its row and its card differ on whether it passed its gate';
  return { ...plainOf(row), brands, settings: settings as Record<string, unknown>, card: card as Card };
}

function unreadable(row: Row, fault: string): ListedArtifact {
  const check = { check: 'readable', value: null, required: 'an undamaged artifact', passed: false, message: fault };
  const gate = { passed: false, checks: [check] };
  const card: Card = { data: {}, metrics: {}, channels: [], limits: [], warnings: [], gate };
  return { ...plainOf(row), brands: brandsOf(row) ?? [], settings: {}, card };
}

function plainOf(row: Row): Omit<ListedArtifact, 'brands' | 'settings' | 'card'> {
  return {
    artifact_id: row['artifact_id'] as string,
    model: row['model'] as ArtifactModel,
    family: row['family'] as string,
    as_of: row['as_of'] as string,
    training_ms: Number(row['training_ms']),
    created_ms: Number(row['created_ms']),
  };
}

function brandsOf(row: Row): string[] | null {
  const brands = parsed(row['brands']);
  return isTexts(brands) && brands.length > 0 ? brands : null;
}

/** The value of a JSON text. Undefined where the text is not JSON. */
function parsed(cell: unknown): unknown {
  try {
    return JSON.parse(cell as string);
  } catch {
    return undefined;
  }
}
