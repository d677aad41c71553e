/**
 * The spool: what a 202 rests on. Appends of all requests in flight share one write and one fdatasync (group commit);
 * a request is answered after it. The loader reads only what is durable, and drops segments that the warehouse holds.
 */
import fs from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { TributaryError } from '../domain/errors.ts';
import type { RecordName } from '../domain/index.ts';
import type { FlatRecord } from '../domain/record.ts';
import type { Limits } from './limits.ts';
import { decodeEntry, encodeEntry, encodeLines, SEGMENT_SUFFIX, segmentName, segmentStart } from './segment.ts';

interface Waiting {
  /** Its length in characters stands for its bytes while it waits. */
  line: string;
  first_log_seq: number;
  last_log_seq: number;
  resolve: () => void;
  reject: (error: unknown) => void;
}

export interface SpoolSegment {
  name: string;
  path: string;
  /** Bytes that are on disk for sure. */
  durable_bytes: number;
}

export interface SpoolOptions {
  folder: string;
  limits: Pick<Limits, 'max_spool_bytes' | 'max_pending_bytes' | 'segment_bytes'>;
  /** The last log position that the warehouse has committed; positions go on after it. */
  committed_log_seq: number;
}

export class Spool {
  /** The next log position to give out. */
  private next_log_seq = 1;
  /** What was taken since the start, written or not. */
  readonly taken = { requests: 0, records: 0 };
  private pending: Waiting[] = [];
  private pending_bytes = 0;
  private writing = false;
  private closing = false;
  private file: FileHandle | undefined;
  private segments: SpoolSegment[] = [];
  private idle: Array<() => void> = [];
  /** Positions up to here are on disk. */
  durable_log_seq = 0;
  /** Bytes cut off at start because the last line was torn. */
  torn_bytes = 0;

  private constructor(private readonly options: SpoolOptions) {}

