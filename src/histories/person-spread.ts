/**
 * How the figures of groups spread over random groups of people, for a report that tells how sure they are. A bootstrap draws
 * these groups of people instead of single people. Source: Wolter, Introduction to Variance Estimation, 2007, chapter 2.
 */
import { PERSON_GROUPS } from '../attribution/plan.ts';
import type { PassOrders } from './asked.ts';
import { ExactSums, type ExactSumsData } from './exact.ts';
import { addEvent } from './journey-tally.ts';

/** The figures of one group. */
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
  groups: number;
  people: ExactSumsData;
  touched: ExactSumsData;
  credited: ExactSumsData;
}

/** Groups have the numbers of the tally of the pass. */
export class PersonSpread {
  private groups = 0;
  private readonly people = new ExactSums();
  private readonly touched = new ExactSums();
  private readonly credited = new ExactSums();
  private last_order = new Int32Array(16).fill(-1);
  private last_person = new Int32Array(16).fill(-1);

  /** Counts a touch of an order. Touches of one order, and orders of one person, come together. */
  count(group: number, order: number, person: number, orders: PassOrders, counts: (event: number) => boolean): void {
    this.reserve(group + 1);
    if (this.last_order[group] === order) return;
    this.last_order[group] = order;
    for (let e = orders.event_starts[order]!; e < orders.event_starts[order + 1]!; e++)
      if (counts(e)) addEvent(this.touched, group, orders, e);
    if (this.last_person[group] === person) return;
    this.last_person[group] = person;
    this.people.add(group, 1);
  }

  /** Adds credit. @param amount whole micros, a bigint where they are large. */
  credit(group: number, person_group: number, amount: number | bigint): void {
    this.reserve(group + 1);
    const at = group * PERSON_GROUPS + person_group;
    if (typeof amount === 'number') this.credited.add(at, amount);
    else this.credited.addLarge(at, amount);
  }

  /** The figures of a group; none if it has no touch in a path. */
  figures(group: number): SpreadFigures {
    const credited = new Map<number, bigint>();
    if (group >= this.groups) return { people: 0, touched_micros: 0n, credited };
    for (let person_group = 0; person_group < PERSON_GROUPS; person_group++) {
      const micros = this.credited.total(group * PERSON_GROUPS + person_group);
      if (micros !== 0n) credited.set(person_group, micros);
    }
    return { people: Number(this.people.total(group)), touched_micros: this.touched.total(group), credited };
  }

  data(): PersonSpreadData {
    const { groups, people, touched, credited } = this;
    return { groups, people: people.data(), touched: touched.data(), credited: credited.data() };
  }

  /** Adds the figures of other people, from another thread. @param numbers those of its groups here. */
  addAll({ groups, people, touched, credited }: PersonSpreadData, numbers: Uint32Array): void {
    for (const number of numbers.subarray(0, groups)) this.reserve(number + 1);
    this.people.addAll(people, groups, numbers);
    this.touched.addAll(touched, groups, numbers);
    const places = Uint32Array.from(
      { length: groups * PERSON_GROUPS },
      (_, i) => numbers[Math.floor(i / PERSON_GROUPS)]! * PERSON_GROUPS + (i % PERSON_GROUPS),
    );
    this.credited.addAll(credited, places.length, places);
  }

  private reserve(groups: number): void {
    if (groups <= this.groups) return;
    this.groups = groups;
    for (const sums of [this.people, this.touched]) sums.reserve(groups);
    this.credited.reserve(groups * PERSON_GROUPS);
    if (groups <= this.last_order.length) return;
    const grown = (from: Int32Array) => {
      const longer = new Int32Array(2 * groups).fill(-1);
      longer.set(from);
      return longer;
    };
    [this.last_order, this.last_person] = [grown(this.last_order), grown(this.last_person)];
  }
}
