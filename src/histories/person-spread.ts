/**
 * How the figures of touch groups spread over random groups of people, for a report that tells how sure they are. A bootstrap draws
 * these groups of people instead of single people. Source: Wolter, Introduction to Variance Estimation, 2007, chapter 2.
 */
import { PERSON_GROUPS } from '../attribution/plan.ts';
import type { PassOrders } from './asked.ts';
import { ExactSums, type ExactSumsData } from './exact.ts';
import { addEvent } from './journey-tally.ts';

/** The figures of one touch group. */
export interface SpreadFigures {
  /** People whose orders it touched. */
  people: number;
  /** The net value of the orders that it touched. */
  touched_micros: bigint;
  /** Its credit under the first model, by group of people; groups without credit are left out. */
  credited: Map<number, bigint>;
}

/** The figures as data, for another thread. */
export interface PersonSpreadData {
  touch_groups: readonly number[];
  people: ExactSumsData;
  touched: ExactSumsData;
  credited: ExactSumsData;
}

export class PersonSpread {
  /** The touch groups with a touch in a path, by their numbers here. */
  readonly touch_groups: number[] = [];
  private readonly people = new ExactSums();
  private readonly touched = new ExactSums();
  private readonly credited = new ExactSums();
  /** By touch group, its number plus 1; 0 is none. */
  private readonly numbers: Uint32Array;
  private readonly last_order: Int32Array;
  private readonly last_person: Int32Array;

  constructor(groups: number) {
    this.numbers = new Uint32Array(groups);
    this.last_order = new Int32Array(groups).fill(-1);
    this.last_person = new Int32Array(groups).fill(-1);
  }

  /** Counts a touch of an order. Touches of one order, and orders of one person, come together. */
  count(
    touch_group: number,
    order: number,
    person: number,
    orders: PassOrders,
    counts: (event: number) => boolean,
  ): void {
    if (this.last_order[touch_group] === order) return;
    this.last_order[touch_group] = order;
    const number = this.numberOf(touch_group);
    for (let e = orders.event_starts[order]!; e < orders.event_starts[order + 1]!; e++)
      if (counts(e)) addEvent(this.touched, number, orders, e);
    if (this.last_person[touch_group] === person) return;
    this.last_person[touch_group] = person;
    this.people.add(number, 1);
  }

  /** Adds credit. @param amount whole micros, a bigint where they are large. */
  credit(touch_group: number, person_group: number, amount: number | bigint): void {
    const at = this.numberOf(touch_group) * PERSON_GROUPS + person_group;
    if (typeof amount === 'number') this.credited.add(at, amount);
    else this.credited.addLarge(at, amount);
  }

  figures(number: number): SpreadFigures {
    const credited = new Map<number, bigint>();
    for (let group = 0; group < PERSON_GROUPS; group++) {
      const micros = this.credited.total(number * PERSON_GROUPS + group);
      if (micros !== 0n) credited.set(group, micros);
    }
    return { people: Number(this.people.total(number)), touched_micros: this.touched.total(number), credited };
  }

  data(): PersonSpreadData {
    const { touch_groups, people, touched, credited } = this;
    return { touch_groups, people: people.data(), touched: touched.data(), credited: credited.data() };
  }

  /** Adds the figures of other people, from another thread. */
  addAll({ touch_groups, people, touched, credited }: PersonSpreadData): void {
    const numbers = touch_groups.map((group) => this.numberOf(group));
    this.people.addAll(people, numbers.length, numbers);
    this.touched.addAll(touched, numbers.length, numbers);
    const places = Uint32Array.from(
      { length: numbers.length * PERSON_GROUPS },
      (_, i) => numbers[Math.floor(i / PERSON_GROUPS)]! * PERSON_GROUPS + (i % PERSON_GROUPS),
    );
    this.credited.addAll(credited, places.length, places);
  }

  private numberOf(touch_group: number): number {
    const known = this.numbers[touch_group]!;
    if (known > 0) return known - 1;
    const number = this.touch_groups.push(touch_group) - 1;
    this.numbers[touch_group] = number + 1;
    for (const sums of [this.people, this.touched]) sums.reserve(number + 1);
    this.credited.reserve((number + 1) * PERSON_GROUPS);
    return number;
  }
}
