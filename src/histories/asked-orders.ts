/** The orders of a report and their value events, in arrays, put together person by person. */
import type { RateBook } from '../attribution/rates.ts';
import { CONVERSION_TYPES, type ConversionType, type CustomerKind } from '../domain/conversion.ts';
import type { Lists } from './orders/lists.ts';
import type { SpendLine } from './orders/statements.ts';
import type { LargeValue, RefundFault } from './orders/value-events.ts';

export type { Lists } from './orders/lists.ts';

/** A value event, as far as keys of groups see it. */
export interface KeyedEvent {
  brand_id: string;
  conversion_type: ConversionType;
  /** The segments of the order as one text; null if there are none, or no key asks for them. */
  segment: string | null;
  /** True if a filter lets the segments of the order pass; null if there is no filter about them, or the order has none. */
  segments_pass: boolean | null;
  /** Whether the order is its person's first; null if no key asks for it. */
  customer_kind: CustomerKind | null;
  day_number: number;
}

/** The segments of orders. Orders with the same set have the same number. */
export interface OrderSegments {
  /** By order, the number of its set. */
  set: Uint32Array;
  /** By set, the names as one text; null if there are none, or no key shows them. */
  texts: ReadonlyArray<string | null>;
  /** By set, whether a filter lets it pass; null if there is no filter about segments, or the set is empty. */
  passes: ReadonlyArray<boolean | null>;
}

/** What warnings count, by the names of reports/warnings.ts. */
export interface OrderCounts {
  foreign_ones: number;
  refunded_beyond: number;
  refunds_unknown: number;
}

/** Orders by number, their events, and what belongs to each person. Lists are [starts[i], starts[i + 1]). Arrays of events may be longer. */
export interface AskedOrders {
  orders: number;
  /** The row of each order in the book of orders. */
  rows: Uint32Array;
  at_ms: Float64Array;
  /** The time of the person's order before; NaN if there is none or lookback is full. */
  previous_ms: Float64Array;
  /** Number of brand and conversion type: {@link partsOfPolicy}. */
  policy: Uint32Array;
  event_starts: Uint32Array;
  before: Float64Array;
  after: Float64Array;
  large: ReadonlyMap<number, LargeValue>;
  day_number: Float64Array;
  /** 1 for the event that is the order itself. */
  is_order: Uint8Array;
  /** The segments of orders; null if no key or filter asks for them. */
  segments: OrderSegments | null;
  /** 1 for orders whose person has no order before among the types of the report; null if no key asks for it. */
  is_first: Uint8Array | null;
  persons: number;
  /** The number of each person's key in the book of orders. */
  person_keys: Uint32Array;
  person_starts: Uint32Array;
  /** Orders in the order of persons. */
  by_person: Uint32Array;
  /** The random group of each order's person. */
  person_group: Uint8Array;
  subjects: Lists;
  outside: Lists;
  /** How many conversions of any kind each person has, at least 1. */
  conversions: Float64Array;
  counts: OrderCounts;
  /** The orders that the first two of the counts are about. */
  refund_faults: readonly RefundFault[];
  /** The lines of spend and the rates at this position. */
  spend: () => readonly SpendLine[];
  rates: () => RateBook;
}

/** The parts of a policy: the brand's place in the plan times the number of types, plus the place of the type. */
export function partsOfPolicy(policy: number): { brand_no: number; conversion_type: ConversionType } {
  return {
    brand_no: Math.floor(policy / CONVERSION_TYPES.length),
    conversion_type: CONVERSION_TYPES[policy % CONVERSION_TYPES.length]!,
  };
}
