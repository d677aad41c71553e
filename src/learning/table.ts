import { assert } from '../domain/errors.ts';

/** A table of features by column, the input of every fit here. NaN is a missing value. */
export interface Table {
  readonly rows: number;
  readonly names: readonly string[];
  /** One column per name, each of `rows` values. */
  readonly columns: readonly Float32Array[];
}

/**
 * An empty table (all zeros) of `rows` rows. The columns lie in one block of shared memory, so a worker thread that is sent
 * the table reads the same bytes: nothing is copied. Fill it before sending; a table is not written to afterwards.
 */
export function makeTable(names: readonly string[], rows: number): Table {
  const block = new SharedArrayBuffer(names.length * rows * Float32Array.BYTES_PER_ELEMENT);
  const width = rows * Float32Array.BYTES_PER_ELEMENT;
  return { rows, names, columns: names.map((_, column) => new Float32Array(block, column * width, rows)) };
}

/** A copy of the rows with those numbers, in that order, in shared memory of its own. A number may come more than once. */
export function selectRows(table: Table, rows: ArrayLike<number>): Table {
  const selected = makeTable(table.names, rows.length);
  selected.columns.forEach((target, c) => {
    const source = table.columns[c]!;
    for (let i = 0; i < rows.length; i++) target[i] = source[rows[i]!]!;
  });
  return selected;
}

/** Asserts one finite target per row (in [0, 1] for a probability), and one weight per row, not negative, if there are weights. */
export function checkTargets(
  table: Table,
  target: ArrayLike<number>,
  probability: boolean,
  weights: ArrayLike<number> | undefined,
): void {
  assert(table.rows > 0 && table.names.length > 0, 'there are rows and features to learn from');
  assert(target.length === table.rows, 'there is one target per row');
  assert(!weights || weights.length === table.rows, 'there is one weight per row');
  for (let row = 0; row < table.rows; row++) {
    const y = target[row]!;
    assert(Number.isFinite(y) && (!probability || (y >= 0 && y <= 1)), `the target of row ${row} is ${y}`);
    if (!weights) continue;
    const weight = weights[row]!;
    assert(Number.isFinite(weight) && weight >= 0, `the weight of row ${row} is ${weight}`);
  }
}
