/** Counts emails by hour and weekday, and the times until they were answered. A person counts once in each. */

import { PERSON_GROUPS } from '../../attribution/plan.ts';
import { countBelow } from '../../domain/sorted.ts';
import { MS_PER_HOUR } from '../../domain/time.ts';
import { roomFor } from '../../histories/room.ts';
import { sortedInTurns } from '../../warehouse/work-turns.ts';
import { CELLS, hourOfCell, weekdayOfCell } from './send-cells.ts';
import {
  ANSWERS,
  type Answer,
  BUCKET_HOURS,
  DAYS_A_WEEK,
  emptySlots,
  HOURS_A_DAY,
  PERCENTILES,
  placeOfPercentile,
  type Slot,
  type Times,
} from './send-figures.ts';

/** What is known of an email. Times are infinite if it was not answered. */
export interface SentEmail {
  cell: number;
  /** Number of its kind of campaign. */
  kind: number;
  delivered_ms: number;
  opened_ms: number;
  clicked_ms: number;
}

/** A person has so many numbers: by way of grouping, the groups in which it received, opened and clicked, as bits. */
export const MARKS = 6;
const COUNTED = ['delivered', 'recipients', 'opened', 'clicked'] as const;
const [DELIVERED, RECIPIENTS, OPENED, CLICKED] = [0, 1, 2, 3] as const;

const HOUR_OF = Uint8Array.from({ length: CELLS }, (_, cell) => hourOfCell(cell));
const WEEKDAY_OF = Uint8Array.from({ length: CELLS }, (_, cell) => weekdayOfCell(cell));

/** The counts of one way to group emails. */
class SlotCounts {
  /** By slot and random group, what is counted. */
  private readonly counts: Uint32Array;
  private readonly openers: Float64Array;
  private readonly clickers: Float64Array;

  constructor(private readonly slots: number) {
    this.counts = new Uint32Array(slots * PERSON_GROUPS * COUNTED.length);
    this.openers = new Float64Array(slots);
    this.clickers = new Float64Array(slots);
  }

  /** @param marks those of the person begin at `from`. */
  count(slot: number, group: number, opened: boolean, clicked: boolean, marks: Uint32Array, from: number): void {
    const bit = 1 << slot;
    const { counts } = this;
    const at = (slot * PERSON_GROUPS + group) * COUNTED.length;
    counts[at + DELIVERED]! += 1;
    if ((marks[from]! & bit) === 0) counts[at + RECIPIENTS]! += 1;
    marks[from]! |= bit;
    if (opened) {
      counts[at + OPENED]! += 1;
      if ((marks[from + 1]! & bit) === 0) this.openers[slot]! += 1;
      marks[from + 1]! |= bit;
    }
    if (clicked) {
      counts[at + CLICKED]! += 1;
      if ((marks[from + 2]! & bit) === 0) this.clickers[slot]! += 1;
      marks[from + 2]! |= bit;
    }
  }

  slotsOf(): Slot[] {
    const found = emptySlots(this.slots);
    for (const [slot, own] of found.entries()) {
      own.openers = this.openers[slot]!;
      own.clickers = this.clickers[slot]!;
      for (const [c, name] of COUNTED.entries())
        for (let group = 0; group < PERSON_GROUPS; group++) {
          const count = this.counts[(slot * PERSON_GROUPS + group) * COUNTED.length + c]!;
          if (count > 0) own[name].set(group, count);
        }
    }
    return found;
  }
}

/** Values that are added one by one. */
class Values {
  private values = new Float64Array(64);
  private length = 0;

  push(value: number): void {
    if (this.length === this.values.length) this.values = roomFor(this.values, this.length + 1);
    this.values[this.length++] = value;
  }

  async times(): Promise<Times | null> {
    if (this.length === 0) return null;
    const sorted = await sortedInTurns(this.values.slice(0, this.length));
    const times: Times = { answered: this.length, buckets: new Map(), percentiles: new Map() };
    let from = 0;
    for (const [bucket, hours] of [...BUCKET_HOURS, Number.POSITIVE_INFINITY].entries()) {
      const until = countBelow(sorted, hours * MS_PER_HOUR);
      if (until > from) times.buckets.set(bucket, until - from);
      from = until;
    }
    for (const p of PERCENTILES) times.percentiles.set(p, sorted[placeOfPercentile(p, this.length) - 1]!);
    return times;
  }
}

export class MessageCounts {
  delivered = 0;
  recipients = 0;
  private readonly hours = new SlotCounts(HOURS_A_DAY);
  private readonly weekdays = new SlotCounts(DAYS_A_WEEK);
  private readonly of_kind: Float64Array;
  private readonly times: Readonly<Record<Answer, readonly Values[]>>;

  /** @param kinds the kinds of campaigns, by number. */
  constructor(private readonly kinds: ReadonlyArray<string | null>) {
    this.of_kind = new Float64Array(kinds.length);
    this.times = { open: kinds.map(() => new Values()), click: kinds.map(() => new Values()) };
  }

  /** Counts an email. @param marks those of its recipient begin at `from`. @param group the random group of the recipient. */
  count(
    { cell, kind, delivered_ms, opened_ms, clicked_ms }: SentEmail,
    group: number,
    marks: Uint32Array,
    from: number,
  ): void {
    const opened = opened_ms < Number.POSITIVE_INFINITY;
    const clicked = clicked_ms < Number.POSITIVE_INFINITY;
    this.delivered += 1;
    if (marks[from] === 0) this.recipients += 1;
    this.of_kind[kind]! += 1;
    this.hours.count(HOUR_OF[cell]!, group, opened, clicked, marks, from);
    this.weekdays.count(WEEKDAY_OF[cell]!, group, opened, clicked, marks, from + MARKS / 2);
    // An answer that is reported before the delivery came at once.
    if (opened) this.times.open[kind]!.push(Math.max(0, opened_ms - delivered_ms));
    if (clicked) this.times.click[kind]!.push(Math.max(0, clicked_ms - delivered_ms));
  }

  slots(): { by_hour: Slot[]; by_weekday: Slot[] } {
    return { by_hour: this.hours.slotsOf(), by_weekday: this.weekdays.slotsOf() };
  }

  byKind(): Map<string | null, number> {
    return new Map(
      [...this.kinds.entries()]
        .filter(([kind]) => this.of_kind[kind]! > 0)
        .map(([kind, name]) => [name, this.of_kind[kind]!]),
    );
  }

  async answerTimes(): Promise<Record<Answer, Map<string | null, Times>>> {
    const found = { open: new Map<string | null, Times>(), click: new Map<string | null, Times>() };
    for (const answer of ANSWERS)
      for (const [kind, values] of this.times[answer].entries()) {
        const times = await values.times();
        if (times !== null) found[answer].set(this.kinds[kind]!, times);
      }
    return found;
  }
}
