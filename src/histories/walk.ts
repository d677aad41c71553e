/**
 * The touchpoints of one person in order of (instant, id), up to an instant and a position of the log. Those that consent hides are
 * apart from the others.
 */
import type { Position } from '../warehouse/position.ts';
import type { Lists } from './asked-orders.ts';
import { Hider, type Hiding } from './consents/hiding.ts';
import { filledRows, filledSubjects, isBefore, newestFresh, olderFresh, type Touchpoints } from './histories.ts';

/** True if a subject has a touchpoint from `start_ms` up to `last_ms`. */
export function hasTouchIn(touchpoints: Touchpoints, subject: number, start_ms: number, last_ms: number): boolean {
  const { starts, at_ms } = touchpoints;
  if (subject + 1 < starts.length) {
    const from = starts[subject]!;
    let until = starts[subject + 1]!;
    while (until > from && at_ms[until - 1]! > last_ms) until -= 1;
    if (until > from && at_ms[until - 1]! >= start_ms) return true;
  }
  for (let place = newestFresh(touchpoints, subject); place >= 0; place = olderFresh(touchpoints, place)) {
    if (at_ms[place]! < start_ms) return false;
    if (at_ms[place]! <= last_ms) return true;
  }
  return false;
}

/** What is walked: both instants belong to it. */
interface Period {
  /** The place of the person's brand in the plan. */
  brand_no: number;
  first_ms: number;
  last_ms: number;
}

export class Walk {
  /** Places of touchpoints in the arrays; those from 0 to before `length` are in order. */
  places = new Uint32Array(1_024);
  length = 0;
  private other = new Uint32Array(1_024);
  /** The last position that counts, by number of the collector. */
  private readonly limits: Float64Array;
  private readonly filled: number;
  private readonly has_fresh: boolean;
  private readonly hider: Hider;

  constructor(
    private readonly touchpoints: Touchpoints,
    position: Position,
    hiding: Hiding | null,
    /** True if all touchpoints that were there at the filling lie at or before the position. */
    private readonly sees_filled = false,
  ) {
    this.limits = Float64Array.from(touchpoints.collectors, (name) => position.get(name) ?? 0);
    this.filled = filledSubjects(touchpoints);
    this.has_fresh = touchpoints.length > filledRows(touchpoints);
    this.hider = new Hider(hiding, touchpoints, this.limits);
  }

  /** The places that consent hides, in order. */
  get hidden(): Uint32Array {
    return this.hider.hidden.subarray(0, this.hider.length);
  }

  /** Walks the subjects of a person, from the beginning if no first instant is named. */
  take(
    lists: Lists,
    person: number,
    { brand_no, last_ms, first_ms = Number.NEGATIVE_INFINITY }: Omit<Period, 'first_ms'> & Partial<Period>,
  ): void {
    const { starts, values } = lists;
    this.length = 0;
    const until = starts[person + 1]!;
    for (let i = starts[person]!; i < until; i++) this.append(values[i]!, last_ms, first_ms);
    this.length = this.hider.hide(brand_no, this.places, this.length, (said) => said.take(lists, person));
  }

  /**
   * Walks one subject from `first_ms` up to `last_ms` if it has a touchpoint from `start_ms` up to `last_ms`, hidden or not. Most have none,
   * so it begins at the last one. @returns false if there is none; then nothing is walked.
   */
  takeIfIn(subject: number, { brand_no, start_ms, last_ms, first_ms }: Period & { start_ms: number }): boolean {
    if (!this.appendIfIn(subject, start_ms, last_ms, first_ms)) return false;
    this.length = this.hider.hide(brand_no, this.places, this.length, (said) => said.takeSubject(subject));
    return true;
  }

  private appendIfIn(subject: number, start_ms: number, last_ms: number, first_ms: number): boolean {
    this.length = 0;
    const { starts, at_ms } = this.touchpoints;
    if (this.has_fresh && newestFresh(this.touchpoints, subject) >= 0) {
      if (!hasTouchIn(this.touchpoints, subject, start_ms, last_ms)) return false;
      this.append(subject, last_ms, first_ms);
      return true;
    }
    if (subject >= this.filled) return false;
    const from = starts[subject]!;
    let until = starts[subject + 1]!;
    while (until > from && at_ms[until - 1]! > last_ms) until -= 1;
    if (until === from || at_ms[until - 1]! < start_ms) return false;
    let first = until - 1;
    while (first > from && at_ms[first - 1]! >= first_ms) first -= 1;
    this.reserve(until - first);
    this.appendRange(first, until);
    return true;
  }

  private append(subject: number, last_ms: number, first_ms: number): void {
    if (subject < this.filled) this.appendFilled(subject, last_ms, first_ms);
    if (this.has_fresh) this.appendFresh(subject, last_ms, first_ms);
  }

  private appendFilled(subject: number, last_ms: number, first_ms: number): void {
    const { starts, at_ms } = this.touchpoints;
    let until = starts[subject + 1]!;
    let from = starts[subject]!;
    while (from < until && at_ms[from]! < first_ms) from += 1;
    this.reserve(until - from);
    for (let i = from; i < until; i++) if (at_ms[i]! > last_ms) until = i;
    const first = this.length;
    this.appendRange(from, until);
    this.merge(first);
  }

  /** Appends the touchpoints in order at the places from `from` to before `until` that count. */
  private appendRange(from: number, until: number): void {
    const { log_seq, collector } = this.touchpoints;
    const { places, limits } = this;
    let { length } = this;
    if (this.sees_filled) for (let i = from; i < until; i++) places[length++] = i;
    else for (let i = from; i < until; i++) if (log_seq[i]! <= limits[collector[i]!]!) places[length++] = i;
    this.length = length;
  }

  private appendFresh(subject: number, last_ms: number, first_ms: number): void {
    const { at_ms, log_seq, collector } = this.touchpoints;
    const first = this.length;
    for (let place = newestFresh(this.touchpoints, subject); place >= 0; place = olderFresh(this.touchpoints, place)) {
      // A collector that is new since the walk began has no limit, and none of its rows count.
      if (at_ms[place]! < first_ms) break;
      if (at_ms[place]! > last_ms || !(log_seq[place]! <= (this.limits[collector[place]!] ?? 0))) continue;
      this.reserve(1);
      this.places[this.length++] = place;
    }
    if (this.length === first) return;
    this.places.subarray(first, this.length).reverse();
    this.merge(first);
  }

  /** Merges the places from `middle` into those before. */
  private merge(middle: number): void {
    const { places, other, length } = this;
    if (middle === 0 || middle === length || isBefore(this.touchpoints, places[middle - 1]!, places[middle]!)) return;
    let [a, b] = [0, middle];
    for (let i = 0; i < length; i++) {
      const [x, y] = [places[a]!, places[b]!];
      const first = b >= length || (a < middle && isBefore(this.touchpoints, x, y));
      other[i] = first ? x : y;
      if (first) a += 1;
      else b += 1;
    }
    this.places = other;
    this.other = places;
  }

  private reserve(more: number): void {
    const size = this.length + more;
    if (size <= this.places.length) return;
    const places = new Uint32Array(2 * size);
    places.set(this.places.subarray(0, this.length));
    this.places = places;
    this.other = new Uint32Array(2 * size);
  }
}
