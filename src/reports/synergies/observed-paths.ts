/** The paths that synergies are counted over: one of each order with a touch, and one of each person who touched and did not order. */
/** Path p has the touches `codes[offsets[p]] … codes[offsets[p + 1] - 1]`, at least one. */
export interface ObservedPaths {
  /** The name of each code; null is a missing one. */
  readonly names: ReadonlyArray<string | null>;
  readonly codes: Uint16Array | Uint32Array;
  readonly offsets: Uint32Array;
  /** How many paths it stands for: 1, or more of people without an order who are in one random group. */
  readonly weight: Uint32Array;
  /** 1 for the path of an order. */
  readonly is_order: Uint8Array;
  /** The net value of the order in micros, whole numbers within 2^52; 0 without an order. */
  readonly micros: Float64Array;
  /** Values that are larger, by path. */
  readonly large: ReadonlyMap<number, bigint>;
  /** The person of each path, numbered from 0. */
  readonly person: Uint32Array;
  readonly people: number;
  /** The random group of each person. */
  readonly random_group: Uint16Array;
}

export const countPaths = ({ is_order }: ObservedPaths): number => is_order.length;
