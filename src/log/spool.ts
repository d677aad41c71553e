/**
 * The spool: accepted records on disk, before the warehouse has them. A 202 is sent after its records are synced; requests that
 * arrive together share one write and one fdatasync. The loader reads what is durable, and drops segments that are loaded.
 */
import fs from 'node:fs';
import { chmod, type FileHandle, mkdir, open, readdir, rename, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { syncToDisk } from '../files/private.ts';
import { HandedEnvelopes } from './handed.ts';
import type { KeptPart } from './kept-part.ts';
import type { KeptRecord } from './kept-record.ts';
import type { Limits } from './limits.ts';
import {
  type EntryHead,
  encodeEntry,
  encodeLines,
  readableBytes,
  SEGMENT_SUFFIX,
  segmentName,
  segmentStart,
} from './segment.ts';
import { checkDisk } from './spool-check.ts';
import { shuttingDown, spoolFull, spoolUnwritable } from './spool-refusals.ts';

interface Waiting {
  /** While the line waits, its length in characters is counted as its bytes. */
  line: string | Buffer;
  first_log_seq: number;
  last_log_seq: number;
  records: readonly KeptRecord[] | KeptPart;
  head: EntryHead;
  resolve: () => void;
  reject: (error: unknown) => void;
}

export interface SpoolSegment {
  name: string;
  path: string;
  /** Bytes that are synced to disk. */
  durable_bytes: number;
}

export interface SpoolOptions {
  folder: string;
  limits: Pick<Limits, 'max_spool_bytes' | 'max_pending_bytes' | 'segment_bytes'>;
  /** The last log position that the warehouse has committed. New positions follow it. */
  committed_log_seq: number;
  /** The last segment is dropped when it is loaded and nothing was accepted for this long. Five minutes when left out. */
  idle_ms?: number;
  /** See {@link HandedEnvelopes}. */
  max_handed_bytes?: number;
}

const DEFAULT_IDLE_MS = 300_000;
/** An append that reached the disk within this time proves that the spool can be written. */
const PROVEN_MS = 1_000;
/** Only the user who runs the process may read the records. */
const [FOLDER_MODE, FILE_MODE] = [0o700, 0o600];
/** As the flag `a`, but never through a link. */
const APPEND = fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_APPEND | fs.constants.O_NOFOLLOW;

export class Spool {
  /** The next log position to give out. */
  private next_log_seq = 1;
  /** Requests and records since the start, written or still waiting. */
  readonly taken = { requests: 0, records: 0 };
  /** Called when records became durable. */
  onDurable: (() => void) | undefined;
  readonly handed: HandedEnvelopes;
  private pending: Waiting[] = [];
  private pending_bytes = 0;
  private writing = false;
  private closing = false;
  /** True if the next write begins a new segment. */
  private rolls_next = false;
  private file: FileHandle | undefined;
  private segments: SpoolSegment[] = [];
  private written: Array<() => void> = [];
  private last_append_ms = performance.now();
  private synced_ms = Number.NEGATIVE_INFINITY;
  /** The last position that is on disk. */
  durable_log_seq = 0;
  /** Bytes that were cut off at the start, because the last line was incomplete. */
  torn_bytes = 0;

  private constructor(private readonly options: SpoolOptions) {
    this.handed = new HandedEnvelopes(options.max_handed_bytes);
  }

  static async open(options: SpoolOptions): Promise<Spool> {
    const spool = new Spool(options);
    await mkdir(options.folder, { recursive: true, mode: FOLDER_MODE });
    // Earlier versions let every user read the folder. Some file systems have no modes, so a failure is ignored.
    await chmod(options.folder, FOLDER_MODE).catch(() => undefined);
    await spool.recover();
    return spool;
  }

  get bytes(): number {
    return this.segments.reduce((sum, s) => sum + s.durable_bytes, this.pending_bytes);
  }

  get durableSegments(): readonly SpoolSegment[] {
    return this.segments;
  }

  /**
   * Adds the records of one envelope at consecutive log positions; resolves once they are on disk.
   * @param requests the requests that brought the records.
   * @throws spool_full, spool_unwritable, shutting_down (all 503); then no record of the envelope was added.
   */
  append(records: readonly KeptRecord[] | KeptPart, head: EntryHead, requests = 1): Promise<void> {
    if (this.closing) return Promise.reject(shuttingDown());
    const { max_spool_bytes, max_pending_bytes } = this.options.limits;
    if (this.bytes >= max_spool_bytes || this.pending_bytes >= max_pending_bytes) return Promise.reject(spoolFull());
    const first_log_seq = this.next_log_seq;
    const line = 'tail' in records ? records.line(head, first_log_seq) : encodeEntry(head, first_log_seq, records);
    const last_log_seq = first_log_seq + records.length - 1;
    this.next_log_seq = last_log_seq + 1;
    this.taken.requests += requests;
    this.taken.records += records.length;
    this.last_append_ms = performance.now();
    this.pending_bytes += line.length;
    return new Promise((resolve, reject) => {
      this.pending.push({ line, first_log_seq, last_log_seq, records, head, resolve, reject });
      if (!this.writing) void this.writeLoop();
    });
  }

  /**
   * Drops segments whose last position is at most `log_seq`. The last segment still receives records. It is dropped only at a
   * clean stop (`whole`), when it fills the spool, or when nothing was accepted for a while.
   */
  async drop(log_seq: number, whole = false): Promise<void> {
    while (this.segments.length > 1 && segmentStart(this.segments[1]!.name) <= log_seq + 1) {
      const [first] = this.segments.splice(0, 1);
      await rm(first!.path, { force: true });
    }
    const [last] = this.segments;
    const is_loaded = this.segments.length === 1 && last!.durable_bytes > 0 && this.durable_log_seq <= log_seq;
    if (!is_loaded || this.writing) return;
    const is_full = this.bytes >= this.options.limits.max_spool_bytes;
    const is_idle = performance.now() - this.last_append_ms >= (this.options.idle_ms ?? DEFAULT_IDLE_MS);
    if (whole || is_full || (is_idle && this.file === undefined)) await this.dropLast(last!);
    // A damaged segment can be quarantined only when it is closed. The loader does that between two calls.
    else if (is_idle) await this.closeFile();
  }

  /** Lets the segment that receives records get no more; what is being written may still come to it. */
  async seal(): Promise<void> {
    if (this.writing) this.rolls_next = true;
    else if (this.file) await this.closeFile();
  }

  private async dropLast(last: SpoolSegment): Promise<void> {
    this.segments = [this.markPosition()];
    await this.closeFile();
    await syncToDisk(this.options.folder);
    await rm(last.path, { force: true });
  }

  /** Makes an empty segment named after the next position, for a start without the warehouse. No write can happen meanwhile. */
  private markPosition(): SpoolSegment {
    const name = segmentName(this.durable_log_seq + 1);
    const path = join(this.options.folder, name);
    fs.closeSync(fs.openSync(path, APPEND, FILE_MODE));
    return { name, path, durable_bytes: 0 };
  }

  private async closeFile(): Promise<void> {
    const file = this.file;
    this.file = undefined;
    await file?.close();
  }

  /**
   * Moves a damaged segment to the folder `quarantine`, for the operator to inspect. Call it after the readable lines are loaded.
   * @returns false for the segment that still receives records, because its new records are not loaded yet.
   */
  async quarantine(name: string): Promise<boolean> {
    const folder = join(this.options.folder, 'quarantine');
    await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
    const index = this.segments.findIndex((s) => s.name === name);
    if (index < 0 || (index === this.segments.length - 1 && this.file)) return false;
    const [segment] = this.segments.splice(index, 1);
    await rename(segment!.path, join(folder, segment!.name));
    if (this.segments.length === 0) this.segments.push(this.markPosition());
    return true;
  }

  /** Proves that records can be written: the last append is younger than a second, or the disk takes a small file. */
  async check(): Promise<void> {
    if (performance.now() - this.synced_ms >= PROVEN_MS) await checkDisk(this.options.folder);
  }

  /** Refuses new appends, writes what is pending and closes the file. */
  async close(): Promise<void> {
    this.closing = true;
    if (this.writing) await new Promise<void>((resolve) => this.written.push(resolve));
    await this.closeFile();
  }

  private async writeLoop(): Promise<void> {
    this.writing = true;
    while (this.pending.length > 0) {
      // Requests that arrive in this turn of the event loop share one write.
      await nextTurn();
      const group = this.pending;
      this.pending = [];
      try {
        await this.writeGroup(group);
        for (const waiting of group) waiting.resolve();
      } catch (cause) {
        const error = spoolUnwritable(cause);
        this.synced_ms = Number.NEGATIVE_INFINITY;
        await this.giveUp();
        for (const waiting of group) waiting.reject(error);
      }
    }
    this.writing = false;
    for (const resolve of this.written.splice(0)) resolve();
  }

  private async writeGroup(group: readonly Waiting[]): Promise<void> {
    const { bytes, ends } = encodeLines(group.map(({ line }) => line));
    try {
      if (!this.file || this.rolls_next || this.active().durable_bytes >= this.options.limits.segment_bytes)
        await this.roll(group[0]!.first_log_seq);
      // This writes into the page cache, which takes less time than handing the bytes to another thread. Only the sync waits.
      const written = fs.writeSync(this.file!.fd, bytes);
      if (written !== bytes.length) throw new Error(`wrote ${written} of ${bytes.length} bytes`);
      await this.file!.datasync();
    } finally {
      for (const { line } of group) this.pending_bytes -= line.length;
    }
    this.synced_ms = performance.now();
    this.handed.addGroup(this.active(), ends, group);
    this.active().durable_bytes += bytes.length;
    this.durable_log_seq = group.at(-1)!.last_log_seq;
    this.onDurable?.();
  }

  private active(): SpoolSegment {
    return this.segments.at(-1)!;
  }

  /** Closes the current segment and begins the next one. The folder is synced, so that the new name is durable. */
  private async roll(first_log_seq: number): Promise<void> {
    await this.closeFile();
    this.rolls_next = false;
    const name = segmentName(first_log_seq);
    const path = join(this.options.folder, name);
    const file = await open(path, APPEND, FILE_MODE);
    await syncToDisk(this.options.folder);
    this.file = file;
    // An empty segment that marks this position is in the list already.
    if (this.segments.at(-1)?.name !== name) this.segments.push({ name, path, durable_bytes: 0 });
  }

  /** After a failed write: truncates the segment to its durable bytes and gives up its file handle. */
  private async giveUp(): Promise<void> {
    const file = this.file;
    this.file = undefined;
    await file?.close().catch(() => undefined);
    const segment = this.segments.at(-1);
    if (segment) await truncate(segment.path, segment.durable_bytes).catch(() => undefined);
  }

  private async recover(): Promise<void> {
    const names = (await readdir(this.options.folder)).filter((name) => name.endsWith(SEGMENT_SUFFIX)).sort();
    let last = this.options.committed_log_seq;
    for (const [index, name] of names.entries()) {
      const path = join(this.options.folder, name);
      await chmod(path, FILE_MODE).catch(() => undefined);
      let size = (await stat(path)).size;
      if (index === names.length - 1) {
        const good = await readableBytes(path, (entry_last) => {
          last = Math.max(last, entry_last);
        });
        if (good < size) {
          this.torn_bytes = size - good;
          await truncate(path, good);
          size = good;
        }
      }
      last = Math.max(last, segmentStart(name) - 1);
      this.segments.push({ name, path, durable_bytes: size });
    }
    // If no line of the last segment can be read, its name is the next position. If it has bytes, that position is already used.
    const at_end = this.segments.at(-1);
    const taken = at_end?.name === segmentName(last + 1) && at_end.durable_bytes > 0;
    this.next_log_seq = taken ? last + 2 : last + 1;
    this.durable_log_seq = last;
  }
}
