/** The sums of credit by group: micros and millionths of a conversion for each model, and how many orders and touches. */
import { WorkTurns } from '../warehouse/work-turns.ts';
import { ExactSums, type ExactSumsData } from './exact.ts';

/** The figures of one group, by model. */
export interface GroupFigures {
  orders: number;
  touches: number;
  people: number;
  micros: bigint[];
  millionths: bigint[];
}

/** The figures of all groups as data, for another thread. Arrays may be longer than the groups. */
export interface TallyData {
  event_group: readonly number[];
  touch_group: readonly number[];
  orders: Float64Array;
  touches: Float64Array;
  people: Float64Array;
  micros: ExactSumsData[];
  millionths: ExactSumsData[];
}

/** Above this many possible groups, they are looked up by name. */
const MAX_TABLE = 2 ** 22;

export class Tally {
  readonly micros: ExactSums[];
  readonly millionths: ExactSums[];
  /** The groups in order of their numbers: event group, then touch group. */
  readonly event_group: number[] = [];
  readonly touch_group: number[] = [];
  private readonly numbers: Int32Array | null;
  private readonly named = new Map<number, number>();
  private orders = new Float64Array(16);
  private touches = new Float64Array(16);
  private people = new Float64Array(16);
  private last_order = new Int32Array(16).fill(-1);
  private last_person = new Int32Array(16).fill(-1);

  constructor(
    models: number,
    event_groups: number,
    private readonly touch_groups: number,
  ) {
    this.micros = Array.from({ length: models }, () => new ExactSums());
    this.millionths = Array.from({ length: models }, () => new ExactSums());
    const possible = event_groups * touch_groups;
    this.numbers = possible <= MAX_TABLE ? new Int32Array(possible) : null;
  }

  /** The number of a group. */
  groupOf(event_group: number, touch_group: number): number {
    const name = event_group * this.touch_groups + touch_group;
    const known = this.numbers === null ? this.named.get(name) : this.numbers[name]! - 1;
    if (known !== undefined && known >= 0) return known;
    const group = this.event_group.push(event_group) - 1;
    this.touch_group.push(touch_group);
    if (this.numbers === null) this.named.set(name, group);
    else this.numbers[name] = group + 1;
    this.reserve(group + 1);
    return group;
  }

  /** Counts a touch of an order. Touches of one order, and orders of one person, come together. */
  count(group: number, order: number, person: number): void {
    this.touches[group]! += 1;
    if (this.last_order[group] !== order) {
      this.last_order[group] = order;
      this.orders[group]! += 1;
    }
    if (this.last_person[group] !== person) {
      this.last_person[group] = person;
      this.people[group]! += 1;
    }
  }

  figures(group: number): GroupFigures {
    return {
      orders: this.orders[group]!,
      touches: this.touches[group]!,
      people: this.people[group]!,
      micros: this.micros.map((sums) => sums.total(group)),
      millionths: this.millionths.map((sums) => sums.total(group)),
    };
  }

  data(): TallyData {
    const { event_group, touch_group, orders, touches, people } = this;
    const micros = this.micros.map((sums) => sums.data());
    return {
      event_group,
      touch_group,
      orders,
      touches,
      people,
      micros,
      millionths: this.millionths.map((sums) => sums.data()),
    };
  }

  /** Adds the figures of other people, from another thread. @returns the numbers of its groups here. */
  async add({
    event_group,
    touch_group,
    orders,
    touches,
    people,
    micros,
    millionths,
  }: TallyData): Promise<Uint32Array> {
    const turns = new WorkTurns();
    const count = event_group.length;
    const numbers = new Uint32Array(count);
    for (let i = 0; i < count; i++) {
      if (turns.ends(1_024)) await turns.next();
      const group = this.groupOf(event_group[i]!, touch_group[i]!);
      numbers[i] = group;
      this.orders[group]! += orders[i]!;
      this.touches[group]! += touches[i]!;
      this.people[group]! += people[i]!;
    }
    for (const [own, added] of [
      [this.micros, micros],
      [this.millionths, millionths],
    ] as const)
      for (const [model, sums] of own.entries()) {
        if (turns.ends(1)) await turns.next();
        sums.addAll(added[model]!, count, numbers);
      }
    return numbers;
  }

  private reserve(size: number): void {
    for (const sums of [...this.micros, ...this.millionths]) sums.reserve(size);
    if (size <= this.orders.length) return;
    const floats = (from: Float64Array) => {
      const grown = new Float64Array(2 * size);
      grown.set(from);
      return grown;
    };
    const lasts = (from: Int32Array) => {
      const grown = new Int32Array(2 * size).fill(-1);
      grown.set(from);
      return grown;
    };
    [this.orders, this.touches, this.people] = [floats(this.orders), floats(this.touches), floats(this.people)];
    [this.last_order, this.last_person] = [lasts(this.last_order), lasts(this.last_person)];
  }
}
