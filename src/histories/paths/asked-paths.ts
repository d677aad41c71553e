/** What a walk over paths is asked for. All of it is data, so that a thread can be sent it. */
import { CONVERSION_TYPES } from '../../domain/conversion.ts';
import type { PassOrders, PassPlan } from '../asked.ts';
import type { Hiding } from '../consents/hiding.ts';
import type { LabelFacts } from '../label-facts.ts';
import type { AskedAlike } from './alike-paths.ts';
import type { SilentPeople } from './silent-people.ts';

/** What a walk reads of the orders. */
export const PATH_ORDER_ARRAYS = [
  'at_ms',
  'previous_ms',
  'policy',
  'person_starts',
  'by_person',
  'conversions',
] as const;
export type PathOrders = Pick<PassOrders, (typeof PATH_ORDER_ARRAYS)[number] | 'orders' | 'persons' | 'subjects'>;

export interface AskedPaths {
  plan: PassPlan;
  /** How many labels there are. Arrays of facts may be longer. */
  labels: number;
  facts: LabelFacts;
  /** Null where no touchpoint needs consent. */
  hiding: Hiding | null;
  orders: PathOrders;
  /** True if all touchpoints that were there at the filling lie at or before the position of the plan. */
  sees_filled: boolean;
  /** By order, 1 if its path is wanted. */
  chosen: Uint8Array;
  silent: SilentPeople;
  /** Puts people who did not order together; null if the path of each is asked for. */
  alike: AskedAlike | null;
  /** A path keeps so many of its newest touches. */
  most_touches: number;
  /** Above so many touches of all paths, they are only counted. */
  most_of_all: number;
  /** True if the instants of touches are asked for. */
  instants: boolean;
}

/** The policy of people who did not order: that of their brand and the first conversion type that is asked for. */
export function silentPolicy({ conversion_types }: Pick<PassPlan, 'conversion_types'>, brand_no: number): number {
  const type = (CONVERSION_TYPES as readonly string[]).indexOf(conversion_types?.[0] ?? 'purchase');
  return brand_no * CONVERSION_TYPES.length + type;
}
