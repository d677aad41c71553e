/** What is asked of the orders of people over all time, and the first orders that choose people, as relations. */
import type { Plan } from '../../attribution/plan.ts';
import type { OrderRelations } from '../../attribution/relations.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { materialise, type Relation } from '../../warehouse/relation.ts';
import type { CreditSource, Grouping } from '../credit-source.ts';
import { type Filters, filteredSegments, readFilters } from '../filters.ts';
import { DEFAULT_WEEK_START } from '../groups.ts';
import type { Warning } from '../warning.ts';
import type { Lifetimes } from './lifetimes.ts';
import { FIRST_ORDERS } from './relations.ts';

export interface LifetimesAsked {
  /** The plan over all time. */
  plan: Plan;
  /** The period of the first orders, by place of the brand in the plan. */
  periods: ReadonlyArray<{ start_ms: number; end_ms: number }>;
  /** They choose people by their first order. */
  filters: Filters;
  /** True if only people with their first order in the period are read; else all whose first order the filters let pass. */
  only_chosen: boolean;
  /** True if the report names the segments of first orders. */
  with_segments: boolean;
  /** True if the report asks what is in the paths, or for credit. */
  with_paths: boolean;
  /** True if the report names channel and campaign of the first touch before the first order. Then it asks for paths, too. */
  with_first_touch: boolean;
}

export interface LifetimesRead {
  lifetimes: Lifetimes;
  /** The instant of the last order of anybody; null without orders. Nothing is known of what came after it. */
  until_ms: number | null;
  /** Credit of the orders of the people who are chosen; null if the report does not ask for paths. */
  credit: CreditSource | null;
  warnings: Warning[];
}

/** Credit is not grouped. Filters choose people, so they choose no credit. */
export const UNGROUPED: Grouping = {
  keys: [],
  filters: readFilters([], DEFAULT_WEEK_START),
  week_start: DEFAULT_WEEK_START,
};

type Ordered = Pick<OrderRelations, 'orders'> & { members: Relation };

/** Makes `first_orders`, of each person the first order by instant and id. */
export function makeFirstOrders(snapshot: Snapshot, orders: Relation): Promise<Relation> {
  const columns = Object.keys(FIRST_ORDERS.columns)
    .map((name) => `n.${name} as ${name}`)
    .join(', ');
  return materialise(
    snapshot,
    FIRST_ORDERS,
    `select ${columns} from (
       select o.*, row_number() over (partition by o.person_key order by o.at_ms, o.conversion_id) as order_place from ${orders.name} o) n
     where n.order_place = 1`,
  );
}

/** Makes the segments of first orders, and whether the filters let them pass. */
export async function firstSegments(
  snapshot: Snapshot,
  { plan, filters }: LifetimesAsked,
  { orders, members }: Ordered,
): Promise<Relation> {
  return filteredSegments(snapshot, plan, { orders: await makeFirstOrders(snapshot, orders), members }, filters);
}
