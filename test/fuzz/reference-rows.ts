/**
 * Reads csv and ndjson once more, a character at a time, by the rules that docs/import.md and the head of csv-records.ts write down.
 * It is slow and shares no code with the reader, so that the rows of a file can be counted by somebody else.
 */
import { isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';
import type { FilePlan } from '../../src/mapping/plan.ts';

export interface ReferenceRow {
  line: number;
  is_refused: boolean;
  /** Of csv. */
  cells?: string[];
  /** Of ndjson: the line. */
  text?: string;
}

/** The rows of a file; undefined if the whole file is refused. */
export type ReferenceRows = { columns: string[]; rows: ReferenceRow[] } | undefined;

const MAX_CELL_CHARS = 1 << 20;

/** @param guess the encoding that the bytes look like, where nothing names it. */
export function decoded(bytes: Buffer, asked: string | undefined, guess: string): string {
  const marks: [string, number[]][] = [
    ['utf-8', [0xef, 0xbb, 0xbf]],
    ['utf-16le', [0xff, 0xfe]],
    ['utf-16be', [0xfe, 0xff]],
  ];
  const marked = marks.find(([, mark]) => mark.every((byte, i) => bytes[i] === byte));
  const name = marked?.[0] ?? asked ?? guess;
  const rest = bytes.subarray(marked?.[1].length ?? 0);
  const even = rest.subarray(0, rest.length - (rest.length % 2));
  if (name === 'utf-8') return rest.toString('utf8');
  if (name === 'utf-16le') return even.toString('utf16le');
  if (name === 'utf-16be') return Buffer.from(even).swap16().toString('utf16le');
  return name === 'latin1' ? rest.toString('latin1') : iconv.decode(rest, name);
}

/** True if some bytes are not UTF-8, and no replacement character was written on purpose. */
export function hasLostBytes(bytes: Buffer): boolean {
  return !isUtf8(bytes) && !bytes.includes('\ufffd');
}

export function referenceNdjson(text: string): ReferenceRow[] {
  const rows: ReferenceRow[] = [];
  for (const [i, line] of text.replaceAll('\r\n', '\n').replaceAll('\r', '\n').split('\n').entries()) {
    if (line.trim() === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      value = undefined;
    }
    const is_object = typeof value === 'object' && value !== null && !Array.isArray(value);
    rows.push({ line: i + 1, is_refused: !is_object, text: line });
  }
  return rows;
}

export function referenceCsv(text: string, plan: FilePlan): ReferenceRows {
  const line_end = lineEndOf(text);
  let at = 0;
  let line = 1;
  for (let skipped = 0; skipped < (plan.skip ?? 0); skipped++) {
    at = Math.min(text.length, endOf(text, at, line_end) + 1);
    line++;
  }
  const first_line = text.slice(at, endOf(text, at, line_end)).replace(/[\r\n]/g, '');
  const named = /^(?:sep=(.)|"sep=(.)"|"sep=(.)|sep=(.)")$/i
    .exec(first_line)
    ?.slice(1)
    .find((one) => one !== undefined);
  if (named !== undefined) {
    at = Math.min(text.length, endOf(text, at, line_end) + 1);
    line++;
  }
  const delimiter = plan.delimiter ?? named ?? likelyDelimiter(text.slice(at, at + 100_000), line_end);
  if (delimiter.length !== 1 || '"\r\n\ufeff'.includes(delimiter)) return undefined;
  const reader = new Reader(text, delimiter, line_end, plan.quotes === 'strict');
  const [header, ...rows] = reader.records(at, line);
  if (header === undefined || header.is_refused) return undefined;
  for (const row of rows) if (row.cells!.length !== header.cells!.length) row.is_refused = true;
  return { columns: header.cells!.map((cell) => cell.trim()), rows };
}

/** CR if the first line ends with CR alone; else LF, and a CR before it belongs to the line end. */
function lineEndOf(text: string): string {
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\n') return '\n';
    if (text[i] === '\r') return text[i + 1] === '\n' ? '\n' : '\r';
  }
  return '\n';
}

function endOf(text: string, from: number, line_end: string): number {
  let at = from;
  while (at < text.length && text[at] !== line_end) at++;
  return at;
}

/** The one that divides the first line with text into most cells, outside of quotes. */
function likelyDelimiter(text: string, line_end: string): string {
  const line =
    text
      .split(line_end)
      .slice(0, 100)
      .find((one) => one.trim() !== '') ?? '';
  const found = new Map([',', ';', '\t', '|'].map((one) => [one, 0]));
  for (let at = 0; at < line.length; at++) {
    const close = line[at] === '"' ? line.indexOf('"', at + 1) : -1;
    if (close >= 0) at = close;
    else if (found.has(line[at]!)) found.set(line[at]!, found.get(line[at]!)! + 1);
  }
  const most = Math.max(...found.values());
  return [...found].find(([, n]) => n === most)![0];
}

