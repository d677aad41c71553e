/**
 * Emails by the block of hours and by the weekday of their delivery, with the orders after it and before it. Only emails that stand alone
 * count, since what another one brings in the same hours would count for the time of this one: none in the window before, and none that goes
 * to many in the window after. An order may bring a later email of a flow, so these do not decide.
 */

import { CAMPAIGN_KINDS } from '../../domain/campaign-kind.ts';
import { countBelow } from '../../domain/sorted.ts';
import { weekOf } from '../emails/brand-weeks.ts';
import { DAYS_A_WEEK, HOURS_A_DAY, THURSDAY } from '../emails/send-figures.ts';
import { AFTER_MS, BLOCK_HOURS } from './asked.ts';
import { type BrandTimes, LIKE_CLASSES, likeClass } from './like-people.ts';
import type { PersonEvents, TakesPeople } from './person-events.ts';
import { Outcome, Units } from './units.ts';

export type SlotKind = keyof typeof AFTER_MS;
export const SLOTS = { block: HOURS_A_DAY / BLOCK_HOURS, weekday: DAYS_A_WEEK } as const;

/** Days of the calendar are below the last number. */
const [KINDS, DAYS] = [CAMPAIGN_KINDS.length + 1, 100_000];

/** The number of a kind of campaign; 0 without one. */
export const kindNumber = (kind: string): number => (CAMPAIGN_KINDS as readonly string[]).indexOf(kind) + 1;
const FLOW = kindNumber('flow');

/** The emails of one way of grouping. */
export class SlotUnits {
  readonly units = new Units();
  readonly orders = new Outcome();
  readonly net = new Outcome();
  /** The control, and 1 for the emails that have it: those with no email in twice the window before. */
  readonly orders_before = new Outcome();
  readonly is_clear = new Outcome();

  constructor(private readonly after_ms: number) {}

  add(person: PersonEvents, at_ms: number, { key, slot }: { key: number; slot: number }): void {
    const unit = this.units.add(key, slot, person.group);
    const from = countBelow(person.ordered_ms, at_ms);
    const until = countBelow(person.ordered_ms, at_ms + this.after_ms);
    for (let o = from; o < until; o++) {
      this.orders.add(unit, 1);
      this.net.add(unit, person.net[o]!);
    }
    // What an earlier email brings late would count as what people do without one.
    if (person.emails(at_ms - 2 * this.after_ms + 1, at_ms) > 0) return;
    this.is_clear.add(unit, 1);
    this.orders_before.add(unit, person.orders(at_ms - this.after_ms, at_ms));
  }

  /** Cells of one day or week of one brand may move together. */
  clusterOf(cell: number): number {
    return Math.floor(this.units.keys[cell]! / CELLS_OF_CLUSTER);
  }
}

/** Keys of cells of one day or week differ by less than this. */
const CELLS_OF_CLUSTER = SLOTS.block * KINDS * LIKE_CLASSES;

export class TimeUnits implements TakesPeople {
  readonly slots: Readonly<Record<SlotKind, SlotUnits>> = {
    block: new SlotUnits(AFTER_MS.block),
    weekday: new SlotUnits(AFTER_MS.weekday),
  };

  constructor(private readonly brands: readonly BrandTimes[]) {}

  take(person: PersonEvents): void {
    const brand = this.brands[person.brand]!;
    const { delivered_ms, kind } = person;
    const to_many = delivered_ms.filter((_, i) => kind[i] !== FLOW);
    for (let i = countBelow(delivered_ms, brand.start_ms); i < delivered_ms.length; i++) {
      const at_ms = delivered_ms[i]!;
      if (at_ms + AFTER_MS.block > brand.until_ms) break;
      if (!person.isListed(at_ms) || !isAlone(person, to_many, { at_ms, window_ms: AFTER_MS.block })) continue;
      const { like } = likeClass(person, at_ms);
      const { day, hour } = brand.localOf(at_ms);
      const block = Math.floor(hour / BLOCK_HOURS);
      const keyOf = (time: number, hours: number): number =>
        (((person.brand * DAYS + time) * SLOTS.block + hours) * KINDS + kind[i]!) * LIKE_CLASSES + like;
      // Blocks are compared within a day. So the weekday, the season and what is on sale cancel.
      this.slots.block.add(person, at_ms, { key: keyOf(day, 0), slot: block });
      if (
        at_ms + AFTER_MS.weekday > brand.until_ms ||
        !isAlone(person, to_many, { at_ms, window_ms: AFTER_MS.weekday })
      )
        continue;
      const weekday = (((day + THURSDAY) % DAYS_A_WEEK) + DAYS_A_WEEK) % DAYS_A_WEEK;
      // Weekdays are compared within a week and one block of hours.
      this.slots.weekday.add(person, at_ms, { key: keyOf(weekOf(day, 'monday'), block), slot: weekday });
    }
  }
}

/** True if nothing else was sent to the person in the window before an email, and nothing that goes to many in the window after it. */
function isAlone(
  person: PersonEvents,
  to_many: readonly number[],
  { at_ms, window_ms }: { at_ms: number; window_ms: number },
): boolean {
  if (person.emails(at_ms - window_ms + 1, at_ms + 1) !== 1) return false;
  return countBelow(to_many, at_ms + window_ms) === countBelow(to_many, at_ms + 1);
}
