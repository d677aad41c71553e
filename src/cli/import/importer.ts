/** Sends the rows of a file in batches, several at the same time. It counts the rows up to which all batches are acknowledged. */
import { type RecordName, recordKind } from '../../domain/index.ts';
import type { Acknowledgement } from '../../log/acknowledgement.ts';
import type { Item } from '../../mapping/converter.ts';
import { Notes } from '../../mapping/notes.ts';
import type { FileRow, RowSource } from '../../mapping/row-source.ts';
import type { Client } from '../client.ts';
import { amountFields, amountsOf, Books, type SentAmount } from './books.ts';
import type { Checkpoint, CheckpointFile } from './checkpoint.ts';
import { LinesOfFile } from './equal-lines.ts';
import type { Outcome } from './groups.ts';
import type { PlanMapping } from './plan-mapping.ts';
import type { Refusal, RejectedFile } from './rejected.ts';

/** A batch ends after this many rows, also if --where leaves most of them out, so that the checkpoint advances. */
const MAX_ROWS_PER_BATCH = 50_000;

/** True if the next row is one of the next batch. */
export function isFull({ items, rows }: { items: number; rows: number }, batch_items: number): boolean {
  return items >= batch_items || rows >= MAX_ROWS_PER_BATCH;
}

/** What an import needs of a client. */
export type ImportClient = Pick<Client, 'send' | 'lanes' | 'flush' | 'repeats' | 'conflicts' | 'threads'>;

/** One import of a file. */
export interface ImportRun {
  readonly state: Checkpoint;
  /** Rows that an earlier run has finished. */
  readonly rows_before: number;
  /** Runs to the end of the file, or until it is stopped. Returns true at the end of the file. */
  run(): Promise<boolean>;
}

interface Sent {
  record: RecordName;
  items: Item[];
  rows: FileRow[][];
}

/** Consecutive rows of the file. A batch is done when its items are acknowledged. */
interface Batch {
  sent: Map<RecordName, Sent>;
  items: number;
  refusals: Refusal[];
  left_out: number;
  matched: number[];
  rows: number;
  notes: Notes;
}

export interface ImporterOptions {
  client: ImportClient;
  source: RowSource;
  mapping: PlanMapping;
  rejected: RejectedFile;
  checkpoint: CheckpointFile;
  batch_items: number;
  stop: AbortSignal;
  clock: () => number;
  onProgress: (share: number, state: Checkpoint) => void;
}

export class Importer implements ImportRun {
  private readonly books: Books;
  private readonly under_way: Array<{ batch: Batch; acknowledged: Promise<Array<[Sent, Acknowledgement]>> }> = [];
  private batch: Batch = emptyBatch();
  private done: Outcome[][];
  /** Of records whose equal lines each count. */
  private readonly lines = new Map<RecordName, LinesOfFile>();
  /** Batches under way at the same time. Of statements the latest counts, so they are sent in the order of the file. */
  private readonly lanes: number;

  constructor(private readonly options: ImporterOptions) {
    this.books = new Books(options);
    const { mappings } = options.mapping;
    this.done = mappings.map(() => []);
    for (const { record } of mappings) {
      const lines = LinesOfFile.of(record);
      if (lines !== undefined && !this.lines.has(record)) this.lines.set(record, lines);
    }
    const in_order = mappings.some(({ record }) => recordKind(record).kept === 'latest');
    this.lanes = in_order ? 1 : options.client.lanes;
  }

  get state(): Checkpoint {
    return this.books.state;
  }

