/** Checks which values fit a column, for every engine. So a row's fault is never guessed from the message of an engine. */
import { RowFault } from './port.ts';
import type { Cell, Column, Row } from './schema.ts';

/** The first and the last instant with a year of four digits, in milliseconds. Both engines store the instants between them. */
export const FIRST_INSTANT_MS = Date.parse('0000-01-01T00:00:00.000Z');
export const LAST_INSTANT_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** The cells of a row as JSON values, in the order of `columns`. @throws RowFault like {@link jsonCell}. */
export function jsonRow(table: string, columns: readonly Column[], row: Row): Array<string | number | null> {
  const cells = new Array<string | number | null>(columns.length);
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i]!;
    cells[i] = jsonCell(table, column, row[column.name]);
  }
  return cells;
}

/**
 * A cell as an exact JSON value: integers beyond 2^53 are texts of digits, instants are milliseconds. Half of a surrogate pair
 * becomes U+FFFD, because no engine can store it.
 * @throws RowFault naming table and column when the value does not fit.
 */
export function jsonCell(table: string, column: Column, cell: Cell | undefined): string | number | null {
  const fit = fitCell(table, column, cell);
  return typeof fit === 'bigint' ? String(fit) : fit;
}

/**
 * A cell as its column holds it: a well-formed text, a finite number, or a whole number of 64 bits (a bigint where a number is
 * not exact). @throws RowFault naming table and column when the value does not fit.
 */
export function fitCell(table: string, column: Column, cell: Cell | undefined): Cell {
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
      // JSON has no negative zero, so it becomes zero here too.
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
    for (const column of columns) fitCell(table, column, row[column.name]);
    return undefined;
  } catch (error) {
    if (error instanceof RowFault) return error;
    throw error;
  }
}

function integer(table: string, column: Column, cell: string | number | bigint): number | bigint {
  if (typeof cell === 'number') {
    if (Number.isSafeInteger(cell)) return cell;
    if (Number.isInteger(cell) && BigInt.asIntN(64, BigInt(cell)) === BigInt(cell)) return BigInt(cell);
    throw unfit(table, column, cell);
  }
  if (typeof cell !== 'bigint' || BigInt.asIntN(64, cell) !== cell) throw unfit(table, column, cell);
  return cell;
}

/** The fault does not quote a text, because it may be long or personal. */
function unfit(table: string, { name, type }: Column, cell: string | number | bigint): RowFault {
  const shown =
    typeof cell === 'string' ? `a text of ${cell.length} character${cell.length === 1 ? '' : 's'}` : String(cell);
  return new RowFault(table, name, `${shown} is not ${type}`);
}
