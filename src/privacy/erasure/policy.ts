/** What becomes of figures when a person is erased, as the configuration says. */
import { type Static, Type } from '../../domain/typebox.ts';

/**
 * `remove` takes the orders of the person out of every total. `keep_anonymous` keeps each of them under an id of nobody, so that revenue
 * stays what the shop has booked; no touch earns it then.
 */
export const ErasedOrders = Type.Unsafe<'remove' | 'keep_anonymous'>({
  type: 'string',
  enum: ['remove', 'keep_anonymous'],
});

/**
 * `tombstone` keeps the amounts of frozen runs and takes the ids out of them. `recompute` makes the runs anew from what is left of the log.
 */
export const ErasedRuns = Type.Unsafe<'tombstone' | 'recompute'>({ type: 'string', enum: ['tombstone', 'recompute'] });

export interface ErasurePolicy {
  orders: Static<typeof ErasedOrders>;
  runs: Static<typeof ErasedRuns>;
}
