/**
 * Histories in a file beside the log, so that a start does not read the whole log. The file may be thrown away at any time. It holds
 * the touchpoints that are in order; those that came later are read from the log. It is used only for the log that it was made from.
 */
import { createHash } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import type { Snapshot } from '../warehouse/port.ts';
import { atOrBefore, type Position } from '../warehouse/position.ts';
import { read } from '../warehouse/read-row.ts';
import { mapInTurns, WorkTurns } from '../warehouse/work-turns.ts';
import { emptyConsents } from './consents/consent-rows.ts';
import {
  emptyChains,
  filledRows,
  filledSubjects,
  type Histories,
  type Label,
  lengthWithRoom,
  TOUCH_COLUMNS,
  touchColumns,
} from './histories.ts';
import { KeyIndex } from './key-index.ts';
import { prepareLabels } from './label-facts.ts';
import { OrderBook } from './orders/order-book.ts';
import { LABEL_COLUMNS } from './relations.ts';
import { shared } from './room.ts';

/** Another form of the file, or another meaning of a column, needs another number. */
const FORMAT = 1;
const MODE = 0o600;
/** Bytes that are read or written in one go. */
const PART_BYTES = 4_194_304;
const LENGTH_BYTES = 8;
const MAX_HEAD_BYTES = 1_000_000;

interface Head {
  format: number;
  /** What decides the meaning of labels and hashes. */
  meaning: string;
  /** The sums of the log up to the position. */
  log: string;
  position: Array<[string, number]>;
  reclassified: Array<[string, number]>;
  collectors: string[];
  writers: number[];
  first_ms: number | null;
  rows: number;
  subjects: number;
  label_bytes: number;
  labels: number;
  wide: { tie: boolean; label: boolean };
  /** The hash of all bytes after the head. */
  content: string;
}

type Bytes = Uint8Array;
type Arrays = ReadonlyArray<Pick<Uint8Array, 'buffer' | 'byteOffset' | 'byteLength'>>;

const bytesOfArray = ({ buffer, byteOffset, byteLength }: Arrays[number]): Bytes =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** The meaning of the columns, and the hash of the engine for some texts. */
async function meaningOf(snapshot: Snapshot): Promise<string> {
  const [row] = await snapshot.query(
    `select float64(hash53('a')) as short, float64(hash53('a text of more than a few bytes')) as long`,
  );
  return JSON.stringify([Object.entries(LABEL_COLUMNS), read(row, { short: 'number', long: 'number' })]);
}

/** Sums over the touchpoints up to a position. Another log has others. */
async function logSums(snapshot: Snapshot, position: Position): Promise<string> {
  const [row] = await snapshot.query(
    `select text128(count(*)) as n, text128(coalesce(sum128(epoch_ms(t.occurred_at)), int128(0))) as at,
       text128(coalesce(sum128(t.log_seq), int128(0))) as seq, text128(coalesce(sum128(bits(t.subject_key, 4294967295)), int128(0))) as subject
     from touchpoints t where ${atOrBefore('t', position)}`,
  );
  return JSON.stringify(read(row, { n: 'text', at: 'text', seq: 'text', subject: 'text' }));
}

