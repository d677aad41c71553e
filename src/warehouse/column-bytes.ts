/**
 * Columns of rows as the engine holds them in memory (`duckdb_string_t` and the like in its C API). This file needs no engine, so
 * another thread than that of the engine can fill columns too.
 *
 * A text of up to 12 bytes stands beside its length. A longer one has its length, its first four bytes, and here, instead of the
 * address of its bytes, their place in `long`.
 */
import { fitCell } from './cells.ts';
import type { Cell, Column, Row } from './schema.ts';

/** The most rows of a data chunk in DuckDB. */
export const CHUNK_ROWS = 2_048;
export const TEXT_BYTES = 16;
export const NUMBER_BYTES = 8;
const INLINE_BYTES = 12;
const TWO_32 = 2 ** 32;

/** The values of one column of up to {@link CHUNK_ROWS} rows. */
export interface ColumnBytes {
  /** {@link TEXT_BYTES} a text, {@link NUMBER_BYTES} a number. Empty when no row has a value. */
  data: Uint8Array;
  /** A bit for each row that has a value. The engine reads whole words of 64 bits. */
  valid: Uint8Array;
  /** The bytes of long texts, one after the other. */
  long: Uint8Array;
}

export const bytes = new Uint8Array(CHUNK_ROWS * TEXT_BYTES);
export const words = new Uint32Array(bytes.buffer);
const doubles = new Float64Array(bytes.buffer);
const bigints = new BigInt64Array(bytes.buffer);
const valid = new Uint8Array(CHUNK_ROWS / 8);
const NOTHING = new Uint8Array(0);

/**
 * The values of a column. `data` and `valid` are used again by the next call, so copy them to keep them.
 * @param rows at most {@link CHUNK_ROWS}. @throws RowFault naming the first value that does not fit.
 */
export function columnBytes(table: string, column: Column, rows: readonly Readonly<Row>[]): ColumnBytes {
  valid.fill(0);
  return column.type === 'text' ? textBytes(table, column, rows) : numberBytes(table, column, rows);
}

/** A column without a value. */
export function emptyColumn(rows: number): ColumnBytes {
  valid.fill(0);
  return columnOf(rows, 0);
}

/** The numbers of the positions of consecutive records, from the first one. */
export function sequenceBytes(first: number, rows: number): ColumnBytes {
  valid.fill(0xff);
  for (let i = 0; i < rows; i++) writeWhole(first + i, i);
  return columnOf(rows, NUMBER_BYTES);
}

function columnOf(rows: number, width: number, long: Uint8Array = NOTHING): ColumnBytes {
  return { data: bytes.subarray(0, rows * width), valid: valid.subarray(0, Math.ceil(rows / 64) * 8), long };
}

/** A copy of the rows `from` to `to` of a column. */
export function sliceColumn({ data, valid: bits, long }: ColumnBytes, rows: number, from: number, to: number) {
  if (from === 0 && to === rows) return { data, valid: bits, long };
  const width = data.length / rows;
  const shifted = new Uint8Array(Math.ceil((to - from) / 64) * 8);
  for (let i = from; i < to; i++) if (hasBit(bits, i)) shifted[(i - from) >> 3]! |= 1 << ((i - from) & 7);
  return { data: data.subarray(from * width, to * width), valid: shifted, long };
}

/** The value of one row. */
export function cellAt({ type }: Column, { data, valid: bits, long }: ColumnBytes, row: number): Cell {
  if (!hasBit(bits, row)) return null;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (type === 'text') {
    const at = row * TEXT_BYTES;
    const length = view.getUint32(at, true);
    const from = length <= INLINE_BYTES ? at + 4 : view.getUint32(at + 8, true);
    return Buffer.from(
      length <= INLINE_BYTES ? data.subarray(from, from + length) : long.subarray(from, from + length),
    ).toString();
  }
  if (type === 'float64') return view.getFloat64(row * NUMBER_BYTES, true);
  const whole = view.getBigInt64(row * NUMBER_BYTES, true);
  const number = Number(whole);
  return Number.isSafeInteger(number) ? number : whole;
}

function hasBit(bits: Uint8Array, row: number): boolean {
  return (bits[row >> 3]! & (1 << (row & 7))) !== 0;
}

