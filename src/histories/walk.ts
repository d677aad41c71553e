/**
 * The touchpoints of one person in order of (instant, id), up to an instant and a position of the log. Those that consent hides are
 * apart from the others.
 */
import type { Position } from '../warehouse/position.ts';
import type { Lists } from './asked-orders.ts';
import { Hider, type Hiding } from './consents/hiding.ts';
import { filledRows, filledSubjects, isBefore, newestFresh, olderFresh, type Touchpoints } from './histories.ts';

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

  /**
   * Walks the subjects of a person from `first_ms` up to `last_ms`; both instants belong to it.
   * @param brand_no the place of the person's brand in the plan.
   */
  take(
    lists: Lists,
    person: number,
    {
      brand_no,
      last_ms,
      first_ms = Number.NEGATIVE_INFINITY,
    }: { brand_no: number; last_ms: number; first_ms?: number },
  ): void {
    const { starts, values } = lists;
    this.length = 0;
    const until = starts[person + 1]!;
    for (let i = starts[person]!; i < until; i++) this.append(values[i]!, last_ms, first_ms);
    this.length = this.hider.hide(brand_no, this.places, this.length, (said) => said.take(lists, person));
  }

  /** Walks one subject in the same way. */
  takeSubject(
    subject: number,
    { brand_no, last_ms, first_ms }: { brand_no: number; last_ms: number; first_ms: number },
  ): void {
    this.length = 0;
    this.append(subject, last_ms, first_ms);
    this.length = this.hider.hide(brand_no, this.places, this.length, (said) => said.takeSubject(subject));
  }

  private append(subject: number, last_ms: number, first_ms: number): void {
    if (subject < this.filled) this.appendFilled(subject, last_ms, first_ms);
    if (this.has_fresh) this.appendFresh(subject, last_ms, first_ms);
  }

  private appendFilled(subject: number, last_ms: number, first_ms: number): void {
    const { starts, at_ms, log_seq, collector } = this.touchpoints;
    const until = starts[subject + 1]!;
    let from = starts[subject]!;
    while (from < until && at_ms[from]! < first_ms) from += 1;
    this.reserve(until - from);
    const { places, limits } = this;
    const first = this.length;
    let length = first;
    for (let i = from; i < until && at_ms[i]! <= last_ms; i++)
      if (log_seq[i]! <= limits[collector[i]!]!) places[length++] = i;
    this.length = length;
    this.merge(first);
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
