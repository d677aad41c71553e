/** Reads the spool in order, batch by batch, beginning with the oldest segment. */
import { type FileHandle, open } from 'node:fs/promises';
import type { PrivacyOptions } from '../enrichment/private.ts';
import { type Item, itemsOf, itemsOfHanded } from './batch.ts';
import { decodeEntry, readLines } from './segment.ts';
import type { Spool, SpoolSegment } from './spool.ts';

/** What a reader needs of the spool. In another thread nothing is handed over, and damaged segments are set aside by the spool's own. */
export interface ReadableSpool {
  readonly durableSegments: readonly SpoolSegment[];
  readonly handed?: Pick<Spool['handed'], 'take'>;
}

export class SpoolReader {
  private place: { segment: SpoolSegment; handle: FileHandle; offset: number; damaged: boolean } | undefined;
  /** The bytes of all lines that were read from files. */
  bytes = 0;
  /** Segments with damaged lines that are read to their end. */
  private readonly damaged = new Set<SpoolSegment>();

  constructor(
    private readonly spool: ReadableSpool,
    private readonly privacy: PrivacyOptions,
  ) {}

  /** The next items after the committed position: at most one batch, and the rest of its last envelope. */
  async read(committed_log_seq: number, batch_records: number): Promise<Item[]> {
    const items: Item[] = [];
    for (let segment = await this.currentSegment(); segment; segment = await this.nextSegment()) {
      const place = this.place!;
      // The segment may grow while it is read.
      const { durable_bytes } = segment;
      for (;;) {
        const handed = this.spool.handed?.take(segment.name, place.offset);
        if (handed === undefined) break;
        place.offset = handed.end;
        for (const item of itemsOfHanded(handed, committed_log_seq, this.privacy)) items.push(item);
        if (place.damaged && place.offset === segment.durable_bytes) this.damaged.add(segment);
        if (items.length >= batch_records) return items;
      }
      for await (const { line, end } of readLines(place.handle, place.offset, durable_bytes)) {
        this.bytes += end - place.offset;
        place.offset = end;
        const entry = decodeEntry(line);
        if (entry) items.push(...itemsOf(entry, committed_log_seq, this.privacy));
        else place.damaged = true;
        // A segment that is loaded is dropped, and a batch may end with its segment. So the damage is noted before the batch
        // returns.
        if (place.damaged && end === durable_bytes) this.damaged.add(segment);
        if (items.length >= batch_records) return items;
      }
      // The durable bytes end with a whole line, unless its newline is damaged.
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

  /** Opens the segment after the current one, which is read to its end. */
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
   * The names of segments with damaged lines that are read to their end. Set them aside after their readable records are committed,
   * because a segment in quarantine is not read again.
   */
  get damagedSegments(): string[] {
    const isRead = (segment: SpoolSegment): boolean =>
      this.place?.segment !== segment || this.place.offset >= segment.durable_bytes;
    return [...this.damaged].filter(isRead).map(({ name }) => name);
  }

  /** Forgets the damage of a segment, which is in quarantine now. */
  isSetAside(name: string): void {
    for (const segment of this.damaged) if (segment.name === name) this.damaged.delete(segment);
    if (this.place?.segment.name === name) this.place.damaged = false;
  }

  /** Closes the current segment. The next read begins with the oldest segment. */
  async close(): Promise<void> {
    await this.closePlace();
    this.damaged.clear();
  }
}
