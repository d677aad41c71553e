/**
 * An aggregated path file: `path,total_conversions,total_conversion_value,total_null`, one line a path, the path as `a > b > a`.
 * Bytes go directly into typed arrays without a string or object per line, so reading costs less than splitting the text.
 */
import { badRequest, type TributaryError } from '../../domain/errors.ts';
import { PATH_LIMITS, PathBuilder, type PathLimits } from './path-builder.ts';
import {
  ARROW,
  type Column,
  checkPath,
  checkSeparator,
  endsCell,
  endsName,
  joined,
  type Layout,
  NEWLINE,
  pastBlanks,
  QUOTE,
  RETURN,
  readLayout,
  SPACE,
  TAB,
  wrongCells,
} from './path-file-form.ts';
import type { Paths } from './paths.ts';
import { HASH_PRIME, HASH_START, StateNames } from './state-names.ts';

const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;

/** Bytes that may end a name; all others are part of one. */
const PLAIN = 0;
const STOP = 1;

/** Up to here, digits make an exact double and a power of ten divides it with one correct rounding (Clinger 1990). */
const EXACT_DIGITS = 15;
const POWERS_OF_TEN = Float64Array.from({ length: EXACT_DIGITS + 1 }, (_, i) => 10 ** i);
const MAX_LINE_BYTES = 16 << 20;

export interface PathFile {
  paths: Paths;
  /** Warnings about what the file lacks. */
  warnings: string[];
}

/**
 * Reads a path file that comes in pieces of any size. Columns may be in any order and are known by the names of the
 * first line; value (0) and nulls (0, with a warning) may be left out, other columns are ignored. Cells may be quoted, and
 * separated by `,` `;` `|` or tabs. Touches are separated by `>`, blanks around a name do not count. The first separator decides
 * whether all have blanks around them: a `>` of the other form may be part of a name, so it is refused.
 * @throws bad_request with the number of the line, and too_large
 */
export function readPaths(pieces: Iterable<Uint8Array>, limits: PathLimits = PATH_LIMITS): PathFile {
  const reader = new PathFileReader(limits);
  for (const piece of pieces) reader.push(piece);
  return reader.end();
}

class PathFileReader {
  private readonly names = new StateNames();
  private readonly built: PathBuilder;
  private layout: Layout | undefined;
  private columns: readonly Column[] = [];
  private delimiter = 0;
  private readonly kinds = new Uint8Array(256);
  /** The bytes of a line that is not complete yet. */
  private rest: Uint8Array = new Uint8Array(0);
  /** The number of the line that is being read, from 1. */
  private line = 1;
  private parsed = 0;

  constructor(limits: PathLimits) {
    this.built = new PathBuilder(limits);
    for (const byte of [TAB, NEWLINE, RETURN, SPACE, QUOTE, ARROW]) this.kinds[byte] = STOP;
  }

  push(piece: Uint8Array): void {
    // A Uint8Array and not a Buffer, so that the loops below see one kind of array. With two they run at half the speed.
    let bytes = new Uint8Array(piece.buffer, piece.byteOffset, piece.length);
    if (this.rest.length > 0) {
      // Only the line that was cut is copied, unless it has line breaks in its cells.
      const end = bytes.indexOf(NEWLINE) + 1;
      const cut = joined(this.rest, end === 0 ? bytes : bytes.subarray(0, end));
      const whole = end > 0 && this.rows(cut) === cut.length;
      bytes = whole ? bytes.subarray(end) : joined(cut, end === 0 ? new Uint8Array(0) : bytes.subarray(end));
    }
    const at = this.rows(bytes);
    // A copy: the caller may fill the same buffer again.
    this.rest = bytes.slice(at);
    if (this.rest.length > MAX_LINE_BYTES)
      throw badRequest(
        `line ${this.line}`,
        `is longer than ${MAX_LINE_BYTES >> 20} MB; check its quotes and line breaks`,
      );
  }

  /** Reads the complete lines. Returns where the first incomplete line starts. */
  private rows(bytes: Uint8Array): number {
    // Every loop below ends at a line break at the latest.
    const limit = bytes.lastIndexOf(NEWLINE) + 1;
    let at = 0;
    while (at < limit) {
      const next = this.row(bytes, at, limit);
      if (next < 0) break;
      at = next;
    }
    return at;
  }

