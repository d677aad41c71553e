/** Which brands are known. A report of zeros for a misspelt brand would look like an answer. */
import { TributaryError } from '../domain/errors.ts';
import { RECORD_NAMES } from '../domain/index.ts';
import { DEFAULT_BRAND } from '../domain/record.ts';
import type { Snapshot } from '../warehouse/port.ts';

/**
 * Checks that a brand is configured or has a record, or that there is no brand but `default` yet. The brand of a key needs no
 * check. @throws not_found.
 */
export async function checkBrand(snapshot: Snapshot, brand_id: string, configured: readonly string[]): Promise<void> {
  if (configured.includes(brand_id)) return;
  const has = async (condition: string): Promise<boolean> => {
    for (const table of RECORD_NAMES) {
      const rows = await snapshot.query(`select 1 as found from ${table} where ${condition} limit 1`, { brand_id });
      if (rows.length > 0) return true;
    }
    return false;
  };
  if (await has('brand_id = $brand_id')) return;
  if (brand_id === DEFAULT_BRAND && configured.length === 0 && !(await has('brand_id <> $brand_id'))) return;
  throw new TributaryError(
    'not_found',
    `brand_id: no record has the brand ${JSON.stringify(brand_id)}, and the configuration does not name it; check its spelling`,
    { field: 'brand_id' },
  );
}

/** Brands that have orders or settings, in order. */
export async function brandsInUse(snapshot: Snapshot, configured: readonly string[]): Promise<string[]> {
  const rows = await snapshot.query('select distinct brand_id from conversions');
  return [...new Set([...rows.map((row) => row['brand_id'] as string), ...configured])].sort();
}
