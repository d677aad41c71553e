/** What ClickHouse is sent to write, and the rows of its answers. Integers are digits, so that nothing is rounded to a double. */
import type { Batch, WrittenRows } from '../port.ts';
import { toLines } from '../row-lines.ts';
import { type Cell, type Row, TABLES, type TableName, WRITE_ORDER } from '../schema.ts';
import { WorkTurns } from '../work-turns.ts';

/** Lines for one table. */
interface TableLines {
  name: TableName;
  lines: string | Uint8Array;
}

/**
 * The lines of a batch and of rows that another thread wrote, in the order in which tables are written. All rows are checked before
 * the first table is written, so that a batch with a faulty row writes nothing. @throws RowFault.
 */
export async function linesOf(batch: Batch, written: readonly WrittenRows[]): Promise<TableLines[]> {
  const parts = written.flatMap((one): TableLines[] => ('lines' in one ? [{ name: one.table, lines: one.lines }] : []));
  for (const name of WRITE_ORDER)
    if (batch[name]?.length) parts.push({ name, lines: await toLines(name, TABLES[name].columns, batch[name]) });
  return WRITE_ORDER.flatMap((name) => parts.filter((part) => part.name === name));
}

/** The rows of an answer in JSONCompactEachRowWithNamesAndTypes, made in turns. Integers of 64 bits and more become bigint. */
export async function fromLines<R extends Row>(text: string): Promise<R[]> {
  const turns = new WorkTurns();
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
    if (turns.ends()) await turns.next();
  }
  return rows;
}

function reader(type: string): (cell: Cell) => Cell {
  if (/^(LowCardinality\()?(Nullable\()?U?Int(64|128|256)\b/.test(type)) return (cell) => BigInt(cell!);
  // Infinity and NaN are texts in the answer.
  if (/^(Nullable\()?Float/.test(type))
    return (cell) => Number(cell === '-inf' ? -Infinity : cell === 'inf' ? Infinity : cell);
  return (cell) => cell;
}
