/**
 * The ids that this process accepted lately, with the hash of their content. So an acknowledgement can say at once that an id is
 * known with other content. Older ids are compared when they are loaded.
 */
import type { RecordName } from '../domain/index.ts';
import type { KeptRecord } from './kept-record.ts';

/** Ids of each kind, so that many touchpoints do not push out the few orders. */
const MAX_IDS = 20_000;

export class RecentIds {
  private readonly kinds = new Map<RecordName, Map<string, string>>();

  constructor(private readonly max_ids = MAX_IDS) {}

  /** Remembers an accepted record. @returns true if its id was accepted lately with other content. */
  conflicts({ record, item, content_hash }: KeptRecord, id_field: string): boolean {
    const hashes = this.kinds.get(record) ?? new Map<string, string>();
    this.kinds.set(record, hashes);
    const key = `${item['brand_id']}\0${item[id_field]}`;
    const known = hashes.get(key);
    if (known !== undefined) return known !== content_hash;
    hashes.set(key, content_hash);
    if (hashes.size > this.max_ids) hashes.delete(hashes.keys().next().value!);
    return false;
  }
}