  get rows_before(): number {
    return this.books.rows_before;
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
      this.books.close();
    }
  }

  private async readAll(): Promise<boolean> {
    const { source, stop, batch_items, mapping } = this.options;
    // The groups and the equal lines of the rows that are finished must be known, so those rows are read again.
    let again = mapping.groups || this.lines.size > 0 ? this.rows_before : 0;
    for await (const { rows, share } of source.rows(this.rows_before - again)) {
      for (const row of rows) {
        if (again > 0) {
          mapping.take(row, this.done);
          if (--again === 0) mapping.close(this.done);
          this.forgetDone();
          continue;
        }
        if (isFull(this.batch, batch_items) && !mapping.continues(row)) {
          await this.sendBatch();
          if (stop.aborted) return false;
        }
        this.addRow(row);
      }
      if (stop.aborted) return false;
      this.options.onProgress(share, this.state);
    }
    if (this.batch.rows > 0) await this.sendBatch();
    return true;
  }

  private addRow(row: FileRow): void {
    const { batch } = this;
    batch.rows++;
    const fate = this.options.mapping.take(row, this.done);
    if (fate === 'left out') batch.left_out++;
    this.takeDone();
  }

  /** Moves the complete records into the batch. */
  private takeDone(): void {
    for (let i = 0; i < this.done.length; i++) {
      const outcomes = this.done[i]!;
      if (outcomes.length === 0) continue;
      const { record } = this.options.mapping.mappings[i]!;
      const lines = this.lines.get(record);
      for (const outcome of outcomes) {
        if ('problem' in outcome)
          this.batch.refusals.push({ line: outcome.rows[0]!.line, rows: outcome.rows, ...outcome.problem });
        else {
          const item = lines?.add(outcome.item) ?? outcome.item;
          const sent = this.batch.sent.get(record) ?? { record, items: [], rows: [] };
          this.batch.sent.set(record, sent);
          sent.items.push(item);
          sent.rows.push(outcome.rows);
          this.batch.items++;
        }
      }
      outcomes.length = 0;
    }
  }

  /** Drops the complete records of rows that an earlier run has finished, but counts their equal lines. */
  private forgetDone(): void {
    const { mapping } = this.options;
    for (const [i, outcomes] of this.done.entries()) {
      const lines = this.lines.get(mapping.mappings[i]!.record);
      for (const outcome of outcomes) if (lines && 'item' in outcome) lines.add(outcome.item);
      outcomes.length = 0;
    }
    mapping.takeNotes();
    mapping.takeMatched();
  }

  private async sendBatch(): Promise<void> {
    const { client, mapping } = this.options;
    mapping.close(this.done);
    this.takeDone();
    const { batch } = this;
    batch.notes = mapping.takeNotes();
    batch.matched = mapping.takeMatched();
    this.batch = emptyBatch();
    const answers = [...batch.sent.values()].map(
      async (sent): Promise<[Sent, Acknowledgement]> => [sent, await client.send(sent.record, sent.items)],
    );
    const acknowledged = Promise.all(answers);
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
    const answers = await acknowledged;
    this.under_way.shift();
    const refusals = [...batch.refusals];
    for (const [sent, answer] of answers) {
      this.books.settle(sent, answer, refusals);
      this.books.addAmounts(sent.record, acceptedAmounts(sent, answer));
    }
    const refused = this.books.refuse(refusals);
    if (this.options.mapping.groups) this.state.collected += collectedRows(answers, refused);
    this.books.finish(batch);
  }
}

/** The number of rows that only went into the record of a row before. */
function collectedRows(answers: ReadonlyArray<[Sent, Acknowledgement]>, refused: ReadonlySet<number>): number {
  const [first, later] = [new Set<number>(), new Set<number>()];
  for (const [{ rows }, { rejected }] of answers) {
    const out = new Set(rejected.map(({ index }) => index));
    for (const [i, [own, ...others]] of rows.entries()) {
      if (out.has(i)) continue;
      first.add(own!.line);
      for (const { line } of others) later.add(line);
    }
  }
  return [...later].filter((line) => !first.has(line) && !refused.has(line)).length;
}

/** The amounts of the records that were accepted. */
function* acceptedAmounts({ record, items }: Sent, { rejected }: Acknowledgement): Generator<SentAmount> {
  if (amountFields(record).length === 0) return;
  const refused = new Set(rejected.map(({ index }) => index));
  for (const [i, item] of items.entries()) if (!refused.has(i)) yield* amountsOf(record, item);
}

function emptyBatch(): Batch {
  return { sent: new Map(), items: 0, refusals: [], left_out: 0, matched: [], rows: 0, notes: new Notes() };
}
