/** Pins: an administrator chose the artifact of a model, for one brand or for all, until the pin is taken away. */
import { covers, type KeyBrand } from '../../domain/brand-access.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { Json, State } from '../../state/port.ts';
import type { ArtifactModel } from './artifact.ts';

const COLLECTION = 'model_pins';
const MAX_PINS = 1_000;
export const MAX_REASON_LENGTH = 500;

export interface Pin {
  artifact_id: string;
  model: ArtifactModel;
  /** The brand whose reports use it; null for the reports of all brands that it was fitted on. */
  brand_id: KeyBrand;
  /** The brands that the artifact was fitted on. They are kept here, so that a pin holds while its artifact cannot be read. */
  brands: string[];
  /** True if the fit asked for all brands. Reports of brands that came later may use it, too. */
  every_brand: boolean;
  reason: string;
  /** The name of the key or person. */
  pinned_by: string;
  pinned_at: string;
}

/** There is one pin of a model and brand. */
const keyOf = ({ model, brand_id }: Pick<Pin, 'model' | 'brand_id'>): string => `${model}/${brand_id ?? ''}`;

export class ArtifactPins {
  constructor(private readonly state: State) {}

  /** @throws state_unavailable: without the pins, nobody knows which artifact a report has to use. */
  async list(): Promise<Pin[]> {
    const entries = await this.state.list(COLLECTION, { limit: MAX_PINS });
    return entries.map(({ value }) => value as unknown as Pin);
  }

  /** Stores a pin in place of the one before. @throws conflict when there are too many; state_unavailable. */
  async put(pin: Pin): Promise<void> {
    await this.state.transaction(async (transaction) => {
      const known = await transaction.list(COLLECTION, { limit: MAX_PINS });
      if (known.length >= MAX_PINS && !known.some(({ key }) => key === keyOf(pin)))
        throw new TributaryError('conflict', `there are ${MAX_PINS} pins, the limit; take some away first`);
      await transaction.put(COLLECTION, keyOf(pin), pin as unknown as Json);
    });
  }

  /** Takes a pin away. @returns it; undefined where there is none. @throws state_unavailable. */
  delete(artifact_id: string, brand_id: KeyBrand): Promise<Pin | undefined> {
    return this.state.transaction(async (transaction) => {
      const known = await transaction.list(COLLECTION, { limit: MAX_PINS });
      const pin = known
        .map(({ value }) => value as unknown as Pin)
        .find((one) => one.artifact_id === artifact_id && one.brand_id === brand_id);
      if (pin !== undefined) await transaction.delete(COLLECTION, keyOf(pin));
      return pin;
    });
  }
}

/** True if a fit of all brands was made before some of `brand_ids` came, and has learned from the others. */
export function reaches(
  { brands, every_brand }: { brands: readonly string[]; every_brand: boolean },
  brand_ids: readonly string[],
): boolean {
  return every_brand && brands.length > 0 && covers(brand_ids, brands);
}

/** The pin of a report: that of its only brand, else the pin for all brands, if its artifact was fitted on the brands of the report. */
export function pinFor(pins: readonly Pin[], model: ArtifactModel, brand_ids: readonly string[]): Pin | undefined {
  const of_model = pins.filter((pin) => pin.model === model);
  const own = brand_ids.length === 1 ? of_model.find(({ brand_id }) => brand_id === brand_ids[0]) : undefined;
  return (
    own ?? of_model.find((pin) => pin.brand_id === null && (covers(pin.brands, brand_ids) || reaches(pin, brand_ids)))
  );
}
