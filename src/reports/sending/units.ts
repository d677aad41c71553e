/** Emails that are compared, as typed arrays: the cell, what differs, and the random group of each, and what happened after it. */
import { roomFor } from '../../histories/room.ts';
import { byCell, type CellUnits } from '../../learning/stratified-rates.ts';

/** What happened after few of the emails. */
export class Outcome {
  private length = 0;
  private unit = new Uint32Array(64);
  private value = new Float64Array(64);

  add(unit: number, value: number): void {
    if (value === 0) return;
    const at = this.length;
    this.length += 1;
    this.unit = roomFor(this.unit, this.length);
    this.value = roomFor(this.value, this.length);
    this.unit[at] = unit;
    this.value[at] = value;
  }

  /** By unit. @param values is written over. */
  into(values: Float64Array): Float64Array {
    values.fill(0);
    for (let i = 0; i < this.length; i++) values[this.unit[i]!]! += this.value[i]!;
    return values;
  }
}

export class Units {
  length = 0;
  private cell = new Int32Array(64);
  private level = new Uint8Array(64);
  private group = new Uint8Array(64);
  private readonly numbers = new Map<number, number>();
  /** By cell, what its key stands for. */
  readonly keys: number[] = [];

  /** @returns the number of a new unit. @param key of its cell, a whole number. */
  add(key: number, level: number, group: number): number {
    const unit = this.length;
    this.length += 1;
    this.cell = roomFor(this.cell, this.length);
    this.level = roomFor(this.level, this.length);
    this.group = roomFor(this.group, this.length);
    let cell = this.numbers.get(key);
    if (cell === undefined) {
      cell = this.keys.length;
      this.keys.push(key);
      this.numbers.set(key, cell);
    }
    this.cell[unit] = cell;
    this.level[unit] = level;
    this.group[unit] = group;
    return unit;
  }

  inCells(): CellUnits {
    const { length, level, group } = this;
    const placed = byCell(this.cell.subarray(0, length), this.keys.length);
    return { ...placed, level: level.subarray(0, length), group: group.subarray(0, length) };
  }

  /** Units by level. */
  counts(levels: number): number[] {
    const counts = new Array<number>(levels).fill(0);
    for (let unit = 0; unit < this.length; unit++) counts[this.level[unit]!]! += 1;
    return counts;
  }
}
