/** Converts the cells of query results into values of the program. */
import { assert } from '../domain/errors.ts';
import type { Cell, Row } from './schema.ts';

/**
 * `bigint` reads integers and texts of digits, `number` reads whole numbers up to 2^53 and doubles. With `?` the cell may be
 * null.
 */
interface Kinds {
  bigint: bigint;
  'bigint?': bigint | null;
  number: number;
  'number?': number | null;
  text: string;
  'text?': string | null;
}
type Shape = Readonly<Record<string, keyof Kinds>>;

const READERS = {
  bigint: (cell: Exclude<Cell, null>) => BigInt(cell),
  number: (cell: Exclude<Cell, null>) => Number(cell),
  text: (cell: Exclude<Cell, null>) => String(cell),
};

/** Reads the named cells of a row. It is a bug of the query if a cell is missing, or null where the shape does not allow it. */
export function read<S extends Shape>(row: Row | undefined, shape: S): { [N in keyof S]: Kinds[S[N]] } {
  assert(row !== undefined, `a query gave no row with ${Object.keys(shape).join(', ')}`);
  const values: Record<string, unknown> = {};
  for (const [name, kind] of Object.entries(shape)) {
    const cell = row[name];
    assert(cell !== undefined, `a query gave no column ${name}`);
    assert(cell !== null || kind.endsWith('?'), `a query gave null for ${name}, which is ${kind}`);
    values[name] = cell === null ? null : READERS[kind.replace('?', '') as keyof typeof READERS](cell);
  }
  return values as { [N in keyof S]: Kinds[S[N]] };
}

/** {@link read} of many rows. */
export function readAll<S extends Shape>(rows: readonly Row[], shape: S): Array<{ [N in keyof S]: Kinds[S[N]] }> {
  return rows.map((row) => read(row, shape));
}
