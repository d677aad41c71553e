/** What the shop sold by day, from histories in memory: all that claims are set beside when a period has none. */
import type { Plan } from '../../attribution/plan.ts';
import { formatDate } from '../../domain/time.ts';
import { type AskedOrders, partsOfPolicy } from '../../histories/asked-orders.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import type { ReportContext } from '../context.ts';
import { askHistories, warningsInMemory } from '../credits-in-memory.ts';
import { readFilters } from '../filters.ts';
import { DEFAULT_WEEK_START } from '../groups.ts';
import type { Warning } from '../warning.ts';
import { RENEWAL, type ShopDay } from './credit.ts';

const GROUPING = { keys: [], filters: readFilters([], DEFAULT_WEEK_START), week_start: DEFAULT_WEEK_START };

/**
 * The days and the warnings. Null if histories do not hold what the plan asks for. Tells `served_by` of the context.
 * @throws missing_fx_rate like the query.
 */
export async function shopInMemory(
  snapshot: Snapshot,
  context: ReportContext,
  plan: Plan,
): Promise<{ shop: ShopDay[]; warnings: Warning[] } | null> {
  const credit = await askHistories(snapshot, context, plan, GROUPING, false);
  if (credit === null) return null;
  context.served_by?.('histories');
  return { shop: await daysOf(credit.orders), warnings: warningsInMemory(plan, credit) };
}

async function daysOf(orders: AskedOrders): Promise<ShopDay[]> {
  const { before, after, large, day_number, is_order, event_starts, policy } = orders;
  const days = new Map<number, Omit<ShopDay, 'day'>>();
  const turns = new WorkTurns();
  for (let order = 0; order < orders.orders; order++) {
    if (turns.ends(256)) await turns.next();
    const renews = partsOfPolicy(policy[order]!).conversion_type === RENEWAL;
    for (let e = event_starts[order]!; e < event_starts[order + 1]!; e++) {
      const own = days.get(day_number[e]!) ?? { orders: 0, net_micros: 0n, renewals: 0, renewal_micros: 0n };
      const exact = large.get(e);
      const change = exact ? exact.after - exact.before : BigInt(after[e]! - before[e]!);
      own.orders += is_order[e]!;
      own.net_micros += change;
      if (renews) {
        own.renewals += is_order[e]!;
        own.renewal_micros += change;
      }
      days.set(day_number[e]!, own);
    }
  }
  return [...days].sort(([a], [b]) => a - b).map(([day, sums]) => ({ day: formatDate(day), ...sums }));
}
