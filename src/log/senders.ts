/** Which sender may send which record. A key opens a route; these rules look at the record. */
import type { Problem } from '../domain/errors.ts';
import { type RecordName, recordKind } from '../domain/index.ts';
import { DEFAULT_BRAND, type FlatRecord } from '../domain/record.ts';
import type { Caller } from './envelope.ts';

interface Rules {
  /** True if pages may send conversions of the brand; none may when left out. */
  takesPageConversions?: (brand_id: string) => boolean;
}

/** Why the caller may not send this record; undefined if they may. */
export function senderProblem(
  record: RecordName,
  item: FlatRecord,
  caller: Caller,
  { takesPageConversions }: Rules,
): Problem | undefined {
  const { singular, pages } = recordKind(record);
  const brand_id = item['brand_id'] as string;
  if (caller.from_page && pages !== 'always') {
    if (pages === undefined)
      return { field: '', reason: `a key of scope page may not send ${singular}s; send them from your server` };
    if (!takesPageConversions?.(brand_id))
      return {
        field: '',
        reason: `brand ${brand_id} takes no ${singular}s from pages, since anyone can send them; send them from your server with a write key, or set page_conversions of the brand to true`,
      };
  }
  if (record === 'fx_rates' && !maySendRates(brand_id, caller))
    return {
      field: 'brand_id',
      reason:
        'rates are set by the operator: a rate of brand default converts the orders of every brand; send it with a write key for all brands, or with an admin key',
    };
  return undefined;
}

/** An admin of one brand may set the rates of that brand only. The rates of `default` are those of every brand. */
function maySendRates(brand_id: string, { key_brand_id, is_admin = false }: Caller): boolean {
  return key_brand_id === null || (is_admin && brand_id !== DEFAULT_BRAND);
}
