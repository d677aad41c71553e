/** Whether a file of rows was read as the reference reads it. */
import { performance } from 'node:perf_hooks';
import { openNdjson } from '../../src/cli/import/ndjson-rows.ts';
import { TributaryError } from '../../src/domain/errors.ts';
import { openCsv } from '../../src/mapping/csv-rows.ts';
import type { FileRow, RowSource } from '../../src/mapping/row-source.ts';
import { type FileBytes, findEncoding } from '../../src/mapping/text.ts';
import { decoded, hasLostBytes, type ReferenceRow, referenceCsv, referenceNdjson } from './reference-rows.ts';
import type { RowFile } from './row-files.ts';
import type { Verdict } from './trials.ts';

/**
 * Time of the processor for an input: this, and so much for each byte. The dearest are lines of one character that are no JSON, at
 * about 3 µs a byte. Work by the square of the length takes more from some 10,000 bytes on.
 */
const MAX_MS = 40;
const MAX_MS_PER_BYTE = 0.01;
const TRIES = 3;

/** The bytes of a file in memory, in pieces of a size. */
function inPieces(bytes: Buffer, piece: number): FileBytes {
  return {
    path: 'f.csv',
    size: bytes.length,
    async *pieces(from) {
      for (let at = from; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
    },
  };
}

export function open({ kind, bytes, plan }: RowFile, piece = bytes.length + 1): Promise<RowSource> {
  const file = inPieces(bytes, piece);
  return kind === 'csv' ? openCsv(file, plan) : openNdjson(file, plan);
}

interface Reading {
  columns: readonly string[] | null;
  rows: FileRow[];
}

/** All rows, or the error with which reading ended. */
async function read(file: RowFile, piece?: number): Promise<Reading | Error> {
  try {
    const source = await open(file, piece);
    // What the proposal of a mapping asks.
    source.otherHeaders?.();
    source.linesAbove?.(['c0', 'c1'], 1);
    const rows: FileRow[] = [];
    for await (const portion of source.rows(0)) rows.push(...portion.rows);
    await source.close();
    return { columns: source.columns, rows };
  } catch (error) {
    return error as Error;
  }
}

/** @param piece bytes of a piece in which the file is read once more. */
export async function judge(file: RowFile, piece: number): Promise<Verdict> {
  const reading = await inTime(file.bytes.length, () => read(file));
  if (typeof reading === 'string') return { kind: 'slow', problem: reading };
  const again = await read(file, piece);
  const problem = wrongError(reading) ?? (await wrongRows(file, reading)) ?? differs(reading, again, piece);
  if (problem !== undefined) return { kind: 'broken', problem };
  return { kind: reading instanceof Error ? 'refused' : 'read' };
}

/** Does some work, again with the clock of the processor if it seemed slow. @returns a problem if it never was quick enough. */
export async function inTime<T>(bytes: number, work: () => Promise<T>): Promise<T | string> {
  const most_ms = MAX_MS + MAX_MS_PER_BYTE * bytes;
  const began = performance.now();
  let done = await work();
  let best_ms = performance.now() - began;
  for (let tries = 0; best_ms > most_ms && tries < TRIES; tries++) {
    const before = process.cpuUsage();
    done = await work();
    const { user, system } = process.cpuUsage(before);
    best_ms = Math.min(best_ms, (user + system) / 1_000);
  }
  return best_ms <= most_ms ? done : `${bytes} bytes take ${best_ms.toFixed(0)} ms`;
}

/** What is wrong with an error: it is none of ours, or names no field or no reason. */
export function wrongError(reading: unknown): string | undefined {
  if (!(reading instanceof Error)) return undefined;
  if (!(reading instanceof TributaryError)) return String(reading.stack ?? reading).slice(0, 600);
  const { field, message } = reading;
  return field && message.length > field.length + 2 ? undefined : `a refusal without a field or a reason: ${message}`;
}

/** How workbooks, packed files and Parquet files begin. */
const OTHER_FILES = ['PK\x03\x04', '\x1f\x8b', '\xd0\xcf\x11\xe0', 'PAR1'];

async function wrongRows(file: RowFile, reading: Reading | Error): Promise<string | undefined> {
  const { kind, bytes, plan } = file;
  const start = bytes.toString('latin1', 0, 4);
  if (OTHER_FILES.some((mark) => start.startsWith(mark)))
    return reading instanceof Error ? undefined : 'no text is read';
  const guess = await findEncoding(inPieces(bytes, bytes.length + 1), plan.encoding);
  const text = decoded(bytes, plan.encoding, guess.name);
  const wanted = kind === 'csv' ? referenceCsv(text, plan) : { columns: null, rows: referenceNdjson(text) };
  if (reading instanceof Error)
    return wanted && `the file is refused, and has ${wanted.rows.length} rows: ${reading.message}`;
  if (wanted === undefined) return 'a file without a header is read';
  if (JSON.stringify(reading.columns) !== JSON.stringify(wanted.columns))
    return `the columns are ${JSON.stringify(reading.columns)}, not ${JSON.stringify(wanted.columns)}`;
  const is_lost = guess.name === 'utf-8' && hasLostBytes(bytes);
  for (const [i, row] of reading.rows.entries()) {
    const problem = wrongRow(row, wanted.rows[i], text) ?? outOfOrder(row, reading.rows[i - 1]);
    if (problem !== undefined) return `row ${i}, line ${row.line}: ${problem}`;
    if (is_lost && !row.problem && row.utf8 !== false && /\ufffd/.test(JSON.stringify([row.cells, row.object])))
      return `row ${i}, line ${row.line}: bytes that are no UTF-8 are not told`;
  }
  const count = reading.rows.length;
  return count === wanted.rows.length ? undefined : `${count} rows read and refused of ${wanted.rows.length}`;
}

function outOfOrder({ line }: FileRow, before: FileRow | undefined): string | undefined {
  return before !== undefined && before.line >= line ? `comes after line ${before.line}` : undefined;
}

function wrongRow(row: FileRow, wanted: ReferenceRow | undefined, text: string): string | undefined {
  if (wanted === undefined) return 'is a row out of nothing';
  if (row.line !== wanted.line) return `stands on line ${wanted.line}`;
  if ((row.problem !== undefined) !== wanted.is_refused)
    return row.problem ? `is refused and is sound: ${row.problem.reason}` : 'is read and should be refused';
  if (row.problem !== undefined && row.problem.reason.length < 10) return 'is refused without a reason';
  if (wanted.text !== undefined) return row.problem ? undefined : wrongObject(row.object, wanted.text);
  if (JSON.stringify(row.cells) !== JSON.stringify(wanted.cells))
    return `has the cells ${JSON.stringify(row.cells)}, not ${JSON.stringify(wanted.cells)}`;
  const made = row.cells.find((cell) => !text.includes(cell!) && !text.includes(cell!.replaceAll('"', '""')));
  return made === undefined ? undefined : `has a cell that is not in the file: ${JSON.stringify(made)}`;
}

/** Numbers that a double may not hold are kept as texts. */
const LONG_NUMBER = /[\d.]{16}|\d[eE][-+]?\d{3}/;

function wrongObject(object: unknown, line: string): string | undefined {
  if (LONG_NUMBER.test(line)) return undefined;
  const [found, wanted] = [object, JSON.parse(line)].map((value) => JSON.stringify(value));
  return found === wanted ? undefined : `is ${found}, not ${wanted}`;
}

function differs(one: Reading | Error, other: Reading | Error, piece: number): string | undefined {
  const [left, right] = [one, other].map((reading) =>
    reading instanceof Error ? reading.message : JSON.stringify([reading.columns, reading.rows.map(withoutFlag)]),
  );
  return left === right
    ? undefined
    : `pieces of ${piece} bytes are read as ${right!.slice(0, 300)}, not ${left!.slice(0, 300)}`;
}

/** The flag for bytes that are no UTF-8 is one of a whole piece. */
function withoutFlag({ utf8: _, ...row }: FileRow): FileRow {
  return row;
}
