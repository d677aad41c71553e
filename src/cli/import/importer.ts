/** Sends the rows of a file in batches, several at the same time. It counts the rows up to which all batches are acknowledged. */
import { type RecordName, recordKind } from '../../domain/index.ts';
import type { Acknowledgement } from '../../log/collector.ts';
import type { Client } from '../client.ts';
import type { Checkpoint, CheckpointFile } from './checkpoint.ts';
import { LinesOfFile } from './equal-lines.ts';
import type { Item, Mapping } from './mapping.ts';
import type { Refusal, RejectedFile } from './rejected.ts';
import type { RowSource } from './row-source.ts';

/** A batch ends after this many rows, also if --where leaves most of them out, so that the checkpoint advances. */
const MAX_ROWS_PER_BATCH = 50_000;
const SAVE_EVERY_MS = 1_000;

/** Consecutive rows of the file. A batch is done when its items are acknowledged. */
interface Batch {
  items: Item[];
  lines: number[];
  refusals: Refusal[];
  left_out: number;
  rows: number;
}

interface ImporterOptions {
  client: Client;
  record: RecordName;
  source: RowSource;
  mapping: Mapping;
  rejected: RejectedFile;
  checkpoint: CheckpointFile;
  batch_items: number;
  stop: AbortSignal;
  clock: () => number;
  onProgress: (share: number, state: Checkpoint) => void;
}

export class Importer {
  readonly state: Checkpoint;
  /** Rows that an earlier run has finished. */
  readonly rows_before: number;
  private readonly under_way: Array<{ batch: Batch; acknowledged: Promise<Acknowledgement | undefined> }> = [];
  private batch: Batch = emptyBatch();
  private saved_at = 0;
  private readonly lines: LinesOfFile | undefined;
  /** Batches under way at the same time. Of statements the latest counts, so they are sent in the order of the file. */
  private readonly lanes: number;

  constructor(private readonly options: ImporterOptions) {
    this.state = { ...options.checkpoint.start };
    this.rows_before = this.state.rows;
    this.lines = LinesOfFile.of(options.record);
    this.lanes = recordKind(options.record).kept === 'latest' ? 1 : options.client.lanes;
  }

  /** Runs to the end of the file, or until it is stopped. Returns true at the end of the file. */
  async run(): Promise<boolean> {
    try {
      const finished = await this.readAll();
      await this.drain();
      this.state.done = finished;
      return finished;
    } finally {
      await Promise.allSettled(this.under_way.map((sent) => sent.acknowledged));
      this.save();
      this.options.rejected.close();
    }
  }

  private async readAll(): Promise<boolean> {
    const { source, stop, batch_items } = this.options;
    // Equal lines are counted from the first row of the file, also those that an earlier run has sent.
    let rows_to_count = this.lines ? this.rows_before : 0;
    for await (const { rows, share } of source.rows(this.rows_before - rows_to_count)) {
      for (const row of rows) {
        if (rows_to_count > 0) {
          rows_to_count -= 1;
          this.mapped(row);
          continue;
        }
        this.addRow(row);
        if (this.batch.items.length < batch_items && this.batch.rows < MAX_ROWS_PER_BATCH) continue;
        await this.sendBatch();
        if (stop.aborted) return false;
      }
      if (stop.aborted) return false;
      this.options.onProgress(share, this.state);
    }
    if (this.batch.rows > 0) await this.sendBatch();
    return true;
  }

  private mapped(row: Parameters<Mapping['apply']>[0]): ReturnType<Mapping['apply']> {
    const mapped = this.options.mapping.apply(row);
    return this.lines && mapped && 'item' in mapped ? { item: this.lines.add(mapped.item) } : mapped;
  }

  private addRow(row: Parameters<Mapping['apply']>[0]): void {
    const { batch } = this;
    const mapped = this.mapped(row);
    batch.rows++;
    if (mapped === undefined) batch.left_out++;
    else if ('problem' in mapped) batch.refusals.push({ line: row.line, ...mapped.problem });
    else {
      batch.items.push(mapped.item);
      batch.lines.push(row.line);
    }
  }

  private async sendBatch(): Promise<void> {
    const { client, record } = this.options;
    const { batch } = this;
    this.batch = emptyBatch();
    const acknowledged = batch.items.length === 0 ? Promise.resolve(undefined) : client.send(record, batch.items);
    acknowledged.catch(() => undefined);
    this.under_way.push({ batch, acknowledged });
    if (this.under_way.length >= this.lanes) await this.settleOldest();
  }

  private async drain(): Promise<void> {
    while (this.under_way.length > 0) await this.settleOldest();
  }

  /** Waits for the oldest batch. Batches finish in order, so all rows before `state.rows` are acknowledged. */
  private async settleOldest(): Promise<void> {
    const { batch, acknowledged } = this.under_way[0]!;
    const answer = await acknowledged;
    this.under_way.shift();
    const refused = (answer?.rejected ?? []).map(({ index, field, reason }) => ({
      line: batch.lines[index]!,
      field,
      reason,
      item: batch.items[index]!,
    }));
    const refusals: Refusal[] = [...batch.refusals, ...refused].sort((a, b) => a.line - b.line);
    this.options.rejected.add(refusals);
    this.state.rows += batch.rows;
    this.state.left_out += batch.left_out;
    this.state.refused += refusals.length;
    this.state.accepted += answer?.accepted ?? 0;
    if (this.options.clock() - this.saved_at >= SAVE_EVERY_MS) this.save();
  }

  private save(): void {
    this.saved_at = this.options.clock();
    this.state.rejected_bytes = this.options.rejected.bytes;
    this.state.updated_at = new Date(this.saved_at).toISOString();
    this.options.checkpoint.save(this.state);
  }
}

function emptyBatch(): Batch {
  return { items: [], lines: [], refusals: [], left_out: 0, rows: 0 };
}
