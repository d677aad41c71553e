/** Counts of agreement patterns: the levels of all comparisons of a pair. Many pairs have few patterns. */
import type { Comparison } from './comparisons.ts';

export interface Pattern {
  /** By comparison; -1 where a record says nothing. */
  levels: Int8Array;
  count: number;
}

export class PatternCounts {
  private readonly patterns = new Map<number, Pattern>();
  total = 0;

  constructor(private readonly comparisons: readonly Comparison[]) {}

  add(a: number, b: number): void {
    const { comparisons } = this;
    const levels = new Int8Array(comparisons.length);
    let key = 0;
    for (let c = 0; c < comparisons.length; c++) {
      const comparison = comparisons[c]!;
      levels[c] = comparison.level(a, b);
      key = key * (comparison.levels.length + 1) + levels[c]! + 1;
    }
    this.total++;
    const held = this.patterns.get(key);
    if (held) held.count++;
    else this.patterns.set(key, { levels, count: 1 });
  }

  list(): Pattern[] {
    return [...this.patterns.values()];
  }
}
