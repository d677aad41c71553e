/**
 * The spool's file format. A segment is a text file named after the first log position it may hold; each line is one
 * accepted envelope: eight hex digits of CRC-32, a space, and JSON. A damaged line does not count at all.
 *
 * Version 2 of a line: `v` is 2, `s` the first log position, `r` the instant of acceptance in milliseconds, `o` the source, `p`
 * the privacy rules that its records were cleaned by, `k` kinds and how many records of each (`["touchpoints",2,"spend",1]`), `i`
 * the records, and `h` their content hashes, 16 hex digits each. Lines of version 1 have no `v`, one kind `n`, and records as
 * they were sent; they are still read, because old data folders may hold them.
 */
import { type FileHandle, open, readdir } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { TributaryError } from '../domain/errors.ts';
import { isRecordName, type RecordName } from '../domain/index.ts';
import type { FlatRecord } from '../domain/record.ts';
import type { KeptRecord } from './kept-record.ts';

/** One accepted envelope, at consecutive log positions from `log_seq`. */
export interface SpoolEntry {
  log_seq: number;
  /** Milliseconds. */
  received_at: number;
  /**
   * The privacy rules by which the records were cleaned; undefined in a line of version 1, which holds records as they were sent.
   */
  privacy: string | undefined;
  items: SpooledRecord[];
}

export interface SpooledRecord {
  record: RecordName;
  item: FlatRecord;
  /** 16 hex digits; undefined in a line of version 1. */
  content_hash: string | undefined;
}

/** The fields of an envelope's line, without its records. */
export interface EntryHead {
  source: string;
  privacy: string;
  received_at: number;
}

export const SEGMENT_SUFFIX = '.seg';

/** True if a folder of the spool has segments. */
export async function hasSegments(folder: string): Promise<boolean> {
  return (await readdir(folder)).some((name) => name.endsWith(SEGMENT_SUFFIX));
}

const LINE_VERSION = 2;
const HASH_DIGITS = 16;

/** The place of the checksum (eight hex digits and a space) before each line's JSON. */
const CHECKSUM_SPACE = '         ';

export function segmentName(first_log_seq: number): string {
  return String(first_log_seq).padStart(16, '0') + SEGMENT_SUFFIX;
}

export function segmentStart(name: string): number {
  return Number(name.slice(0, -SEGMENT_SUFFIX.length));
}

/** The line of an envelope with its newline. {@link encodeLines} fills in the checksum. */
export function encodeEntry(head: EntryHead, log_seq: number, records: readonly KeptRecord[]): string {
  return entryHead(head, log_seq) + entryTail(records);
}

/** The beginning of a line, which is known when it gets its place. {@link entryTail} goes on. */
export function entryHead({ source, privacy, received_at }: EntryHead, log_seq: number): string {
  const named = JSON.stringify(source);
  return `${CHECKSUM_SPACE}{"v":${LINE_VERSION},"s":${log_seq},"r":${received_at},"o":${named},"p":"${privacy}",`;
}

/** The rest of a line: its records. */
export function entryTail(records: readonly KeptRecord[]): string {
  const texts = new Array<string>(records.length);
  let hashes = '';
  const kinds: Array<string | number> = [];
  let run = 0;
  for (let i = 0; i < records.length; i++) {
    const { record, text, content_hash } = records[i]!;
    texts[i] = text;
    hashes += content_hash;
    run += 1;
    if (records[i + 1]?.record === record) continue;
    kinds.push(record, run);
    run = 0;
  }
  return `"k":${JSON.stringify(kinds)},"h":"${hashes}","i":[${texts.join(',')}]}\n`;
}

/** The records in the rest of a line. */
export function itemsOfTail(tail: Uint8Array): FlatRecord[] {
  return (JSON.parse(`{${Buffer.from(tail.buffer, tail.byteOffset, tail.length).toString()}`) as Line).i;
}

/** The bytes of lines that are written together, each with its checksum, and the place where each line ends. */
export function encodeLines(lines: readonly (string | Buffer)[]): { bytes: Buffer; ends: number[] } {
  const bytes = bytesOf(lines);
  const one_byte_each = bytes.length === lines.reduce((sum, { length }) => sum + length, 0);
  const ends: number[] = [];
  let start = 0;
  for (const line of lines) {
    const end = start + (one_byte_each ? line.length : Buffer.byteLength(line));
    const checksum = crc32(bytes.subarray(start + CHECKSUM_SPACE.length, end - 1));
    bytes.write(checksum.toString(16).padStart(8, '0'), start, 'latin1');
    ends.push(end);
    start = end;
  }
  return { bytes, ends };
}

