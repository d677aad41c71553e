/**
 * Fills data chunks of DuckDB column by column, each with one copy of its bytes: of rows, or of columns that another thread filled.
 */
import { DuckDBDataChunk } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import {
  addAddress,
  bytes,
  CHUNK_ROWS,
  type ColumnBytes,
  columnBytes,
  emptyColumn,
  TEXT_BYTES,
} from '../column-bytes.ts';
import { type FilledRun, runsOf } from '../filled-rows.ts';
import type { Column, Row } from '../schema.ts';
import { TYPES } from './types.ts';

/** The chunks of one table. They are used again, since the collector of garbage does not know how large they are. */
export class Chunks {
  private readonly made: DuckDBDataChunk[] = [];

  /** @param stored the columns in the order of the stored table; undefined for one that this program does not know. */
  constructor(
    private readonly table: string,
    private readonly stored: readonly (Column | undefined)[],
  ) {}

  /** Chunks with all of the rows. They stay as they are until the next call. @throws RowFault naming the first fault of a column. */
  *of(rows: readonly Row[]): Generator<DuckDBDataChunk> {
    let index = 0;
    for (const run of runsOf(rows, CHUNK_ROWS)) yield this.fill(this.chunk(index++), run);
  }

  private chunk(index: number): DuckDBDataChunk {
    const before = this.made[index];
    before?.reset();
    const chunk = before ?? DuckDBDataChunk.create(this.stored.map((column) => TYPES[column?.type ?? 'text']));
    this.made[index] = chunk;
    return chunk;
  }

  private fill(chunk: DuckDBDataChunk, run: readonly Row[] | FilledRun): DuckDBDataChunk {
    chunk.rowCount = run.length;
    const native = nativeOf(chunk);
    for (const [i, column] of this.stored.entries())
      put(duckdb.data_chunk_get_vector(native, i), this.columnOf(run, column), run.length);
    return chunk;
  }

  private columnOf(run: readonly Row[] | FilledRun, column: Column | undefined): ColumnBytes {
    if (column === undefined) return emptyColumn(run.length);
    return 'column' in run ? run.column(column) : columnBytes(this.table, column, run);
  }
}

/** The chunk as the bindings know it. The client's types hide it. */
export function nativeOf(chunk: DuckDBDataChunk): duckdb.DataChunk {
  return (chunk as unknown as { chunk: duckdb.DataChunk }).chunk;
}

/** Copies a column into a vector. Its long texts become the vector's own, and last as long as it. */
function put(vector: duckdb.Vector, { data, valid, long }: ColumnBytes, rows: number): void {
  duckdb.vector_ensure_validity_writable(vector);
  duckdb.copy_data_to_vector_validity(vector, 0, valid.buffer as ArrayBuffer, valid.byteOffset, valid.length);
  if (data.length === 0) return;
  if (long.length === 0) {
    duckdb.copy_data_to_vector(vector, 0, data.buffer as ArrayBuffer, data.byteOffset, data.length);
    return;
  }
  if (data.buffer !== bytes.buffer) bytes.set(data);
  duckdb.vector_assign_string_element_len(vector, 0, long);
  const held = duckdb.vector_get_data(vector, TEXT_BYTES);
  addAddress(Number(new DataView(held.buffer, held.byteOffset, TEXT_BYTES).getBigUint64(8, true)), rows);
  duckdb.copy_data_to_vector(vector, 0, bytes.buffer, 0, rows * TEXT_BYTES);
}
