/** What a fake server knows about an order in the end. */
export interface SeenOrder {
  revision: number;
  /** In major units of the order's currency. */
  net: number;
  email_credit: number;
}

/** The newest state of each order, whatever the order in which its revisions came. */
export function newestByOrder(seen: Iterable<readonly [string, SeenOrder]>): Map<string, SeenOrder> {
  const newest = new Map<string, SeenOrder>();
  for (const [conversion_id, order] of seen)
    if (order.revision > (newest.get(conversion_id)?.revision ?? 0)) newest.set(conversion_id, order);
  return newest;
}
