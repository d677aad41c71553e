/**
 * Rows whose columns another thread filled. Each is a row like any other: its cells are read from the columns when somebody asks.
 * A load copies whole columns instead, as long as the rows stand in it as they were filled.
 */

import { fitCell } from './cells.ts';
import { type ColumnBytes, cellAt, columnBytes, emptyColumn, sequenceBytes, sliceColumn } from './column-bytes.ts';
import { type Cell, type Column, LOG_COLUMN_NAMES, type Row, TABLES, type TableName } from './schema.ts';

/** The columns of up to `CHUNK_ROWS` rows of a table, but for those of the log. They can be sent to another thread. */
export interface FilledRows {
  table: TableName;
  rows: number;
  columns: ReadonlyMap<string, ColumnBytes>;
}

/** The columns of the log in a row, which are known when it is loaded. */
export interface LogCells {
  received_at: number;
  loaded_at: number;
  collector_id: string;
  log_seq: number;
}

/**
 * Fills the columns of rows.
 * @param cellsOf what has the cells of a column, for each row; undefined if no row has a value.
 * @throws RowFault naming the first value that does not fit.
 */
export function fillRows(
  table: TableName,
  rows: number,
  cellsOf: (column: string) => readonly Readonly<Row>[] | undefined,
): FilledRows {
  const columns = new Map<string, ColumnBytes>();
  for (const column of TABLES[table].columns) {
    if (LOG_COLUMN_NAMES.has(column.name)) continue;
    const cells = cellsOf(column.name);
    const filled = cells === undefined ? withoutValues(table, column, rows) : columnBytes(table, column, cells);
    const { data, valid, long } = filled;
    columns.set(column.name, { data: data.slice(), valid: valid.slice(), long: ownBytes(long) });
  }
  return { table, rows, columns };
}

function withoutValues(table: TableName, column: Column, rows: number): ColumnBytes {
  if (!column.nullable) fitCell(table, column, null);
  return emptyColumn(rows);
}

/** A copy, unless the bytes have a buffer of their own: a buffer of the pool cannot be moved to another thread. */
function ownBytes(long: Uint8Array): Uint8Array {
  return long.length === long.buffer.byteLength ? long : new Uint8Array(long);
}

/** The buffers of filled rows, which can be moved to another thread. */
export function buffersOf({ columns }: FilledRows): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const { data, valid, long } of columns.values())
    for (const part of [data, valid, long]) if (part.length > 0) buffers.add(part.buffer as ArrayBuffer);
  return [...buffers];
}

const CLASSES = new Map<TableName, new (filled: FilledRows, at: number, log: LogCells) => FilledRow>();

/** One row of filled rows. */
class FilledRow implements LogCells {
  readonly received_at: number;
  readonly loaded_at: number;
  readonly collector_id: string;
  readonly log_seq: number;

  constructor(
    readonly filled: FilledRows,
    readonly at: number,
    { received_at, loaded_at, collector_id, log_seq }: LogCells,
  ) {
    this.received_at = received_at;
    this.loaded_at = loaded_at;
    this.collector_id = collector_id;
    this.log_seq = log_seq;
  }
}

/** The row at a place of filled rows. */
export function filledRow(filled: FilledRows, at: number, log: LogCells): Row {
  const RowOfTable = CLASSES.get(filled.table) ?? classOf(filled.table);
  return new RowOfTable(filled, at, log) as unknown as Row;
}

function classOf(table: TableName) {
  class RowOfTable extends FilledRow {}
  for (const column of TABLES[table].columns) {
    if (LOG_COLUMN_NAMES.has(column.name)) continue;
    const get = function (this: FilledRow): Cell {
      return cellAt(column, this.filled.columns.get(column.name)!, this.at);
    };
    Object.defineProperty(RowOfTable.prototype, column.name, { get, enumerable: true });
  }
  CLASSES.set(table, RowOfTable);
  return RowOfTable;
}

/** Consecutive filled rows at consecutive positions of the log. */
export class FilledRun {
  constructor(
    private readonly first: FilledRow,
    readonly length: number,
  ) {}

  column(column: Column): ColumnBytes {
    const { filled, at, log_seq } = this.first;
    if (column.name === 'log_seq') return sequenceBytes(log_seq, this.length);
    if (LOG_COLUMN_NAMES.has(column.name)) return columnBytes(filled.table, column, this.sameLogCells());
    return sliceColumn(filled.columns.get(column.name)!, filled.rows, at, at + this.length);
  }

  /** Rows of a run have the same cells in the other columns of the log. */
  private sameLogCells(): Row[] {
    const { received_at, loaded_at, collector_id } = this.first;
    return new Array<Row>(this.length).fill({ received_at, loaded_at, collector_id });
  }
}

/** Divides rows into runs of filled rows, and runs of others, of at most `max` rows. */
export function* runsOf(rows: readonly Row[], max: number): Generator<readonly Row[] | FilledRun> {
  for (let start = 0; start < rows.length; ) {
    const first: unknown = rows[start];
    const is_filled = first instanceof FilledRow;
    let end = start + 1;
    while (end < rows.length && end - start < max && follows(first, rows[end], end - start)) end += 1;
    if (is_filled) yield new FilledRun(first, end - start);
    else yield start === 0 && end === rows.length ? rows : rows.slice(start, end);
    start = end;
  }
}

/** True if a row stands `n` rows behind another one in the same run. */
function follows(first: unknown, row: unknown, n: number): boolean {
  if (!(first instanceof FilledRow)) return !(row instanceof FilledRow);
  return (
    row instanceof FilledRow &&
    row.filled === first.filled &&
    row.at === first.at + n &&
    row.log_seq === first.log_seq + n &&
    row.received_at === first.received_at &&
    row.loaded_at === first.loaded_at
  );
}
