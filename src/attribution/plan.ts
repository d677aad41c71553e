/** What a report asks of the attribution query, resolved: no defaults, no names, no zones left open. */
import type { BrandSettings } from '../domain/settings.ts';
import type { Snapshot } from '../warehouse/port.ts';
import type { Position } from '../warehouse/position.ts';
import type { Relation } from '../warehouse/relation.ts';
import type { Explain } from './explain.ts';
import type { QueryOptions } from './query-options.ts';
import type { TouchRelations } from './relations.ts';

/** One brand in a report, with the instants of the period in its own zone. */
export interface PlannedBrand {
  brand_id: string;
  settings: BrandSettings;
  start_ms: number;
  end_ms: number;
}

/** The log position of each input; a comparison of runs moves them one by one. */
export interface Positions {
  identity: Position;
  conversions: Position;
  adjustments: Position;
  touchpoints: Position;
}

export function samePositions(position: Position): Positions {
  return { identity: position, conversions: position, adjustments: position, touchpoints: position };
}

export interface Model {
  name: string;
  /** SQL for the weight, a double that is finite and not negative. */
  weight: string;
  /** The largest weight that every path holds, where it is known without looking. */
  peak?: string;
  /**
   * The credit of `value` in closed form, equal to the shared allocation of the weights; needs no running sum. `share` is
   * value * sum div total, for sums of at most 1,000.
   */
  credit?: (value: string, share: (sum: string, total: string) => string) => string;
  /** Weights come from a user's expression and have to be checked. */
  checked?: boolean;
  /** Columns of the touchpoint and of the settings that the weight uses. */
  columns?: readonly string[];
  /** What the model looks at, for a reader: figures of one group of touches, beside those of all. */
  explain: Explain;
  /** What a fitted model learned; its weight is a column of the scores. */
  scores?: Scores;
  /**
   * Weights are shares of the whole order, not of each other: what is missing from 1 is organic, and no touch earned it.
   */
  absolute?: boolean;
}

/** The weights of a fitted model, by touch. */
export interface Scores {
  artifact_id: string;
  /** What `with_it` and `without_it` measure, for receipts. */
  measure: string;
  column: 'weight' | 'share';
  /**
   * Makes the relation `scores` from the touches: the weight among the touches of a path, the share of the order that the touch
   * caused, and the measure with the touch and without it.
   */
  make(snapshot: Snapshot, plan: Plan, touches: TouchRelations, scores: Relation): Promise<void>;
}

export interface Plan extends QueryOptions {
  brands: readonly PlannedBrand[];
  positions: Positions;
  models: readonly Model[];
  currency: string;
  /** Only this order, for a receipt. */
  conversion_id?: string;
  /** Only the orders of this person, for a customer's history. */
  person_id?: string;
  /** Touchpoint columns that the report groups by, beside those that every path carries. */
  touch_columns: readonly string[];
  /** The report shows the weight of every touch under every model. */
  show_weights: boolean;
}

/** A path keeps its newest touches up to this number. */
export const MAX_PATH_LENGTH = 1_000;
/** Weights are scaled to integers of this size, so that allocation is exact. */
export const WEIGHT_SCALE = 2 ** 40;
/** An order is also allocated as this many micro-conversions. */
export const MICRO_CONVERSIONS = 1_000_000;

/** Whether the plan names one order or one person; then no period cuts. */
export function isNarrowed(plan: Plan): boolean {
  return plan.conversion_id !== undefined || plan.person_id !== undefined;
}

/** The names in a plan, as parameters of a query. */
export function narrowing(plan: Plan): Record<string, string> {
  return {
    ...(plan.conversion_id === undefined ? {} : { conversion_id: plan.conversion_id }),
    ...(plan.person_id === undefined ? {} : { person_id: plan.person_id }),
  };
}

/** SQL that holds for the orders that a plan names. */
export function narrowed(plan: Plan): string {
  return Object.keys(narrowing(plan))
    .map((name) => `o.${name} = $${name}`)
    .join(' and ');
}

/** Whether every order that the filters find has a value event in the period, so that none has to be dropped later. */
export function ordersAreFinal(plan: Plan): boolean {
  return plan.adjustments === 'order_day' && plan.lookback === 'full';
}

/** Whether the period alone decides which orders are needed. */
export function periodDecides(plan: Plan): boolean {
  return ordersAreFinal(plan) && !isNarrowed(plan);
}
