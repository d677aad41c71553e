/** What touchpoints in slots earn. A slot is a number that a report gives to single touchpoints, such as the hour of an email. */
import { PERSON_GROUPS } from '../attribution/plan.ts';
import { ExactSums, type ExactSumsData } from './exact.ts';

export interface TouchSlots {
  /** By place of a touchpoint, its slot; 0 is none. */
  of_place: Uint8Array;
  /** What is counted by groups of slots, for each of these ways to group them: by slot, its group. The group of slot 0 is 0. */
  groupings: readonly Uint8Array[];
  /** By order, the random group of its person. */
  person_group: Uint8Array;
}

/** The figures as data, for another thread. */
export interface SlotSumsData {
  credited: readonly ExactSumsData[];
  orders: readonly Float64Array[];
  people: readonly Float64Array[];
}

export class SlotSums {
  private readonly credited: readonly ExactSums[];
  private readonly sizes: readonly number[];
  private readonly groupings: readonly Uint8Array[];
  private readonly orders: readonly Float64Array[];
  private readonly people: readonly Float64Array[];
  private readonly last_order: readonly Int32Array[];
  private readonly last_person: readonly Int32Array[];

  constructor({ groupings }: Pick<TouchSlots, 'groupings'>) {
    this.groupings = groupings;
    const sizes = groupings.map((group) => Math.max(...group) + 1);
    this.sizes = sizes;
    this.credited = sizes.map(() => new ExactSums());
    for (const [g, sums] of this.credited.entries()) sums.reserve(sizes[g]! * PERSON_GROUPS);
    this.orders = sizes.map((size) => new Float64Array(size));
    this.people = sizes.map((size) => new Float64Array(size));
    this.last_order = sizes.map((size) => new Int32Array(size).fill(-1));
    this.last_person = sizes.map((size) => new Int32Array(size).fill(-1));
  }

  /** Counts a touch of an order. Touches of one order, and orders of one person, come together. */
  count(slot: number, order: number, person: number): void {
    if (slot === 0) return;
    for (let g = 0; g < this.groupings.length; g++) {
      const group = this.groupings[g]![slot]!;
      if (this.last_order[g]![group] === order) continue;
      this.last_order[g]![group] = order;
      this.orders[g]![group]! += 1;
      if (this.last_person[g]![group] === person) continue;
      this.last_person[g]![group] = person;
      this.people[g]![group]! += 1;
    }
  }

  /** Adds credit. @param amount whole micros, a bigint where they are large. */
  credit(slot: number, person_group: number, amount: number | bigint): void {
    if (slot === 0) return;
    for (let g = 0; g < this.groupings.length; g++) {
      const at = this.groupings[g]![slot]! * PERSON_GROUPS + person_group;
      if (typeof amount === 'number') this.credited[g]!.add(at, amount);
      else this.credited[g]!.addLarge(at, amount);
    }
  }

  /** The credit of a group of slots from the orders of a random group of people, in micros. @param grouping the place of the way to group slots. */
  micros(grouping: number, group: number, person_group: number): bigint {
    return this.credited[grouping]!.total(group * PERSON_GROUPS + person_group);
  }

  /** The orders, and their people, with a touch in a group of slots. */
  counts(grouping: number, group: number): { orders: number; people: number } {
    return { orders: this.orders[grouping]![group] ?? 0, people: this.people[grouping]![group] ?? 0 };
  }

  data(): SlotSumsData {
    return { credited: this.credited.map((sums) => sums.data()), orders: this.orders, people: this.people };
  }

  /** Adds the figures of other people, from another thread. */
  addAll({ credited, orders, people }: SlotSumsData): void {
    for (const [g, sums] of this.credited.entries()) sums.addAll(credited[g]!, this.sizes[g]! * PERSON_GROUPS);
    for (const [own, other] of [
      [this.orders, orders],
      [this.people, people],
    ] as const)
      for (const [g, counts] of own.entries()) for (let i = 0; i < counts.length; i++) counts[i]! += other[g]![i]!;
  }
}
