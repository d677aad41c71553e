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
