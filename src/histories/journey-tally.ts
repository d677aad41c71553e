/** Journeys by their length in calendar days: attribution/journeys.ts, person by person in memory. docs/semantics.md 9. */
import { uncountedTraits } from '../attribution/eligibility.ts';
import { MS_PER_DAY } from '../domain/time.ts';
import { type Asked, NOT_CHOSEN, type PassOrders } from './asked.ts';
import { type ExactSums, SMALL } from './exact.ts';
import type { Touchpoints } from './histories.ts';
import type { Journey, JourneySums } from './journey-sums.ts';
import type { Walk } from './walk.ts';
import { brandDays, type ZoneDays } from './zone-days.ts';

/** A journey while it is walked. What it has up to its last order counts once an order follows. */
interface Open extends Journey {
  first_ms: number;
  last_order_ms: number;
  /** Its touchpoints are among the places [from, until) of the walk. */
  from: number;
  until: number;
}

/** The orders of a person that the report chooses, in order of time: `orders` [from, until). Others only end gaps. */
interface OrdersOfPerson {
  person: number;
  brand_no: number;
  orders: Uint32Array;
  from: number;
  until: number;
  others: Uint32Array;
}

export class JourneyTally {
  private readonly uncounted: number;
  private readonly gaps_ms: number[];
  private readonly days: readonly ZoneDays[];
  private marks = new Float64Array(64);
  private journeys = 0;
  /** By channel, the number of the last journey with one of its touchpoints. */
  private readonly last_journey: Float64Array;

  constructor(
    private readonly asked: Asked,
    private readonly touchpoints: Touchpoints,
    private readonly sums: JourneySums,
  ) {
    const { plan, tables } = asked;
    this.uncounted = uncountedTraits(plan);
    this.gaps_ms = plan.brands.map(({ settings }) => Math.round(settings.journey_gap_days * MS_PER_DAY));
    this.days = brandDays(plan.brands);
    this.last_journey = new Float64Array(tables.channels);
  }

  private counts(label: number): boolean {
    return (this.asked.tables.facts.traits[label]! & this.uncounted) === 0;
  }

  /** Walks the journeys of a person up to the last order. */
  ofPerson(walk: Walk, own: OrdersOfPerson): void {
    const { label, at_ms } = this.touchpoints;
    const { is_email } = this.asked.tables.facts;
    const { orders: asked } = this.asked;
    const { orders, until, brand_no } = own;
    const outside = this.outsideOf(asked, own);
    const { marks } = this;
    const last_ms = asked.at_ms[orders[until - 1]!]!;
    const gap_ms = this.gaps_ms[brand_no]!;
    let t = 0;
    let o = own.from;
    let x = 0;
    let open: Open | null = null;
    let before_ms = 0;
    let touches = 0;
    let emails = 0;
    for (;;) {
      while (t < walk.length && !this.counts(label[walk.places[t]!]!)) t += 1;
      const touch_ms = t < walk.length ? at_ms[walk.places[t]!]! : Number.POSITIVE_INFINITY;
      const order_ms = o < until ? asked.at_ms[orders[o]!]! : Number.POSITIVE_INFINITY;
      const outside_ms = x < outside ? marks[x]! : Number.POSITIVE_INFINITY;
      const now_ms: number = Math.min(touch_ms, order_ms, outside_ms);
      if (now_ms > last_ms) break;
      if (open === null || now_ms - before_ms > gap_ms) {
        if (open !== null) this.end(walk, open, brand_no);
        open = begin(now_ms, t);
        touches = 0;
        emails = 0;
      }
      before_ms = now_ms;
      // At one instant touchpoints come before orders, and orders before other conversions.
      if (touch_ms === now_ms) {
        touches += 1;
        emails += is_email[label[walk.places[t]!]!]!;
        t += 1;
      } else if (order_ms === now_ms) {
        open.orders += 1;
        this.addNet(open, orders[o]!);
        open.last_order_ms = now_ms;
        open.touchpoints = touches;
        open.email_touchpoints = emails;
        open.until = t;
        o += 1;
      } else x += 1;
    }
    if (open !== null) this.end(walk, open, brand_no);
  }

  /** Adds the change of value of an order by its chosen events. */
  private addNet(open: Open, order: number): void {
    const { orders, event_group } = this.asked;
    const { event_starts, before, after, large } = orders;
    for (let e = event_starts[order]!; e < event_starts[order + 1]!; e++) {
      if (event_group[e] === NOT_CHOSEN) continue;
      const own = large.size === 0 ? undefined : large.get(e);
      const sum = open.small_micros + after[e]! - before[e]!;
      if (own !== undefined) open.micros += own.after - own.before;
      else if (sum < SMALL && sum > -SMALL) open.small_micros = sum;
      else open.micros += BigInt(after[e]! - before[e]!);
    }
  }

  /** Writes the times of what only ends gaps to `marks`. @returns how many there are. */
  private outsideOf({ outside: { starts, values }, at_ms }: PassOrders, { person, others }: OrdersOfPerson): number {
    const from = starts[person]!;
    const own = starts[person + 1]! - from;
    const count = own + others.length;
    if (count > this.marks.length) this.marks = new Float64Array(2 * count);
    for (let i = 0; i < own; i++) this.marks[i] = values[from + i]!;
    for (let i = 0; i < others.length; i++) this.marks[own + i] = at_ms[others[i]!]!;
    // Most are in order, and sorting a few costs more than looking.
    for (let i = 1; i < count; i++)
      if (this.marks[i - 1]! > this.marks[i]!) {
        this.marks.subarray(0, count).sort();
        break;
      }
    return count;
  }

  private end(walk: Walk, journey: Open, brand_no: number): void {
    if (journey.orders === 0) return;
    const { details } = this.sums;
    const { shown } = this.asked.tables;
    if (details !== null && shown !== null && !this.hasShown(walk, journey, shown)) return;
    const days = this.days[brand_no]!;
    this.sums.add(days.day(journey.last_order_ms) - days.day(journey.first_ms), journey);
    this.journeys += 1;
    if (details !== null) this.countChannels(walk, journey, details);
  }

  private countChannels(walk: Walk, { from, until }: Open, counts: NonNullable<JourneySums['details']>): void {
    const { label } = this.touchpoints;
    const { channel } = this.asked.tables;
    for (let i = from; i < until; i++) {
      const own = label[walk.places[i]!]!;
      if (!this.counts(own)) continue;
      const number = channel[own]!;
      counts.channel_touchpoints[number]! += 1;
      if (this.last_journey[number] === this.journeys) continue;
      this.last_journey[number] = this.journeys;
      counts.channel_journeys[number]! += 1;
    }
  }

  private hasShown(walk: Walk, { from, until }: Open, shown: Uint8Array): boolean {
    const { label } = this.touchpoints;
    for (let i = from; i < until; i++) {
      const own = label[walk.places[i]!]!;
      if (shown[own] === 1 && this.counts(own)) return true;
    }
    return false;
  }
}

const begin = (now_ms: number, from: number): Open => ({
  first_ms: now_ms,
  last_order_ms: now_ms,
  orders: 0,
  micros: 0n,
  small_micros: 0,
  touchpoints: 0,
  email_touchpoints: 0,
  from,
  until: from,
});

/** Adds the change of value of one event to a sum. */
export function addEvent(sums: ExactSums, at: number, { before, after, large }: PassOrders, event: number): void {
  const own = large.size === 0 ? undefined : large.get(event);
  if (own !== undefined) sums.addLarge(at, own.after - own.before);
  else sums.add(at, after[event]! - before[event]!);
}
