/** The collector: reads the drafts of an envelope, writes the accepted records to the spool, and runs the loader. */
import { existsSync, mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CustomerIds, EmailPersonOf } from '../domain/email-ids.ts';
import { TributaryError } from '../domain/errors.ts';
import type { PersonHashes } from '../domain/person-hashes.ts';
import type { EnrichSettings } from '../enrichment/enrich-options.ts';
import { type PrivacyOptions, privacyRules } from '../enrichment/private.ts';
import { type Edges, NO_EDGES } from '../privacy/retention/edges.ts';
import type { State } from '../state/port.ts';
import type { Warehouse } from '../warehouse/port.ts';
import type { Acknowledgement } from './acknowledgement.ts';
import { AddressLinks } from './address-links.ts';
import type { Enrich } from './batch.ts';
import type { BrandCounts, BrandRules, DecidedBy } from './brand-rules.ts';
import { clearSpool } from './clear-spool.ts';
import type { Conflict } from './conflict-counts.ts';
import { conflictsOf, conflictsOfPart } from './conflicts-lately.ts';
import { readOpenDeadLetters, replayedLetter } from './dead-letters.ts';
import type { DeniedCounts } from './denied-counts.ts';
import type { Caller, Envelope } from './envelope.ts';
import type { KeptPart } from './kept-part.ts';
import type { Limits } from './limits.ts';
import { Loader } from './loader.ts';
import type { LoaderStats, Recalled } from './loader-options.ts';
import { LocalPreparer } from './preparing/local.ts';
import type { Preparer } from './preparing/preparer.ts';
import { ThreadPreparer } from './preparing/thread.ts';
import type { GoneLines } from './quarantine.ts';
import { readDrafts } from './read-drafts.ts';
import { KNOWN_IDS, recall } from './recall.ts';
import { RecentIds } from './recent-ids.ts';
import { SaidConsents } from './said-consents.ts';
import { hasSegments } from './segment.ts';
import { Spool } from './spool.ts';
import { Suppressions } from './suppressions.ts';

export interface CollectorOptions {
  folder: string;
  warehouse: Warehouse;
  limits: Limits;
  enrich: Enrich;
  privacy: PrivacyOptions;
  state: State;
  collector_id: string;
  /** The currency for a record without one, by its brand. */
  defaultCurrency: (brand_id: string) => string;
  /** How ids of persons are kept, by brand. */
  customerIds?: (brand_id: string) => CustomerIds;
  /** The person with an address, and the hashes of ids for brands that keep them so. */
  emailPersonOf?: EmailPersonOf;
  personHashes?: PersonHashes;
  /** True if pages may send conversions of the brand. */
  takesPageConversions?: (brand_id: string) => boolean;
  /** The brand of drafts that name none; null without rules. */
  brand_rules?: BrandRules | null;
  /** Counts the events of people who deny measurement, for brands that keep no more of them. */
  denied?: DeniedCounts;
  /** Before them, records are not taken. */
  edges?: () => Edges;
  clock?: () => number;
  serves_nobody?: boolean;
  /** Set if a thread prepares the batches of the loader. It enriches by these settings, which say the same as `enrich` and `privacy`. */
  enriches_in_thread?: EnrichSettings;
  interval_ms?: number;
  /** The last segment is dropped when it is loaded and nothing was accepted for this long. */
  idle_ms?: number;
  onError?: (error: unknown, what: string) => void;
  onCommit?: (log_seq: number) => void;
}

/** The filter of known ids is saved each time this many records were loaded. */
const SAVE_EVERY_RECORDS = 2_000_000;
/** Dead letters that are replayed with one write to the spool and one to the warehouse. */
const REPLAYED_TOGETHER = 500;
export interface CollectorHealth {
  spool_bytes: number;
  /** Records on disk that are not yet in the warehouse. */
  lag_records: number;
  /** Records on disk that the loader has not read; the others of `lag_records` wait for their commit. */
  unread_records: number;
  durable_log_seq: number;
  known_ids_bytes: number;
  torn_bytes: number;
  loader: LoaderStats;
  /** Drafts without a brand that this process took with a key for all brands, by what decided; zeros without rules. */
  brands_decided: BrandCounts;
  /** Conflicts that this process found: those of the last hour, and all by brand and record. */
  conflicts: { last_hour: number; by_brand: ReadonlyArray<Conflict & { n: number }> };
}

