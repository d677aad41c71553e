/**
 * The ids that this process accepted lately, with the hash of their content. So an acknowledgement can say at once that an id is
 * known with other content. Older ids are compared when they are loaded.
 */
import type { RecordName } from '../domain/index.ts';
import type { KeptRecord } from './kept-record.ts';

/** Ids of each kind, so that many touchpoints do not push out the few orders. */
const MAX_IDS = 20_000;

/**
 * The newer and the older half of the ids of a kind. A full half replaces the older one at once: dropping single ids from the
 * front of a Map takes longer with each one that was dropped before.
 */
interface Halves {
  newer: Map<string, string>;
  older: ReadonlyMap<string, string>;
}

export class RecentIds {
  private readonly kinds = new Map<RecordName, Halves>();

  /** @param max_ids of each kind; at least half as many are remembered. */
  constructor(private readonly max_ids = MAX_IDS) {}

  /** Remembers an accepted record. @returns true if its id was accepted lately with other content. */
  conflicts({ record, item, content_hash }: KeptRecord, id_field: string): boolean {
    const halves = this.kinds.get(record) ?? { newer: new Map<string, string>(), older: new Map() };
    this.kinds.set(record, halves);
    const key = `${item['brand_id']}\0${item[id_field]}`;
    const known = halves.newer.get(key) ?? halves.older.get(key);
    if (known !== undefined) return known !== content_hash;
    halves.newer.set(key, content_hash);
    if (halves.newer.size * 2 >= this.max_ids) {
      halves.older = halves.newer;
      halves.newer = new Map();
    }
    return false;
  }
}
