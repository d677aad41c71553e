/**
 * Writes a few rows into a new temporary table with the appender of DuckDB's client, which needs no statement and no file. The
 * appender works on the event loop and by the position of columns, so it is not used for many rows or for stored tables.
 */
import {
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBTimestampMillisecondsValue,
  type DuckDBValue,
} from '@duckdb/node-api';
import { jsonCell } from '../cells.ts';
import { CHUNK_ROWS } from '../column-bytes.ts';
import type { Column, Row } from '../schema.ts';
import { insertThroughFile, type RowsFolder } from './rows-file.ts';
import { TYPES } from './types.ts';

/** A file takes about two milliseconds even for one row. Up to this many cells, the appender is as fast. */
const FEW_CELLS = 4_000;

/** Fills a new table that has exactly these columns in this order. @throws RowFault, warehouse_unavailable. */
export async function fillTable(
  connection: DuckDBConnection,
  folder: RowsFolder,
  place: { catalog: string; table: string },
  columns: readonly Column[],
  rows: readonly Row[],
): Promise<void> {
  if (rows.length === 0) return;
  const { catalog, table } = place;
  if (rows.length > CHUNK_ROWS || rows.length * columns.length > FEW_CELLS)
    return insertThroughFile(connection, folder, { target: `${catalog}.main.${table}`, table }, columns, rows);
  const chunk = DuckDBDataChunk.create(
    columns.map((column) => TYPES[column.type]),
    rows.length,
  );
  columns.forEach((column, index) => {
    const values = rows.map((row) => toDuckDB(column, jsonCell(table, column, row[column.name])));
    chunk.setColumnValues(index, values);
  });
  const appender = await connection.createAppender(table, 'main', catalog);
  try {
    appender.appendDataChunk(chunk);
  } finally {
    appender.closeSync();
  }
}

function toDuckDB({ type }: Column, value: string | number | null): DuckDBValue {
  if (value === null) return null;
  if (type === 'int64') return BigInt(value);
  if (type === 'instant') return new DuckDBTimestampMillisecondsValue(BigInt(value));
  return value;
}
