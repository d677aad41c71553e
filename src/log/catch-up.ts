/** Fills the filter of known ids from the log. */
import type { RecordName } from '../domain/index.ts';
import type { Warehouse } from '../warehouse/port.ts';
import { idKey, type SeenIds } from './seen-ids.ts';
import { sentIdSql } from './statements.ts';

/** Adds to `seen` every id that the warehouse holds after `after_log_seq` (0 rebuilds the whole filter). */
export async function catchUpSeenIds(
  seen: SeenIds,
  warehouse: Warehouse,
  names: readonly RecordName[],
  after_log_seq: number,
): Promise<void> {
  const STEP = 500_000;
  for (const name of names) {
    // Each page is a read of its own: a long log takes minutes, longer than a single read may take.
    const [range] = await warehouse.read(
      (snapshot) =>
        snapshot.query(
          `select coalesce(min(log_seq), 0) as low, coalesce(max(log_seq), -1) as high from ${name} where log_seq > $after`,
          { after: after_log_seq },
        ),
      { for: 'loading' },
    );
    for (let low = Number(range!['low']); low <= Number(range!['high']); low += STEP) {
      const rows = await warehouse.read(
        (snapshot) =>
          snapshot.query(
            `select t.brand_id as brand_id, ${sentIdSql(name, 't')} as id from ${name} t where t.log_seq >= $low and t.log_seq < $high`,
            { low, high: low + STEP },
          ),
        { for: 'loading' },
      );
      for (const row of rows) seen.add(idKey(name, row['brand_id'], row['id']));
    }
  }
}
