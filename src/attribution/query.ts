/**
 * The attribution query, as it is said:
 *
 *   conversions -> orders and value events -> persons -> candidates -> touches -> path -> weights -> credits
 *
 * Each arrow is one file here and one temporary table of the snapshot; a report reads the last ones.
 *
 *   orders.ts        `orders`, `events`         who ordered, when, what it is worth now, in the report's currency
 *   bounds.ts        between which instants, days and values
 *   touches.ts       `candidates`, `absorbed`   what may earn credit, and what counts once
 *   credits.ts       `credits`                  paths, weights per model, and exact micros
 *   unattributed.ts  `unattributed`             what no touch earned, and why
 *   models.ts        the weight expressions
 */
import type { PersonDirectory } from '../identity/directory.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { type Bounds, readBounds } from './bounds.ts';
import { makeCreditsOfTouches } from './credits.ts';
import { makeOrdersAndEvents } from './orders.ts';
import type { Plan } from './plan.ts';
import { makeTouchesOfOrders } from './touches.ts';
import { makeUnattributed } from './unattributed.ts';

/** Runs the query; afterwards the snapshot holds the tables above. Returns whether some touchpoints were reclassified. */
export async function attribute(
  snapshot: Snapshot,
  plan: Plan,
  directory: PersonDirectory,
): Promise<{ reclassified: boolean; bounds: Bounds }> {
  await makeOrdersAndEvents(snapshot, plan, directory);
  const bounds = await readBounds(snapshot, plan);
  const reclassified = bounds.has_reclassifications;
  await makeTouchesOfOrders(snapshot, plan, bounds);
  await makeCreditsOfTouches(snapshot, plan, bounds);
  await makeUnattributed(snapshot, plan, bounds);
  return { reclassified, bounds };
}
