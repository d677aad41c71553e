/** The keyed hashes of an id of a person, one for each pepper. */
import { createHmac } from 'node:crypto';
import { emailId } from './email-ids.ts';

const PREFIX = 'cid_';
const HASH_DIGITS = 32;
const HASHED = new RegExp(`^${PREFIX}[0-9a-f]{${HASH_DIGITS}}$`);
/** Ids whose hashes are remembered. */
const MAX_LATELY = 20_000;

export class PersonHashes {
  private readonly lately = new Map<string, string[]>();

  /** @param peppers the newest first; at least one. */
  constructor(private readonly peppers: readonly Uint8Array[]) {}

  /** True if ids have hashes by more than one pepper. */
  get is_rotated(): boolean {
    return this.peppers.length > 1;
  }

  /** HMAC-SHA-256 of an id by each pepper, the newest first, in 128 bits. What is a hash already stays, and is the only one. */
  of(id: string): readonly string[] {
    if (HASHED.test(id)) return [id];
    const known = this.lately.get(id);
    if (known !== undefined) return known;
    const hashes = this.peppers.map(
      (pepper) => PREFIX + createHmac('sha256', pepper).update(id).digest('hex').slice(0, HASH_DIGITS),
    );
    if (this.lately.size >= MAX_LATELY) this.lately.clear();
    this.lately.set(id, hashes);
    return hashes;
  }

  /** The hashes of an id that a person gives: an address has one form however it is written. */
  ofAsked(id: string): readonly string[] {
    return this.of(emailId(id));
  }
}
