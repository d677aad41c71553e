/**
 * Records to be matched, column by column. Each distinct text of a column has a number, so that equal texts are compared as
 * integers and the similarity of two texts is computed once.
 */
import { normalised, type Role } from './roles.ts';

export interface Column {
  name: string;
  role: Role;
  /** For each record the number of its text, or -1 where it has none. */
  values: Int32Array;
  /** The distinct texts, normalised for the role. */
  texts: string[];
}

export interface Records {
  count: number;
  columns: readonly Column[];
}

/** @param cells the texts of each column, as they were sent; empty and null mean missing. */
export function recordsOf(
  count: number,
  columns: ReadonlyArray<{ name: string; role: Role; cells: ReadonlyArray<string | null | undefined> }>,
): Records {
  return { count, columns: columns.map((column) => columnOf(count, column)) };
}

function columnOf(
  count: number,
  { name, role, cells }: { name: string; role: Role; cells: ReadonlyArray<string | null | undefined> },
): Column {
  const numbers = new Map<string, number>();
  const texts: string[] = [];
  const values = new Int32Array(count).fill(-1);
  const normalise = normalised(role, cells);
  for (let i = 0; i < count; i++) {
    const text = normalise(cells[i] ?? '');
    if (text === '') continue;
    let number = numbers.get(text);
    if (number === undefined) {
      number = texts.length;
      texts.push(text);
      numbers.set(text, number);
    }
    values[i] = number;
  }
  return { name, role, values, texts };
}
