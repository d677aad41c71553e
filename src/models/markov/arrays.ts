/** Typed arrays of numbers 0, 1, 2 …: made, sorted and inverted; and sums by such numbers. */

/** 0, 1, 2, … */
export function numbersTo(count: number): Uint32Array {
  return new Uint32Array(count).map((_, i) => i);
}

/** A stable sort. The numbers with key k are `sorted[starts[k]] … sorted[starts[k + 1] - 1]`. */
export function countingSort(
  numbers: Uint32Array,
  keys: number,
  keyOf: (number: number) => number,
): { sorted: Uint32Array; starts: Uint32Array } {
  const starts = new Uint32Array(keys + 1);
  for (const number of numbers) starts[keyOf(number) + 1]!++;
  for (let key = 0; key < keys; key++) starts[key + 1]! += starts[key]!;
  const next = starts.slice();
  const sorted = new Uint32Array(numbers.length);
  for (const number of numbers) sorted[next[keyOf(number)]!++] = number;
  return { sorted, starts };
}

/** The place of each number in a list of all numbers. */
export function placesOf(list: Uint32Array): Uint32Array {
  const places = new Uint32Array(list.length);
  list.forEach((number, at) => {
    places[number] = at;
  });
  return places;
}

/** Sums by number, for numbers that are given out one after another. */
export class Sums {
  private sums = new Float64Array(1 << 10);

  add(number: number, amount: number): void {
    if (number >= this.sums.length) this.grow(number + 1);
    this.sums[number]! += amount;
  }

  /** The first `count` sums; 0 where nothing was added. */
  all(count: number): Float64Array {
    if (count > this.sums.length) this.grow(count);
    return this.sums.slice(0, count);
  }

  private grow(count: number): void {
    const larger = new Float64Array(Math.max(this.sums.length * 2, count));
    larger.set(this.sums);
    this.sums = larger;
  }
}
