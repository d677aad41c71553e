/**
 * Envelopes that were just written to the spool, handed to the loader in memory. Most records are loaded within a second, so the
 * loader need not read their lines again. What does not fit here is read from the disk. Both ways give the same records.
 */
import type { KeptPart } from './kept-part.ts';
import type { KeptRecord } from './kept-record.ts';
import type { EntryHead } from './segment.ts';

/** An envelope whose line is on disk. */
export interface Handed {
  /** The name of its segment, and the bytes of it at which its line begins and ends. */
  segment: string;
  start: number;
  end: number;
  log_seq: number;
  received_at: number;
  /** The rules by which its records were cleaned. */
  privacy: string;
  records: readonly KeptRecord[] | KeptPart;
}

/** The lines of all envelopes that are held have at most this many bytes together. */
const MAX_BYTES = 8_000_000;

export class HandedEnvelopes {
  private held: Handed[] = [];
  private next = 0;
  private bytes = 0;

  constructor(private readonly max_bytes = MAX_BYTES) {}

  /** Adds envelopes whose lines were written after the durable bytes of a segment. @param ends the places where their lines end. */
  addGroup(
    { name: segment, durable_bytes: from }: { name: string; durable_bytes: number },
    ends: readonly number[],
    group: ReadonlyArray<{ head: EntryHead; records: Handed['records']; first_log_seq: number }>,
  ): void {
    for (const [i, { head, records, first_log_seq: log_seq }] of group.entries()) {
      const { privacy, received_at } = head;
      const place = { segment, start: from + (ends[i - 1] ?? 0), end: from + ends[i]! };
      this.add({ ...place, log_seq, received_at, privacy, records });
    }
  }

  private add(handed: Handed): void {
    const bytes = handed.end - handed.start;
    if (this.bytes + bytes > this.max_bytes) return;
    this.bytes += bytes;
    this.held.push(handed);
  }

  /** Takes the envelope whose line begins at a place; undefined if it is not held. Envelopes before that place are dropped. */
  take(segment: string, start: number): Handed | undefined {
    for (let first = this.held[this.next]; first; first = this.held[this.next]) {
      const is_before = first.segment < segment || (first.segment === segment && first.start < start);
      const is_it = first.segment === segment && first.start === start;
      if (!is_before && !is_it) return undefined;
      this.next += 1;
      this.bytes -= first.end - first.start;
      if (this.next === this.held.length) [this.held, this.next] = [[], 0];
      if (is_it) return first;
    }
    return undefined;
  }
}
