/**
 * Reads the paths of a log: that of every order, which is the path that reports credit, and one of everybody who touched in the period
 * and did not order in it. That one ends at the last touch of the period that may earn. Fits and reports read the same paths.
 */
import { makeOrdersAndEvents } from '../../attribution/orders.ts';
import type { Plan } from '../../attribution/plan.ts';
import { holds } from '../../histories/credit.ts';
import type { Histories } from '../../histories/histories.ts';
import type { PersonDirectory } from '../../identity/directory.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import type { OrderPaths, PathQuestion } from './order-paths.ts';
import { orderPathsInMemory } from './order-paths-in-memory.ts';
import { orderPathsInSql } from './order-paths-in-sql.ts';
import { stateNaming } from './state-naming.ts';

/** True if histories hold the paths of a plan, whatever its models are. */
export function holdsPaths(histories: Histories, plan: Plan, { states, filters }: PathQuestion): boolean {
  return holds(histories, { ...plan, models: [] }, [
    ...stateNaming(states).columns,
    ...(filters.touches?.columns ?? []),
  ]);
}

/**
 * Reads the paths of a plan's period: from histories in memory if they hold what is asked for, else by the query. Both give the same
 * paths in the same order. The plan has the columns of touches that the question names.
 * @throws unprocessable above a limit, missing_fx_rate like a report, and the reason of the signal.
 */
export async function readOrderPaths(
  snapshot: Snapshot,
  plan: Plan,
  directory: PersonDirectory,
  question: PathQuestion,
  in_memory: Histories | null,
): Promise<{ paths: OrderPaths; served_by: 'histories' | 'sql' }> {
  if (in_memory !== null && holdsPaths(in_memory, plan, question)) {
    const paths = await orderPathsInMemory(snapshot, plan, directory, question, in_memory);
    if (paths !== null) return { paths, served_by: 'histories' };
  }
  const query = await makeOrdersAndEvents(snapshot, plan, directory);
  return { paths: await orderPathsInSql(snapshot, plan, query, question), served_by: 'sql' };
}
