/** Reads the spool in order, batch by batch, from the oldest segment on. */
import { type FileHandle, open } from 'node:fs/promises';
import type { PrivacyOptions } from '../enrichment/private.ts';
import { type Item, itemsOf } from './batch.ts';
import { decodeEntry, readLines } from './segment.ts';
import type { Spool, SpoolSegment } from './spool.ts';

export class SpoolReader {
  private place: { segment: SpoolSegment; handle: FileHandle; offset: number; damaged: boolean } | undefined;
  /** Segments with damaged lines, read to their end. */
  private readonly damaged = new Set<SpoolSegment>();

  constructor(
    private readonly spool: Spool,
    private readonly privacy: PrivacyOptions,
  ) {}

  /** The next items after the committed position, at most a batch (and the rest of its last request). */
  async read(committed_log_seq: number, batch_records: number): Promise<Item[]> {
    const items: Item[] = [];
    for (let segment = await this.currentSegment(); segment; segment = await this.nextSegment()) {
      const place = this.place!;
      // It grows while it is read.
      const { durable_bytes } = segment;
      for await (const { line, end } of readLines(place.handle, place.offset, durable_bytes)) {
        place.offset = end;
        const entry = decodeEntry(line);
        if (entry) items.push(...itemsOf(entry, committed_log_seq, this.privacy));
        else place.damaged = true;
        // A batch may end with its segment, which is dropped once it is loaded: by then it is known to be damaged.
        if (place.damaged && end === durable_bytes) this.damaged.add(segment);
        if (items.length >= batch_records) return items;
      }
      // What is durable ends with a whole line, unless its newline is damaged.
      if (place.offset < durable_bytes) {
        place.offset = durable_bytes;
        place.damaged = true;
        this.damaged.add(segment);
      }
    }
    return items;
  }

  private async currentSegment(): Promise<SpoolSegment | undefined> {
    if (this.place) return this.place.segment;
    const [first] = this.spool.durableSegments;
    return first && this.openSegment(first);
  }

  /** The segment after the current one, once the current one is read to its end. */
  private async nextSegment(): Promise<SpoolSegment | undefined> {
    const segments = this.spool.durableSegments;
    const name = this.place?.segment.name ?? '';
    const next = segments.find((s) => s.name > name);
    if (!next) return undefined;
    await this.closePlace();
    return this.openSegment(next);
  }

  private async openSegment(segment: SpoolSegment): Promise<SpoolSegment> {
    this.place = { segment, handle: await open(segment.path, 'r'), offset: 0, damaged: false };
    return segment;
  }

  private async closePlace(): Promise<void> {
    await this.place?.handle.close().catch(() => undefined);
    this.place = undefined;
  }

  /**
   * Sets aside segments with damaged lines that are read to their end, and returns their names. Only after what could be read
   * is committed: nothing reads a segment in quarantine again.
   */
  async setDamagedAside(): Promise<string[]> {
    const names: string[] = [];
    for (const segment of this.damaged) {
      const unread = this.place?.segment === segment && this.place.offset < segment.durable_bytes;
      if (unread || !(await this.spool.quarantine(segment.name))) continue;
      this.damaged.delete(segment);
      if (this.place?.segment === segment) this.place.damaged = false;
      names.push(segment.name);
    }
    return names;
  }

  /** Forgets where it was: the next read begins with the oldest segment. */
  async close(): Promise<void> {
    await this.closePlace();
    this.damaged.clear();
  }
}
