/** Rows to and from ClickHouse's JSON: integers as digits, instants as texts, so that nothing passes through a double. */
import type { Cell, Column, Row } from '../schema.ts';

/** The lines of an insert; every row is checked before the first one is sent. @throws TypeError naming table and column. */
export function toLines(table: string, columns: readonly Column[], rows: readonly Row[]): string {
  const lines = new Array<string>(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    lines[i] = JSON.stringify(columns.map((column) => toJson(table, column, row[column.name] ?? null)));
  }
  return lines.join('\n');
}

function toJson(table: string, { name, type, nullable }: Column, cell: Cell): string | number | null {
  const refuse = (): TypeError => new TypeError(`${table}.${name}: ${String(cell)} is not ${type}`);
  if (cell === null) {
    if (!nullable) throw new TypeError(`${table}.${name}: a value is missing`);
    return null;
  }
  if (type === 'text') {
    if (typeof cell !== 'string') throw refuse();
    return cell.isWellFormed() ? cell : cell.toWellFormed();
  }
  if (type === 'float64') {
    if (typeof cell !== 'number' || !Number.isFinite(cell)) throw refuse();
    return cell;
  }
  if (typeof cell === 'string' || (typeof cell === 'number' && !Number.isInteger(cell))) throw refuse();
  const integer = BigInt(cell);
  if (BigInt.asIntN(64, integer) !== integer) throw refuse();
  if (type === 'int64') return String(integer);
  return timestamp(Number(integer)) ?? raise(refuse());
}

function raise(error: Error): never {
  throw error;
}

/** `2026-03-01 12:00:00.007`, or undefined outside of the years that have four digits. */
function timestamp(ms: number): string | undefined {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return undefined;
  const text = date.toISOString();
  return text.length === 24 ? `${text.slice(0, 10)} ${text.slice(11, 23)}` : undefined;
}

/** The rows of an answer in JSONCompactEachRowWithNamesAndTypes. 64 bits and more become bigint, the rest stays as it is. */
export function fromLines<R extends Row>(text: string): R[] {
  const lines = text.split('\n');
  const names = JSON.parse(lines[0]!) as string[];
  const readers = (JSON.parse(lines[1]!) as string[]).map(reader);
  const rows: R[] = [];
  for (let i = 2; i < lines.length; i++) {
    if (lines[i] === '') continue;
    const cells = JSON.parse(lines[i]!) as Cell[];
    const row: Row = {};
    for (let c = 0; c < names.length; c++) {
      const cell = cells[c]!;
      row[names[c]!] = cell === null ? null : readers[c]!(cell);
    }
    rows.push(row as R);
  }
  return rows;
}

function reader(type: string): (cell: Cell) => Cell {
  if (/^(LowCardinality\()?(Nullable\()?U?Int(64|128|256)\b/.test(type)) return (cell) => BigInt(cell!);
  // Infinity and NaN come as texts.
  if (/^(Nullable\()?Float/.test(type))
    return (cell) => Number(cell === '-inf' ? -Infinity : cell === 'inf' ? Infinity : cell);
  return (cell) => cell;
}
