/**
 * The ids that this process accepted lately, with the hash of their content. So an acknowledgement can say at once that an id is
 * known with other content. Older ids are compared when they are loaded.
 */
import type { KeptRecord } from './kept-record.ts';
import { keyOf } from './look-up.ts';

const MAX_IDS = 50_000;

export class RecentIds {
  private readonly hashes = new Map<string, string>();

  constructor(private readonly max_ids = MAX_IDS) {}

  /** Remembers an accepted record. @returns true if its id was accepted lately with other content. */
  conflicts({ record, item, content_hash }: KeptRecord, id_field: string): boolean {
    const key = keyOf({ record, brand_id: item['brand_id']!, id: item[id_field]! });
    const known = this.hashes.get(key);
    if (known !== undefined) return known !== content_hash;
    this.hashes.set(key, content_hash);
    if (this.hashes.size > this.max_ids) this.hashes.delete(this.hashes.keys().next().value!);
    return false;
  }
}
