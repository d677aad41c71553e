/**
 * Which brands a key may see. Every route, report and list uses these functions. A key is for one brand, or for all brands
 * (null).
 */
import { badRequest, TributaryError } from './errors.ts';
import { brandProblem } from './record.ts';

/** The brand of a key; null when the key is for all brands. */
export type KeyBrand = string | null;

/**
 * The brand of a request: the one that it names, else the brand of its key; null means all brands.
 * @throws bad_request when the text is not a brand id; forbidden when the key is for another brand.
 */
export function brandWithin(key_brand_id: KeyBrand, asked: string | undefined): string | null {
  if (asked === undefined) return key_brand_id;
  const problem = brandProblem(asked);
  if (problem) throw badRequest('brand_id', problem);
  if (key_brand_id !== null && asked !== key_brand_id) {
    throw new TributaryError(
      'forbidden',
      `brand_id: this key is for brand ${key_brand_id} only; leave brand_id out, or use a key for brand ${asked}`,
      { field: 'brand_id' },
    );
  }
  return asked;
}

/** True if a key may see a result made from these brands. A key for one brand sees only results made from that brand alone. */
export function maySee(key_brand_id: KeyBrand, brands: readonly string[]): boolean {
  return key_brand_id === null || (brands.length > 0 && brands.every((brand_id) => brand_id === key_brand_id));
}

/**
 * True if a key may see or revoke another key. A key for one brand does not see keys for other brands, nor keys for all brands.
 */
export function maySeeKey(key_brand_id: KeyBrand, other: KeyBrand): boolean {
  return key_brand_id === null || key_brand_id === other;
}

/** True if a result made from `brands` holds every brand of a request. */
export function covers(brands: readonly string[], asked: readonly string[]): boolean {
  return asked.every((brand_id) => brands.includes(brand_id));
}
