/**
 * The spool's file format. A segment is a text file named after the first log position it may hold; each line is one
 * accepted request: eight hex digits of CRC-32, a space, and JSON. A line counts whole or not at all.
 */
import { crc32 } from 'node:zlib';
import { isRecordName, type RecordName } from '../domain/index.ts';
import type { FlatRecord } from '../domain/record.ts';

/** One accepted request: records of one kind, at consecutive log positions from `log_seq`. */
export interface SpoolEntry {
  record: RecordName;
  log_seq: number;
  received_at: number;
  items: FlatRecord[];
}

export const SEGMENT_SUFFIX = '.seg';

/** Room for eight hex digits, and a space, before each line's JSON. */
const CHECKSUM_SPACE = '         ';

export function segmentName(first_log_seq: number): string {
  return String(first_log_seq).padStart(16, '0') + SEGMENT_SUFFIX;
}

export function segmentStart(name: string): number {
  return Number(name.slice(0, -SEGMENT_SUFFIX.length));
}

/** The line of an entry, its newline included and its checksum still to come: see {@link encodeLines}. */
export function encodeEntry(
  record: RecordName,
  log_seq: number,
  received_at: number,
  items: readonly FlatRecord[],
): string {
  return `${CHECKSUM_SPACE}{"n":"${record}","s":${log_seq},"r":${received_at},"i":${JSON.stringify(items)}}\n`;
}

/** The bytes of lines that are written together, each with the checksum of its bytes. */
export function encodeLines(lines: readonly string[]): Buffer {
  const text = lines.join('');
  const bytes = Buffer.from(text);
  const one_byte_each = bytes.length === text.length;
  let start = 0;
  for (const line of lines) {
    const end = start + (one_byte_each ? line.length : Buffer.byteLength(line));
    const checksum = crc32(bytes.subarray(start + CHECKSUM_SPACE.length, end - 1));
    bytes.write(checksum.toString(16).padStart(8, '0'), start, 'latin1');
    start = end;
  }
  return bytes;
}

/** The entry of a line without its newline, or undefined when the line is damaged. */
export function decodeEntry(line: string): SpoolEntry | undefined {
  const json = line.slice(CHECKSUM_SPACE.length);
  if (line[8] !== ' ' || crc32(json) !== Number.parseInt(line.slice(0, 8), 16)) return undefined;
  const entry = JSON.parse(json) as { n: string; s: number; r: number; i: FlatRecord[] };
  return isRecordName(entry.n)
    ? { record: entry.n, log_seq: entry.s, received_at: entry.r, items: entry.i }
    : undefined;
}
