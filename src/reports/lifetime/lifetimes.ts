/** All orders over all time, up to the position of a report, of the people whom it reads. Every order and every value event is there once. */

import type { PlannedBrand } from '../../attribution/plan.ts';
import { TributaryError } from '../../domain/errors.ts';
import { dayOf } from '../../domain/time.ts';
import type { ExactSums } from '../../histories/exact.ts';

/**
 * People have numbers in any order. The orders of each are in order of instant and id. The same log gives the same people in order of
 * their keys, whichever source they are read from.
 */
export interface Lifetimes {
  people: number;
  /** The numbers of people in order of their keys. Sums that round are made in this order. */
  by_key: Uint32Array;
  /** The place of the person's brand in the plan. */
  brand_no: Uint32Array;
  /** The random group of the person, below PERSON_GROUPS. */
  random_group: Uint8Array;
  /** 1 if the first order of the person lies in the period of the report. */
  chosen: Uint8Array;
  /** What the first order of each person has; null where the report does not ask. */
  segment: ReadonlyArray<string | null> | null;
  channel: ReadonlyArray<string | null> | null;
  campaign_id: ReadonlyArray<string | null> | null;
  /** The orders of person p are starts[p] … starts[p + 1] - 1. */
  starts: Uint32Array;
  /** By order. Arrays of orders and of events may be longer. */
  at_ms: Float64Array;
  /** The calendar day of each order in the zone of its brand. */
  day: Float64Array;
  /** 1 if an email is in the path of the order; null where the report does not ask. */
  has_email: Uint8Array | null;
  /** The value events of order i are event_starts[i] … event_starts[i + 1] - 1. */
  event_starts: Uint32Array;
  event_day: Float64Array;
  /** How each event changed the value of its order, in micros of the report's currency; 0 where `large` has it. */
  micros: Float64Array;
  large: ReadonlyMap<number, bigint>;
}

/** A value event takes about 100 bytes while a report is made. */
const MOST_EVENTS = 10_000_000;

/** @throws too_large above the most value events that a report reads. */
export function refuseMoreEvents(events: number): void {
  if (events > MOST_EVENTS)
    throw new TributaryError(
      'too_large',
      `brand_id: the report reads all orders of all time, and there are more than ${MOST_EVENTS.toLocaleString('en-US')} orders and adjustments; ask for one brand_id, or for fewer conversion_type`,
      { field: 'brand_id' },
    );
}

/** Adds the change of value of an event to a sum. */
export function addEvent(sums: ExactSums, at: number, { micros, large }: Lifetimes, event: number): void {
  const own = large.size === 0 ? undefined : large.get(event);
  if (own === undefined) sums.add(at, micros[event]!);
  else sums.addLarge(at, own);
}

/** The net value of an order in micros, as a double. */
export function netOf({ event_starts, micros, large }: Lifetimes, order: number): number {
  let small = 0;
  let exact = 0n;
  for (let e = event_starts[order]!; e < event_starts[order + 1]!; e++) {
    small += micros[e]!;
    if (large.size > 0) exact += large.get(e) ?? 0n;
  }
  return exact === 0n ? small : Number(exact + BigInt(small));
}

/** By place of a brand, the calendar day on which the observation ends. This day is not over. */
export function lastDays(brands: readonly PlannedBrand[], until_ms: number): number[] {
  return brands.map(({ settings }) => dayOf(settings.time_zone, until_ms));
}