function bytesOf(lines: readonly (string | Buffer)[]): Buffer {
  const [first] = lines;
  if (lines.length === 1 && typeof first === 'object') return first;
  if (lines.every((line) => typeof line === 'string')) return Buffer.from(lines.join(''));
  return Buffer.concat(lines.map((line) => (typeof line === 'string' ? Buffer.from(line) : line)));
}

/** The JSON of a line: version 2, or version 1 with `n`. */
interface Line {
  v?: number;
  s: number;
  r: number;
  p?: string;
  k?: Array<string | number>;
  n?: string;
  h?: string;
  i: FlatRecord[];
}

/**
 * The entry of a line (given without its newline), or undefined when the line is damaged.
 * @throws spool_unreadable when a newer program wrote the line. The line is whole, but this program cannot read it.
 */
export function decodeEntry(text: string): SpoolEntry | undefined {
  const json = text.slice(CHECKSUM_SPACE.length);
  if (text[8] !== ' ' || crc32(json) !== Number.parseInt(text.slice(0, 8), 16)) return undefined;
  const line = readLine(json);
  if (line === undefined) return undefined;
  const { v: version = 1, s: log_seq, r: received_at, p: privacy, n: name, h: hashes } = line;
  if (version > LINE_VERSION) throw newer(`format ${version}`, log_seq);
  if (!Array.isArray(line.i)) return undefined;
  const kinds = line.k ?? [name ?? '', line.i.length];
  const items: SpooledRecord[] = [];
  for (let k = 0; k < kinds.length; k += 2) {
    const record = kinds[k] as string;
    if (!isRecordName(record)) throw newer(`records of the kind ${JSON.stringify(record)}`, log_seq);
    const end = items.length + (kinds[k + 1] as number);
    // Written by another hand: such a line counts as damaged, or loading would stop at it for ever.
    if (!(end <= line.i.length)) return undefined;
    for (let i = items.length; i < end; i++) {
      const content_hash = hashes?.slice(i * HASH_DIGITS, (i + 1) * HASH_DIGITS);
      const item = line.i[i];
      if (typeof item !== 'object' || item === null) return undefined;
      items.push({ record, item, content_hash });
    }
  }
  return { log_seq, received_at, privacy, items };
}

function readLine(json: string): Line | undefined {
  try {
    const line: unknown = JSON.parse(json);
    return typeof line === 'object' && line !== null ? (line as Line) : undefined;
  } catch {
    return undefined;
  }
}

function newer(what: string, log_seq: number): TributaryError {
  return new TributaryError(
    'spool_unreadable',
    `the spool holds ${what} at log position ${log_seq}, which this version of Tributary cannot read; nothing is lost, start the newer version that wrote it`,
  );
}

const READ_BYTES = 4_000_000;

/** The whole lines between two offsets, each with the offset after it. A last line without its newline is left out. */
export async function* readLines(
  handle: FileHandle,
  start: number,
  end: number,
): AsyncGenerator<{ line: string; end: number }> {
  let carry = Buffer.alloc(0);
  let position = start;
  let line_end = start;
  while (position < end) {
    const block = Buffer.allocUnsafe(Math.min(READ_BYTES, end - position));
    const { bytesRead } = await handle.read(block, 0, block.length, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    const data =
      carry.length === 0 ? block.subarray(0, bytesRead) : Buffer.concat([carry, block.subarray(0, bytesRead)]);
    let from = 0;
    for (let newline = data.indexOf(10, from); newline >= 0; newline = data.indexOf(10, from)) {
      line_end += newline - from + 1;
      yield { line: data.toString('utf8', from, newline), end: line_end };
      from = newline + 1;
    }
    carry = data.subarray(from);
  }
}

/** The bytes of a segment up to the end of its last whole line. An incomplete line after it was never acknowledged. */
export async function readableBytes(path: string, seen: (last_log_seq: number) => void): Promise<number> {
  const handle = await open(path, 'r');
  try {
    let good = 0;
    for await (const { line, end } of readLines(handle, 0, (await handle.stat()).size)) {
      const entry = decodeEntry(line);
      if (entry) seen(entry.log_seq + entry.items.length - 1);
      good = end;
    }
    return good;
  } finally {
    await handle.close();
  }
}
