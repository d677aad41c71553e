/**
 * Records of one kind that another thread has read and cleaned: their bytes in the spool, what the filters of ids compare, and
 * the columns of their rows. The records themselves are only read from the bytes where somebody asks, for example because an id is
 * known already.
 */
import { type RecordName, recordKind } from '../domain/index.ts';
import type { FlatRecord } from '../domain/record.ts';
import { wordOfHex } from '../domain/subject.ts';
import { CHUNK_ROWS } from '../warehouse/column-bytes.ts';
import { buffersOf, type FilledRows, filledRow, type LogCells } from '../warehouse/filled-rows.ts';
import type { Row } from '../warehouse/schema.ts';
import type { Item } from './item.ts';
import type { KeptRecord } from './kept-record.ts';
import type { RecentIds } from './recent-ids.ts';
import { hash_a, hash_b, hashTexts, type SeenIds } from './seen-ids.ts';
import { type EntryHead, entryHead, entryTail, itemsOfTail } from './segment.ts';

/** Words of 32 bits of a record: two of the hash of its key, two of that of its id in its brand, two of its content hash. */
const WORDS = 6;

/** What one thread sends to the other. */
export interface PartBytes {
  record: RecordName;
  length: number;
  /** The rest of the line in the spool: see `entryTail`. */
  tail: Uint8Array<ArrayBuffer>;
  words: Uint32Array<ArrayBuffer>;
  /** True if an id begins with U+FEFF. */
  has_marks: boolean;
  /** The columns of each {@link CHUNK_ROWS} rows. Undefined where rows are made when they are loaded. */
  filled: readonly FilledRows[] | undefined;
}

/** Packs records of one kind. @param filled the columns of their rows. */
export function partBytes(record: RecordName, kept: readonly KeptRecord[], filled: PartBytes['filled']): PartBytes {
  const { id_field } = recordKind(record);
  const words = new Uint32Array(kept.length * WORDS);
  let has_marks = false;
  for (let i = 0; i < kept.length; i++) {
    const { item, content_hash } = kept[i]!;
    const brand_id = String(item['brand_id']);
    const id = String(item[id_field]);
    const at = i * WORDS;
    hashTexts(record, brand_id, id);
    words[at] = hash_a;
    words[at + 1] = hash_b;
    hashTexts(brand_id, id);
    words[at + 2] = hash_a;
    words[at + 3] = hash_b;
    words[at + 4] = wordOfHex(content_hash, 0);
    words[at + 5] = wordOfHex(content_hash, 8);
    has_marks ||= id.charCodeAt(0) === 0xfeff;
  }
  return { record, length: kept.length, tail: encoder.encode(entryTail(kept)), words, has_marks, filled };
}

const encoder = new TextEncoder();

/** The buffers of a part, which can be moved to another thread. */
export function partBuffers({ tail, words, filled }: PartBytes): ArrayBuffer[] {
  return [tail.buffer, words.buffer, ...(filled ?? []).flatMap(buffersOf)];
}

export class KeptPart {
  readonly record: RecordName;
  readonly length: number;
  readonly tail: Uint8Array;
  readonly has_marks: boolean;
  private readonly filled: PartBytes['filled'];
  private readonly words: Uint32Array;
  private read: FlatRecord[] | undefined;

  constructor({ record, length, tail, words, has_marks, filled }: PartBytes) {
    this.record = record;
    this.length = length;
    this.tail = tail;
    this.words = words;
    this.has_marks = has_marks;
    this.filled = filled;
  }

  /** Its line in the spool, still without the checksum. */
  line(head: EntryHead, log_seq: number): Buffer {
    return Buffer.concat([Buffer.from(entryHead(head, log_seq)), this.tail]);
  }

  item(index: number): FlatRecord {
    this.read ??= itemsOfTail(this.tail);
    return this.read[index]!;
  }

  contentHash(index: number): string {
    const at = index * WORDS + 4;
    return hexOf(this.words[at]!) + hexOf(this.words[at + 1]!);
  }

  at(index: number): { record: RecordName; item: FlatRecord; content_hash: string } {
    return { record: this.record, item: this.item(index), content_hash: this.contentHash(index) };
  }

  /** The row of a record; undefined where it has to be made. */
  row(index: number, log: LogCells): Row | undefined {
    const filled = this.filled?.[Math.floor(index / CHUNK_ROWS)];
    return filled && filledRow(filled, index % CHUNK_ROWS, log);
  }

  /** Adds the id of a record to the filter of known ids. @returns true when it may have been added before. */
  isRepeated(index: number, seen: SeenIds): boolean {
    const at = index * WORDS;
    return seen.addHash(this.words[at]!, this.words[at + 1]!);
  }

  /** Remembers the ids of all records. @returns the indexes of those that were accepted lately with other content. */
  conflicts(recent: RecentIds): number[] {
    const { words, record } = this;
    const found: number[] = [];
    for (let i = 0; i < this.length; i++) {
      const at = i * WORDS;
      if (recent.conflictsByHash(record, words[at + 2]!, words[at + 3]!, words[at + 4]!, words[at + 5]!)) found.push(i);
    }
    return found;
  }
}

function hexOf(word: number): string {
  return word.toString(16).padStart(8, '0');
}

/** One record of a part at its log position. */
export class PartItem implements Item {
  constructor(
    readonly part: KeptPart,
    readonly index: number,
    readonly log_seq: number,
    readonly received_at: number,
  ) {}

  get record(): RecordName {
    return this.part.record;
  }

  get item(): FlatRecord {
    return this.part.item(this.index);
  }

  get content_hash(): string {
    return this.part.contentHash(this.index);
  }
}
