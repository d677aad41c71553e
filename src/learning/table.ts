/** A table of features by column, as every model here takes it. NaN is a missing value. */
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

/** The rows of those numbers, in that order, in shared memory of their own; a number may come more than once. */
export function selectRows(table: Table, rows: ArrayLike<number>): Table {
  const selected = makeTable(table.names, rows.length);
  selected.columns.forEach((target, c) => {
    const source = table.columns[c]!;
    for (let i = 0; i < rows.length; i++) target[i] = source[rows[i]!]!;
  });
  return selected;
}