/** Writes the touchpoints that are in order. The file gets its name when it is whole. */
export async function storeHistories(path: string, histories: Histories, snapshot: Snapshot): Promise<void> {
  const { position, reclassified } = histories.filled;
  const rows = filledRows(histories);
  const subjects = filledSubjects(histories);
  const { labels } = histories;
  const label_lines = Buffer.from((await mapInTurns(labels, (label) => JSON.stringify(label))).join('\n'));
  const arrays: Arrays = [
    label_lines,
    histories.starts,
    ...histories.subjects.halves(subjects),
    ...TOUCH_COLUMNS.map((name) => histories[name].subarray(0, rows)),
  ];
  const head: Head = {
    format: FORMAT,
    meaning: await meaningOf(snapshot),
    log: await logSums(snapshot, position),
    position: [...position],
    reclassified: [...reclassified],
    collectors: histories.collectors,
    writers: [...histories.writers],
    first_ms: Number.isFinite(histories.first_ms) ? histories.first_ms : null,
    rows,
    subjects,
    label_bytes: label_lines.byteLength,
    labels: labels.length,
    wide: { tie: histories.tie instanceof Uint32Array, label: histories.label instanceof Uint32Array },
    content: '',
  };
  const beside = `${path}.part`;
  await rm(beside, { force: true });
  const file = await open(beside, 'wx', MODE);
  try {
    // The hash is known at the end, so the head is written last, into room of its final size.
    const room = headBytes({ ...head, content: createHash('sha256').digest('hex') }).byteLength;
    const hash = createHash('sha256');
    let at = room;
    for (const array of arrays) at = await writeParts(file, bytesOfArray(array), at, (part) => hash.update(part));
    await file.write(headBytes({ ...head, content: hash.digest('hex') }), 0, room, 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
}

/**
 * Reads the histories of a file as of its position. They hold labels of later reclassifications, so rows have to be added up to a
 * later position before a report reads them.
 * @returns null if there is no file, or one of another form or log, or one that is damaged.
 */
export async function loadHistories(path: string, snapshot: Snapshot, current: Position): Promise<Histories | null> {
  const file = await open(path, 'r').catch(() => null);
  if (file === null) return null;
  try {
    return await loadFrom(file, snapshot, current);
  } finally {
    await file.close();
  }
}

async function loadFrom(file: FileHandle, snapshot: Snapshot, current: Position): Promise<Histories | null> {
  const found = await readHead(file);
  if (found === null) return null;
  const { head, bytes } = found;
  const position = new Map(head.position);
  if (head.format !== FORMAT || head.meaning !== (await meaningOf(snapshot))) return null;
  if ([...position].some(([collector_id, log_seq]) => log_seq > (current.get(collector_id) ?? 0))) return null;
  if (head.log !== (await logSums(snapshot, position))) return null;
  const label_lines = new Uint8Array(head.label_bytes);
  const starts = shared(Uint32Array, head.subjects + 1);
  const [high, low] = [new Int32Array(head.subjects), new Int32Array(head.subjects)];
  const columns = touchColumns(lengthWithRoom(head.rows), {
    tie: head.wide.tie ? 2 ** 16 : 0,
    label: head.wide.label ? 2 ** 16 : 0,
  });
  const arrays: Arrays = [
    label_lines,
    starts,
    high,
    low,
    ...TOUCH_COLUMNS.map((name) => columns[name].subarray(0, head.rows)),
  ];
  const hash = createHash('sha256');
  let at = bytes;
  for (const array of arrays) {
    const next = await readParts(file, bytesOfArray(array), at, (part) => hash.update(part));
    if (next === null) return null;
    at = next;
  }
  if (hash.digest('hex') !== head.content) return null;
  const reclassified = new Map(head.reclassified);
  const labels = await parseLabels(label_lines, head.labels);
  await prepareLabels(labels);
  return {
    position,
    reclassified,
    filled: { position, reclassified },
    collectors: head.collectors,
    writers: new Set(head.writers),
    labels,
    label_numbers: null,
    subjects: await indexOf(high, low),
    starts,
    length: head.rows,
    first_ms: head.first_ms ?? Number.POSITIVE_INFINITY,
    // The orders and statements are few, so they are read from the log. Email events are read later, so that other reports need not wait for them.
    orders: new OrderBook(),
    consents: emptyConsents(),
    emails: null,
    reads_emails: true,
    ...columns,
    ...emptyChains({ starts, at_ms: columns.at_ms }),
  };
}

/** The head as bytes: its length, then JSON. */
function headBytes(head: Head): Buffer {
  const json = Buffer.from(JSON.stringify(head));
  const bytes = Buffer.alloc(LENGTH_BYTES + json.byteLength);
  bytes.writeUInt32LE(json.byteLength, 0);
  json.copy(bytes, LENGTH_BYTES);
  return bytes;
}

async function readHead(file: FileHandle): Promise<{ head: Head; bytes: number } | null> {
  const length = Buffer.alloc(LENGTH_BYTES);
  if ((await file.read(length, 0, LENGTH_BYTES, 0)).bytesRead < LENGTH_BYTES) return null;
  const json = Buffer.alloc(Math.min(MAX_HEAD_BYTES, length.readUInt32LE(0)));
  if ((await file.read(json, 0, json.byteLength, LENGTH_BYTES)).bytesRead < json.byteLength) return null;
  try {
    return { head: JSON.parse(json.toString()) as Head, bytes: LENGTH_BYTES + json.byteLength };
  } catch {
    return null;
  }
}

type Take = (part: Bytes) => unknown;

/** Writes bytes at a place of the file. @returns the place after them. */
async function writeParts(file: FileHandle, bytes: Bytes, at: number, take: Take): Promise<number> {
  for (let from = 0; from < bytes.byteLength; from += PART_BYTES) {
    const part = bytes.subarray(from, from + PART_BYTES);
    take(part);
    await file.write(part, 0, part.byteLength, at + from);
  }
  return at + bytes.byteLength;
}

/** Reads bytes from a place of the file. @returns the place after them; null if the file ends before. */
async function readParts(file: FileHandle, bytes: Bytes, at: number, take: Take): Promise<number | null> {
  for (let from = 0; from < bytes.byteLength; from += PART_BYTES) {
    const part = bytes.subarray(from, from + PART_BYTES);
    if ((await file.read(part, 0, part.byteLength, at + from)).bytesRead < part.byteLength) return null;
    take(part);
  }
  return at + bytes.byteLength;
}

async function parseLabels(lines: Bytes, count: number): Promise<Label[]> {
  const labels: Label[] = [];
  const turns = new WorkTurns();
  const text = Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength);
  for (let from = 0; labels.length < count; ) {
    const end = text.indexOf(10, from);
    labels.push(JSON.parse(text.toString('utf8', from, end < 0 ? text.length : end)) as Label);
    from = end + 1;
    if (turns.ends()) await turns.next();
  }
  return labels;
}

async function indexOf(high: Int32Array, low: Int32Array): Promise<KeyIndex> {
  const index = new KeyIndex();
  const turns = new WorkTurns();
  for (let i = 0; i < high.length; i++) {
    index.add(high[i]!, low[i]!);
    if (turns.ends(1_024)) await turns.next();
  }
  return index;
}
