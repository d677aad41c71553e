/**
 * The attribution query:
 *
 *   conversions -> orders and value events -> persons -> candidates -> touches -> path -> weights -> credits
 *
 * Each step takes the relations that it reads and returns those that it makes. `relations.ts` declares them all.
 *
 *   orders.ts, events.ts     who ordered, when, and the value now, in the report's currency
 *   eligibility.ts           the filters that decide which touchpoints may earn credit
 *   continuations.ts         pages that belong to the visit before them
 *   touches.ts, collapse.ts  candidates, and which of them are one touch
 *   credits.ts               paths, weights per model, and exact micros
 *   unattributed.ts          value that no touch earned, and the reason
 *   models.ts                the weight expressions
 *
 * Two more files read the same relations: considered.ts (the decision on each touchpoint, for receipts) and journeys.ts.
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

/** The relations that the query made. Reports read them in the same snapshot. */
export interface Attribution extends OrderRelations, TouchRelations, CreditRelations {
  unattributed: Relation;
  times: TimeBounds;
  bounds: ValueBounds;
}

/** Runs the query. @throws missing_fx_rate; bad_request when a custom model gives a weight that is negative or not finite. */
export async function attribute(snapshot: Snapshot, plan: Plan, directory: PersonDirectory): Promise<Attribution> {
  const orders = await makeOrdersAndEvents(snapshot, plan, directory);
  const touches = { ...orders, ...(await makeTouchesOfOrders(snapshot, plan, orders, orders.times)) };
  const credited = {
    ...touches,
    ...(await makeCreditsOfTouches(snapshot, plan, touches, { small: touches.bounds.values_are_small })),
  };
  return { ...credited, unattributed: await makeUnattributed(snapshot, plan, credited, orders.times.high_ms) };
}
