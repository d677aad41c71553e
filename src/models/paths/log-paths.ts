/**
 * Reads paths for fitting from the log. The path of an order is the path that reports credit. People who touched and did not
 * order in the period have one null path, which ends at their last touch in it.
 */
import { makeOrdersAndEvents } from '../../attribution/orders.ts';
import type { Plan } from '../../attribution/plan.ts';
import { holds } from '../../histories/credit.ts';
import type { Histories } from '../../histories/histories.ts';
import type { PersonDirectory } from '../../identity/directory.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import type { Naming } from '../grain.ts';
import type { LogPaths } from './paths.ts';
import { pathsInMemory } from './paths-in-memory.ts';
import { pathsInSql } from './paths-in-sql.ts';

/**
 * Reads the paths of a plan's period: from histories in memory if they hold what the plan asks for, else by the query. Both give the
 * same paths in the same order.
 * @throws unprocessable above a limit of a fit.
 */
export async function readLogPaths(
  snapshot: Snapshot,
  plan: Plan,
  directory: PersonDirectory,
  naming: Naming,
  in_memory: Histories | null = null,
): Promise<LogPaths> {
  const query = await makeOrdersAndEvents(snapshot, plan, directory);
  const held = in_memory !== null && holds(in_memory, { ...plan, models: [] }, []);
  const found = held ? await pathsInMemory(snapshot, plan, query, naming, in_memory) : null;
  return found ?? pathsInSql(snapshot, plan, query, naming);
}
