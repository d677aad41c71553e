/** Reads a file of people: its columns as texts, and the column that names its records. */
import { badRequest } from '../../domain/errors.ts';
import { MAX_RECORDS } from '../../identity/matching/match.ts';
import { openRows } from '../import/rows.ts';

export interface PeopleFile {
  names: string[];
  /** By column, by record. */
  cells: string[][];
  count: number;
}

/** @throws bad_request for a row that cannot be read, and for more rows than can be matched. */
export async function readPeople(path: string, option = 'FILE', most = MAX_RECORDS): Promise<PeopleFile> {
  const source = await openRows(path, () => true);
  try {
    const names = source.columns?.map((name) => name.trim()) ?? [];
    const cells: string[][] = names.map(() => []);
    let count = 0;
    for await (const { rows } of source.rows(0))
      for (const row of rows) {
        if (row.problem)
          throw badRequest(option, `line ${row.line} of ${path}: ${row.problem.field} ${row.problem.reason}`);
        if (count >= most)
          throw badRequest(option, `${path} has more than ${most} rows; divide it, or give a part of it`);
        const values = row.object ? valuesOf(row.object, names, cells, count) : row.cells;
        for (const column of cells.keys()) cells[column]![count] = (values[column] ?? '').trim();
        count++;
      }
    if (count === 0) throw badRequest(option, `${path} has no rows; give a file with a row for each record`);
    return { names, cells, count };
  } finally {
    await source.close();
  }
}

/** The values of an object in order of the columns. A key that comes new becomes a column. */
function valuesOf(object: Record<string, unknown>, names: string[], cells: string[][], count: number): string[] {
  for (const key of Object.keys(object))
    if (!names.includes(key)) {
      names.push(key);
      cells.push(Array.from({ length: count }, () => ''));
    }
  return names.map((name) => {
    const value = object[name];
    if (value === null || value === undefined) return '';
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  });
}

const ID_NAME = /^(unique|record|rec|row|person|customer|visitor)?[ _-]?(id|key|number|no)$/i;

/** The names of the records: the column `asked`, else one that is called an id and differs in every record, else row numbers from 1. */
export function recordIds(file: PeopleFile, asked: string | undefined): { ids: string[]; column: string | undefined } {
  const numbered = { ids: Array.from({ length: file.count }, (_, i) => String(i + 1)), column: undefined };
  if (asked === undefined) {
    const at = file.names.findIndex((name, i) => ID_NAME.test(name) && new Set(file.cells[i]).size === file.count);
    return at < 0 ? numbered : { ids: file.cells[at]!, column: file.names[at] };
  }
  const at = file.names.indexOf(asked);
  if (at < 0) throw badRequest('--id', `${asked} is no column; the columns are ${file.names.join(', ')}`);
  if (new Set(file.cells[at]).size < file.count)
    throw badRequest('--id', `${asked} does not differ in every row; name a column that does`);
  return { ids: file.cells[at]!, column: asked };
}
