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
