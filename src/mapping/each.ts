/** Rows that hold a list of records, such as the opens and clicks of one recipient: each item of the list becomes a row of its own. */
import { badRequest, type Problem } from '../domain/errors.ts';
import { parseExactJson } from './exact-json.ts';
import type { FileRow, RowSource } from './row-source.ts';
import { isNothing } from './source.ts';

/** So many records one row may hold. */
const MAX_ITEMS = 10_000;

export class EachItem {
  private at = -1;

  constructor(readonly column: string) {}

  /** @throws bad_request for a column that the file does not have. */
  bind({ columns }: Pick<RowSource, 'columns'>): void {
    this.at = columns?.indexOf(this.column) ?? -1;
    if (columns !== null && this.at < 0)
      throw badRequest('FILE', `has no column ${JSON.stringify(this.column)}, whose items would be the records`);
  }

  /** One row for each item, which stands in the place of the list. A row without the list has none. */
  rowsOf(row: FileRow): FileRow[] | Problem {
    const given = row.object === undefined ? row.cells[this.at] : row.object[this.column];
    if (isNothing(given)) return [];
    const list = typeof given === 'string' ? parseExactJson(given) : given;
    if (!Array.isArray(list)) return { field: this.column, reason: 'is not a list; write one in JSON' };
    if (list.length > MAX_ITEMS)
      return { field: this.column, reason: `has ${list.length} items, more than ${MAX_ITEMS}; divide the row` };
    return list.map((item) => this.withItem(row, item));
  }

  private withItem(row: FileRow, item: unknown): FileRow {
    if (row.object !== undefined) return { ...row, object: { ...row.object, [this.column]: item } };
    const text = typeof item === 'string' ? item : JSON.stringify(item);
    return { ...row, cells: row.cells.with(this.at, text) };
  }
}
