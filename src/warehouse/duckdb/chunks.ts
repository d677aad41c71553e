/**
 * Fills data chunks of DuckDB with rows, column by column. Texts of up to 12 ASCII characters and all numbers are written as the
 * engine holds them in memory (`duckdb_string_t` and the like in its C API), and copied with one call a column. Longer texts of a
 * column are handed over as one, unless some are not ASCII: then each costs a call of its own.
 */
import { DuckDBDataChunk } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import { fitCell } from '../cells.ts';
import type { Cell, Column, Row } from '../schema.ts';
import { TYPES } from './types.ts';

/** The most rows of a data chunk in DuckDB. */
export const CHUNK_ROWS = 2_048;

const INLINE_CHARACTERS = 12;
const TEXT_BYTES = 16;
const NUMBER_BYTES = 8;
const TWO_32 = 2 ** 32;

const bytes = new Uint8Array(CHUNK_ROWS * TEXT_BYTES);
const words = new Uint32Array(bytes.buffer);
const doubles = new Float64Array(bytes.buffer);
const bigints = new BigInt64Array(bytes.buffer);
/** A bit for each row that has a value. */
const valid = new Uint8Array(CHUNK_ROWS / 8);

/** The chunks of one table. They are used again, since the collector of garbage does not know how large they are. */
export class Chunks {
  private readonly made: DuckDBDataChunk[] = [];

  /** @param stored the columns in the order of the stored table; undefined for one that this program does not know. */
  constructor(
    private readonly table: string,
    private readonly stored: readonly (Column | undefined)[],
  ) {}

  /** Chunks with all of the rows. They stay as they are until the next call. @throws RowFault naming the first fault of a column. */
  *of(rows: readonly Row[]): Generator<DuckDBDataChunk> {
    for (let start = 0; start < rows.length; start += CHUNK_ROWS) {
      const part = rows.length <= CHUNK_ROWS ? rows : rows.slice(start, start + CHUNK_ROWS);
      yield this.fill(this.chunk(start / CHUNK_ROWS), part);
    }
  }

  private chunk(index: number): DuckDBDataChunk {
    const before = this.made[index];
    before?.reset();
    const chunk = before ?? DuckDBDataChunk.create(this.stored.map((column) => TYPES[column?.type ?? 'text']));
    this.made[index] = chunk;
    return chunk;
  }

  private fill(chunk: DuckDBDataChunk, rows: readonly Row[]): DuckDBDataChunk {
    chunk.rowCount = rows.length;
    const native = nativeOf(chunk);
    for (const [i, column] of this.stored.entries()) {
      valid.fill(0);
      const vector = duckdb.data_chunk_get_vector(native, i);
      if (column === undefined) setValid(vector, rows.length);
      else if (column.type === 'text') fillTexts(vector, this.table, column, rows);
      else fillNumbers(vector, this.table, column, rows);
    }
    return chunk;
  }
}

/** The chunk as the bindings know it. The client's types hide it. */
function nativeOf(chunk: DuckDBDataChunk): duckdb.DataChunk {
  return (chunk as unknown as { chunk: duckdb.DataChunk }).chunk;
}

function setValid(vector: duckdb.Vector, rows: number): void {
  duckdb.vector_ensure_validity_writable(vector);
  // The engine reads whole words of 64 bits.
  duckdb.copy_data_to_vector_validity(vector, 0, valid.buffer, 0, Math.ceil(rows / 64) * 8);
}

function fillTexts(vector: duckdb.Vector, table: string, column: Column, rows: readonly Row[]): void {
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
    } else if (cell !== null || !nullable) fitCell(table, column, cell);
  }
  setValid(vector, rows.length);
  if (!has_values) return;
  const left = long.length > 0 && !writeTogether(vector, rows, name, long) ? long : [];
  duckdb.copy_data_to_vector(vector, 0, bytes.buffer, 0, rows.length * TEXT_BYTES);
  for (const i of left) {
    const text = fitCell(table, column, rows[i]![name]) as string;
    // The shorter call ends a text at its first NUL.
    if (text.includes('\0')) duckdb.vector_assign_string_element_len(vector, i, Buffer.from(text));
    else duckdb.vector_assign_string_element(vector, i, text);
  }
}

/**
 * Hands long ASCII texts to the engine as one text, and writes each as the engine holds long ones: its length, its first four
 * bytes, and the address of its bytes. All of them are the vector's own, and last as long as it. @returns false for other texts.
 */
function writeTogether(vector: duckdb.Vector, rows: readonly Row[], name: string, long: readonly number[]): boolean {
  const texts = new Array<string>(long.length);
  for (let k = 0; k < long.length; k++) texts[k] = rows[long[k]!]![name] as string;
  const joined = texts.join('');
  const all = Buffer.from(joined);
  if (all.length !== joined.length) return false;
  duckdb.vector_assign_string_element_len(vector, 0, all);
  const held = duckdb.vector_get_data(vector, TEXT_BYTES);
  let address = Number(new DataView(held.buffer, held.byteOffset, TEXT_BYTES).getBigUint64(8, true));
  for (let k = 0, from = 0; k < long.length; k++) {
    const { length } = texts[k]!;
    const start = long[k]! * TEXT_BYTES;
    words[start >> 2] = length;
    for (let i = 0; i < 4; i++) bytes[start + 4 + i] = all[from + i]!;
    writeWhole(address, (start >> 3) + 1);
    from += length;
    address += length;
  }
  return true;
}

/** Writes a text as the engine holds short ones: its length, and its characters beside it. @returns false if it does not fit. */
function writeInline(text: string, row: number): boolean {
  const { length } = text;
  if (length > INLINE_CHARACTERS) return false;
  const start = row * TEXT_BYTES + 4;
  let all = 0;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    bytes[start + i] = code;
    all |= code;
  }
  if (all > 0x7f) {
    bytes.fill(0, start, start + INLINE_CHARACTERS);
    return false;
  }
  words[row * 4] = length;
  return true;
}

function fillNumbers(vector: duckdb.Vector, table: string, column: Column, rows: readonly Row[]): void {
  const { name, type } = column;
  for (let i = 0; i < rows.length; i++) {
    const cell: Cell = fitCell(table, column, rows[i]![name]);
    if (cell === null) continue;
    valid[i >> 3]! |= 1 << (i & 7);
    if (type === 'float64') doubles[i] = cell as number;
    else if (typeof cell === 'bigint') bigints[i] = cell;
    else writeWhole(cell as number, i);
  }
  setValid(vector, rows.length);
  duckdb.copy_data_to_vector(vector, 0, bytes.buffer, 0, rows.length * NUMBER_BYTES);
}

/** Writes a whole number of up to 53 bits without making a bigint of it. */
function writeWhole(value: number, row: number): void {
  const high = Math.floor(value / TWO_32);
  words[2 * row + 1] = high;
  words[2 * row] = value - high * TWO_32;
}
