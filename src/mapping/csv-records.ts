/**
 * Divides the text of a csv file into records, and guards the parser against quotes that are never closed. RFC 4180 is read as it
 * stands: a cell in quotes may hold delimiters, line breaks, and a quote written twice. Beyond it:
 * - a `"` inside a cell that does not begin with one is text;
 * - a quote that opens a cell is *stray* if the next single quote does not end the cell, or none follows within 1 MB. Its line
 *   is refused, with the lines of the same record above it, and reading goes on with the next line;
 * - it is stray too if reading on would swallow rows: the record has all cells on the line of the quote, and so has each line up to
 *   the one that would close it, with at least one between them. `strict` leaves this rule out.
 * The first record is the header, whose cells are counted for this. Each character is looked at a fixed number of times: a search
 * for the end of a quote goes no further than the next quote, and refused lines are not read again.
 */
import Papa from 'papaparse';
import { assert, badRequest } from '../domain/errors.ts';
import { BYTE_ORDER_MARK } from '../domain/text.ts';
import type { CsvForm } from './row-source.ts';

export interface CsvRecord {
  /** The line on which it begins. */
  line: number;
  cells: string[];
  /** Set when the line is refused. `cells` then divides it as if it had no quotes. */
  problem?: string;
}

const QUOTE = '"';
/** Characters of a cell in quotes. */
const MAX_CELL_CHARS = 1 << 20;
/** Characters of a record. */
const MAX_RECORD_CHARS = 16 << 20;
/** Cells of a record that goes over several lines. */
const MAX_RECORD_CELLS = 100_000;

const STRAY = 'opens a quote that is not closed; close it, or double the quotes inside the cell';
const TOO_LONG = 'opens a quote that is not closed within 1 MB; close it, or shorten the cell';
const ENDLESS = 'opens a quote in a row of more than 16 MB or more than 100,000 cells; close it, or divide the row';
const SWALLOWS =
  'opens a quote that would swallow the rows below it; close it, or double the quotes inside the cell (--quotes strict reads the rows as one cell)';

/** Where a record ends, why it is refused and the end of the line with its stray quote, or nothing when more text is needed. */
type Scan = { end: number } | { stray: string; end: number } | undefined;

export class CsvRecords {
  private rest = '';
  /** 0 until the header is read. */
  private cells_of_header = 0;

  /** @param line the number of the first line. */
  constructor(
    private readonly form: CsvForm,
    private line: number,
  ) {}

  /** Takes the next piece of the text. @returns the records that are complete. @throws bad_request for an endless line. */
  push(text: string): CsvRecord[] {
    return this.take(this.rest + text, false);
  }

  /**
   * Takes the next piece of the text if its lines can be divided by {@link plainRecords}, as neither it nor what is left of the
   * pieces before has a quote. @returns its whole lines; undefined if it has to be pushed.
   */
  takeUndivided(text: string): { line: number; text: string; lines: number } | undefined {
    const all = this.rest + text;
    const end = all.lastIndexOf(this.form.line_end) + 1;
    if (this.cells_of_header === 0 || all.length - end > MAX_RECORD_CHARS || all.includes(QUOTE)) return undefined;
    const whole = all.slice(0, end);
    const { line } = this;
    const lines = occurrences(whole, this.form.line_end);
    this.line += lines;
    this.rest = all.slice(end);
    return { line, text: whole, lines };
  }

  /** Call at the end of the file. */
  end(): CsvRecord[] {
    return this.take(this.rest, true);
  }

  private take(text: string, is_last: boolean): CsvRecord[] {
    const records: CsvRecord[] = [];
    const { line_end } = this.form;
    const limit = is_last ? text.length : text.lastIndexOf(line_end) + 1;
    let at = 0;
    while (at < limit) {
      const quote = text.indexOf(QUOTE, at);
      const plain = quote < 0 ? limit : Math.min(limit, text.lastIndexOf(line_end, quote) + 1);
      if (plain > at) {
        this.takePlain(text.slice(at, plain), records);
        at = plain;
      }
      if (at >= limit) break;
      const before = at;
      at = this.takeQuoted(text, at, limit, is_last, records);
      if (at === before) break;
    }
    this.rest = text.slice(at);
    if (this.rest.length > MAX_RECORD_CHARS)
      throw badRequest(
        `line ${this.line}`,
        `is longer than ${MAX_RECORD_CHARS >> 20} MB; check its quotes and line breaks`,
      );
    return records;
  }