/** A cell, and the place behind it; or a quote that is not closed. */
type Cell = { text: string; after: number } | 'stray';

class Reader {
  private columns = 0;

  constructor(
    private readonly text: string,
    private readonly delimiter: string,
    private readonly line_end: string,
    private readonly strict: boolean,
  ) {}

  records(from: number, first_line: number): ReferenceRow[] {
    const rows: ReferenceRow[] = [];
    let line = first_line;
    for (let at = from; at < this.text.length; ) {
      const read = this.record(at);
      const end = endOf(this.text, read.last, this.line_end);
      const lines = this.text.slice(at, end).split(this.line_end);
      if (read.is_refused)
        for (const [i, one] of lines.entries()) {
          if (this.bare(one) === '') continue;
          rows.push({ line: line + i, is_refused: true, cells: this.bare(one).split(this.delimiter) });
        }
      else if (lines.length > 1 || this.bare(lines[0]!) !== '') {
        rows.push({ line, is_refused: false, cells: read.cells });
        if (rows.length === 1) this.columns = read.cells.length;
      }
      line += lines.length;
      at = end + 1;
    }
    return rows;
  }

  /** One record. `last` is a place in its last line; of a refused one, in the line of the quote that is not closed. */
  private record(start: number): { cells: string[]; last: number; is_refused: boolean } {
    const { text, delimiter, line_end } = this;
    const cells: string[] = [];
    let at = line_end === '\r' && text[start] === '\n' ? start + 1 : start;
    for (;;) {
      const cell = text[at] === '"' ? this.quoted(at, cells.length + 1) : this.plain(at);
      if (cell === 'stray') return { cells, last: at, is_refused: true };
      cells.push(cell.text);
      at = cell.after;
      if (text[at] !== delimiter) return { cells, last: at, is_refused: false };
      at++;
    }
  }

  private plain(start: number): Cell {
    const { text, delimiter, line_end } = this;
    let at = start;
    while (at < text.length && text[at] !== delimiter && text[at] !== line_end) at++;
    const is_last = text[at] !== delimiter;
    const is_crlf = is_last && line_end === '\n' && at > start && text[at - 1] === '\r';
    return { text: text.slice(start, is_crlf ? at - 1 : at), after: at };
  }

  private quoted(open: number, cells: number): Cell {
    const { text, delimiter, line_end } = this;
    let content = '';
    let at = open + 1;
    for (; at < text.length; at++) {
      if (text[at] !== '"') content += text[at];
      else if (text[at + 1] === '"') {
        content += '"';
        at++;
      } else break;
    }
    if (at >= text.length || at - open > MAX_CELL_CHARS) return 'stray';
    const [next, second] = [text[at + 1], text[at + 2]];
    const is_cr = next === '\r' && (second === '\n' || second === undefined);
    if (next !== undefined && next !== delimiter && next !== line_end && !is_cr) return 'stray';
    if (!this.strict && this.columns > 1 && this.swallows(open, at, cells)) return 'stray';
    return { text: content, after: at + 1 };
  }

  /** True if the line of the quote has all cells, and so has each line up to the one that closes it, of which one or more lie between. */
  private swallows(open: number, close: number, cells: number): boolean {
    const { text, delimiter, line_end, columns } = this;
    const lines = text.slice(open, endOf(text, close, line_end)).split(line_end);
    if (lines.length < 3) return false;
    const after = lines[0]!.split(delimiter).length - 1;
    if (cells + after < columns) return false;
    const between = lines.slice(1, -1);
    if (between.some((line) => line.split(delimiter).length !== columns && this.cellsOfLine(line) !== columns))
      return false;
    return this.cellsOfLine(lines.at(-1)!) === columns;
  }

  /** The number of cells of a line by itself. A quote that is not closed in it is text. */
  private cellsOfLine(given: string): number {
    const line = this.bare(given);
    let cells = 1;
    for (let at = 0; at < line.length; ) {
      let end = -1;
      if (line[at] === '"') {
        end = at + 1;
        while (end < line.length && (line[end] !== '"' || line[end + 1] === '"')) end += line[end] === '"' ? 2 : 1;
        if (end >= line.length || (end + 1 < line.length && line[end + 1] !== this.delimiter)) end = -1;
      }
      at = end < 0 ? at : end + 1;
      while (at < line.length && line[at] !== this.delimiter) at++;
      if (at < line.length) cells++;
      at++;
    }
    return cells;
  }

  private bare(line: string): string {
    if (this.line_end === '\r') return line.startsWith('\n') ? line.slice(1) : line;
    return line.endsWith('\r') ? line.slice(0, -1) : line;
  }
}
