/** Reads the rows of a csv file, each with the number of its first line, which refusals name. */
import { badRequest } from '../domain/errors.ts';
import { type CsvRecord, CsvRecords } from './csv-records.ts';
import type { FilePlan } from './plan.ts';
import { type CsvForm, dropFirst, type FileRow, type PartPortion, type RowSource } from './row-source.ts';
import { csvRow, takenApart, withoutFirst } from './rows-part.ts';
import { type Encoding, type FileBytes, findEncoding, PiecesInUtf8, readText } from './text.ts';

const DELIMITERS = [',', ';', '\t', '|'];
/** The header must stand within so many characters. */
const HEAD_CHARS = 4 << 20;
/** Records after the header among which a better header is looked for. */
const LOOKED_AT = 50;
/** Lines that may stand above the header of a report. */
const MOST_TITLES = 12;
const BLANK = new Set(['', 'NULL', '\\N']);

/** The columns that the program adds to a file of refused rows. An import of that file leaves them alone. */
export const REJECTED_COLUMNS = ['rejected_line', 'rejected_reason'];

interface Head {
  form: CsvForm;
  columns: string[];
  /** The text above the header. */
  preamble: string;
  lines_above: number;
  /** The first records, with the header. */
  first: CsvRecord[];
}

export async function openCsv(file: FileBytes, plan: FilePlan): Promise<RowSource> {
  const encoding = await findEncoding(file, plan.encoding);
  const head = await readHead(file, encoding, plan);
  const { columns, form } = head;
  const is_utf8 = /^utf-?8$/i.test(encoding.name);
  return {
    columns,
    form: {
      kind: 'csv',
      delimiter: form.delimiter,
      preamble: head.preamble,
      mark: !is_utf8 || encoding.mark_bytes > 0 || plan.encoding !== undefined,
    },
    notes: is_utf8 || encoding.sure ? [] : [`the file is read as ${encoding.name}; --encoding names another`],
    linesAbove: (cells, least = cells.length) => linesAbove(head, cells, least),
    otherHeaders: () => otherHeaders(head),
    rows: (skip) => dropFirst(takenApart(readParts(file, encoding, head)), skip),
    parts: (skip) => withoutFirst(readParts(file, encoding, head), skip),
    close: async () => undefined,
  };
}

/** Pieces without a quote are left whole, to be divided elsewhere. */
async function* readParts(file: FileBytes, encoding: Encoding, head: Head): AsyncGenerator<PartPortion> {
  const { columns, form, preamble, lines_above } = head;
  const records = new CsvRecords(form, lines_above + 1);
  const utf8 = new PiecesInUtf8();
  let above = preamble.length;
  let is_header = true;
  const rowsOf = (found: CsvRecord[]): FileRow[] => {
    const is_sound = utf8.ofRows(found.length);
    const rows = found.map((record) => csvRow(record, columns.length, is_sound));
    if (is_header && rows.length > 0) {
      is_header = false;
      rows.shift();
    }
    return rows;
  };
  for await (const piece of readText(file, encoding)) {
    const text = above === 0 ? piece.text : piece.text.slice(above);
    above = Math.max(0, above - piece.text.length);
    utf8.add(piece);
    const share = piece.bytes_read / file.size;
    const whole = is_header ? undefined : records.takeUndivided(text);
    if (whole === undefined) yield { part: { kind: 'rows', rows: rowsOf(records.push(text)) }, share };
    else if (whole.lines > 0) {
      const { line, lines } = whole;
      const part = { line, text: whole.text, form, columns: columns.length, utf8: utf8.ofRows(lines) };
      yield { part: { kind: 'csv', ...part }, share };
    }
  }
  const rows = rowsOf(records.end());
  if (rows.length > 0) yield { part: { kind: 'rows', rows }, share: 1 };
}

/** True for a cell that stands for no value. */
export function isBlankCell(cell: string): boolean {
  return cell.length <= 6 && (BLANK.has(cell) || cell.trim() === '--');
}

async function readHead(file: FileBytes, encoding: Encoding, plan: FilePlan): Promise<Head> {
  let start = '';
  let is_whole = true;
  for await (const { text } of readText(file, encoding)) {
    start += text;
    is_whole = start.length < HEAD_CHARS;
    if (start.length > 100_000) {
      const head = headOf(file.path, start, plan, false);
      if (head.first.length > 1 || !is_whole) return head;
    }
  }
  return headOf(file.path, start, plan, is_whole);
}

function headOf(path: string, start: string, plan: FilePlan, is_whole: boolean): Head {
  const line_end = /\r(?!\n)|\n/.exec(start)?.[0] === '\r' ? '\r' : '\n';
  let [at, lines_above] = [0, 0];
  const nextLine = (): string => {
    const end = start.indexOf(line_end, at);
    const line = start.slice(at, end < 0 ? start.length : end);
    at = end < 0 ? start.length : end + 1;
    lines_above++;
    return line.replace(/[\r\n]/g, '');
  };
  for (let i = 0; i < (plan.skip ?? 0); i++) nextLine();
  const line_start = at;
  const sep = /^"?sep=(.)"?$/i.exec(nextLine());
  if (!sep) {
    at = line_start;
    lines_above--;
  }
  const delimiter = plan.delimiter ?? sep?.[1] ?? bestDelimiter(start.slice(at, at + 100_000), line_end);
  if (!/^[^"\r\n\ufeff]$/.test(delimiter))
    throw badRequest('--delimiter', 'must be one character such as ; and no quote, line break or emoji');
  const form: CsvForm = { delimiter, line_end, strict: plan.quotes === 'strict' };
  const records = new CsvRecords(form, lines_above + 1);
  const first = records.push(start.slice(at));
  if (is_whole) first.push(...records.end().slice(0, LOOKED_AT));
  const columns = first[0]?.cells.map((cell) => cell.trim()) ?? [];
  if (columns.length === 0 || first[0]!.problem !== undefined) {
    const why = first[0]?.problem === undefined ? 'is empty' : `has a header that ${first[0].problem}`;
    throw badRequest('FILE', `${path} ${why}; the first line of a csv file names its columns`);
  }
  return { form, columns, preamble: start.slice(0, at), lines_above, first: first.slice(0, LOOKED_AT) };
}

/** The delimiter that divides the first line with text into most cells. What stands in quotes does not count. */
function bestDelimiter(text: string, line_end: string): string {
  const line = text.split(line_end, 100).find((one) => one.trim() !== '') ?? '';
  const outside = line.replace(/"[^"]*"/g, '');
  return DELIMITERS.reduce((best, next) => (outside.split(next).length > outside.split(best).length ? next : best));
}

function linesAbove({ first, form }: Head, cells: readonly string[], least: number): number | undefined {
  for (const record of first) {
    const names = namesOf(record, form);
    if (cells.filter((cell) => names.includes(cell)).length >= least) return record.line - 1;
  }
  return undefined;
}

function otherHeaders({ first, form, columns }: Head): number[] {
  const below = first.slice(1, MOST_TITLES).filter((record) => namesOf(record, form).length > columns.length);
  return below.map(({ line }) => line - 1);
}

/** The cells of a line that may be the header. Below a title it may have another delimiter than the title. */
function namesOf({ cells }: CsvRecord, { line_end }: CsvForm): string[] {
  const texts = cells.length > 1 ? cells : cells[0]!.split(bestDelimiter(cells[0]!, line_end));
  return texts.map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
}
