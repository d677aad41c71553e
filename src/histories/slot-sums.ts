/** What touchpoints in slots earn. A slot is a number that a report gives to single touchpoints, such as the hour of an email. */
import { PERSON_GROUPS } from '../attribution/plan.ts';
import { ExactSums, type ExactSumsData } from './exact.ts';

export interface TouchSlots {
  /** By place of a touchpoint, its slot; 0 is none. */
  of_place: Uint8Array;
  /** One more than the largest slot. */
  slots: number;
  /** Orders and people are counted by groups of slots, for each of these ways to group them: by slot, its group. */
  groupings: readonly Uint8Array[];
  /** By order, the random group of its person. */
  person_group: Uint8Array;
}

/** The figures as data, for another thread. */
export interface SlotSumsData {
  credited: ExactSumsData;
  orders: readonly Float64Array[];
  people: readonly Float64Array[];
}

export class SlotSums {
  private readonly credited = new ExactSums();
  private readonly slots: number;
  private readonly groupings: readonly Uint8Array[];
  private readonly orders: readonly Float64Array[];
  private readonly people: readonly Float64Array[];
  private readonly last_order: readonly Int32Array[];
  private readonly last_person: readonly Int32Array[];

  constructor({ slots, groupings }: Pick<TouchSlots, 'slots' | 'groupings'>) {
    this.slots = slots;
    this.groupings = groupings;
    this.credited.reserve(slots * PERSON_GROUPS);
    const sizes = groupings.map((group) => Math.max(...group) + 1);
    this.orders = sizes.map((size) => new Float64Array(size));
    this.people = sizes.map((size) => new Float64Array(size));
    this.last_order = sizes.map((size) => new Int32Array(size).fill(-1));
    this.last_person = sizes.map((size) => new Int32Array(size).fill(-1));
  }

  /** Counts a touch of an order. Touches of one order, and orders of one person, come together. */
  count(slot: number, order: number, person: number): void {
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
    const at = slot * PERSON_GROUPS + person_group;
    if (typeof amount === 'number') this.credited.add(at, amount);
    else this.credited.addLarge(at, amount);
  }

  /** The credit of a slot from the orders of a group of people, in micros. */
  micros(slot: number, person_group: number): bigint {
    return this.credited.total(slot * PERSON_GROUPS + person_group);
  }

  /** The orders, and their people, with a touch in a group of slots. @param grouping the place of the way to group them. */
  counts(grouping: number, group: number): { orders: number; people: number } {
    return { orders: this.orders[grouping]![group] ?? 0, people: this.people[grouping]![group] ?? 0 };
  }

  data(): SlotSumsData {
    return { credited: this.credited.data(), orders: this.orders, people: this.people };
  }

  /** Adds the figures of other people, from another thread. */
  addAll({ credited, orders, people }: SlotSumsData): void {
    this.credited.addAll(credited, this.slots * PERSON_GROUPS);
    for (const [own, other] of [
      [this.orders, orders],
      [this.people, people],
    ] as const)
      for (const [g, counts] of own.entries()) for (let i = 0; i < counts.length; i++) counts[i]! += other[g]![i]!;
  }
}
