/** Columns of numbers that are read in parts. */
import type { Columns } from '../warehouse/port.ts';

export class Growing {
  readonly columns: Float64Array[];
  length = 0;

  constructor(count: number) {
    this.columns = Array.from({ length: count }, () => new Float64Array(4_096));
  }

  /** Adds the first columns of a part; null becomes NaN. */
  add({ rows, cells }: Columns): void {
    const needed = this.length + rows;
    for (const [c, column] of this.columns.entries()) {
      let own = column;
      if (needed > own.length) {
        own = new Float64Array(2 * needed);
        own.set(column);
        this.columns[c] = own;
      }
      const from = cells[c] as ArrayLike<number | null>;
      for (let i = 0; i < rows; i++) own[this.length + i] = from[i] ?? Number.NaN;
    }
    this.length = needed;
  }
}