  static async open(options: SpoolOptions): Promise<Spool> {
    const spool = new Spool(options);
    await mkdir(options.folder, { recursive: true });
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
   * Takes records of one kind at consecutive log positions; resolves once they are on disk.
   * @throws spool_full, spool_unwritable, shutting_down (all 503): then nothing of the call was taken.
   */
  append(record: RecordName, items: readonly FlatRecord[], received_at: number): Promise<void> {
    if (this.closing)
      return Promise.reject(
        new TributaryError('shutting_down', 'the server is shutting down; send again in a moment', {
          retry_after_s: 5,
        }),
      );
    const { max_spool_bytes, max_pending_bytes } = this.options.limits;
    if (this.bytes >= max_spool_bytes || this.pending_bytes >= max_pending_bytes) {
      return Promise.reject(
        new TributaryError(
          'spool_full',
          'the spool is full because loading lags behind; nothing was accepted, send again later',
          { retry_after_s: 10 },
        ),
      );
    }
    const first_log_seq = this.next_log_seq;
    const line = encodeEntry(record, first_log_seq, received_at, items);
    this.next_log_seq += items.length;
    this.taken.requests += 1;
    this.taken.records += items.length;
    const last_log_seq = this.next_log_seq - 1;
    this.pending_bytes += line.length;
    return new Promise((resolve, reject) => {
      this.pending.push({ line, first_log_seq, last_log_seq, resolve, reject });
      if (!this.writing) void this.writeLoop();
    });
  }

  /** Drops segments whose last position is at most `log_seq`; the last one, still written to, only when it fills the spool. */
  async drop(log_seq: number): Promise<void> {
    while (this.segments.length > 1 && segmentStart(this.segments[1]!.name) <= log_seq + 1) {
      const [first] = this.segments.splice(0, 1);
      await rm(first!.path, { force: true });
    }
    const loaded = this.segments.length === 1 && this.durable_log_seq <= log_seq;
    if (!loaded || this.writing || this.bytes < this.options.limits.max_spool_bytes) return;
    const file = this.file;
    this.file = undefined;
    const [last] = this.segments.splice(0, 1);
    await file?.close();
    await rm(last!.path, { force: true });
  }

  /**
   * Sets a damaged segment aside for a person to look at, once what could be read of it is loaded.
   * @returns false for the segment that is being written to: what comes into it meanwhile is not loaded yet.
   */
  async quarantine(name: string): Promise<boolean> {
    const folder = join(this.options.folder, 'quarantine');
    await mkdir(folder, { recursive: true });
    const index = this.segments.findIndex((s) => s.name === name);
    if (index < 0 || (index === this.segments.length - 1 && this.file)) return false;
    const [segment] = this.segments.splice(index, 1);
    await rename(segment!.path, join(folder, segment!.name));
    return true;
  }

  /** Refuses new appends, writes what is pending and closes the file. */
  async close(): Promise<void> {
    this.closing = true;
    if (this.writing) await new Promise<void>((resolve) => this.idle.push(resolve));
    await this.file?.close();
    this.file = undefined;
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
        const error = new TributaryError(
          'spool_unwritable',
          'the spool could not be written; nothing was accepted, send again later',
          { cause, retry_after_s: 10 },
        );
        await this.seal();
        for (const waiting of group) waiting.reject(error);
      }
    }
    this.writing = false;
    for (const resolve of this.idle.splice(0)) resolve();
  }

  private async writeGroup(group: readonly Waiting[]): Promise<void> {
    const bytes = encodeLines(group.map(({ line }) => line));
    try {
      if (!this.file || this.active().durable_bytes >= this.options.limits.segment_bytes)
        await this.roll(group[0]!.first_log_seq);
      // Into the page cache, which takes less time than handing it to another thread would; only the sync has to wait.
      const written = fs.writeSync(this.file!.fd, bytes);
      if (written !== bytes.length) throw new Error(`wrote ${written} of ${bytes.length} bytes`);
      await this.file!.datasync();
    } finally {
      for (const { line } of group) this.pending_bytes -= line.length;
    }
    this.active().durable_bytes += bytes.length;
    this.durable_log_seq = group[group.length - 1]!.last_log_seq;
  }

  private active(): SpoolSegment {
    return this.segments[this.segments.length - 1]!;
  }

  /** Closes the current segment and begins the next; its name is made durable too. */
  private async roll(first_log_seq: number): Promise<void> {
    await this.file?.close();
    this.file = undefined;
    const name = segmentName(first_log_seq);
    const path = join(this.options.folder, name);
    const file = await open(path, 'a');
    await syncFolder(this.options.folder);
    this.file = file;
    this.segments.push({ name, path, durable_bytes: 0 });
  }

  /** After a failed write: cut the segment back to what is durable and never touch its descriptor again. */
  private async seal(): Promise<void> {
    const file = this.file;
    this.file = undefined;
    await file?.close().catch(() => undefined);
    const segment = this.segments[this.segments.length - 1];
    if (segment) await truncate(segment.path, segment.durable_bytes).catch(() => undefined);
  }

  private async recover(): Promise<void> {
    const names = (await readdir(this.options.folder)).filter((name) => name.endsWith(SEGMENT_SUFFIX)).sort();
    let last = this.options.committed_log_seq;
    for (const [index, name] of names.entries()) {
      const path = join(this.options.folder, name);
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
    // A last segment in which nothing can be read has the name of the next position: a second file cannot have it too.
    const taken = this.segments.at(-1)?.name === segmentName(last + 1);
    this.next_log_seq = taken ? last + 2 : last + 1;
    this.durable_log_seq = last;
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Bytes up to the end of the last whole line; a torn tail after it was never acknowledged. */
async function readableBytes(path: string, seen: (last_log_seq: number) => void): Promise<number> {
  const handle = await open(path, 'r');
  try {
    let good = 0;
    for await (const { line, end } of readLines(handle, 0, (await handle.stat()).size)) {
      const entry = decodeEntry(line);
      if (entry) seen(entry.log_seq + entry.items.length - 1);
      good = end;
    }
    return good;
  } finally {
    await handle.close();
  }
}

const READ_BYTES = 4_000_000;

/** Whole lines between two offsets, with the offset after each; a last line without its newline is left out. */
export async function* readLines(
  handle: FileHandle,
  start: number,
  end: number,
): AsyncGenerator<{ line: string; end: number }> {
  let carry = Buffer.alloc(0);
  let position = start;
  let line_end = start;
  while (position < end) {
    const block = Buffer.allocUnsafe(Math.min(READ_BYTES, end - position));
    const { bytesRead } = await handle.read(block, 0, block.length, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    const data =
      carry.length === 0 ? block.subarray(0, bytesRead) : Buffer.concat([carry, block.subarray(0, bytesRead)]);
    let from = 0;
    for (let newline = data.indexOf(10, from); newline >= 0; newline = data.indexOf(10, from)) {
      line_end += newline - from + 1;
      yield { line: data.toString('utf8', from, newline), end: line_end };
      from = newline + 1;
    }
    carry = data.subarray(from);
  }
}
