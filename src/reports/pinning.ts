/** Pins of artifacts: made and taken away by administrators, and listed with what is wrong with them. */
import { brandWithin, maySeeKey } from '../domain/brand-access.ts';
import { badRequest, TributaryError } from '../domain/errors.ts';
import { nameFault } from '../domain/text.ts';
import { formatInstant } from '../domain/time.ts';
import { Type } from '../domain/typebox.ts';
import { faultOfPinned } from '../models/artifacts/choose.ts';
import { type ArtifactPins, MAX_REASON_LENGTH, type Pin } from '../models/artifacts/pins.ts';
import { kindOf } from '../models/artifacts/stored.ts';
import { lacksOf } from '../models/gate.ts';
import { type ReportContext, type ReportJson, readOptions } from './context.ts';
import { defineReport } from './declare.ts';
import { artifactOf } from './models.ts';
import { PIN_MEANINGS, PinsResult } from './results/models.ts';

interface Asker {
  key_brand_id: string | null;
}

/**
 * Pins an artifact that passed its gate, in place of the pin before.
 * @param asked without a brand, the pin is for all brands that the key is for.
 * @throws not_found; conflict for a trial; model_not_fitted for a damaged artifact or one that did not pass; bad_request naming the
 * field; forbidden for another brand than that of the key.
 */
export async function pinArtifact(
  context: ReportContext,
  pins: ArtifactPins,
  asked: { artifact_id: string; brand_id?: string | undefined; reason: string; pinned_by: string },
  asker: Asker,
): Promise<Pin> {
  const brand_id = brandWithin(asker.key_brand_id, asked.brand_id);
  const artifact = await artifactOf(context, asked.artifact_id, asker);
  const { artifact_id, model, brands, card, settings } = artifact;
  const { trial, every_brand } = kindOf(settings);
  if (trial)
    throw new TributaryError('conflict', `artifact_id: ${artifact_id} is a trial; adopt it, and pin what that gives`, {
      field: 'artifact_id',
    });
  if (!card.gate.passed)
    throw new TributaryError(
      'model_not_fitted',
      `artifact_id: ${artifact_id} did not pass its gate, so reports cannot use it: ${lacksOf(card.gate)}`,
      { field: 'artifact_id' },
    );
  if (brand_id !== null && !brands.includes(brand_id))
    throw badRequest('brand_id', `${artifact_id} was not fitted on ${brand_id}; pin a fit of this brand or of all`);
  const pin: Pin = {
    ...{ artifact_id, model, brand_id, brands, every_brand },
    reason: checkedReason(asked.reason),
    pinned_by: asked.pinned_by,
    pinned_at: formatInstant(context.clock()),
  };
  await pins.put(pin);
  return pin;
}

function checkedReason(reason: string): string {
  if (reason.trim() === '') throw badRequest('reason', 'is empty; say why this fit is pinned');
  if (reason.length > MAX_REASON_LENGTH)
    throw badRequest('reason', `is ${reason.length} characters long; the limit is ${MAX_REASON_LENGTH}`);
  const fault = nameFault(reason);
  if (fault) throw badRequest('reason', fault);
  return reason;
}

/** @returns the pin that was taken away. @throws not_found when there is no such pin; forbidden. */
export async function unpinArtifact(
  pins: ArtifactPins,
  { artifact_id, brand_id }: { artifact_id: string; brand_id?: string | undefined },
  { key_brand_id }: Asker,
): Promise<Pin> {
  const of = brandWithin(key_brand_id, brand_id);
  const pin = await pins.delete(artifact_id, of);
  if (pin !== undefined) return pin;
  throw new TributaryError(
    'not_found',
    `artifact_id: ${JSON.stringify(artifact_id.slice(0, 100))} is not pinned for ${of === null ? 'all brands' : `brand ${of}`}; list the pins to see what is`,
    { field: 'artifact_id' },
  );
}

/** The pins that the key may see, each with what keeps its artifact from use; null if nothing does. */
export async function listPins(
  context: ReportContext,
  { key_brand_id }: Asker,
): Promise<Array<Pin & { problem: string | null }>> {
  const pins = ((await context.pins?.list()) ?? []).filter(({ brand_id }) => maySeeKey(key_brand_id, brand_id));
  if (pins.length === 0) return [];
  return context.warehouse.read(async (snapshot) => {
    const found: Array<Pin & { problem: string | null }> = [];
    for (const pin of pins) {
      const artifact = await faultOfPinned(snapshot, pin);
      found.push({ ...pin, problem: typeof artifact === 'string' ? artifact : null });
    }
    return found;
  }, readOptions(context));
}

/** A pin in an answer. */
export function pinJson({ artifact_id, model, brand_id, reason, pinned_by, pinned_at }: Pin): ReportJson {
  return { artifact_id, attribution_model: model, brand_id, reason, pinned_by, pinned_at };
}

export const pins = defineReport({
  name: 'pins',
  command: 'models pins',
  tag: 'models',
  path: '/v1/models/pins',
  summary: 'Pinned artifacts',
  description:
    'The artifacts that administrators pinned: reports use them instead of the newest that passed, until they are unpinned. `problem` says why reports that need one are refused.',
  parameters: Type.Object({}, { additionalProperties: false }),
  result: PinsResult,
  main_table: { rows: 'pins' },
  explain: PIN_MEANINGS,
  run: async (context, _asked, asker) => ({
    pins: (await listPins(context, asker)).map((pin) => ({ ...pinJson(pin), problem: pin.problem })),
  }),
});
