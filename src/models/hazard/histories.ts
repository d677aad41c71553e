/** What a model of the conversion hazard may look at: who was touched when, who ordered when, and who was there at all. */

/**
 * Histories of people, converters or not. What belongs to person p stands between `…_offsets[p]` and `…_offsets[p + 1]`,
 * oldest first. Times are UTC milliseconds.
 */
export interface Histories {
  /** What a touch is called at the grain of the fit; index = code. */
  readonly states: readonly string[];
  readonly touch_offsets: Uint32Array;
  readonly touch_ms: Float64Array;
  readonly touch_state: Uint16Array;
  readonly order_offsets: Uint32Array;
  readonly order_ms: Float64Array;
  /** Net value of each order, in major units of one currency. */
  readonly order_value: Float64Array;
  /** When the person was first seen in any record; nobody is at risk before. */
  readonly first_ms: Float64Array;
  /** Segments that people belong to, each from and until an instant (positive infinity without an end). Never credited. */
  readonly segments: readonly string[];
  readonly segment_offsets: Uint32Array;
  readonly segment_code: Uint16Array;
  readonly segment_from_ms: Float64Array;
  readonly segment_until_ms: Float64Array;
  /** Orders are explained in [start_ms, end_ms); touches and orders before it count as past. */
  readonly start_ms: number;
  readonly end_ms: number;
}

export function peopleOf(histories: Histories): number {
  return histories.first_ms.length;
}
