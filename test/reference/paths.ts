/** Paths as a person would write them, to and from the typed arrays of `Paths`. */
import type { Paths } from '../../src/models/paths/paths.ts';

export interface PathRow {
  path: string[];
  conversions: number;
  value: number;
  nulls: number;
}

export function rowsOf({ states, codes, offsets, conversions, value, nulls }: Paths): PathRow[] {
  return Array.from(conversions, (count, p) => ({
    path: [...codes.subarray(offsets[p], offsets[p + 1])].map((code) => states[code]!),
    conversions: count,
    value: value[p]!,
    nulls: nulls[p]!,
  }));
}

export function pathsOf(rows: readonly PathRow[], people?: readonly number[]): Paths {
  const states = [...new Set(rows.flatMap((row) => row.path))];
  const offsets = [0];
  for (const row of rows) offsets.push(offsets.at(-1)! + row.path.length);
  return {
    states,
    codes: Uint16Array.from(rows.flatMap((row) => row.path.map((name) => states.indexOf(name)))),
    offsets: Uint32Array.from(offsets),
    conversions: Float64Array.from(rows, (row) => row.conversions),
    value: Float64Array.from(rows, (row) => row.value),
    nulls: Float64Array.from(rows, (row) => row.nulls),
    ...(people ? { people: Uint32Array.from(people) } : {}),
  };
}

/** `a > b`, conversions, value, nulls. */
export function row(path: string, conversions: number, value: number, nulls: number): PathRow {
  return { path: path.split(' > '), conversions, value, nulls };
}