export class Collector {
  private saving: Promise<void> = Promise.resolve();
  private readonly recent = new RecentIds();
  private readonly links = new AddressLinks();
  private readonly consents = new SaidConsents();
  private readonly brands_decided: BrandCounts = { host: 0, sender_domain: 0, default: 0 };

  private constructor(
    private readonly options: CollectorOptions,
    private readonly spool: Spool,
    private readonly loader: Loader,
    private readonly suppressions: Suppressions,
  ) {}

  /**
   * Recovers the spool, and starts the loader. If the warehouse does not answer, a collector with spool segments continues after
   * the end of its spool, and the loader asks the warehouse for its position until it answers.
   * @throws warehouse_unavailable when no segment tells the next position.
   */
  static async open(options: CollectorOptions): Promise<Collector> {
    const folder = join(options.folder, 'spool');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    let recalled: Recalled | undefined;
    try {
      recalled = await recall(options);
    } catch (error) {
      const away = error instanceof TributaryError && error.code === 'warehouse_unavailable';
      if (!away || !(await hasSegments(folder))) throw error;
      const what = 'start without the warehouse: events are accepted, and loaded when the warehouse answers';
      options.onError?.(error, what);
    }
    const spool = await Spool.open({
      folder,
      limits: options.limits,
      committed_log_seq: recalled?.committed_log_seq ?? 0,
      ...(options.enriches_in_thread && { max_handed_bytes: 0 }),
      ...(options.idle_ms === undefined ? {} : { idle_ms: options.idle_ms }),
    });
    let collector: Collector | undefined;
    const suppressions = new Suppressions(options.state);
    const preparer = preparerOf(options, spool, suppressions);
    const loader = new Loader({
      ...options,
      spool,
      preparer,
      recalled,
      recall: () => recall(options),
      batch_records: options.limits.batch_records,
      onCommit: (log_seq) => {
        collector?.saveIfDue(log_seq);
        options.onCommit?.(log_seq);
      },
    });
    collector = new Collector(options, spool, loader, suppressions);
    loader.start();
    return collector;
  }

  /** The name of the collector in log positions. */
  get id(): string {
    return this.options.collector_id;
  }

  /** Counts an event whose brand rules decided before it came here. */
  decidedBrand(by: DecidedBy): void {
    this.brands_decided[by] += 1;
  }

  /**
   * Accepts an envelope. When this resolves, all valid records are on disk at consecutive log positions, and `rejected` names the
   * others. If it throws, no record was accepted.
   * @throws too_large over the item limit; spool_full, spool_unwritable, shutting_down (503).
   */
  async accept({ source, drafts, requests }: Envelope, caller: Caller): Promise<Acknowledgement> {
    const { privacy } = this.options;
    const now_ms = this.now();
    const { answer, records, indexes, links, consents, denied } = await readDrafts(
      drafts,
      caller,
      { ...this.options, now_ms, brands_decided: this.brands_decided, edges: this.options.edges?.() ?? NO_EDGES },
      this.links,
      this.consents,
    );
    if (records.length > 0)
      await this.spool.append(records, { source, privacy: privacyRules(privacy), received_at: now_ms }, requests);
    this.links.noted(links);
    this.consents.noted(consents);
    if (denied.length > 0) await this.options.denied?.add(denied);
    answer.accepted = answer.ids.length;
    const conflicts = conflictsOf(records, indexes, this.recent);
    if (conflicts.length > 0 && !caller.from_page) answer.conflicts = conflicts;
    return answer;
  }

  /**
   * Accepts records that another thread has read and cleaned by this collector's settings. They are not read again, so nothing that
   * comes from outside may be given. @returns the conflicts among them. @throws as {@link accept}.
   */
  async acceptPart(part: KeptPart, source: string): Promise<Array<{ index: number; reason: string }>> {
    const { privacy } = this.options;
    await this.spool.append(part, { source, privacy: privacyRules(privacy), received_at: this.now() });
    return conflictsOfPart(part, this.recent);
  }

  /** Waits until everything that was accepted before can be queried. @returns the position. @throws timeout. */
  flush(timeout_ms = 30_000): Promise<number> {
    return this.loader.flush(timeout_ms);
  }

