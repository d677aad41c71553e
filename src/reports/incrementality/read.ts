/** Reads the evidence of all experiments of a request's brands, with the credit of its models. */
import type { Plan } from '../../attribution/plan.ts';
import { type Attribution, attribute } from '../../attribution/query.ts';
import { MS_PER_DAY } from '../../domain/time.ts';
import type { PersonDirectory } from '../../identity/directory.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { type Planned, readAllPlans } from '../experiments/plans.ts';
import { allTime } from '../person.ts';
import { type Evidence, readEvidence } from './evidence.ts';
import { makeCountedTouches } from './touches.ts';

/** How results are computed. A change of any formula is a new version. */
export const LIFT_VERSION = '3';
/** People who ordered in so many days before a period returned. */
export const RETURNED_MS = 30 * MS_PER_DAY;

export interface Read {
  evidence: Evidence[];
  query: Attribution;
  /** The plan of the orders: from the first experiment on, with every refund. */
  plan: Plan;
}

export async function readWithCredit(snapshot: Snapshot, asked: Plan, directory: PersonDirectory): Promise<Read> {
  const plans = await plansOf(snapshot, asked);
  const plan = planOver(asked, plans);
  const query = await attribute(snapshot, plan, directory);
  await makeCountedTouches(snapshot, plan, query.times);
  return { evidence: await readEvidence(snapshot, plan, plans, query), query, plan };
}

export async function plansOf(snapshot: Snapshot, { brands, positions }: Plan): Promise<Planned[]> {
  const plans: Planned[] = [];
  for (const { brand_id } of brands) plans.push(...(await readAllPlans(snapshot, positions.conversions, brand_id)));
  return plans;
}

/** The plan from the earliest that an experiment or the period needs. It has no end, because refunds count whenever they come. */
export function planOver(asked: Plan, plans: readonly Planned[]): Plan {
  const [{ end_ms }] = allTime(asked).brands as [Plan['brands'][number]];
  const brands = asked.brands.map((brand) => {
    const starts = plans
      .map(({ design }) => design)
      .filter(({ brand_id }) => brand_id === brand.brand_id)
      .map(({ start_ms, before_days }) => start_ms - before_days * MS_PER_DAY);
    return { ...brand, start_ms: Math.max(0, Math.min(brand.start_ms - RETURNED_MS, ...starts)), end_ms };
  });
  return { ...asked, adjustments: 'own_day', brands };
}
