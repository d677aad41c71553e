/** Orders of a high value, which are told at once. */

import { namedId } from '../../attribution/page-conversions.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { between, resolvePosition } from '../../warehouse/position.ts';
import { readAll } from '../../warehouse/read-row.ts';
import type { DestinationSettings } from '../settings.ts';
import type { FeedHead } from './feed.ts';

/** At most so many are told by themselves; the next plan tells the others. */
const MAX_URGENT = 20;

export interface Urgent {
  /** By destination, the conversions; those of all destinations together. */
  orders: Map<string, Set<string>>;
  all: Set<string>;
  /** The destinations for which it was looked. */
  looked: string[];
}

/**
 * Looks for conversions that may be above the limits of destinations, among those that came since the last look. What an order in another
 * currency is worth is known once it is read.
 */
export async function urgentOrders(
  snapshot: Snapshot,
  group: readonly DestinationSettings[],
  heads: ReadonlyMap<string, FeedHead>,
  as_of: string,
  currency: string,
): Promise<Urgent> {
  const found: Urgent = { orders: new Map(), all: new Set(), looked: [] };
  for (const { id, brand_id, immediate_above_micros } of group) {
    const { urgent_as_of } = heads.get(id)!;
    if (immediate_above_micros === null || urgent_as_of === as_of) continue;
    found.looked.push(id);
    // The first plan tells all orders anyhow.
    if (urgent_as_of === '') continue;
    const since = between('c', await resolvePosition(snapshot, urgent_as_of), await resolvePosition(snapshot, as_of));
    const rows = await snapshot.query(
      `select ${namedId('c')} as named_id from conversions c
       where c.brand_id = $brand_id and (c.conversion_value_micros > $limit or c.currency <> $currency) and ${since} order by 1 limit ${MAX_URGENT}`,
      { brand_id, currency, limit: Number(immediate_above_micros) },
    );
    for (const { named_id } of readAll(rows, { named_id: 'text' })) {
      found.all.add(named_id);
      found.orders.set(id, (found.orders.get(id) ?? new Set()).add(named_id));
    }
  }
  return found;
}
