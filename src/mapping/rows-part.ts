/** Takes the parts of a file apart into rows. */
import { parseWithDigits } from '../domain/json-text.ts';
import { type CsvRecord, plainRecords } from './csv-records.ts';
import {
  dropFirst,
  type FileRow,
  type JsonLines,
  type PartPortion,
  type Portion,
  type RowsPart,
  type TextRows,
} from './row-source.ts';

/** Characters of a line that is no JSON that are kept for the file of refused rows. */
const KEPT_CHARS = 64 << 10;

export function rowsOfPart(part: RowsPart): FileRow[] {
  switch (part.kind) {
    case 'rows':
      return part.rows;
    case 'texts':
      return rowsOfTexts(part);
    case 'csv':
      return plainRecords(part.text, part.line, part.form).map((record) => csvRow(record, part.columns, part.utf8));
    case 'json':
      return rowsOfJson(part);
  }
}

export async function* takenApart(parts: AsyncGenerator<PartPortion>): AsyncGenerator<Portion> {
  for await (const { part, share } of parts) yield { rows: rowsOfPart(part), share };
}

/** Leaves out the first rows of a file. To count them, all parts are taken apart here. */
export async function* withoutFirst(parts: AsyncGenerator<PartPortion>, skip: number): AsyncGenerator<PartPortion> {
  if (skip === 0) return yield* parts;
  for await (const { rows, share } of dropFirst(takenApart(parts), skip)) yield { part: { kind: 'rows', rows }, share };
}

/** Makes a row. An empty cell is a missing value, as are the ways in which databases and Google Ads write one. */
export function csvRow(record: CsvRecord, columns: number, utf8: boolean): FileRow {
  const { cells, line } = record;
  if (record.problem !== undefined) return { line, cells, problem: { field: '', reason: record.problem } };
  if (cells.length !== columns) {
    const counts = `has ${cells.length} cells where the header has ${columns}`;
    return {
      line,
      cells,
      problem: { field: '', reason: `${counts}; quote cells that hold the delimiter or a line break` },
    };
  }
  const row: FileRow = { line, cells };
  if (!utf8) row.utf8 = false;
  return row;
}

function rowsOfTexts({ line, places, bytes }: TextRows): FileRow[] {
  const texts = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length - 1).toString();
  const lists = JSON.parse(`[${texts}]`) as (string | null | undefined)[][];
  const is_whole = places.every((place, i) => place === i);
  return lists.map((values, i) => ({
    line: line + i,
    cells: is_whole ? withoutNulls(values) : cellsAt(values, places),
  }));
}

function withoutNulls(values: (string | null | undefined)[]): (string | undefined)[] {
  for (let i = 0; i < values.length; i++) if (values[i] === null) values[i] = undefined;
  return values as (string | undefined)[];
}

function cellsAt(values: readonly (string | null | undefined)[], places: readonly number[]): (string | undefined)[] {
  return places.map((place) => values[place] ?? undefined);
}

function rowsOfJson({ line, lines, utf8 }: JsonLines): FileRow[] {
  const rows: FileRow[] = [];
  for (const [i, text] of lines.entries())
    if (text.trim() !== '') rows.push({ ...jsonRow(line + i, text), ...(utf8 ? {} : { utf8: false }) });
  return rows;
}

function jsonRow(line: number, text: string): FileRow {
  const refuse = (reason: string): FileRow => ({
    line,
    cells: [],
    problem: { field: '', reason },
    text: text.slice(0, KEPT_CHARS),
  });
  try {
    const object = parseWithDigits(text);
    if (typeof object === 'object' && object !== null && !Array.isArray(object))
      return { line, cells: [], object: object as Record<string, unknown> };
    return refuse('is JSON but not an object; write one object per line');
  } catch (error) {
    return refuse(`is not JSON: ${(error as Error).message}`);
  }
}
