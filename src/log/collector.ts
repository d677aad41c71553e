/** The collector: reads the drafts of an envelope, writes the accepted records to the spool, and runs the loader. */
import { existsSync, mkdirSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sentId } from '../domain/claim.ts';
import type { CustomerIds } from '../domain/email-ids.ts';
import { EqualLines } from '../domain/equal-lines.ts';
import { type Problem, TributaryError } from '../domain/errors.ts';
import { RECORD_NAMES, recordKind } from '../domain/index.ts';
import { isProblem, type ReadContext } from '../domain/record.ts';
import { type PrivacyOptions, privacyRules } from '../enrichment/private.ts';
import type { State } from '../state/port.ts';
import type { Warehouse } from '../warehouse/port.ts';
import { WorkTurns } from '../warehouse/work-turns.ts';
import { type Acknowledgement, addWarnings } from './acknowledgement.ts';
import type { Enrich } from './batch.ts';
import { catchUpSeenIds } from './catch-up.ts';
import { checkCollectorName } from './collector-name.ts';
import { CommitClock, lastCommit } from './commit-clock.ts';
import type { Conflict } from './conflict-counts.ts';
import { countOpenDeadLetters, readOpenDeadLetters, replayedLetter } from './dead-letters.ts';
import type { Caller, Envelope } from './envelope.ts';
import { type KeptRecord, keepRecord } from './kept-record.ts';
import type { Limits } from './limits.ts';
import { Loader } from './loader.ts';
import type { LoaderStats, Recalled } from './loader-options.ts';
import { RecentIds } from './recent-ids.ts';
import { SeenIds } from './seen-ids.ts';
import { SEGMENT_SUFFIX } from './segment.ts';
import { senderProblem } from './senders.ts';
import { Spool } from './spool.ts';
import { Suppressions } from './suppressions.ts';

export interface CollectorOptions {
  /** Holds the spool and the filter of known ids. */
  folder: string;
  warehouse: Warehouse;
  limits: Limits;
  enrich: Enrich;
  /** How addresses and personal ids are cleaned. */
  privacy: PrivacyOptions;
  /** Holds the suppressions. */
  state: State;
  collector_id: string;
  /** The currency for a record without one, by its brand. */
  defaultCurrency: (brand_id: string) => string;
  /** How ids of persons are kept, by brand. */
  customerIds?: (brand_id: string) => CustomerIds;
  /** True if pages may send conversions of the brand. */
  takesPageConversions?: (brand_id: string) => boolean;
  clock?: () => number;
  serves_nobody?: boolean;
  interval_ms?: number;
  /** The last segment is dropped when it is loaded and nothing was accepted for this long. */
  idle_ms?: number;
  onError?: (error: unknown, what: string) => void;
  onCommit?: (log_seq: number) => void;
}

const CONFLICT =
  'conflict: this id was accepted before with other content, and the first record counts; send a change as a record of its own, such as an adjustment, or another event under another id';
const KNOWN_IDS = 'known-ids.bloom';
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
  /** Conflicts that this process found: those of the last hour, and all by brand and record. */
  conflicts: { last_hour: number; by_brand: ReadonlyArray<Conflict & { n: number }> };
}

