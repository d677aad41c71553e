/** Delivers events to the collector. Some arrive late and some twice, but none arrives before it happened. */
import type { RecordName } from '../domain/index.ts';
import type { Random } from '../domain/random.ts';
import { MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE } from '../domain/time.ts';
import type { Tally } from './tally.ts';

export interface Simulated {
  record: RecordName;
  /** As it would be sent over HTTP. */
  event: object;
  /** UTC milliseconds; files are in this order. */
  arrives_at_ms: number;
}

const LATE_SHARE = 0.03;
const DUPLICATE_SHARE = 0.01;
const LONGEST_DELAY_MS = 6 * MS_PER_DAY;

export class Outbox {
  private items: Simulated[] = [];

  constructor(
    private readonly random: Random,
    private readonly tally: Tally,
    private readonly end_ms: number,
    private readonly brand_id: string | undefined,
  ) {}

  /**
   * Sends an event that happened at `occurred_ms`.
   * @returns false when that is after the end of the world. Then the event did not happen.
   */
  put(record: RecordName, event: object, occurred_ms: number): boolean {
    if (occurred_ms > this.end_ms) return false;
    const late = this.random.chance(LATE_SHARE);
    const delay_ms = late ? MS_PER_HOUR + this.random.exponential(MS_PER_DAY) : this.random.between(100, 4_000);
    const branded = this.brand_id === undefined ? event : { brand_id: this.brand_id, ...event };
    this.tally.distinct[record]++;
    this.deliver(record, branded, occurred_ms, delay_ms);
    if (this.random.chance(DUPLICATE_SHARE)) {
      // Most are retries after a lost answer; the others are webhooks sent again hours later.
      const again_ms = this.random.chance(0.7)
        ? this.random.between(500, MS_PER_MINUTE)
        : this.random.exponential(6 * MS_PER_HOUR);
      this.deliver(record, branded, occurred_ms, delay_ms + again_ms);
    }
    return true;
  }

  /** Sends a record of spend or a rate, once and on time. */
  book(record: RecordName, event: object, arrives_at_ms: number): void {
    this.tally.distinct[record]++;
    this.tally.lines[record]++;
    const branded = this.brand_id === undefined ? event : { brand_id: this.brand_id, ...event };
    this.items.push({ record, event: branded, arrives_at_ms: Math.min(arrives_at_ms, this.end_ms) });
  }

  /** The events that were sent since the last call, in order of arrival. */
  take(): Simulated[] {
    const taken = this.items;
    this.items = [];
    return taken.sort((a, b) => a.arrives_at_ms - b.arrives_at_ms);
  }

  private deliver(record: RecordName, event: object, occurred_ms: number, delay_ms: number): void {
    // Events still on their way at the end of the world arrive at its end, so that the files hold every event.
    const arrives_at_ms = Math.min(Math.floor(occurred_ms + Math.min(delay_ms, LONGEST_DELAY_MS)), this.end_ms);
    if (arrives_at_ms - occurred_ms > MS_PER_HOUR) this.tally.late_lines++;
    this.tally.lines[record]++;
    this.items.push({ record, event, arrives_at_ms });
  }
}
