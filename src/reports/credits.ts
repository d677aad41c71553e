/** The figures of a report on credit: from histories in memory where they hold what is asked for, else from the query. */
import type { Plan } from '../attribution/plan.ts';
import { attribute } from '../attribution/query.ts';
import type { Snapshot } from '../warehouse/port.ts';
import type { ReportContext } from './context.ts';
import type { CreditSource, Grouping } from './credit-source.ts';
import { creditsInMemory } from './credits-in-memory.ts';
import { creditsInSql } from './credits-in-sql.ts';
import { applyFilters } from './filters.ts';

/** Tells `served_by` of the context if histories serve the figures. */
export async function readCredits(
  snapshot: Snapshot,
  context: ReportContext,
  plan: Plan,
  grouping: Grouping,
): Promise<CreditSource> {
  const in_memory = await creditsInMemory(snapshot, context, plan, grouping);
  if (in_memory !== undefined) {
    context.served_by?.('histories');
    return in_memory;
  }
  const query = await attribute(snapshot, plan, context.directory);
  const filtered = await applyFilters(snapshot, plan, query, grouping.filters, grouping.week_start);
  return creditsInSql(snapshot, plan, filtered, grouping);
}