  end(): PathFile {
    if (this.rest.length > 0) this.push(Uint8Array.of(NEWLINE));
    if (this.rest.length > 0) throw badRequest(`line ${this.line}`, 'opens a quote that is not closed; close it');
    if (this.layout === undefined) throw badRequest('line 1', 'is missing; name the columns in the first line');
    if (this.built.paths === 0) throw badRequest('line 2', 'is missing; add paths below the header');
    return { paths: this.built.finish(this.names.names), warnings: this.layout.warnings };
  }

  /** Reads one line. Returns where the next one starts, or -1 when a quoted cell goes on after `limit`. */
  private row(bytes: Uint8Array, start: number, limit: number): number {
    const first = bytes[start]!;
    if (first === NEWLINE || (first === RETURN && bytes[start + 1] === NEWLINE)) {
      this.line++;
      return start + (first === NEWLINE ? 1 : 2);
    }
    if (this.layout === undefined) return this.header(bytes, start);
    const line = this.line;
    let conversions = 0;
    let value = 0;
    let nulls = 0;
    let at = start;
    for (let cell = 0; ; cell++) {
      const column = this.columns[cell];
      if (column === 'path') at = this.path(bytes, at);
      else if (column === 'other') at = this.skip(bytes, at, limit);
      else if (column === undefined) throw this.cells(bytes, start);
      else {
        at = this.number(bytes, at, column);
        if (column === 'total_conversions') conversions = this.parsed;
        else if (column === 'total_null') nulls = this.parsed;
        else value = this.parsed;
      }
      if (at < 0) {
        this.built.reopen();
        this.line = line;
        return -1;
      }
      if (bytes[at] === this.delimiter) at++;
      else if (cell + 1 !== this.columns.length) throw this.cells(bytes, start);
      else break;
    }
    this.close(conversions, value, nulls);
    this.line++;
    return at + (bytes[at] === RETURN ? 2 : 1);
  }

  private close(conversions: number, value: number, nulls: number): void {
    if (value !== 0 && conversions + nulls === 0)
      throw badRequest(
        `line ${this.line}`,
        `has a value of ${value} and counts neither conversions nor nulls; add the number of its conversions`,
      );
    this.built.close(conversions, value, nulls);
  }

  private header(bytes: Uint8Array, start: number): number {
    const end = bytes.indexOf(NEWLINE, start);
    this.layout = readLayout(Buffer.from(bytes.subarray(start, end)).toString('utf8'), this.line);
    this.columns = this.layout.columns;
    this.delimiter = this.layout.delimiter;
    this.kinds[this.delimiter] = STOP;
    this.line++;
    return end + 1;
  }

  /** Reads the touches of one cell. Returns where the cell ends: at a delimiter or a line break. */
  private path(bytes: Uint8Array, start: number): number {
    const { kinds, delimiter } = this;
    const quoted = bytes[start] === QUOTE;
    let at = quoted ? start + 1 : start;
    checkPath(bytes, at, this.line);
    for (;;) {
      while (bytes[at] === SPACE || bytes[at] === TAB) {
        if (bytes[at] === delimiter && !quoted) break;
        at++;
      }
      const from = at;
      let hash = HASH_START;
      // `to` is the end of the name without the blanks after it; the reader goes on at `at`.
      let to = at;
      for (;;) {
        let byte = bytes[at]!;
        while (kinds[byte] === PLAIN) {
          hash = Math.imul(hash ^ byte, HASH_PRIME);
          byte = bytes[++at]!;
        }
        to = at;
        if (byte === SPACE || byte === TAB) at = pastBlanks(bytes, at, quoted ? -1 : delimiter);
        if (endsName(bytes, at, quoted, delimiter)) break;
        // The name goes on: these are blanks within it, or a byte that has no special meaning here, and they belong to it.
        const until = at > to ? at : bytes[at] === QUOTE && quoted ? at + 2 : at + 1;
        for (at = to; at < until; at++) hash = Math.imul(hash ^ bytes[at]!, HASH_PRIME);
      }
      if (to === from) throw this.noTouch(bytes[at] === ARROW);
      this.built.add(this.names.codeOf(bytes, from, to, hash, quoted, this.line));
      if (bytes[at] !== ARROW) return quoted ? this.afterQuote(bytes, at) : at;
      checkSeparator(this.layout!, bytes, to, at, this.line);
      at++;
    }
  }

