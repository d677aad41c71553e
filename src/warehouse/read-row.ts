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

type Reader = (cell: Exclude<Cell, null>) => unknown;
const READERS: Record<keyof Kinds, Reader> = {
  bigint: BigInt,
  'bigint?': BigInt,
  number: Number,
  'number?': Number,
  text: String,
  'text?': String,
};

/** Reads the named cells of a row. It is a bug of the query if a cell is missing, or null where the shape does not allow it. */
export function read<S extends Shape>(row: Row | undefined, shape: S): { [N in keyof S]: Kinds[S[N]] } {
  // A fit reads a million rows: error texts are made only where they are thrown.
  if (row === undefined) assert(false, `a query gave no row with ${Object.keys(shape).join(', ')}`);
  const values: Record<string, unknown> = {};
  for (const name in shape) {
    const kind = shape[name]!;
    const cell = row[name];
    if (cell === undefined) assert(false, `a query gave no column ${name}`);
    if (cell !== null) values[name] = READERS[kind](cell);
    else if (kind.endsWith('?')) values[name] = null;
    else assert(false, `a query gave null for ${name}, which is ${kind}`);
  }
  return values as { [N in keyof S]: Kinds[S[N]] };
}

/** {@link read} of many rows. */
export function readAll<S extends Shape>(rows: readonly Row[], shape: S): Array<{ [N in keyof S]: Kinds[S[N]] }> {
  return rows.map((row) => read(row, shape));
}
