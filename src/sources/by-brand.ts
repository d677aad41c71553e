/** Which brand the events of a source are of. */
import { type BrandRules, type DecidedBy, ruledBrand } from '../log/brand-rules.ts';
import type { SourceSettings } from './settings.ts';
import type { Item, Source } from './source.ts';

/** The brand that owns a source; null if it brings events of all brands. */
export const ownerOf = ({ brand_id, by_sender }: SourceSettings): string | null => (by_sender ? null : brand_id);

/**
 * The items by their brand: that of the source, or the one that rules name for the sender of each.
 * @param decided told what decided, once for each item that rules were asked for.
 */
export function itemsByBrand(
  settings: SourceSettings,
  source: Pick<Source, 'senderOf'>,
  items: readonly Item[],
  rules: BrandRules | null,
  decided: (by: DecidedBy) => void,
): Map<string, Item[]> {
  if (!settings.by_sender || rules === null) return new Map([[settings.brand_id, [...items]]]);
  const found = new Map<string, Item[]>();
  for (const item of items) {
    const { brand_id = settings.brand_id, by } = ruledBrand(rules, { sender: source.senderOf?.(item) });
    decided(by);
    const known = found.get(brand_id);
    if (known === undefined) found.set(brand_id, [item]);
    else known.push(item);
  }
  return found;
}
