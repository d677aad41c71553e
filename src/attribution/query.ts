/**
 * The attribution query, as it is said:
 *
 *   conversions -> orders and value events -> persons -> candidates -> touches -> path -> weights -> credits
 *
 * Each step takes the relations that it reads and returns those that it makes. `relations.ts` declares them all.
 *
 *   orders.ts, events.ts     who ordered, when, what it is worth now, in the report's currency
 *   eligibility.ts           the filters that decide which touchpoints may earn credit
 *   touches.ts, collapse.ts  what may earn credit, and what counts once
 *   credits.ts               paths, weights per model, and exact micros
 *   unattributed.ts          what no touch earned, and why
 *   models.ts                the weight expressions
 *
 * From the same relations: considered.ts, what became of each touchpoint of one order, and journeys.ts.
 */
import type { PersonDirectory } from '../identity/directory.ts';
import type { Snapshot } from '../warehouse/port.ts';
import type { Relation } from '../warehouse/relation.ts';
import type { TimeBounds, ValueBounds } from './bounds.ts';
import { type CreditRelations, makeCreditsOfTouches } from './credits.ts';
import { makeOrdersAndEvents } from './orders.ts';
import type { Plan } from './plan.ts';
import type { OrderRelations, TouchRelations } from './relations.ts';
import { makeTouchesOfOrders } from './touches.ts';
import { makeUnattributed } from './unattributed.ts';

/** What the query made: relations of the snapshot, for reports to read. */
export interface Attribution extends OrderRelations, TouchRelations, CreditRelations {
  unattributed: Relation;
  times: TimeBounds;
  bounds: ValueBounds;
}

/** Runs the query. @throws missing_fx_rate, and bad_request for weights of a custom model that are none. */
export async function attribute(snapshot: Snapshot, plan: Plan, directory: PersonDirectory): Promise<Attribution> {
  const orders = await makeOrdersAndEvents(snapshot, plan, directory);
  const touches = { ...orders, ...(await makeTouchesOfOrders(snapshot, plan, orders, orders.times)) };
  const credited = {
    ...touches,
    ...(await makeCreditsOfTouches(snapshot, plan, touches, touches.bounds.values_are_small)),
  };
  return { ...credited, unattributed: await makeUnattributed(snapshot, plan, credited, orders.times.high_ms) };
}
