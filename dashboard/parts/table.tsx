/** Tables that sort by a press on a heading. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Wide } from './wide.tsx';

export interface Column<R> {
  name: string;
  /** What the column says, for the title of its heading. */
  meaning?: string;
  right?: boolean;
  cell: (row: R) => ComponentChildren;
  /** What rows are sorted by; nothing is last. */
  by?: (row: R) => number | string | null | undefined;
}

interface Sorting {
  column: number;
  descending: boolean;
}

export function Table<R>({
  caption,
  columns,
  rows,
  keyOf,
  first = null,
  empty = 'There is nothing in this period.',
}: {
  caption: string;
  columns: ReadonlyArray<Column<R>>;
  rows: readonly R[];
  keyOf: (row: R) => string;
  /** The order at the beginning; that of the server when left out. */
  first?: Sorting | null;
  /** What stands in place of rows. */
  empty?: string;
}) {
  const [sorting, setSorting] = useState<Sorting | null>(first);
  const sorted = sorting === null ? rows : sortRows(rows, columns[sorting.column]!, sorting.descending);
  return (
    <Wide label={caption}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ name, meaning, right, by }, column) => {
              const own = sorting?.column === column ? sorting : null;
              return (
                <th
                  key={name}
                  scope="col"
                  class={right ? 'right' : undefined}
                  aria-sort={own === null ? undefined : own.descending ? 'descending' : 'ascending'}
                  title={meaning}
                >
                  {by === undefined ? (
                    name
                  ) : (
                    <button
                      type="button"
                      onClick={() => setSorting({ column, descending: own === null || !own.descending })}
                    >
                      {name}
                      <span aria-hidden="true">{own === null ? '' : own.descending ? ' ↓' : ' ↑'}</span>
                    </button>
                  )}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {sorted.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ name, right, cell }, i) =>
                i === 0 ? (
                  <th key={name} scope="row">
                    {cell(row)}
                  </th>
                ) : (
                  <td key={name} class={right ? 'right' : undefined}>
                    {cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p class="empty">{empty}</p>}
    </Wide>
  );
}

function sortRows<R>(rows: readonly R[], { by }: Column<R>, descending: boolean): R[] {
  const sign = descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [by!(a) ?? null, by!(b) ?? null];
    if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1;
    return x < y ? -sign : x > y ? sign : 0;
  });
}
