/** The emails that one person got in the period, and what it did with them. Sections of docs/semantics.md: 19, times of sending. */
import { HashIndex } from '../../histories/emails/hash-index.ts';
import { roomFor } from '../../histories/room.ts';

/** Emails by number, one column for each fact. Times are infinite where nothing happened. */
export class EmailColumns {
  length = 0;
  delivered_ms = new Float64Array(64);
  opened_ms = new Float64Array(64);
  clicked_ms = new Float64Array(64);
  /** Number of the kind of campaign; the largest one of several deliveries counts. */
  kind = new Uint8Array(64);

  /** @returns the number of a new email. */
  add(): number {
    const number = this.length;
    this.length += 1;
    if (this.length > this.kind.length) this.grow();
    this.delivered_ms[number] = Number.POSITIVE_INFINITY;
    this.opened_ms[number] = Number.POSITIVE_INFINITY;
    this.clicked_ms[number] = Number.POSITIVE_INFINITY;
    this.kind[number] = 0;
    return number;
  }

  deliver(number: number, at_ms: number, kind: number): void {
    if (at_ms < this.delivered_ms[number]!) this.delivered_ms[number] = at_ms;
    if (kind > this.kind[number]!) this.kind[number] = kind;
  }

  answer(number: number, at_ms: number, is_click: boolean): void {
    const first = is_click ? this.clicked_ms : this.opened_ms;
    if (at_ms < first[number]!) first[number] = at_ms;
  }

  private grow(): void {
    this.delivered_ms = roomFor(this.delivered_ms, this.length);
    this.opened_ms = roomFor(this.opened_ms, this.length);
    this.clicked_ms = roomFor(this.clicked_ms, this.length);
    this.kind = roomFor(this.kind, this.length);
  }
}

/** Emails without a `message_id`. Those of one series have the same campaign and email. */
class UnnamedEmails extends EmailColumns {
  series = new Uint32Array(64);
  /** The numbers in order of series, then time. Among deliveries of one instant the last one gets the answers, as in the query. */
  private order = new Uint32Array(64);
  private is_sorted = false;

  clear(): void {
    this.length = 0;
    this.is_sorted = false;
  }

  put(at_ms: number, kind: number, series: number): void {
    const number = this.add();
    this.deliver(number, at_ms, kind);
    this.series = roomFor(this.series, this.length);
    this.series[number] = series;
  }

  /** The latest email of a series at or before an instant, or -1. @param kind only of this kind of campaign; below 0 of any. */
  latest(series: number, at_ms: number, kind: number): number {
    if (this.length === 0) return -1;
    this.sort();
    let [low, high] = [0, this.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const number = this.order[middle]!;
      if ((this.series[number]! - series || this.delivered_ms[number]! - at_ms) <= 0) low = middle + 1;
      else high = middle;
    }
    for (let place = low - 1; place >= 0 && this.series[this.order[place]!] === series; place--)
      if (kind < 0 || this.kind[this.order[place]!] === kind) return this.order[place]!;
    return -1;
  }

  private sort(): void {
    if (this.is_sorted) return;
    this.is_sorted = true;
    this.order = roomFor(this.order, this.length);
    const order = this.order.subarray(0, this.length);
    for (let number = 0; number < this.length; number++) order[number] = number;
    const { series, delivered_ms, kind } = this;
    // The query puts kinds in order of their names, and none at the end.
    const kindOrder = (number: number): number => (kind[number] === 0 ? Number.POSITIVE_INFINITY : kind[number]!);
    if (order.length > 1)
      order.sort(
        (a, b) =>
          series[a]! - series[b]! ||
          delivered_ms[a]! - delivered_ms[b]! ||
          (kind[a] === kind[b] ? 0 : kindOrder(a) - kindOrder(b)),
      );
  }
}

/** Takes an answer to an email that the person did not get. */
export type TakesAnswer = (hash: number, at_ms: number, is_click: boolean) => void;

export class PersonMessages {
  /** Emails with a `message_id`, by its number in {@link hashes}. */
  readonly named = new EmailColumns();
  readonly hashes = new HashIndex();
  readonly unnamed = new UnnamedEmails();
  private answers = 0;
  private at_ms = new Float64Array(64);
  private message = new Float64Array(64);
  private series = new Uint32Array(64);
  private is_click = new Uint8Array(64);

  clear(): void {
    this.named.length = 0;
    this.hashes.clear();
    this.unnamed.clear();
    this.answers = 0;
  }

  /** @param message the hash of its `message_id`; 0 is none. @param kind number of its kind of campaign. */
  deliver(message: number, at_ms: number, kind: number, series: number): void {
    if (message === 0) {
      this.unnamed.put(at_ms, kind, series);
      return;
    }
    const number = this.hashes.add(message);
    if (number === this.named.length) this.named.add();
    this.named.deliver(number, at_ms, kind);
  }

  answer(message: number, at_ms: number, is_click: boolean, series: number): void {
    const number = this.answers;
    this.answers += 1;
    if (this.answers > this.at_ms.length) this.growAnswers();
    this.at_ms[number] = at_ms;
    this.message[number] = message;
    this.series[number] = series;
    this.is_click[number] = Number(is_click);
  }

  private growAnswers(): void {
    this.at_ms = roomFor(this.at_ms, this.answers);
    this.message = roomFor(this.message, this.answers);
    this.series = roomFor(this.series, this.answers);
    this.is_click = roomFor(this.is_click, this.answers);
  }

  /** Puts the answers to their emails. @param others takes those with a `message_id` of an email that the person did not get. */
  attach(others: TakesAnswer): void {
    for (let i = 0; i < this.answers; i++) {
      const message = this.message[i]!;
      const at_ms = this.at_ms[i]!;
      const is_click = this.is_click[i] === 1;
      if (message === 0) {
        const number = this.unnamed.latest(this.series[i]!, at_ms, -1);
        if (number >= 0) this.unnamed.answer(number, at_ms, is_click);
        continue;
      }
      const number = this.hashes.find(message);
      if (number >= 0) this.named.answer(number, at_ms, is_click);
      else others(message, at_ms, is_click);
    }
  }
}
