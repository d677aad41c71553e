/** Small things that the tests of every model need. */
import { Random } from '../../src/domain/random.ts';
import { type FittedTrees, predictor } from '../../src/learning/fitted-trees.ts';
import { makeTable, type Table } from '../../src/learning/table.ts';

/** A table of one feature. */
export function columnOf(values: readonly number[]): Table {
  const table = makeTable(['x'], values.length);
  table.columns[0]!.set(values);
  return table;
}

/** The numbers 0 to size - 1 in an order that a seed decides. */
export function shuffled(size: number): Int32Array {
  const rows = Int32Array.from({ length: size }, (_, row) => row);
  new Random(5, 'shuffle').shuffle(rows);
  return rows;
}

export function at(values: Float64Array, rows: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: rows.length }, (_, i) => values[rows[i]!]!);
}

/** What fitted trees predict for each row of a table with their features, in their order. */
export function predictRows(fitted: FittedTrees, table: Table): Float64Array {
  const predict = predictor(fitted);
  return Float64Array.from({ length: table.rows }, (_, i) =>
    predict(Float64Array.from(table.columns, (column) => column[i]!)),
  );
}
