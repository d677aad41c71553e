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
  private held = '';
  private held_lines = 0;

  constructor(private readonly delimiter: string) {}

  push(text: string): Parsed[] {
    const parsed: Parsed[] = [];
    const lines = text.split('\n');
    if (lines.at(-1) === '') lines.pop();
    for (const raw of lines) {
      if (this.held_lines === 0 && !raw.includes('"')) {
        this.take(parsed, raw.endsWith('\r') ? raw.slice(0, -1) : raw, 1);
        continue;
      }
      this.held = this.held_lines === 0 ? raw : `${this.held}\n${raw}`;
      this.held_lines++;
      if (this.held.length > MAX_FIELD_CHARS)
        throw badRequest(`line ${this.line}`, 'opens a quote that is not closed; close it or double the quotes inside');
      if (!quotesClosed(this.held)) continue;
      this.take(parsed, this.held.endsWith('\r') ? this.held.slice(0, -1) : this.held, this.held_lines);
      this.held = '';
      this.held_lines = 0;
    }
    return parsed;
  }

  /** Call at the end of the file. Returns the row whose quote was never closed, if there is one. */
  end(): Parsed[] {
    const parsed: Parsed[] = [];
    if (this.held_lines > 0) this.take(parsed, this.held, this.held_lines);
    this.held_lines = 0;
    return parsed;
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

function quotesClosed(text: string): boolean {
  let quotes = 0;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) quotes++;
  return quotes % 2 === 0;
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
