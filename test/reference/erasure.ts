/** Section 23 of docs/semantics.md: the world that is left when ids of people were erased. Written without looking at the SQL. */
import { groupBy } from './rows.ts';
import type { RefConversion, World } from './types.ts';

export interface ErasedIds {
  brand_id: string;
  ids: ReadonlySet<string>;
}

export function withoutPeople(world: World, { brand_id, ids }: ErasedIds, orders: 'remove' | 'keep_anonymous'): World {
  const isGone = (row: { brand_id: string }, ...named: Array<string | null | undefined>): boolean =>
    row.brand_id === brand_id && named.some((id) => id != null && ids.has(id));
  const hasGone = (row: RefConversion): boolean => isGone(row, row.customer_id, row.anonymous_id);
  const orderOf = (row: RefConversion): string =>
    JSON.stringify(row.order_id == null ? ['conversion', row.conversion_id] : ['order', row.order_id]);
  const left = {
    ...world,
    touchpoints: world.touchpoints.filter((row) => !isGone(row, row.customer_id, row.anonymous_id)),
    identity_links: world.identity_links.filter((row) => !isGone(row, row.left_id, row.right_id)),
    consents: world.consents.filter((row) => !isGone(row, row.customer_id, row.anonymous_id)),
    customer_segments: world.customer_segments.filter((row) => !isGone(row, row.customer_id)),
  };
  if (orders === 'keep_anonymous')
    return {
      ...left,
      conversions: world.conversions.map((row) =>
        hasGone(row) ? { ...row, customer_id: null, anonymous_id: `nobody ${orderOf(row)}` } : row,
      ),
    };
  // Changes of an order go with it, unless somebody else has a part of it.
  const names = new Set<string>();
  for (const members of groupBy(
    world.conversions.filter((row) => row.brand_id === brand_id),
    orderOf,
  ).values())
    if (members.every(hasGone))
      for (const { conversion_id, order_id } of members) {
        names.add(conversion_id);
        if (order_id != null) names.add(order_id);
      }
  return {
    ...left,
    conversions: world.conversions.filter((row) => !hasGone(row)),
    adjustments: world.adjustments.filter(
      (row) =>
        row.brand_id !== brand_id || ![row.conversion_id, row.order_id].some((name) => name != null && names.has(name)),
    ),
  };
}
