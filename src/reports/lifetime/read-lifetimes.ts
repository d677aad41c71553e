/** Reads the orders of people over all time: from histories in memory where they hold what is asked for, else from the query. */
import type { Plan } from '../../attribution/plan.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import type { ReportContext } from '../context.ts';
import { allTime } from '../person.ts';
import type { LifetimesAsked, LifetimesRead } from './lifetimes-asked.ts';
import { lifetimesInMemory } from './lifetimes-in-memory.ts';
import { lifetimesInSql } from './lifetimes-in-sql.ts';

/** Tells `served_by` of the context if histories serve the figures. */
export async function readLifetimes(
  snapshot: Snapshot,
  context: ReportContext,
  plan: Plan,
  asked: Pick<LifetimesAsked, 'filters' | 'only_chosen' | 'with_segments' | 'with_paths' | 'with_first_touch'>,
): Promise<LifetimesRead> {
  const { brands } = plan;
  const whole: LifetimesAsked = {
    ...asked,
    plan: allTime(plan),
    periods: brands,
  };
  const in_memory = await lifetimesInMemory(snapshot, context, whole);
  if (in_memory === null) return lifetimesInSql(snapshot, context, whole);
  context.served_by?.('histories');
  return in_memory;
}
