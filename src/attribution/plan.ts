/** What a report asks of the attribution query. Defaults are filled in, names are resolved, and times are instants. */
import type { BrandSettings } from '../domain/settings.ts';
import type { Snapshot } from '../warehouse/port.ts';
import type { Position } from '../warehouse/position.ts';
import type { Relation } from '../warehouse/relation.ts';
import type { Explain } from './explain.ts';
import type { NumberOf } from './expression-values.ts';
import type { QueryOptions } from './query-options.ts';
import type { TouchRelations } from './relations.ts';

/** One brand of a report, with the period as instants: days of the period are days of the brand's zone. */
export interface PlannedBrand {
  brand_id: string;
  settings: BrandSettings;
  start_ms: number;
  end_ms: number;
}

/** The log position of each input. A comparison with a frozen run moves them one by one. */
export interface Positions {
  identity: Position;
  conversions: Position;
  adjustments: Position;
  touchpoints: Position;
}

export function samePositions(position: Position): Positions {
  return { identity: position, conversions: position, adjustments: position, touchpoints: position };
}

/** People are put into so many groups by the last bits of their keys, which are as good as random. A power of 2. */
export const PERSON_GROUPS = 256;

export interface Model {
  name: string;
  /** SQL for the weight: a double, finite and not negative. */
  weight: string;
  /** SQL for the largest weight of a path, if it is known without reading the path. */
  peak?: string;
  /**
   * SQL for the credit of `value` in closed form. It equals the shared allocation of the weights and needs no running sum.
   * `share` is value * sum div total, for sums of at most 1,000.
   */
  credit?: (value: string, share: (sum: string, total: string) => string) => string;
  /** True if weights come from a custom expression and must be checked. */
  checked?: boolean;
  /** The weight of a touch in memory, for a custom expression. */
  of?: NumberOf;
  /** Columns of the touchpoint and of the settings that the weight uses. */
  columns?: readonly string[];
  /** Explains the credit of a group: compares its touches with all touches, by what the model looks at. */
  explain: Explain;
  /** The scores of a fitted model. Its weight is a column of them. */
  scores?: Scores;
  /**
   * True if weights are shares of the whole order. If their sum is below 1, the rest is organic: no touch earned it.
   */
  absolute?: boolean;
}

/** What a report says about the artifact of a model. It decides no credit. */
export interface ArtifactNotes {
  /** True if an administrator pinned the artifact. */
  pinned: boolean;
  warnings: ReadonlyArray<{ code: string; count: number; message: string }>;
}

/** The weights of a fitted model, by touch. */
export interface Scores {
  artifact_id: string;
  notes: ArtifactNotes;
  /** What `with_it` and `without_it` measure, in words for a receipt. */
  measure: string;
  column: 'weight' | 'share';
  /**
   * Fills the relation `scores` for the touches: the weight of a touch within its path, the share of the order that it caused,
   * and the measure with the touch and without it.
   */
  make(snapshot: Snapshot, plan: Plan, touches: TouchRelations, scores: Relation): Promise<void>;
  /** The same for paths in memory. `kinds` is what touches have in common, by number. */
  inMemory(kinds: readonly TouchKind[]): ScorePath;
  /** The credit that touches of a path, oldest first, shared with the touches that brought them. Left out where none is shared. */
  moves?: (kinds: readonly TouchKind[], ages_ms: Float64Array) => SharedCredit[];
}

/** Credit that a touch shared with an earlier one. `from` and `to` are places in the path. */
export interface SharedCredit {
  from: number;
  to: number;
  /** The part of the touch `from` that the touch `to` brought, in [0, 1]. */
  brought: number;
  /** What it gave, in the unit of the model's weights. */
  weight: number;
}

/** What a fitted model may look at, beside the age of a touch. */
export interface TouchKind {
  touchpoint_type: string | null;
  channel: string | null;
  campaign_id: string | null;
}

/** All touches of an order, oldest first: the number of its kind and the age of each. */
export interface ScoredPath {
  length: number;
  kinds: Uint32Array;
  ages_ms: Float64Array;
}

/** The weights and shares of the touches of a path. The lists are used again for the next path. */
export type ScorePath = (path: ScoredPath) => { weight: ArrayLike<number>; share: ArrayLike<number> };

export interface Plan extends QueryOptions {
  brands: readonly PlannedBrand[];
  positions: Positions;
  models: readonly Model[];
  currency: string;
  /** Restricts the plan to this order, for a receipt. */
  conversion_id?: string;
  /** Restricts the plan to the orders of this person, for a customer's history. */
  person_id?: string;
  /** Touchpoint columns that the report groups by, in addition to those that every candidate has. */
  touch_columns: readonly string[];
  /** Before which instants records of each brand were removed by age, in the order of `brands`; left out where none were. */
  removed_before?: ReadonlyArray<{ touchpoints_ms: number | null; orders_ms: number | null }>;
  /** True if the report shows the weight of every touch under every model. */
  show_weights: boolean;
  limits: CandidateLimits;
}

/** How many candidates an order may have. */
export interface CandidateLimits {
  /** An order keeps at most so many candidates. */
  most: number;
  /** An order keeps at least so many candidates. */
  least: number;
  /** All orders of a person together keep about so many candidates, as far as `least` allows. */
  of_person: number;
  /** A person with more pairs of an order and a touchpoint than this is busy. It changes the work and no result. */
  pairs: number;
}

export const CANDIDATE_LIMITS: CandidateLimits = { most: 2_000, least: 50, of_person: 1_000_000, pairs: 1_000_000 };

/** A path keeps its newest touches up to this number. */
export const MAX_PATH_LENGTH = 1_000;
/** The largest weight of a path becomes this integer, so that allocation is exact. */
export const WEIGHT_SCALE = 2 ** 40;
/** An order is also allocated as this many micro-conversions. */
export const MICRO_CONVERSIONS = 1_000_000;

/** True if the plan names one order or one person. Then the period does not restrict it. */
export function isNarrowed(plan: Plan): boolean {
  return plan.conversion_id !== undefined || plan.person_id !== undefined;
}

/** The order or person that a plan names, as parameters of a query. */
export function narrowing(plan: Plan): Record<string, string> {
  return {
    ...(plan.conversion_id === undefined ? {} : { conversion_id: plan.conversion_id }),
    ...(plan.person_id === undefined ? {} : { person_id: plan.person_id }),
  };
}

/** SQL that is true for the orders `o` that a plan names. */
export function narrowed(plan: Plan): string {
  return Object.keys(narrowing(plan))
    .map((name) => `o.${name} = $${name}`)
    .join(' and ');
}

/** True if every order that the filters find has a value event in the period. Then no order has to be dropped later. */
export function ordersAreFinal(plan: Plan): boolean {
  return plan.adjustments === 'order_day' && plan.lookback === 'full';
}

/** True if the period alone decides which orders are needed. */
export function periodDecides(plan: Plan): boolean {
  return ordersAreFinal(plan) && !isNarrowed(plan);
}