export class Collector {
  private saving: Promise<void> = Promise.resolve();
  private readonly recent = new RecentIds();

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
      options.onError?.(
        error,
        'start without the warehouse: events are accepted, and loaded when the warehouse answers',
      );
    }
    const spool = await Spool.open({
      folder,
      limits: options.limits,
      committed_log_seq: recalled?.committed_log_seq ?? 0,
      ...(options.idle_ms === undefined ? {} : { idle_ms: options.idle_ms }),
    });
    let collector: Collector | undefined;
    const suppressions = new Suppressions(options.state);
    const loader = new Loader({
      ...options,
      spool,
      suppressions,
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

  /**
   * Accepts an envelope. When this resolves, all valid records are on disk at consecutive log positions, and `rejected` names the
   * others. If it throws, no record was accepted.
   * @throws too_large over the item limit; spool_full, spool_unwritable, shutting_down (503).
   */
  async accept({ source, drafts }: Envelope, caller: Caller): Promise<Acknowledgement> {
    const { max_items } = this.options.limits;
    if (drafts.length > max_items) {
      throw new TributaryError(
        'too_large',
        `body: ${drafts.length} items in one request; the limit is ${max_items}, split them over several requests`,
        { field: 'body' },
      );
    }
    const { privacy, defaultCurrency, customerIds } = this.options;
    const now_ms = this.now();
    let warnings: Problem[] = [];
    const warn = (warning: Problem): void => void warnings.push(warning);
    const of_brands = customerIds ? { defaultCurrency, customerIds } : { defaultCurrency };
    const context: ReadContext = { now_ms, ...of_brands, equal_lines: new EqualLines(), ...caller, warn };
    const answer: Acknowledgement = { accepted: 0, ids: [], rejected: [] };
    const records: KeptRecord[] = [];
    const indexes: number[] = [];
    const turns = new WorkTurns();
    for (let index = 0; index < drafts.length; index++) {
      if (turns.ends()) await turns.next();
      const { record, input } = drafts[index]!;
      if (warnings.length > 0) warnings = [];
      const kind = recordKind(record);
      const read = kind.read(input, context);
      const problem = isProblem(read) ? read : senderProblem(record, read, caller, this.options);
      if (problem) answer.rejected.push({ index, ...problem });
      else if (!isProblem(read)) {
        records.push(keepRecord(record, read, privacy, caller.from_page));
        indexes.push(index);
        answer.ids.push(read[kind.id_field] as string);
        addWarnings(answer, index, warnings);
      }
    }
    if (records.length > 0)
      await this.spool.append(records, { source, privacy: privacyRules(privacy), received_at: now_ms });
    answer.accepted = records.length;
    const conflicts = this.conflictsOf(records, indexes);
    if (conflicts.length > 0 && !caller.from_page) answer.conflicts = conflicts;
    return answer;
  }

  /** The records that are known with other content, as far as this process remembers. */
  private conflictsOf(records: readonly KeptRecord[], indexes: readonly number[]) {
    const conflicts: NonNullable<Acknowledgement['conflicts']> = [];
    for (let i = 0; i < records.length; i++) {
      const kept = records[i]!;
      const { id_field, kept: which } = recordKind(kept.record);
      if (which === 'latest') continue;
      if (this.recent.conflicts(kept, id_field))
        conflicts.push({ index: indexes[i]!, id: sentId(kept.item, id_field) as string, reason: CONFLICT });
    }
    return conflicts;
  }

  /** Waits until everything that was accepted before can be queried. @returns the position. @throws timeout. */
  flush(timeout_ms = 30_000): Promise<number> {
    return this.loader.flush(timeout_ms);
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
    await seen.save(join(this.options.folder, KNOWN_IDS), log_seq);
  }

  /** Removes the saved filter, so that the next start builds it from the log. */
  static async forgetKnownIds(folder: string): Promise<void> {
    const path = join(folder, KNOWN_IDS);
    if (existsSync(path)) await rm(path);
  }
}

/** Reads the collector's position and the ids of every collector from the warehouse. */
async function recall({ folder, warehouse, collector_id }: CollectorOptions): Promise<Recalled> {
  await warehouse.migrate();
  await checkCollectorName(warehouse, collector_id);
  const { log_seq: committed_log_seq, committed_ms } = await lastCommit(warehouse, collector_id);
  const saved = await SeenIds.load(join(folder, KNOWN_IDS));
  const kept = saved !== undefined && saved.log_seq <= committed_log_seq;
  const seen = kept ? saved.ids : new SeenIds();
  const saved_log_seq = kept ? saved.log_seq : 0;
  await catchUpSeenIds(seen, warehouse, RECORD_NAMES, saved_log_seq);
  const commit_clock = new CommitClock(committed_ms);
  const open_dead_letters = await countOpenDeadLetters(warehouse);
  return { committed_log_seq, commit_clock, seen, saved_log_seq, open_dead_letters };
}

async function hasSegments(folder: string): Promise<boolean> {
  return (await readdir(folder)).some((name) => name.endsWith(SEGMENT_SUFFIX));
}
