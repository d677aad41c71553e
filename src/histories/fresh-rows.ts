/** Rows about touchpoints, as they are read: what finds the touchpoint, and some numbers. */
import type { Columns } from '../warehouse/port.ts';
import { Growing } from './growing.ts';

export class FreshRows {
  /** The first columns of a query: two halves of the subject's key, instant, position and collector. */
  static readonly PLACE_COLUMNS = 5;
  private readonly numbers: Growing;
  /** The names of their collectors. */
  readonly collectors: string[] = [];

  /** @param names of the further numbers. */
  constructor(private readonly names: readonly string[]) {
    this.numbers = new Growing(FreshRows.PLACE_COLUMNS + names.length);
  }

  get length(): number {
    return this.numbers.length;
  }

  /** Adds a part. @param further the columns of the names. */
  add({ rows, cells }: Columns, further: ReadonlyArray<ArrayLike<number>>): void {
    const ids = cells[FreshRows.PLACE_COLUMNS - 1] as ArrayLike<string>;
    const own = Float64Array.from({ length: rows }, (_, i) => this.numberOfId(ids[i]!));
    this.numbers.add({ rows, cells: [...cells.slice(0, FreshRows.PLACE_COLUMNS - 1), own, ...further] });
  }

  /** @param collectors the names of collectors in order of their numbers. */
  row(i: number, collectors: readonly string[]) {
    const [high, low, at_ms, log_seq, id] = this.numbers.columns;
    return {
      subject_high: high![i]!,
      subject_low: low![i]!,
      at_ms: at_ms![i]!,
      log_seq: log_seq![i]!,
      collector: collectors.indexOf(this.collectors[id![i]!]!),
    };
  }

  value(name: string, i: number): number {
    return this.numbers.columns[FreshRows.PLACE_COLUMNS + this.names.indexOf(name)]![i]!;
  }

  /** The largest number of a name; 0 if there is no row. */
  largest(name: string): number {
    let largest = 0;
    for (let i = 0; i < this.length; i++) largest = Math.max(largest, this.value(name, i));
    return largest;
  }

  private numberOfId(collector_id: string): number {
    const known = this.collectors.indexOf(collector_id);
    return known >= 0 ? known : this.collectors.push(collector_id) - 1;
  }
}
