/**
 * The ids that this process accepted lately, with the hash of their content. So an acknowledgement can say at once that an id is
 * known with other content. Older ids are compared when they are loaded.
 */
import type { RecordName } from '../domain/index.ts';
import { wordOfHex } from '../domain/subject.ts';
import type { KeptRecord } from './kept-record.ts';
import { hash_a, hash_b, hashTexts } from './seen-ids.ts';

/** Ids of each kind, so that many touchpoints do not push out the few orders. */
const MAX_IDS = 20_000;
/** Words of 32 bits: two of the hash of an id, and two of the hash of its content. */
const WORDS = 4;
const FIRST_SLOTS = 64;

/**
 * A hash table of the hashes of ids, in one array: many texts that live for a while would cost the collector of garbage more than
 * all of the rest. Among 20,000 ids two share 64 bits once in 10^11 times.
 */
class Table {
  private words = new Uint32Array(FIRST_SLOTS * WORDS);
  size = 0;

  /** The place of an id, or the empty place for it. */
  find(a: number, b: number): number {
    const { words } = this;
    const mask = words.length / WORDS - 1;
    let slot = a & mask;
    for (;;) {
      const at = slot * WORDS;
      if ((words[at] === a && words[at + 1] === b) || (words[at] === 0 && words[at + 1] === 0)) return at;
      slot = (slot + 1) & mask;
    }
  }

  /** Undefined if the place is empty, else if it holds this content. */
  holds(at: number, high: number, low: number): boolean | undefined {
    const { words } = this;
    if (words[at] === 0 && words[at + 1] === 0) return undefined;
    return words[at + 2] === high && words[at + 3] === low;
  }

  add(a: number, b: number, high: number, low: number): void {
    this.put(this.find(a, b), a, b, high, low);
    this.size += 1;
    if (this.size * WORDS * 2 > this.words.length) this.grow();
  }

  /** Forgets all ids, and keeps its length. */
  clear(): void {
    this.words.fill(0);
    this.size = 0;
  }

  private put(at: number, a: number, b: number, high: number, low: number): void {
    const { words } = this;
    words[at] = a;
    words[at + 1] = b;
    words[at + 2] = high;
    words[at + 3] = low;
  }

  private grow(): void {
    const old = this.words;
    this.words = new Uint32Array(old.length * 2);
    for (let at = 0; at < old.length; at += WORDS)
      if (old[at] !== 0 || old[at + 1] !== 0)
        this.put(this.find(old[at]!, old[at + 1]!), old[at]!, old[at + 1]!, old[at + 2]!, old[at + 3]!);
  }
}

/** The newer and the older half of the ids of a kind. A full half replaces the older one at once. */
interface Halves {
  newer: Table;
  older: Table;
}

export class RecentIds {
  private readonly kinds = new Map<RecordName, Halves>();

  /** @param max_ids of each kind; at least half as many are remembered. */
  constructor(private readonly max_ids = MAX_IDS) {}

  /** Remembers an accepted record. @returns true if its id was accepted lately with other content. */
  conflicts({ record, item, content_hash }: KeptRecord, id_field: string): boolean {
    hashTexts(String(item['brand_id']), String(item[id_field]));
    return this.conflictsByHash(record, hash_a, hash_b, wordOfHex(content_hash, 0), wordOfHex(content_hash, 8));
  }

  /** The same by the two hashes of its id within its brand, and the two words of its content hash. */
  conflictsByHash(record: RecordName, first: number, b: number, high: number, low: number): boolean {
    const halves = this.kinds.get(record) ?? { newer: new Table(), older: new Table() };
    this.kinds.set(record, halves);
    // Zeros stand for an empty place.
    const a = first === 0 && b === 0 ? 1 : first;
    const is_same =
      halves.newer.holds(halves.newer.find(a, b), high, low) ?? halves.older.holds(halves.older.find(a, b), high, low);
    if (is_same !== undefined) return !is_same;
    halves.newer.add(a, b, high, low);
    if (halves.newer.size * 2 >= this.max_ids) {
      const oldest = halves.older;
      oldest.clear();
      halves.older = halves.newer;
      halves.newer = oldest;
    }
    return false;
  }
}
