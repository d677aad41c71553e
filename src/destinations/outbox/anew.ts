/** A destination whose id was that of another brand or kind before begins anew: what was kept for the other one is forgotten. */
import type { Fenced } from '../../log/follower.ts';
import type { DestinationSettings } from '../settings.ts';
import { dropHead, FEED_COLLECTIONS } from './feed.ts';
import { newStanding, STANDING_COLLECTIONS, type Standing, writeStanding } from './standing.ts';

/** Entries that are removed in one transaction. */
const REMOVED_TOGETHER = 500;

/**
 * True if a standing was written for these settings. Another brand has other orders, and another kind of program was told nothing. Where
 * it is false nothing may be sent or shown: what waits are orders of another brand.
 */
export const isOf = ({ brand_id, kind }: Standing, settings: DestinationSettings): boolean =>
  brand_id === settings.brand_id && kind === settings.destination.kind;

/** Forgets what was kept for another brand or kind. The standing is written last, so an end in between is no harm. */
export async function beginAnew(fenced: Fenced, settings: DestinationSettings, start_ms: number): Promise<void> {
  const { id } = settings;
  for (const collection of [...FEED_COLLECTIONS, ...STANDING_COLLECTIONS])
    for (;;) {
      const removed = await fenced.transaction(async (transaction) => {
        const entries = await transaction.list(collection, { prefix: `${id} `, limit: REMOVED_TOGETHER });
        for (const { key } of entries) await transaction.delete(collection, key);
        return entries.length;
      });
      if (removed < REMOVED_TOGETHER) break;
    }
  await fenced.transaction(async (transaction) => {
    await dropHead(transaction, id);
    await writeStanding(transaction, id, newStanding(settings, start_ms));
  });
}
