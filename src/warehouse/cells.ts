/** Which values fit a column, for every engine. It is checked here, so that a fault of a row never rests on an engine's message. */
import { RowFault } from './port.ts';
import type { Cell, Column, Row } from './schema.ts';

/** The first and the last instant whose year has four digits, in milliseconds; both engines keep what lies between. */
export const FIRST_INSTANT_MS = Date.parse('0000-01-01T00:00:00.000Z');
export const LAST_INSTANT_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** The cells of a row in the order of `columns`, as values of JSON. @throws RowFault like {@link jsonCell}. */
export function jsonRow(table: string, columns: readonly Column[], row: Row): Array<string | number | null> {
  const cells = new Array<string | number | null>(columns.length);
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i]!;
    cells[i] = jsonCell(table, column, row[column.name]);
  }
  return cells;
}

/**
 * A cell as a value of JSON that loses nothing: integers beyond 2^53 are texts of digits, instants are milliseconds. Half of a
 * surrogate pair becomes U+FFFD, because no engine stores it.
 * @throws RowFault naming table and column when the value does not fit.
 */
export function jsonCell(table: string, column: Column, cell: Cell | undefined): string | number | null {
  if (cell === null || cell === undefined) {
    if (!column.nullable) throw new RowFault(table, column.name, 'a value is missing');
    return null;
  }
  switch (column.type) {
    case 'text':
      if (typeof cell !== 'string') throw unfit(table, column, cell);
      return cell.isWellFormed() ? cell : cell.toWellFormed();
    case 'float64':
      if (typeof cell !== 'number' || !Number.isFinite(cell)) throw unfit(table, column, cell);
      // Zero has no sign in JSON, so it has none on the other ways either.
      return cell + 0;
    case 'int64':
      return integer(table, column, cell);
    case 'instant': {
      const ms = Number(integer(table, column, cell));
      if (ms < FIRST_INSTANT_MS || ms > LAST_INSTANT_MS) throw unfit(table, column, cell);
      return ms;
    }
  }
}

/** The first value of a row that does not fit its column, or undefined. */
export function faultOf(table: string, columns: readonly Column[], row: Row): RowFault | undefined {
  try {
    for (const column of columns) jsonCell(table, column, row[column.name]);
    return undefined;
  } catch (error) {
    if (error instanceof RowFault) return error;
    throw error;
  }
}

function integer(table: string, column: Column, cell: string | number | bigint): string | number {
  if (typeof cell === 'number') {
    if (Number.isSafeInteger(cell)) return cell;
    if (Number.isInteger(cell) && BigInt.asIntN(64, BigInt(cell)) === BigInt(cell)) return String(BigInt(cell));
    throw unfit(table, column, cell);
  }
  if (typeof cell !== 'bigint' || BigInt.asIntN(64, cell) !== cell) throw unfit(table, column, cell);
  return String(cell);
}

/** A text is not quoted: it may be long, and it may be personal. */
function unfit(table: string, { name, type }: Column, cell: string | number | bigint): RowFault {
  const shown = typeof cell === 'string' ? `a text of ${cell.length} characters` : String(cell);
  return new RowFault(table, name, `${shown} is not ${type}`);
}
