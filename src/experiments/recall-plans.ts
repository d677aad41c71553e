/** Puts the plans of a restored log into the state, so that people are assigned as before, and what is final stays so. */
import { readPlansOfLog } from '../reports/experiments/plans.ts';
import type { State } from '../state/port.ts';
import type { Warehouse } from '../warehouse/port.ts';
import { MAX_PLANS, PlanBook } from './plan-book.ts';
import type { Planned } from './planned.ts';

/** Plans that the state has stay as they are. */
export async function recallPlans(warehouse: Warehouse, state: State): Promise<void> {
  const plans = await warehouse.read((snapshot) => readPlansOfLog(snapshot, MAX_PLANS));
  const recalled = plans.map(
    ({ design, stop, frozen_at_ms }): Planned => ({ design, stop, frozen_at_ms, is_written: false }),
  );
  if (recalled.length > 0) await new PlanBook(state).recall(recalled);
}
