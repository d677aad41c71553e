/**
 * Who may see which brand. This rule stands here once; every route, report and list asks it. A key is for one brand, or for all
 * brands (null).
 */
import { badRequest, TributaryError } from './errors.ts';
import { brandProblem } from './record.ts';

/** The brand of a key; null is a key for all brands. */
export type KeyBrand = string | null;

/**
 * The brand that a request concerns: the one that it names, else the brand of its key; null is all brands.
 * @throws bad_request for what is not a brand id; forbidden for a brand that the key is not for.
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

/** Whether a key may see what was made of these brands: a key of one brand sees only what was made of its brand alone. */
export function maySee(key_brand_id: KeyBrand, brands: readonly string[]): boolean {
  return key_brand_id === null || (brands.length > 0 && brands.every((brand_id) => brand_id === key_brand_id));
}

/** Whether a key may see or revoke another key. A key of one brand learns nothing of the keys of others, nor of those for all. */
export function maySeeKey(key_brand_id: KeyBrand, other: KeyBrand): boolean {
  return key_brand_id === null || key_brand_id === other;
}

/** Whether what was made of `brands` can answer for every brand of a request. */
export function covers(brands: readonly string[], asked: readonly string[]): boolean {
  return asked.every((brand_id) => brands.includes(brand_id));
}
