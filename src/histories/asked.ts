/** What one pass over histories is asked for. All of it is data, so that a thread can be sent it. */
import type { Model, Plan } from '../attribution/plan.ts';
import type { AskedOrders } from './asked-orders.ts';
import type { Hiding } from './consents/hiding.ts';
import type { LabelTables } from './label-tables.ts';
import type { TouchSlots } from './slot-sums.ts';

/** Stands for the group of a value event that the report does not choose. */
export const NOT_CHOSEN = 2 ** 32 - 1;

/** What a pass reads of a model. */
export type PassModel = Pick<Model, 'name' | 'absolute' | 'checked'>;

/** What a pass reads of a plan. */
export interface PassPlan extends Omit<Plan, 'models'> {
  models: readonly PassModel[];
}

/** What a pass reads of the orders. */
export const ORDER_ARRAYS = [
  'at_ms',
  'previous_ms',
  'policy',
  'event_starts',
  'before',
  'after',
  'is_order',
  'person_starts',
  'by_person',
  'conversions',
  'person_group',
] as const;
export type PassOrders = Pick<
  AskedOrders,
  (typeof ORDER_ARRAYS)[number] | 'orders' | 'large' | 'persons' | 'subjects' | 'outside'
>;

export interface Asked {
  plan: PassPlan;
  orders: PassOrders;
  /** Null where no touchpoint needs consent. */
  hiding: Hiding | null;
  tables: LabelTables;
  /** The group of each value event, and how many groups there are. Events that the report does not choose are {@link NOT_CHOSEN}. */
  event_group: Uint32Array;
  event_groups: number;
  /** The numbers of the people to walk; null for all. */
  walked: Uint32Array | null;
  /** True if the report tells more of journeys than their lengths. Then only journeys with a touchpoint that is shown count. */
  journey_details: boolean;
  /** True if the report tells what the path of each order holds. */
  path_facts: boolean;
  /** True if the report tells how its figures spread over people. */
  has_spread: boolean;
  /** The slots of touchpoints; null unless the report tells what they earn. */
  slots: TouchSlots | null;
}
