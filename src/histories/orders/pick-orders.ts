/** The orders of a report and their value events, chosen from a book. docs/semantics.md 2, 3 and 8. */
import type { Plan } from '../../attribution/plan.ts';
import { CONVERSION_TYPES } from '../../domain/conversion.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import { roomFor } from '../room.ts';
import type { OrderBook } from './order-book.ts';
import type { Standing } from './standing.ts';
import { ValueEvents } from './value-events.ts';

export interface PickedOrders {
  /** The row of each order in the book, in order of arrival. */
  rows: Uint32Array;
  at_ms: Float64Array;
  /** The place of its brand in the plan. */
  place: Uint32Array;
  events: ValueEvents;
  /** The events of order i are [event_starts[i], event_starts[i + 1]). */
  event_starts: Uint32Array;
  /** All standing conversions of the types of the report, if they are needed. */
  standing: Uint32Array | null;
}

/** By number of a brand in the book, its place in the plan; -1 for other brands. */
export function brandPlaces(book: OrderBook, plan: Plan): Int32Array {
  const places = new Int32Array(book.brands.texts.length).fill(-1);
  for (const [place, { brand_id }] of plan.brands.entries()) {
    const own = book.brands.find(brand_id);
    if (own >= 0) places[own] = place;
  }
  return places;
}

/** @param with_all true if all standing conversions are needed, for the order before each order. */
export async function pickOrders(
  book: OrderBook,
  plan: Plan,
  standing: Standing,
  with_all: boolean,
): Promise<PickedOrders> {
  const places = brandPlaces(book, plan);
  const types = new Uint8Array(2 ** 8);
  for (const [i, type] of CONVERSION_TYPES.entries()) types[i] = Number(plan.conversion_types?.includes(type) ?? true);
  const own_day = plan.adjustments === 'own_day';
  const room = ordersIn(book, plan);
  const picked = new Picked(new ValueEvents(book, standing, own_day, room), room);
  let all = new Uint32Array(0);
  let standing_count = 0;
  const last = book.conversions.rows;
  const turns = new WorkTurns();
  for (let row = 0; row < last; row++) {
    if (turns.ends(1_024)) await turns.next();
    const { brand, type, at_ms } = book.conversions;
    const place = places[brand[row]!] ?? -1;
    if (place < 0 || types[type[row]!] === 0) continue;
    const { start_ms, end_ms } = plan.brands[place]!;
    const may_count = own_day || (at_ms[row]! >= start_ms && at_ms[row]! < end_ms);
    if (!(may_count || with_all) || !standing.sees(row) || !standing.stands(row)) continue;
    if (with_all) {
      all = roomFor(all, standing_count + 1);
      all[standing_count++] = row;
    }
    if (may_count && picked.events.add(row, start_ms, end_ms)) picked.add(row, at_ms[row]!, place);
  }
  return picked.orders(with_all ? all.subarray(0, standing_count) : null);
}

/** About how many orders a period has, so that arrays seldom grow: the conversions from its first to its last instant of any brand. */
function ordersIn({ conversions: { at_ms, rows } }: OrderBook, { brands }: Plan): number {
  const start_ms = brands.reduce((first, brand) => Math.min(first, brand.start_ms), Number.POSITIVE_INFINITY);
  const end_ms = brands.reduce((last, brand) => Math.max(last, brand.end_ms), Number.NEGATIVE_INFINITY);
  let count = 0;
  for (let row = 0; row < rows; row++) if (at_ms[row]! >= start_ms && at_ms[row]! < end_ms) count += 1;
  return count;
}

/** Orders while they are picked. */
class Picked {
  private count = 0;
  private rows: Uint32Array;
  private at_ms: Float64Array;
  private place: Uint32Array;
  private starts: Uint32Array;

  /** @param room about how many orders there will be. */
  constructor(
    readonly events: ValueEvents,
    room: number,
  ) {
    this.rows = new Uint32Array(room + 256);
    this.at_ms = new Float64Array(room + 256);
    this.place = new Uint32Array(room + 256);
    this.starts = new Uint32Array(room + 257);
  }

  /** Adds an order. Its events are the last ones. */
  add(row: number, at_ms: number, place: number): void {
    if (this.count === this.rows.length) {
      this.rows = roomFor(this.rows, 2 * this.count);
      this.at_ms = roomFor(this.at_ms, this.rows.length);
      this.place = roomFor(this.place, this.rows.length);
      this.starts = roomFor(this.starts, this.rows.length + 1);
    }
    this.rows[this.count] = row;
    this.at_ms[this.count] = at_ms;
    this.place[this.count] = place;
    this.count += 1;
    this.starts[this.count] = this.events.length;
  }

  orders(standing: Uint32Array | null): PickedOrders {
    return {
      rows: this.rows.subarray(0, this.count),
      at_ms: this.at_ms.subarray(0, this.count),
      place: this.place.subarray(0, this.count),
      events: this.events,
      event_starts: this.starts.subarray(0, this.count + 1),
      standing,
    };
  }
}
