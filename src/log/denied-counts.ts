/**
 * Touchpoints whose person denies measurement with the event itself, for brands that keep only a count of them (`consent.denied:
 * "count"`). Nothing of such an event is written: neither the event nor what was denied with it. Its brand, day of receipt, record and
 * channel are counted in the state, which is durable before the sender gets its answer. docs/privacy.md
 */
import { createHmac, randomBytes } from 'node:crypto';
import { deniesMeasurement } from '../domain/consent/consent.ts';
import { type ConsentPolicy, modeFor } from '../domain/consent/policy.ts';
import type { RecordName } from '../domain/index.ts';
import { DEFAULT_BRAND, type FlatRecord } from '../domain/record.ts';
import { KNOWN_CHANNELS } from '../enrichment/channel-rules.ts';
import { everyEntry } from '../state/entries.ts';
import type { State } from '../state/port.ts';
import type { Enrich } from './item.ts';

const COLLECTION = 'denied_counts';
/** Other records are no measurement: orders are the bookkeeping of the shop. */
const COUNTED: readonly RecordName[] = ['touchpoints'];
/** A sender may name a channel of its own, for one person. */
const OTHER_CHANNEL = 'other';
/** Events of a day whose retries are recognised. */
const MAX_KNOWN = 100_000;
const MARK_BYTES = 9;

/** An event of which only a count is left. */
export interface DeniedEvent {
  key: string;
  /** Recognises a retry. It is never written, and its key is gone with the day or the process. */
  mark: string;
}

/** A row of counts. */
export interface DeniedCount {
  /** The day of receipt in UTC, such as 2026-03-01. */
  day: string;
  record: string;
  channel: string;
  events: number;
}

interface DeniedOptions {
  state: State;
  policyOf: (brand_id: string) => ConsentPolicy | undefined;
  enrich: Enrich;
  /** The clock of the machine when left out. */
  clock?: (() => number) | undefined;
}

export class DeniedCounts {
  private pending = new Map<string, number>();
  /** The next write, which takes all that waits; null if nothing waits. */
  private queued: Promise<void> | null = null;
  private writing: Promise<void> = Promise.resolve();
  private day = '';
  private salt = randomBytes(32);
  private known = new Set<string>();

  constructor(private readonly options: DeniedOptions) {}

  /**
   * The count that is left of an event; null if the event is to be stored.
   * @param item the event as the log would keep it. @param consent what came with it, as a record.
   */
  of(record: RecordName, item: FlatRecord, id: string, consent: FlatRecord): DeniedEvent | null {
    if (!COUNTED.includes(record) || !deniesMeasurement(consent)) return null;
    const brand_id = (item['brand_id'] as string | null) ?? DEFAULT_BRAND;
    const policy = this.options.policyOf(brand_id);
    if (policy?.denied !== 'count') return null;
    const { country, channel } = this.options.enrich(record, item);
    // Where no consent is asked for, an event counts whatever the person said.
    if (modeFor(policy, (country as string | null | undefined) ?? null) === 'not_needed') return null;
    const named = KNOWN_CHANNELS.includes(channel as string) ? (channel as string) : OTHER_CHANNEL;
    this.turnDay();
    const mark = createHmac('sha256', this.salt)
      .update(JSON.stringify([brand_id, record, id]))
      .digest('base64');
    return { key: keyOf(brand_id, this.day, record, named), mark: mark.slice(0, (MARK_BYTES * 4) / 3) };
  }

  /** Counts events. When it resolves, the counts are durable. @throws state_unavailable; then nothing was counted. */
  async add(events: readonly DeniedEvent[]): Promise<void> {
    const fresh = events.filter(({ mark }) => {
      if (this.known.has(mark)) return false;
      if (this.known.size >= MAX_KNOWN) this.known.clear();
      this.known.add(mark);
      return true;
    });
    if (fresh.length === 0) return;
    for (const { key } of fresh) this.pending.set(key, (this.pending.get(key) ?? 0) + 1);
    this.queued ??= this.writing.catch(() => undefined).then(() => this.write());
    try {
      await this.queued;
    } catch (error) {
      for (const { mark } of fresh) this.known.delete(mark);
      throw error;
    }
  }

  /** Writes all that waits in one transaction, so that requests at the same time share it. */
  private write(): Promise<void> {
    const counts = this.pending;
    this.pending = new Map();
    this.queued = null;
    this.writing = this.options.state.transaction(async (transaction) => {
      for (const [key, events] of counts) {
        const before = await transaction.get<{ events: number }>(COLLECTION, key);
        await transaction.put(COLLECTION, key, { events: (before?.events ?? 0) + events });
      }
    });
    return this.writing;
  }

  private turnDay(): void {
    const day = utcDay((this.options.clock ?? Date.now)());
    if (day === this.day) return;
    this.day = day;
    this.salt = randomBytes(32);
    this.known.clear();
  }
}

const utcDay = (ms: number): string => new Date(ms).toISOString().slice(0, 'YYYY-MM-DD'.length);

const keyOf = (...parts: string[]): string => JSON.stringify(parts);

/** The counts of a brand whose day of receipt lies in [start_ms, end_ms), in whole days of UTC. In order of day, record and channel. */
export async function deniedCounts(
  state: State,
  { brand_id, start_ms, end_ms }: { brand_id: string; start_ms: number; end_ms: number },
): Promise<DeniedCount[]> {
  const [first, last] = [utcDay(start_ms), utcDay(end_ms - 1)];
  const found: DeniedCount[] = [];
  const prefix = `${keyOf(brand_id).slice(0, -1)},`;
  for await (const { key, value } of everyEntry<{ events: number }>(state, COLLECTION, prefix)) {
    const [, day, record, channel] = JSON.parse(key) as [string, string, string, string];
    if (day >= first && day <= last) found.push({ day, record, channel, events: value.events });
  }
  return found;
}