  /**
   * Loads everything that was accepted before, and removes its segments. What is set aside with damaged lines loses the lines that
   * `isGone` knows. @returns the names of the files of the data folder that were removed or written anew. @throws timeout.
   */
  async clearSpool(gone: GoneLines): Promise<string[]> {
    const files = await clearSpool(this.options.folder, this.spool, this.loader, gone);
    this.links.forget();
    this.consents.forget();
    return files;
  }

  /** Proves that events can be accepted now. @throws the error of the file system. */
  checkSpool(): Promise<void> {
    return this.spool.check();
  }

  /**
   * Writes the records of open dead letters to the spool again, in parts, except those that are now suppressed. @returns how
   * many.
   */
  async replayDeadLetters(): Promise<number> {
    const { warehouse, collector_id, privacy } = this.options;
    const open = await readOpenDeadLetters(warehouse, privacy);
    const wanted = new Set(await this.suppressions.without(open.map(({ kept }) => kept)));
    for (let from = 0; from < open.length; from += REPLAYED_TOGETHER) {
      const part = open.slice(from, from + REPLAYED_TOGETHER);
      const now_ms = this.now();
      const head = { source: 'dead_letters', privacy: privacyRules(privacy), received_at: now_ms };
      const records = part.map(({ kept }) => kept).filter((kept) => wanted.has(kept));
      // The letters are closed last: after a full spool or a crash they are still open. A second replay is harmless, since an
      // id counts once.
      if (records.length > 0) await this.spool.append(records, head);
      const log_seq = this.loader.stats.committed_log_seq;
      const closed = part.map(({ letter }) => replayedLetter(letter, { collector_id, log_seq, now_ms }));
      await warehouse.append({ dead_letters: closed });
      this.loader.stats.open_dead_letters = Math.max(0, this.loader.stats.open_dead_letters - part.length);
    }
    return wanted.size;
  }

  health(): CollectorHealth {
    return {
      spool_bytes: this.spool.bytes,
      lag_records: Math.max(0, this.spool.durable_log_seq - this.loader.stats.committed_log_seq),
      unread_records: this.loader.unread_records,
      durable_log_seq: this.spool.durable_log_seq,
      known_ids_bytes: this.loader.recalled?.seen.bytes ?? 0,
      torn_bytes: this.spool.torn_bytes,
      loader: this.loader.stats,
      brands_decided: this.brands_decided,
      conflicts: { last_hour: this.loader.conflicts.lastHour, by_brand: this.loader.conflicts.counts },
    };
  }

  /** Stops accepting, finishes pending writes, loads the rest of the spool if `drain`, and saves the filter of known ids. */
  async close(drain = true): Promise<void> {
    await this.spool.close();
    await this.loader.stop(drain);
    await this.saving;
    const { recalled, stats } = this.loader;
    if (recalled && stats.committed_log_seq > recalled.saved_log_seq)
      await this.save(recalled, stats.committed_log_seq);
    await this.loader.close();
  }

  private now(): number {
    return (this.options.clock ?? Date.now)();
  }

  private saveIfDue(log_seq: number): void {
    const { recalled } = this.loader;
    if (!recalled || log_seq - recalled.saved_log_seq < SAVE_EVERY_RECORDS) return;
    recalled.saved_log_seq = log_seq;
    this.saving = this.saving
      .then(() => this.save(recalled, log_seq))
      .catch((error) => this.options.onError?.(error, 'saving known ids'));
  }

  private async save({ seen }: Recalled, log_seq: number): Promise<void> {
    await this.loader.save(seen, join(this.options.folder, KNOWN_IDS), log_seq);
  }

  /** Removes the saved filter, so that the next start builds it from the log. */
  static async forgetKnownIds(folder: string): Promise<void> {
    const path = join(folder, KNOWN_IDS);
    if (existsSync(path)) await rm(path);
  }
}

function preparerOf(
  { warehouse, collector_id, enrich, privacy, enriches_in_thread, clock }: CollectorOptions,
  spool: Spool,
  suppressions: Suppressions,
): Preparer {
  const options = { spool, warehouse, suppressions, collector_id };
  return enriches_in_thread === undefined
    ? new LocalPreparer({ ...options, enrich, privacy })
    : new ThreadPreparer({ ...options, enrich: enriches_in_thread, ...(clock && { clock }) });
}
