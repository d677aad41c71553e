/** Reads the rows of a CSV file (RFC 4180), each with the number of its first line, which refusals name. */
import { badRequest } from '../../domain/errors.ts';
import { readBlocks } from './lines.ts';
import { dropFirst, type FileRow, type Portion, type RowSource } from './row-source.ts';

const DELIMITERS = [',', ';', '\t', '|'];
/** Characters of a quoted field. A longer field is taken for a quote that was never closed. */
const MAX_FIELD_CHARS = 4 << 20;

export async function openCsv(path: string, size: number): Promise<RowSource> {
  const header = await readHeader(path);
  const { delimiter, columns } = header;
  return {
    columns,
    rows: (skip) => dropFirst(readRows(path, size, delimiter, columns), skip),
    close: async () => undefined,
  };
}

async function* readRows(
  path: string,
  size: number,
  delimiter: string,
  columns: readonly string[],
): AsyncGenerator<Portion> {
  const parser = new CsvParser(delimiter);
  let is_header = true;
  for await (const block of readBlocks(path)) {
    const rows: FileRow[] = [];
    for (const { line, cells } of parser.push(block.text)) {
      if (is_header) is_header = false;
      else rows.push(toRow(line, cells, columns, block.utf8));
    }
    yield { rows, share: block.bytes_read / size };
  }
  const rows = parser.end().map(({ line, cells }) => toRow(line, cells, columns, true));
  if (!is_header && rows.length > 0) yield { rows, share: 1 };
}

/** Makes a row. An empty cell is a missing value. */
function toRow(line: number, cells: string[], columns: readonly string[], utf8: boolean): FileRow {
  const extra = cells.length - columns.length;
  if (extra !== 0) {
    const counts = `has ${cells.length} cells where the header has ${columns.length}`;
    return {
      line,
      cells: [],
      problem: { field: '', reason: `${counts}; quote cells that hold the delimiter or a line break` },
    };
  }
  return { line, cells: cells.map((cell) => (cell === '' ? undefined : cell)), ...(utf8 ? {} : { utf8: false }) };
}

async function readHeader(path: string): Promise<{ delimiter: string; columns: string[] }> {
  for await (const block of readBlocks(path)) {
    const start = block.text.slice(0, 100_000);
    const first_line = start.slice(0, start.search(/\r?\n/) >>> 0);
    const delimiter = DELIMITERS.reduce((best, next) =>
      first_line.split(next).length > first_line.split(best).length ? next : best,
    );
    const parser = new CsvParser(delimiter);
    const cells = [...parser.push(start), ...parser.end()][0]?.cells.map((cell) => cell.trim()) ?? [];
    const twice = cells.find((cell, i) => cells.indexOf(cell) !== i);
    if (twice !== undefined)
      throw badRequest('FILE', `${path} has two columns named ${JSON.stringify(twice)}; rename one`);
    return { delimiter, columns: cells };
  }
  throw badRequest('FILE', `${path} is empty; the first line of a csv file names its columns`);
}

interface Parsed {
  line: number;
  cells: string[];
}

/** Parses text in pieces that end at line breaks. A quoted field may go on in the next piece. Blank lines are skipped. */
export class CsvParser {
  private line = 1;
  /** The lines of a row whose quote is still open. Each is searched once, and they are joined when the quote is closed. */
  private held: string[] = [];
  private held_chars = 0;

  constructor(private readonly delimiter: string) {}

  push(text: string): Parsed[] {
    const parsed: Parsed[] = [];
    const lines = text.split('\n');
    if (lines.at(-1) === '') lines.pop();
    for (const raw of lines) {
      const goes_on = this.held.length > 0;
      if (!goes_on && !raw.includes('"')) {
        this.take(parsed, withoutReturn(raw), 1);
        continue;
      }
      this.held.push(raw);
      this.held_chars += raw.length + (goes_on ? 1 : 0);
      if (this.held_chars > MAX_FIELD_CHARS)
        throw badRequest(`line ${this.line}`, 'opens a quote that is not closed; close it or double the quotes inside');
      // An odd number of quotes closes an open quote, and opens one where none is open.
      if (hasOddQuotes(raw) === goes_on) this.takeHeld(parsed, withoutReturn(this.held.join('\n')));
    }
    return parsed;
  }

  /** Call at the end of the file. Returns the row whose quote was never closed, if there is one. */
  end(): Parsed[] {
    const parsed: Parsed[] = [];
    if (this.held.length > 0) this.takeHeld(parsed, this.held.join('\n'));
    return parsed;
  }

  private takeHeld(parsed: Parsed[], text: string): void {
    this.take(parsed, text, this.held.length);
    this.held = [];
    this.held_chars = 0;
  }

  private take(parsed: Parsed[], text: string, lines: number): void {
    if (text !== '')
      parsed.push({
        line: this.line,
        cells: text.includes('"') ? splitQuoted(text, this.delimiter) : text.split(this.delimiter),
      });
    this.line += lines;
  }
}

/** The text without the carriage return at its end. */
function withoutReturn(text: string): string {
  return text.endsWith('\r') ? text.slice(0, -1) : text;
}

function hasOddQuotes(text: string): boolean {
  let odd = false;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) odd = !odd;
  return odd;
}

function splitQuoted(text: string, delimiter: string): string[] {
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    if (text[at] === '"') {
      let cell = '';
      at++;
      for (;;) {
        const quote = text.indexOf('"', at);
        cell += text.slice(at, quote < 0 ? text.length : quote);
        at = quote < 0 ? text.length : quote + 1;
        if (quote < 0 || text[at] !== '"') break;
        cell += '"';
        at++;
      }
      const next = text.indexOf(delimiter, at);
      cells.push(cell + text.slice(at, next < 0 ? text.length : next));
      if (next < 0) return cells;
      at = next + 1;
    } else {
      const next = text.indexOf(delimiter, at);
      cells.push(text.slice(at, next < 0 ? text.length : next));
      if (next < 0) return cells;
      at = next + 1;
    }
  }
}
