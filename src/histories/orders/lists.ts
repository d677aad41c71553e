/** Lists of numbers, one after the other. */
import { roomFor } from '../room.ts';

/** The numbers of list i are values[starts[i]] … values[starts[i + 1] - 1]. */
export interface Lists {
  starts: Uint32Array;
  values: Float64Array;
}

type Numbers = Float64Array | Uint32Array;

/** Puts values in lists: value i goes to list of[i]. Within a list they keep their order. */
export function listsOf(count: number, of: Uint32Array, values: Numbers, length = of.length): Lists {
  const starts = new Uint32Array(count + 1);
  for (let i = 0; i < length; i++) starts[of[i]! + 1]! += 1;
  for (let i = 0; i < count; i++) starts[i + 1]! += starts[i]!;
  const next = starts.slice();
  const sorted = new Float64Array(length);
  for (let i = 0; i < length; i++) sorted[next[of[i]!]!++] = values[i]!;
  return { starts, values: sorted };
}

/** Lists that are made one after the other. */
export class ListsInOrder {
  private readonly starts: Uint32Array;
  private values: Float64Array;
  private list = 0;
  private length = 0;

  /** @param count how many lists there are, most of which have one value. */
  constructor(private readonly count: number) {
    this.starts = new Uint32Array(count + 1);
    this.values = new Float64Array(count + 64);
  }

  /** Adds a value to the last list. */
  add(value: number): void {
    if (this.length === this.values.length) this.values = roomFor(this.values, this.length + 1);
    this.values[this.length++] = value;
  }

  /** Ends the last list. */
  end(): void {
    this.list += 1;
    this.starts[this.list] = this.length;
  }

  lists(): Lists {
    if (this.list !== this.count) throw new RangeError(`${this.count} lists were expected, and ${this.list} were made`);
    return { starts: this.starts, values: this.values.subarray(0, this.length) };
  }
}

/** Puts the numbers from 0 in lists: number i goes to list of[i]. Within a list they ascend. */
export function numbersByList(count: number, of: Uint32Array): { starts: Uint32Array; numbers: Uint32Array } {
  const starts = new Uint32Array(count + 1);
  for (let i = 0; i < of.length; i++) starts[of[i]! + 1]! += 1;
  for (let i = 0; i < count; i++) starts[i + 1]! += starts[i]!;
  const numbers = new Uint32Array(of.length);
  // A start is the next place of its list while the list is filled, and then the start of the list after it.
  for (let i = 0; i < of.length; i++) numbers[starts[of[i]!]!++] = i;
  starts.copyWithin(1, 0, count);
  starts[0] = 0;
  return { starts, numbers };
}

/** Values, each with the list that it belongs to. */
export class Pairs {
  private of = new Uint32Array(256);
  private values = new Float64Array(256);
  private length = 0;

  add(list: number, value: number): void {
    if (this.length === this.of.length) {
      this.of = roomFor(this.of, 2 * this.length);
      this.values = roomFor(this.values, this.of.length);
    }
    this.of[this.length] = list;
    this.values[this.length] = value;
    this.length += 1;
  }

  lists(count: number): Lists {
    return listsOf(count, this.of, this.values, this.length);
  }
}