  /** Lines without a quote. */
  private takePlain(text: string, records: CsvRecord[]): void {
    for (const record of plainRecords(text, this.line, this.form)) this.add(records, record);
    this.line += occurrences(text, this.form.line_end) + (text.endsWith(this.form.line_end) ? 0 : 1);
  }

  private add(records: CsvRecord[], record: CsvRecord): void {
    if (this.cells_of_header === 0) this.cells_of_header = record.cells.length;
    records.push(record);
  }

  /** Records from one with a quote on, as long as they have quotes. They are parsed together. */
  private takeQuoted(text: string, start: number, limit: number, is_last: boolean, records: CsvRecord[]): number {
    const { line_end } = this.form;
    const kept: { line: number; text: string }[] = [];
    const parseKept = (): void => {
      if (kept.length > 0) for (const record of this.parse(kept.splice(0))) this.add(records, record);
    };
    let at = start;
    while (at < limit) {
      // A line without a quote is divided faster than it is parsed.
      const quote = text.indexOf(QUOTE, at);
      if (quote < 0 || quote > endOfLine(text, at, line_end)) break;
      const scan = this.scan(text, at, is_last);
      if (scan === undefined) break;
      const raw = text.slice(at, scan.end);
      if ('stray' in scan) {
        parseKept();
        this.refuse(raw, scan.stray, records);
      } else {
        const record = bare(raw, this.form);
        kept.push({ line: this.line, text: record });
        this.line += 1 + occurrences(record, line_end);
        if (this.cells_of_header === 0) parseKept();
      }
      at = Math.min(text.length, scan.end + 1);
    }
    parseKept();
    return at;
  }

  /** Refuses each line up to the one with a stray quote. The lines above it are the beginning of the same record. */
  private refuse(text: string, stray: string, records: CsvRecord[]): void {
    const lines = text.split(this.form.line_end).map((line) => bare(line, this.form));
    const last = this.line + lines.length - 1;
    for (const line of lines) {
      const problem = this.line === last ? stray : `is the beginning of a row that, on line ${last}, ${stray}`;
      if (line !== '') this.add(records, { line: this.line, cells: line.split(this.form.delimiter), problem });
      this.line++;
    }
  }

  private parse(kept: readonly { line: number; text: string }[]): CsvRecord[] {
    const { delimiter, line_end } = this.form;
    const text = kept.map((record) => record.text).join(line_end);
    // The parser drops a byte order mark. Here it is text: the file was joined from several.
    const marked = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK + text : text;
    const { data } = Papa.parse<string[]>(marked, { delimiter, newline: line_end });
    assert(data.length === kept.length, `the parser of csv made ${data.length} records of ${kept.length}`);
    return data.map((cells, i) => ({ line: kept[i]!.line, cells }));
  }

  /** Finds the end of the record that begins at `start`: the place of its line end, or the end of the text. */
  private scan(text: string, start: number, is_last: boolean): Scan {
    const { delimiter, line_end } = this.form;
    let line_start = start;
    let end = endOfLine(text, start, line_end);
    let line = text.slice(line_start, end);
    let cells = 0;
    let at = this.form.line_end === '\r' && line.startsWith('\n') ? 1 : 0;
    for (;;) {
      cells++;
      if (line[at] === QUOTE) {
        const closing = this.closing(text, line_start + at, is_last);
        if (closing === undefined) return undefined;
        if (typeof closing === 'string') return { stray: closing, end };
        if (closing >= end) {
          const around = { open: line_start + at, open_end: end, close: closing };
          const swallows = this.swallows(text, around, cells, is_last);
          if (swallows === undefined) return undefined;
          if (swallows) return { stray: SWALLOWS, end };
          const next_end = endOfLine(text, closing, line_end);
          if (next_end === text.length && !is_last) return undefined;
          if (next_end - start > MAX_RECORD_CHARS || cells > MAX_RECORD_CELLS) return { stray: ENDLESS, end };
          line_start = text.lastIndexOf(line_end, closing) + 1;
          end = next_end;
          line = text.slice(line_start, end);
        }
        at = closing - line_start + 1;
        if (line[at] !== delimiter) return { end };
        at++;
      } else {
        const next = line.indexOf(delimiter, at);
        if (next < 0) return { end };
        at = next + 1;
      }
    }
  }

