/** What a report asks of the attribution query, resolved: no defaults, no names, no zones left open. */
import type { BrandSettings } from '../domain/settings.ts';
import type { Position } from '../warehouse/position.ts';
import type { Model } from './models.ts';

export const COLLAPSE_MODES = ['interaction', 'none'] as const;
export const ADJUSTMENT_MODES = ['order_day', 'own_day'] as const;
export const LOOKBACK_MODES = ['full', 'since_previous_conversion'] as const;

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

export interface Plan {
  brands: readonly PlannedBrand[];
  positions: Positions;
  models: readonly Model[];
  currency: string;
  collapse: (typeof COLLAPSE_MODES)[number];
  adjustments: (typeof ADJUSTMENT_MODES)[number];
  lookback: (typeof LOOKBACK_MODES)[number];
  exclude_direct: boolean;
  include_machine: boolean;
  /** Null means all. */
  conversion_types: readonly string[] | null;
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