  private noTouch(separated: boolean): TributaryError {
    if (this.built.open_touches === 0 && !separated)
      return badRequest(`line ${this.line}`, 'has a path without touches; leave the line out or name the touches');
    return badRequest(
      `line ${this.line}`,
      'has a separator > without a touch on both sides; name the touch or take it out',
    );
  }

  /** Reads the quote that closes a cell. Returns where the next cell or line starts. */
  private afterQuote(bytes: Uint8Array, quote: number): number {
    if (bytes[quote] !== QUOTE)
      throw badRequest(`line ${this.line}`, 'opens a quote around a path and does not close it on the line');
    const at = quote + 1;
    if (endsCell(bytes, at, this.delimiter)) return at;
    throw badRequest(`line ${this.line}`, 'has text after a closing quote; double the quotes inside a cell');
  }

  /** Skips a cell of an `other` column. */
  private skip(bytes: Uint8Array, start: number, limit: number): number {
    let at = start;
    if (bytes[at] === QUOTE) {
      for (at++; !(bytes[at] === QUOTE && bytes[at + 1] !== QUOTE); at += bytes[at] === QUOTE ? 2 : 1) {
        if (at >= limit) return -1;
        if (bytes[at] === NEWLINE) this.line++;
      }
      return this.afterQuote(bytes, at);
    }
    while (!endsCell(bytes, at, this.delimiter)) at++;
    return at;
  }

  /** Reads a decimal number into `parsed`. */
  private number(bytes: Uint8Array, start: number, column: Column): number {
    const quoted = bytes[start] === QUOTE;
    let at = quoted ? start + 1 : start;
    const first = at;
    let mantissa = 0;
    let decimals = 0;
    let byte = bytes[at]!;
    while (byte >= ZERO && byte <= NINE) {
      mantissa = mantissa * 10 + (byte - ZERO);
      byte = bytes[++at]!;
    }
    if (byte === DOT && at > first) {
      const dot = at;
      byte = bytes[++at]!;
      while (byte >= ZERO && byte <= NINE) {
        mantissa = mantissa * 10 + (byte - ZERO);
        byte = bytes[++at]!;
      }
      decimals = at - dot - 1;
    }
    const digits = at - first;
    if (quoted && byte === QUOTE) byte = bytes[++at]!;
    else if (quoted) return this.anyNumber(bytes, start, column);
    if (digits === 0 || digits > EXACT_DIGITS || !endsCell(bytes, at, this.delimiter))
      return this.anyNumber(bytes, start, column);
    this.parsed = decimals === 0 ? mantissa : mantissa / POWERS_OF_TEN[decimals]!;
    return at;
  }

  /** Reads numbers with a sign, an exponent or many digits, and refuses text that is no number. */
  private anyNumber(bytes: Uint8Array, start: number, column: Column): number {
    let at = start;
    while (!endsCell(bytes, at, this.delimiter)) at++;
    const text = Buffer.from(bytes.subarray(start, at))
      .toString('utf8')
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .trim();
    const number = Number(text);
    const what = `${column} is ${JSON.stringify(text.slice(0, 40))}`;
    if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) || !Number.isFinite(number))
      throw badRequest(
        `line ${this.line}`,
        `${what}; write a number such as 3 or 0.5, with a point and no thousands mark`,
      );
    if (number < 0 && column !== 'total_conversion_value')
      throw badRequest(`line ${this.line}`, `${what}; a count cannot be negative`);
    this.parsed = number;
    return at;
  }

  private cells(bytes: Uint8Array, start: number): TributaryError {
    const line = Buffer.from(bytes.subarray(start, bytes.indexOf(NEWLINE, start))).toString('utf8');
    return wrongCells(this.layout!, line, this.line);
  }
}