function textBytes(table: string, column: Column, rows: readonly Readonly<Row>[]): ColumnBytes {
  const { name, nullable } = column;
  const long: number[] = [];
  bytes.fill(0, 0, rows.length * TEXT_BYTES);
  let has_values = false;
  for (let i = 0; i < rows.length; i++) {
    const cell = rows[i]![name];
    if (typeof cell === 'string') {
      has_values = true;
      valid[i >> 3]! |= 1 << (i & 7);
      if (!writeInline(cell, i)) long.push(i);
    } else if (!nullable || (cell !== null && cell !== undefined)) fitCell(table, column, cell);
  }
  if (!has_values) return columnOf(rows.length, 0);
  return columnOf(rows.length, TEXT_BYTES, long.length === 0 ? NOTHING : writeLong(rows, name, long));
}

/** Writes texts that are long or not ASCII. @returns the bytes of those that do not stand beside their length. */
function writeLong(rows: readonly Readonly<Row>[], name: string, long: readonly number[]): Uint8Array {
  const texts = new Array<string>(long.length);
  for (let k = 0; k < long.length; k++) texts[k] = rows[long[k]!]![name] as string;
  const joined = texts.join('');
  const all = Buffer.from(joined);
  if (all.length !== joined.length) return writeEach(texts, long);
  for (let k = 0, from = 0; k < long.length; k++) {
    const { length } = texts[k]!;
    writePlace(long[k]!, length, all, from);
    from += length;
  }
  return all;
}

/** The same one by one: each text has its own bytes, also where one ends and the next begins with half of a character. */
function writeEach(texts: readonly string[], long: readonly number[]): Uint8Array {
  const encoded = texts.map((text) => Buffer.from(text));
  const all = Buffer.concat(encoded.filter(({ length }) => length > INLINE_BYTES));
  let from = 0;
  for (const [k, text] of encoded.entries()) {
    const row = long[k]!;
    if (text.length > INLINE_BYTES) {
      writePlace(row, text.length, all, from);
      from += text.length;
    } else {
      bytes.set(text, row * TEXT_BYTES + 4);
      words[row * 4] = text.length;
    }
  }
  return all;
}

function writePlace(row: number, length: number, all: Uint8Array, from: number): void {
  const start = row * TEXT_BYTES;
  words[start >> 2] = length;
  for (let i = 0; i < 4; i++) bytes[start + 4 + i] = all[from + i]!;
  words[(start >> 2) + 2] = from;
}

/** Writes a text as the engine holds short ones: its length, and its characters beside it. @returns false if it does not fit. */
function writeInline(text: string, row: number): boolean {
  const { length } = text;
  if (length > INLINE_BYTES) return false;
  const start = row * TEXT_BYTES + 4;
  let all = 0;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    bytes[start + i] = code;
    all |= code;
  }
  if (all > 0x7f) {
    bytes.fill(0, start, start + INLINE_BYTES);
    return false;
  }
  words[row * 4] = length;
  return true;
}

/**
 * Adds the address of the long texts to their places, in the copy of a column in {@link bytes}.
 * @param address where the engine holds the bytes of the long texts.
 */
export function addAddress(address: number, rows: number): void {
  for (let i = 0; i < rows; i++) if (words[i * 4]! > INLINE_BYTES) writeWhole(address + words[i * 4 + 2]!, 2 * i + 1);
}

function numberBytes(table: string, column: Column, rows: readonly Readonly<Row>[]): ColumnBytes {
  const { name, type } = column;
  let has_values = false;
  for (let i = 0; i < rows.length; i++) {
    const cell: Cell = fitCell(table, column, rows[i]![name]);
    if (cell === null) continue;
    has_values = true;
    valid[i >> 3]! |= 1 << (i & 7);
    if (type === 'float64') doubles[i] = cell as number;
    else if (typeof cell === 'bigint') bigints[i] = cell;
    else writeWhole(cell as number, i);
  }
  return columnOf(rows.length, has_values ? NUMBER_BYTES : 0);
}

/** Writes a whole number of up to 53 bits without making a bigint of it. */
function writeWhole(value: number, row: number): void {
  const high = Math.floor(value / TWO_32);
  words[2 * row + 1] = high;
  words[2 * row] = value - high * TWO_32;
}
