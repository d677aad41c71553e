/** Rows to and from ClickHouse's JSON: integers as digits, instants as texts, so that nothing passes through a double. */
import { checkRows } from '../row-check.ts';
import type { Cell, Column, ColumnType, Row } from '../schema.ts';

/** The lines of an insert; every row is checked before the first one is sent. @throws RowFault naming table and column. */
export function toLines(table: string, columns: readonly Column[], rows: readonly Row[]): string {
  checkRows(table, columns, rows);
  const lines = new Array<string>(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    lines[i] = JSON.stringify(columns.map(({ name, type }) => toJson(type, row[name] ?? null)));
  }
  return lines.join('\n');
}

/** @param cell one that {@link checkRows} let pass. */
function toJson(type: ColumnType, cell: Cell): string | number | null {
  if (cell === null) return null;
  if (typeof cell === 'string') return cell.isWellFormed() ? cell : cell.toWellFormed();
  if (type === 'float64') return cell as number;
  return type === 'int64' ? String(BigInt(cell)) : timestamp(Number(cell));
}

/** `2026-03-01 12:00:00.007`. */
function timestamp(ms: number): string {
  const text = new Date(ms).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 23)}`;
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
