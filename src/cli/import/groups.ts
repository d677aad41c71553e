/**
 * The records of rows, where a record may have several rows: the product lines of one order stand below each other. The first row
 * of a group is the record; of the others only the fields that collect are read. At most one group is held at a time.
 */
import { hash } from 'node:crypto';
import type { Problem } from '../../domain/errors.ts';
import { shifted } from '../../mapping/amounts.ts';
import { type Item, Refused, type Target } from '../../mapping/converter.ts';
import type { Mapped, Mapping } from '../../mapping/mapping.ts';
import type { FileRow } from '../../mapping/row-source.ts';

/** A record that is complete, or why its rows are refused. */
export type Outcome = { rows: FileRow[] } & ({ item: Item } | { problem: Problem });

export type Fate = 'left out' | 'taken';

interface Group {
  key: string;
  rows: FileRow[];
  mapped: Mapped;
  /** Rows after the last one that cannot be read, and that may be rows of this group. */
  unread: FileRow[];
}

const MAX_GROUP_ROWS = 10_000;
const MAX_UNREAD = 100;
/** Groups that are remembered, to tell one that comes again. */
const MAX_GROUPS = 4_000_000;

export class RecordRows {
  private group: Group | undefined;
  /** The last row, if it could not be read, and the group that it seems to be of. */
  private unread: { key: string; row: FileRow } | undefined;
  private readonly known = new Set<number>();
  private readonly collects: Target[];

  constructor(readonly mapping: Mapping) {
    this.collects = mapping.plan.group_lines === undefined ? [] : mapping.collected();
  }

  /** True if the row belongs to the group that is open, or may belong to it. */
  continues(row: FileRow): boolean {
    const { group } = this;
    if (group === undefined) return false;
    if (row.problem !== undefined) return group.unread.length < MAX_UNREAD;
    return group.rows.length < MAX_GROUP_ROWS && this.keyOf(row) === group.key;
  }

  /** Takes a row; complete records go to `done`. */
  take(row: FileRow, done: Outcome[]): Fate {
    if (this.mapping.plan.each !== undefined) return this.takeEach(row, done);
    const key = this.keyOf(row);
    const { group, unread } = this;
    this.unread = undefined;
    if (group !== undefined && key === group.key && group.rows.length < MAX_GROUP_ROWS) return this.collect(group, row);
    this.close(done);
    const again = key !== undefined && this.known.has(numberOf(key));
    const mapped: Mapped = again ? { problem: this.apart(key) } : this.mapping.apply(row);
    if (mapped === undefined && key === undefined) return 'left out';
    if (key === undefined || again) done.push({ rows: [row], ...mapped! });
    else {
      this.group = { key, rows: [row], mapped, unread: [] };
      if (unread?.key === key) this.break(this.group, unread.row);
      if (mapped === undefined) return 'left out';
      if (this.known.size < MAX_GROUPS) this.known.add(numberOf(key));
    }
    return 'taken';
  }

  private takeEach(row: FileRow, done: Outcome[]): Fate {
    const all = this.mapping.applyEach(row);
    for (const mapped of all) done.push({ rows: [row], ...mapped });
    return all.length === 0 ? 'left out' : 'taken';
  }

  /** Notes a row that cannot be read. A record that lacks one of its rows would be wrong, so its other rows are refused too. */
  passUnread(row: FileRow, done: Outcome[]): void {
    const { group } = this;
    const key = this.keyOf(row);
    this.unread = key === undefined ? undefined : { key, row };
    if (group === undefined) return;
    if (key === group.key) this.break(group, row);
    else if (group.unread.length < MAX_UNREAD) group.unread.push(row);
    else this.close(done);
  }

  /** Completes the group that is open. */
  close(done: Outcome[]): void {
    const { group } = this;
    this.group = undefined;
    if (group?.mapped !== undefined) done.push({ rows: group.rows, ...group.mapped });
  }

  /** Refuses a group because of a row of it that cannot be read. */
  private break(group: Group, { line }: FileRow): void {
    if (group.mapped === undefined || 'problem' in group.mapped) return;
    const field = this.mapping.plan.group_lines!;
    const reason = `has a row that cannot be read, on line ${line}; mend that row, and import all rows of this ${field} together`;
    group.mapped = { problem: { field, reason } };
  }

  private keyOf(row: FileRow): string | undefined {
    const { group_lines } = this.mapping.plan;
    if (group_lines === undefined) return undefined;
    const value = this.mapping.fieldValue(group_lines, row);
    return value === undefined || value instanceof Refused ? undefined : String(value);
  }

  private apart(key: string): Problem {
    const field = this.mapping.plan.group_lines!;
    const reason = `is in conflict: rows of ${JSON.stringify(key.slice(0, 60))} came before, and other rows stand between them; sort the file so that rows of one ${field} stand together`;
    return { field, reason };
  }

  private collect(group: Group, row: FileRow): Fate {
    if (group.mapped === undefined) return 'left out';
    this.mapping.matched++;
    group.rows.push(row);
    if (group.unread.length > 0) this.break(group, group.unread.pop()!);
    group.unread = [];
    if (!('item' in group.mapped)) return 'taken';
    const { item } = group.mapped;
    for (const target of this.collects) {
      const value = this.mapping.fieldValue(target.name, row);
      if (value === undefined) continue;
      if (value instanceof Refused) {
        group.mapped = { problem: value.problem };
        return 'taken';
      }
      const sum = target.plan.collect === 'sum' ? sumOf(item[target.field], value) : undefined;
      if (target.plan.collect === 'sum' && sum === undefined) {
        const reason = `${JSON.stringify(String(value).slice(0, 60))} cannot be added to the rows before; correct it`;
        group.mapped = { problem: { field: target.field, reason } };
        return 'taken';
      }
      item[target.field] = sum ?? [...new Set([...asArray(item[target.field]), ...asArray(value)])];
    }
    return 'taken';
  }
}

function asArray(value: unknown): unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

/** The sum of two numbers, or of two decimals as text, exactly; undefined if one of them is none. */
function sumOf(before: unknown, value: unknown): unknown {
  if (before === undefined) return value;
  if (typeof before === 'number' && typeof value === 'number') return before + value;
  const [left, right] = [String(before), String(value)].map((text) => shifted(text, 9));
  if (!/^-?\d+$/.test(left!) || !/^-?\d+$/.test(right!)) return undefined;
  const sum = BigInt(left!) + BigInt(right!);
  return shifted(String(sum), -9);
}

/** A group as 48 bits, so that millions of them take little memory. */
function numberOf(key: string): number {
  return Number.parseInt(hash('sha256', key, 'hex').slice(0, 12), 16);
}
