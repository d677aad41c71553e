/** What a report declares of its answers with noise: which groups it can give, and how the sums of its people are read. */
import type { Plan } from '../../attribution/plan.ts';
import type { Bounds } from '../../privacy/differential-privacy/bounds.ts';
import type { ConversionUnit, ExactGroup } from '../../privacy/differential-privacy/release.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import type { ReportContext } from '../context.ts';
import type { Filters } from '../filters.ts';
import type { AttributionParameters } from '../parameters.ts';
import type { Tried } from '../tried-settings.ts';

/** The groups of one table of the answer. */
export interface GroupList {
  /** Groups that are named without looking at the data. They are always shown. */
  named: ReadonlyArray<ExactGroup['keys']>;
  /** True if the data may have other groups. */
  open: boolean;
}

/** A table of the answer. */
export interface NoisyTable {
  field: 'groups' | 'unattributed';
  /** The fields that name a group. */
  key_fields: readonly string[];
  /** @throws bad_request when the named groups are too many. */
  groups(plan: Plan): GroupList;
}

/** What the bounds of a person cut away, exactly. */
export interface Cut {
  /** People who lost something. */
  persons: bigint;
  conversions: bigint;
  revenue_micros: bigint;
}

export interface BoundedSums {
  /** The groups of each table. */
  tables: ReadonlyArray<readonly ExactGroup[]>;
  cut: Cut;
}

/** A question to a report, as {@link resolveParameters} takes it, and how its sums are read. */
export interface NoisyQuestion {
  shared: AttributionParameters & Tried;
  options: {
    extra: Record<string, unknown>;
    filters: Filters;
    touch_columns?: readonly string[];
    default_period_days?: number;
  };
  tables: readonly NoisyTable[];
  /** Reads the sums of each group, with each person within the bounds. */
  read(snapshot: Snapshot, context: ReportContext, plan: Plan, bounds: Bounds): Promise<BoundedSums>;
}

export interface Noisy {
  /** What an answer with noise has, for the documentation. */
  gives: string;
  /** What is counted, and in which unit. */
  counts: { name: 'conversions' | 'journeys' | 'orders'; unit: ConversionUnit };
  /** True if the answer depends on a model. */
  has_model: boolean;
  /** Set if one order counts in full in so many groups: the bounds of a person are so many times as high. */
  groups_per_order?: number;
  /** Set if a person is in one group, whatever the person does. */
  one_group?: true;
  /** @throws bad_request for what a question with noise cannot ask. */
  ask(parameters: Record<string, unknown>): NoisyQuestion;
}
