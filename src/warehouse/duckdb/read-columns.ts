/** The cells of a chunk, column by column. Columns of doubles are read as the engine holds them, without a value for each cell. */
import type { DuckDBDataChunk } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import type { Columns } from '../port.ts';
import { nativeOf } from './chunks.ts';

export function readColumns(chunk: DuckDBDataChunk): Columns {
  const rows = chunk.rowCount;
  const read = (column: number): ArrayLike<number | string | null> => {
    const vector = duckdb.data_chunk_get_vector(nativeOf(chunk), column);
    const type = duckdb.get_type_id(duckdb.vector_get_column_type(vector));
    if (type === duckdb.Type.DOUBLE) return readDoubles(vector, rows);
    return chunk.getColumnValues(column) as Array<number | string | null>;
  };
  return { rows, cells: Array.from({ length: chunk.columnCount }, (_, column) => read(column)) };
}

function readDoubles(vector: duckdb.Vector, rows: number): ArrayLike<number | null> {
  const { buffer, byteOffset } = duckdb.vector_get_data(vector, rows * Float64Array.BYTES_PER_ELEMENT);
  // The memory is the engine's. It is gone when the chunk is, so it is copied.
  const doubles = new Float64Array(buffer, byteOffset, rows).slice();
  // A bit for each row that has a value; nothing if all have one.
  const valid = duckdb.vector_get_validity(vector, Math.ceil(rows / 64) * 8);
  if (!valid) return doubles;
  return Array.from(doubles, (value, i) => (((valid[i >> 3]! >> (i & 7)) & 1) === 1 ? value : null));
}