  /** The place of the quote that closes the one at `open`, why none does, or undefined when more text is needed. */
  private closing(text: string, open: number, is_last: boolean): number | string | undefined {
    const { delimiter, line_end } = this.form;
    for (let from = open + 1; ; ) {
      const at = text.indexOf(QUOTE, from);
      if (at - open > MAX_CELL_CHARS || (at < 0 && text.length - open > MAX_CELL_CHARS)) return TOO_LONG;
      if (at < 0) return is_last ? STRAY : undefined;
      if (at + 2 >= text.length && !is_last) return undefined;
      const next = text[at + 1];
      if (next === QUOTE) from = at + 2;
      else if (next === undefined || next === delimiter || next === line_end) return at;
      else if (next === '\r' && (text[at + 2] === '\n' || text[at + 2] === undefined)) return at;
      else return STRAY;
    }
  }

  /** True if a cell from `open` to `close` would hold whole rows; undefined when more text is needed. */
  private swallows(
    text: string,
    { open, open_end, close }: { open: number; open_end: number; close: number },
    cells_before: number,
    is_last: boolean,
  ): boolean | undefined {
    const { line_end, delimiter, strict } = this.form;
    const n = this.cells_of_header;
    if (strict || n < 2) return false;
    const closing_line = text.lastIndexOf(line_end, close) + 1;
    if (closing_line <= open_end + 1) return false;
    if (cells_before + occurrences(text.slice(open, open_end), delimiter) < n) return false;
    const between = text.slice(open_end + 1, closing_line - 1).split(line_end);
    if (!between.every((line) => occurrences(line, delimiter) === n - 1 || this.countCells(line) === n)) return false;
    const end = endOfLine(text, close, line_end);
    if (end === text.length && !is_last) return undefined;
    return this.countCells(text.slice(closing_line, end)) === n;
  }

  /** The number of cells of one line by itself. A quote that is not closed in it is text. */
  private countCells(given: string): number {
    const { delimiter } = this.form;
    const line = bare(given, this.form);
    let at = 0;
    for (let cells = 1; ; cells++) {
      const closing = line[at] === QUOTE ? this.closing(line, at, true) : undefined;
      const next = line.indexOf(delimiter, typeof closing === 'number' ? closing + 1 : at);
      if (next < 0) return cells;
      at = next + 1;
    }
  }
}

/** The records of whole lines without a quote. @param line the number of the first one. */
export function plainRecords(text: string, line: number, form: CsvForm): CsvRecord[] {
  const { delimiter, line_end } = form;
  const lines = text.split(line_end);
  if (lines.at(-1) === '') lines.pop();
  const records: CsvRecord[] = [];
  for (const [i, raw] of lines.entries()) {
    const record = bare(raw, form);
    if (record !== '') records.push({ line: line + i, cells: record.split(delimiter) });
  }
  return records;
}

/** A line without what the line end leaves at it: the CR of CRLF, or the LF after a CR. */
function bare(line: string, { line_end }: CsvForm): string {
  if (line_end === '\r') return line.startsWith('\n') ? line.slice(1) : line;
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

function endOfLine(text: string, from: number, line_end: string): number {
  const end = text.indexOf(line_end, from);
  return end < 0 ? text.length : end;
}

function occurrences(text: string, part: string): number {
  let n = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) n++;
  return n;
}
