/** Tables that sort by a press on a heading. */
import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { count } from './figures.ts';
import { csvOf, type Source } from './source.ts';
import { Why } from './why.tsx';
import { Wide } from './wide.tsx';

export interface Column<R> {
  name: string;
  /** What the column says, for the title of its heading. */
  meaning?: string;
  /** The field of the row that the column shows, so that its figures tell why. */
  field?: string;
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
  from,
  nameOf,
  filterOf,
  empty = 'There is nothing in this period.',
  most = Number.POSITIVE_INFINITY,
}: {
  caption: string;
  columns: ReadonlyArray<Column<R>>;
  rows: readonly R[];
  keyOf: (row: R) => string;
  /** The order at the beginning; that of the server when left out. */
  first?: Sorting | null;
  /** The question that the rows answer. With it, figures tell why, and there is a CSV. */
  from?: Source;
  /** What a row is, in words. */
  nameOf?: (row: R) => string;
  /** The filters that choose the orders of a row. */
  filterOf?: (row: R) => readonly string[];
  /** What stands in place of rows. */
  empty?: string;
  /** So many rows are shown at first; a button shows all. */
  most?: number;
}) {
  const [shows_all, setShowsAll] = useState(false);
  const [sorting, setSorting] = useState<Sorting | null>(first);
  const sorted = sorting === null ? rows : sortRows(rows, columns[sorting.column]!, sorting.descending);
  const told = (column: Column<R>, row: R, is_first: boolean): ComponentChildren => {
    const { field } = column;
    if (field === undefined || from === undefined) return column.cell(row);
    const name = nameOf === undefined ? column.name : `${column.name} of ${nameOf(row)}`;
    return (
      <Why
        name={name}
        part={from.rows}
        field={field}
        row={row as object}
        from={from}
        filter={filterOf?.(row)}
        tabIndex={is_first ? 0 : -1}
      >
        {column.cell(row)}
      </Why>
    );
  };
  const first_why = columns.findIndex(({ field }) => field !== undefined);
  return (
    <Wide label={caption}>
      <table onKeyDown={moveByArrows}>
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
          {sorted.slice(0, shows_all ? undefined : most).map((row, number) => (
            <tr key={keyOf(row)}>
              {columns.map((column, i) =>
                i === 0 ? (
                  <th key={column.name} scope="row">
                    {column.cell(row)}
                  </th>
                ) : (
                  <td key={column.name} class={column.right ? 'right' : undefined}>
                    {told(column, row, number === 0 && i === first_why)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p class="empty">{empty}</p>}
      {!shows_all && rows.length > most && (
        <p class="exports">
          <button type="button" onClick={() => setShowsAll(true)}>
            Show all {count(rows.length)} rows
          </button>{' '}
          The first {count(most)} are shown.
        </p>
      )}
      {rows.length > 0 && from !== undefined && <CsvLink caption={caption} from={from} />}
    </Wide>
  );
}

/** A report as a file. */
export function CsvLink({ caption, from }: { caption: string; from: Source }) {
  return (
    <p class="exports">
      <a href={csvOf(from)} download={`${caption}.csv`} aria-label={`${caption}, as CSV`}>
        CSV
      </a>
    </p>
  );
}

const STEPS: Readonly<Record<string, readonly [row: number, column: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** Arrow keys move among the figures that tell why, so that the Tab key has one stop for all of them. */
function moveByArrows(event: JSX.TargetedKeyboardEvent<HTMLTableElement>): void {
  const step = STEPS[event.key];
  const figure = event.target as HTMLElement;
  const cell = figure.matches('[data-why]') ? figure.closest('td') : null;
  if (step === undefined || cell === null) return;
  const row = cell.parentElement as HTMLTableRowElement;
  const [down, right] = step;
  const to_row = (row.parentElement as HTMLTableSectionElement).rows[row.sectionRowIndex + down];
  let place = cell.cellIndex + right;
  while (right !== 0 && to_row?.cells[place] && !to_row.cells[place]!.querySelector('[data-why]')) place += right;
  const next = to_row?.cells[place]?.querySelector<HTMLElement>('[data-why]');
  if (!next) return;
  event.preventDefault();
  figure.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}

function sortRows<R>(rows: readonly R[], { by }: Column<R>, descending: boolean): R[] {
  const sign = descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [by!(a) ?? null, by!(b) ?? null];
    if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1;
    return x < y ? -sign : x > y ? sign : 0;
  });
}
