/**
 * The audit log: a chain of entries in state. Each entry holds the hash of the one before, so a changed, removed or added entry
 * breaks the chain. Who can write to the store could make the whole chain anew; so note the head elsewhere from time to time, and verify against it.
 */
import { createHmac } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { formatInstant } from '../../domain/time.ts';
import type { Json, State, StateTransaction } from '../../state/port.ts';
import { secretOf } from '../../state/secrets.ts';
import { type AuditEntry, type AuditEvent, type AuditHead, hashOf, NO_ENTRY, nextEntry } from './entry.ts';

const ENTRIES = 'audit_entries';
/** The head of the chain, and the last entry that was removed by age. */
const ENDS = 'audit_ends';
const HEAD = 'head';
const ANCHOR = 'anchor';
/** What the last check by the background work found. */
const CHECKED = 'checked';
/** Entries that wait for the same transaction. */
const MAX_TOGETHER = 500;
const PAGE = 1_000;
/** Entries that one call of `list` looks at. */
const MAX_LOOKED_AT = 20_000;
const DIGITS = 13;
const LAST_SEQ = 10 ** DIGITS - 1;
const MARK_BYTES = 16;

export interface AuditQuestion {
  /** Only entries of this brand; null for all. */
  brand_id: string | null;
  /** Only entries that name this person or order. */
  mark?: string | undefined;
  kind?: AuditEvent['kind'] | undefined;
  /** Only entries before this number. */
  before?: number | undefined;
  limit: number;
}

export interface AuditPage {
  /** The newest first. */
  entries: AuditEntry[];
  /** Where the next page begins; null at the end. */
  next_before: number | null;
}

export interface Verification {
  whole: boolean;
  /** The entries that were read, the newest one and the oldest one. */
  entries: number;
  head: AuditHead;
  first_seq: number;
  /** What is wrong, or null. */
  problem: string | null;
}

interface Waiting {
  event: AuditEvent;
  done: (seq: number) => void;
  failed: (error: unknown) => void;
}

export class AuditLog {
  private readonly waiting: Waiting[] = [];
  private writes = false;
  private secret: Promise<Buffer> | undefined;

  constructor(
    private readonly state: State,
    private readonly clock: () => number,
  ) {}

  /** Writes an entry. It is durable when this returns. @returns its number. @throws state_unavailable. */
  add(event: AuditEvent): Promise<number> {
    return new Promise((done, failed) => {
      this.waiting.push({ event, done, failed });
      if (!this.writes) void this.write();
    });
  }

  /** The mark of an id: the same for the same id, in every brand. @throws state_unavailable. */
  async markOf(id: string): Promise<string> {
    this.secret ??= secretOf(this.state, 'audit_marks').catch((error) => {
      this.secret = undefined;
      throw error;
    });
    return createHmac('sha256', await this.secret)
      .update(id)
      .digest('hex')
      .slice(0, 2 * MARK_BYTES);
  }

  /** The newest entries first. */
  async list({ brand_id, mark, kind, before, limit }: AuditQuestion): Promise<AuditPage> {
    const entries: AuditEntry[] = [];
    let looked_at = 0;
    let last = before ?? LAST_SEQ;
    for await (const entry of this.from(before === undefined ? LAST_SEQ : before - 1)) {
      if (entries.length === limit || looked_at === MAX_LOOKED_AT) return { entries, next_before: last };
      looked_at += 1;
      last = entry.seq;
      if (brand_id !== null && entry.brand_id !== brand_id) continue;
      if (mark !== undefined && !entry.persons.includes(mark)) continue;
      if (kind !== undefined && entry.kind !== kind) continue;
      entries.push(entry);
    }
    return { entries, next_before: null };
  }

  /** Reads the whole chain, and keeps what was found for {@link lastCheck}. */
  async check(): Promise<Verification> {
    const found = await this.verify();
    const checked = { at_ms: this.clock(), problem: found.problem };
    await this.state.transaction((transaction) => transaction.put(ENDS, CHECKED, checked));
    return found;
  }

  /** What the last check found; null before the first one. */
  async lastCheck(): Promise<{ at_ms: number; problem: string | null } | null> {
    return (await this.state.get<{ at_ms: number; problem: string | null }>(ENDS, CHECKED)) ?? null;
  }

