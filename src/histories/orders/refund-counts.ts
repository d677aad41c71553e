/** What warnings count of the adjustments of orders: reports/refund-warnings.ts, in memory. */
import { NOT_CHOSEN } from '../asked.ts';
import type { AskedOrders, OrderCounts } from '../asked-orders.ts';
import type { RefundFault } from './value-events.ts';

export function refundCounts(faults: readonly RefundFault[]): Omit<OrderCounts, 'refunds_unknown'> {
  return faults.reduce(
    (sum, { foreign_ones, is_beyond }) => ({
      foreign_ones: sum.foreign_ones + foreign_ones,
      refunded_beyond: sum.refunded_beyond + Number(is_beyond),
    }),
    { foreign_ones: 0, refunded_beyond: 0 },
  );
}

/** The counts of orders with a chosen event. Adjustments of unknown orders have no order that could be chosen. */
export function chosenCounts({ counts, refund_faults }: AskedOrders, event_group: Uint32Array): OrderCounts {
  const chosen = refund_faults.filter(({ first_event, end_event }) => {
    for (let e = first_event; e < end_event; e++) if (event_group[e] !== NOT_CHOSEN) return true;
    return false;
  });
  return { ...counts, ...refundCounts(chosen) };
}
