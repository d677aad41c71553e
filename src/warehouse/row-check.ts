/** Whether a row's values fit their columns. Every engine asks before it writes, so that a row at fault is known by name. */
import { RowFault } from './port.ts';
import type { Cell, Column, Row } from './schema.ts';

/** @throws RowFault for the first value that does not fit. */
export function checkRows(table: string, columns: readonly Column[], rows: readonly Row[]): void {
  for (const row of rows) {
    const fault = faultOf(table, columns, row);
    if (fault) throw fault;
  }
}

/** The first value of a row that does not fit its column. */
export function faultOf(table: string, columns: readonly Column[], row: Row): RowFault | undefined {
  for (const column of columns) {
    const reason = reasonAgainst(column, row[column.name] ?? null);
    if (reason !== undefined) return new RowFault(table, column.name, reason);
  }
  return undefined;
}

const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;
/** Instants are in the years that have four digits. */
const MIN_INSTANT_MS = Date.parse('0000-01-01T00:00:00Z');
const MAX_INSTANT_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** Why a value does not fit. Texts are not quoted: they may be personal, and reasons are logged. */
function reasonAgainst({ type, nullable }: Column, cell: Cell): string | undefined {
  if (cell === null) return nullable ? undefined : 'a value is missing';
  if (type === 'text') return typeof cell === 'string' ? undefined : `${cell} is not text`;
  if (typeof cell === 'string') return `a text is not ${type}`;
  const fits =
    type === 'float64'
      ? typeof cell === 'number' && Number.isFinite(cell)
      : (typeof cell === 'bigint' || Number.isInteger(cell)) &&
        (type === 'int64' ? cell >= MIN_INT64 && cell <= MAX_INT64 : cell >= MIN_INSTANT_MS && cell <= MAX_INSTANT_MS);
  return fits ? undefined : `${cell} is not ${type}`;
}