  /** Reads the whole chain, from its head back. @param noted a head that was noted elsewhere; the chain must hold it. */
  async verify(noted?: AuditHead): Promise<Verification> {
    const { head, anchor } = await this.ends();
    let expected = head;
    let entries = 0;
    const end = (problem: string | null): Verification => ({
      ...{ whole: problem === null, entries, head, first_seq: anchor.seq + 1, problem },
    });
    let is_noted = noted === undefined || noted.seq <= anchor.seq;
    for await (const entry of this.from(head.seq)) {
      if (entry.seq !== expected.seq) return end(`entry ${expected.seq} is missing`);
      if (hashOf(entry) !== entry.hash) return end(`entry ${entry.seq} was changed`);
      if (entry.hash !== expected.hash) return end(`entry ${entry.seq} is another one than the entry after it names`);
      if (noted?.seq === entry.seq && noted.hash === entry.hash) is_noted = true;
      entries += 1;
      expected = { seq: entry.seq - 1, hash: entry.before };
      if (entries % PAGE === 0) await setImmediate();
    }
    // Old entries may have been removed meanwhile.
    const { anchor: anchor_now } = await this.ends();
    const reached = expected.seq === anchor.seq ? anchor : anchor_now;
    if (expected.seq > reached.seq) return end(`entry ${expected.seq} is missing`);
    if (expected.seq === reached.seq && expected.hash !== reached.hash)
      return end(`entry ${reached.seq} is another one than the entry after it names`);
    const [newest] = await this.state.list<Json>(ENTRIES, { limit: 1 });
    const newest_seq = newest === undefined ? 0 : (newest.value as unknown as AuditEntry).seq;
    if (newest_seq > (await this.ends()).head.seq) return end(`entry ${newest_seq} lies beyond the end of the chain`);
    return end(is_noted ? null : `the chain does not hold the noted entry ${noted!.seq}`);
  }

  /** Removes entries before an instant, and writes down that it did. @returns how many. */
  async prune(before_ms: number): Promise<number> {
    const limit = formatInstant(before_ms);
    let removed = 0;
    for (let again = true; again; ) {
      again = await this.state.transaction(async (transaction) => {
        const { head, anchor } = await ends(transaction);
        const old: AuditEntry[] = [];
        for (let seq = anchor.seq + 1; seq <= head.seq && old.length < PAGE; seq++) {
          const entry = await transaction.get<Json>(ENTRIES, keyOf(seq));
          if (entry === undefined || (entry as unknown as AuditEntry).at >= limit) break;
          old.push(entry as unknown as AuditEntry);
        }
        const last = old.at(-1);
        if (last === undefined) return false;
        for (const { seq } of old) await transaction.delete(ENTRIES, keyOf(seq));
        await transaction.put(ENDS, ANCHOR, { seq: last.seq, hash: last.hash });
        removed += old.length;
        return old.length === PAGE;
      });
    }
    if (removed > 0)
      await this.add({
        ...OF_PROGRAM,
        kind: 'pruned',
        call: 'audit',
        target: { before: limit, entries: String(removed) },
      });
    return removed;
  }

  /** The place at which the chain ends now; note it elsewhere. */
  async head(): Promise<AuditHead> {
    return (await this.ends()).head;
  }

  private async write(): Promise<void> {
    this.writes = true;
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, MAX_TOGETHER);
      try {
        const first = await this.state.transaction(async (transaction) => {
          const { head } = await ends(transaction);
          let last = head;
          for (const { event } of batch) {
            const entry = nextEntry(last, formatInstant(this.clock()), event);
            await transaction.put(ENTRIES, keyOf(entry.seq), entry as unknown as Json);
            last = { seq: entry.seq, hash: entry.hash };
          }
          await transaction.put(ENDS, HEAD, { ...last });
          return head.seq + 1;
        });
        for (const [i, { done }] of batch.entries()) done(first + i);
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    // At once with the last look: an entry that comes later must not wait for nobody.
    this.writes = false;
  }

  /** The entries from a number down to the oldest. */
  private async *from(seq: number): AsyncGenerator<AuditEntry> {
    for (let after = keyOf(Math.min(seq + 1, LAST_SEQ)); ; ) {
      const page = await this.state.list<Json>(ENTRIES, { after, limit: PAGE });
      for (const { value } of page) yield value as unknown as AuditEntry;
      if (page.length < PAGE) return;
      after = page.at(-1)!.key;
    }
  }

  private ends(): Promise<Ends> {
    return ends(this.state);
  }
}

/** The parts of an entry that the program writes by itself. */
const OF_PROGRAM = { actor: null, brand_id: null, persons: [], parameters: [], request_id: '' } as const;

interface Ends {
  head: AuditHead;
  /** The last entry that was removed by age. */
  anchor: AuditHead;
}

async function ends(state: Pick<StateTransaction, 'get'>): Promise<Ends> {
  const end = async (name: string): Promise<AuditHead> =>
    ((await state.get<Json>(ENDS, name)) as unknown as AuditHead | undefined) ?? NO_ENTRY;
  return { head: await end(HEAD), anchor: await end(ANCHOR) };
}

/** Keys in order have the newest entry first. */
const keyOf = (seq: number): string => String(LAST_SEQ - seq).padStart(DIGITS, '0');
