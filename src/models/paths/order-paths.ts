/** The paths of a log one by one: what is asked, and what is read. {@link ./read-order-paths.ts} reads them. */
import type { OrderRelations } from '../../attribution/relations.ts';
import type { Question } from '../../histories/credit.ts';
import type { WatchPass } from '../../histories/pass-progress.ts';
import type { Likeness } from '../../histories/paths/alike-paths.ts';
import type { PassThreads } from '../../histories/threads/pass-threads.ts';
import type { Parameter } from '../../warehouse/port.ts';
import type { PathStates } from './state-naming.ts';

/**
 * Paths in order of instant; at one instant those of orders come first, then by brand, then by conversion id, or by the key of the
 * person who did not order. The path of number p has the touches `offsets[p]` to before `offsets[p + 1]`, oldest first. An order
 * without a touch has an empty path.
 */
export interface OrderPaths {
  /** The names of touches, in order of their codes. */
  states: readonly string[];
  offsets: Uint32Array;
  /** By touch, the code of its name. */
  codes: Uint16Array;
  /** By touch, its instant. */
  touch_ms: Float64Array;
  /** By touch, 1 if the filters about touches let it pass; null without such filters. */
  shown: Uint8Array | null;
  /** How many paths it stands for: 1, or more for people who did not order and are alike. */
  weight: Uint32Array;
  /** 1 for the path of an order, 0 for that of a person who did not order. */
  is_order: Uint8Array;
  /** 1 if the order itself is a value event that counts, 0 if only later refunds are. Reports count orders by it. */
  counted: Uint8Array;
  /** The instant of the order, or of the last touch of the person that may earn. */
  at_ms: Float64Array;
  /** Brand and conversion type: `partsOfPolicy` of histories/asked-orders.ts reads it. */
  policy: Uint32Array;
  /** The sum of the value events that count, in micros of the report's currency; 0 where `large_micros` has it. */
  net_micros: Float64Array;
  large_micros: ReadonlyMap<number, bigint>;
  /** The number of the person, from 0, in order of their first paths. */
  person: Uint32Array;
  /** By person, 32 bits that are spread evenly. They follow from brand and name of the person alone. */
  person_hash: Uint32Array;
}

/** Which value events and which touches count. */
export interface PathFilters {
  /** Chooses value events; null for all. Orders without a chosen event have no path. */
  events: {
    chooses: NonNullable<Question['chooses']>;
    by_day: boolean;
    segments: Question['segments'];
    with_kinds: boolean;
    /** The same by the query. */
    inSql(query: OrderRelations): Promise<Pick<OrderRelations, 'orders' | 'events'>>;
  } | null;
  /** Chooses touches; null for all. It leaves no touch out of a path. */
  touches: {
    columns: readonly string[];
    shows: NonNullable<Question['shows']>;
    /** SQL that is true for touches `t` that pass. */
    sql: string;
    parameters: Record<string, Parameter>;
  } | null;
}

export interface PathQuestion {
  states: PathStates;
  filters: PathFilters;
  /** False where only the paths of orders are wanted. */
  with_people: boolean;
  /** A path keeps so many of its newest touches. */
  most_touches: number;
  /** False where the order of paths and the numbers of people do not matter, as for sums; then they may be any. */
  in_order: boolean;
  /** False where nobody reads `touch_ms`; then it is empty. */
  instants: boolean;
  /** Which people who did not order may be put together. Nobody looks at their instants then, nor at their policies. */
  alike: { likeness: Likeness; by_group: boolean } | null;
  /** Threads that find many paths; the event loop finds all when left out. */
  threads: PassThreads | undefined;
  signal: AbortSignal | undefined;
  /** Told of the search for paths when it begins. */
  watch?: WatchPass | undefined;
}
