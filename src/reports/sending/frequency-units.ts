/** Emails to people on the list, by the number of emails that they got in the days before, with what they did until the next one. */
import { countBelow } from '../../domain/sorted.ts';
import { MS_PER_HOUR } from '../../domain/time.ts';
import { roomFor } from '../../histories/room.ts';
import { MANY } from '../emails/week-counts.ts';
import { AGE_HOURS, CONTROL_BEFORE_MS, EXPOSURE_MS, WINDOW_MS } from './asked.ts';
import { type BrandTimes, LIKE_CLASSES, likeClass } from './like-people.ts';
import type { PersonEvents, TakesPeople } from './person-events.ts';
import { Outcome, Units } from './units.ts';

/** Days are below this number, so that a day and a number of a series make one key. */
const DAYS = 100_000;

export const OUTCOMES = ['left', 'orders', 'net'] as const;
export type OutcomeName = (typeof OUTCOMES)[number];

/** Parts of the time after an email. */
export const AGES = AGE_HOURS.map((hours, i) => ({
  from_ms: (AGE_HOURS[i - 1] ?? 0) * MS_PER_HOUR,
  until_ms: hours * MS_PER_HOUR,
}));
const ageOf = (after_ms: number): number => AGES.findIndex(({ until_ms }) => after_ms < until_ms);

export class FrequencyUnits implements TakesPeople {
  readonly units = new Units();
  /** By unit, how long after the email it is watched: to the next email, to leaving or to the end of the window. */
  watched_ms = new Float64Array(64);
  /** By part of the time after the email. */
  readonly after: Record<OutcomeName, Outcome[]> = {
    left: AGES.map(() => new Outcome()),
    orders: AGES.map(() => new Outcome()),
    net: AGES.map(() => new Outcome()),
  };
  readonly orders_before = new Outcome();
  /** What people on the list bring: the time on the list, and net revenue in it. */
  readonly listed = { ms: 0, net: 0 };
  /** Emails that have neither a campaign nor an email_id, so that nothing says what was in them. */
  unnamed = 0;

  constructor(private readonly brands: readonly BrandTimes[]) {}

  take(person: PersonEvents): void {
    const brand = this.brands[person.brand]!;
    const { delivered_ms, series } = person;
    let listed_from = Number.POSITIVE_INFINITY;
    for (let i = countBelow(delivered_ms, brand.start_ms); i < delivered_ms.length; i++) {
      const at_ms = delivered_ms[i]!;
      if (at_ms + WINDOW_MS > brand.until_ms) break;
      const { usual, like } = likeClass(person, at_ms);
      // Who got nothing in the weeks before is new, or back.
      if (usual === 0 || !person.isListed(at_ms)) continue;
      listed_from = Math.min(listed_from, at_ms);
      if (series[i]! < 0) this.unnamed += 1;
      else this.add(person, i, like);
    }
    this.addListed(person, listed_from, brand.until_ms);
  }

  private add(person: PersonEvents, i: number, like: number): void {
    const { delivered_ms, series, group } = person;
    const at_ms = delivered_ms[i]!;
    const { day } = this.brands[person.brand]!.localOf(at_ms);
    const emails = Math.min(person.emails(at_ms - EXPOSURE_MS, at_ms), MANY);
    const unit = this.units.add((series[i]! * DAYS + day) * LIKE_CLASSES + like, emails, group);
    const next_ms = Math.min(delivered_ms[i + 1] ?? Number.POSITIVE_INFINITY, at_ms + WINDOW_MS);
    const left_ms = person.leavesFrom(at_ms);
    // Leaving at the instant of the email is seen, too.
    const until_ms = left_ms < next_ms ? Math.max(left_ms, at_ms + 1) : next_ms;
    this.watched_ms = roomFor(this.watched_ms, this.units.length);
    this.watched_ms[unit] = until_ms - at_ms;
    if (left_ms < next_ms) this.after.left[ageOf(left_ms - at_ms)]!.add(unit, 1);
    const { ordered_ms, net } = person;
    for (let o = countBelow(ordered_ms, at_ms); o < ordered_ms.length && ordered_ms[o]! < until_ms; o++) {
      const age = ageOf(ordered_ms[o]! - at_ms);
      this.after.orders[age]!.add(unit, 1);
      this.after.net[age]!.add(unit, net[o]!);
    }
    this.orders_before.add(unit, person.orders(at_ms - CONTROL_BEFORE_MS, at_ms - EXPOSURE_MS));
  }

  private addListed(person: PersonEvents, from_ms: number, known_ms: number): void {
    const until_ms = Math.min(person.leavesFrom(from_ms), known_ms);
    if (!(until_ms > from_ms)) return;
    const { ordered_ms, net } = person;
    this.listed.ms += until_ms - from_ms;
    for (let o = countBelow(ordered_ms, from_ms); o < ordered_ms.length && ordered_ms[o]! < until_ms; o++)
      this.listed.net += net[o]!;
  }
}
