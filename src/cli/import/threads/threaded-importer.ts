/**
 * Imports a file with several threads. This one reads the file in parts, and gives each to a thread. It takes what they made of
 * them in the order of the file, so positions are as one thread would give them.
 */
import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { recordKind } from '../../../domain/index.ts';
import { isOfExperiment } from '../../../experiments/judge-records.ts';
import type { ImportPlan } from '../../../mapping/plan.ts';
import type { PartPortion, RowsPart } from '../../../mapping/row-source.ts';
import type { PartTaker } from '../../client.ts';
import { Books } from '../books.ts';
import type { Checkpoint } from '../checkpoint.ts';
import type { ImporterOptions, ImportRun } from '../importer.ts';
import { Batches, type RowConflict } from './batches.ts';
import { FreshLinks } from './fresh-links.ts';
import { ReadingThreads } from './pool.ts';
import type { ReadPart } from './read-part.ts';

/**
 * A file of fewer bytes is read by one thread. To start threads takes about as long as to read so much, and Parquet is compressed.
 */
const MIN_BYTES = { parquet: 1 << 20, text: 4 << 20 };
/** One thread gives parts out and writes what comes back. More threads than this would wait for it. */
const MOST_THREADS = 8;
/** Characters of what a thread reads at once, and of a row that is divided already. */
const PART_SIZE = 1 << 18;
const ROW_SIZE = 150;
/** Parts that a thread has at the same time: one that it reads, and the next one. */
const PARTS_PER_THREAD = 2;

export interface ThreadedOptions extends Omit<ImporterOptions, 'client'> {
  taker: PartTaker;
  threads: number;
}

/**
 * True if parts of a file can be read apart from each other. Not so for groups of rows, the equal lines of a file, statements, and
 * rows that are several records: what they become, or the order of their records, depends on the rows before.
 */
function isDivisible({ records }: ImportPlan): boolean {
  const [first, ...others] = records;
  if (first === undefined || others.length > 0) return false;
  // They are judged by the plans of this process.
  if (isOfExperiment(first.record)) return false;
  const { lines, kept } = recordKind(first.record);
  return first.group_lines === undefined && first.each === undefined && lines === undefined && kept !== 'latest';
}

/** The number of threads for a file. @param asked undefined for one thread a core. */
export function threadsFor(file: string, plan: ImportPlan, asked: number | undefined): number {
  if (!isDivisible(plan)) return 1;
  if (asked !== undefined) return asked;
  const least = extname(file).toLowerCase() === '.parquet' ? MIN_BYTES.parquet : MIN_BYTES.text;
  return statSync(file).size < least ? 1 : Math.min(availableParallelism(), MOST_THREADS);
}

export class ThreadedImporter implements ImportRun {
  private readonly books: Books;
  private readonly batches: Batches;
  private readonly under_way: Promise<ReadPart>[] = [];
  private share = 0;
  /** Several threads meet the same link. */
  private readonly links = new FreshLinks();

  constructor(private readonly options: ThreadedOptions) {
    this.books = new Books(options);
    const { record } = options.mapping.mappings[0]!;
    this.batches = new Batches(record, this.books, options.batch_items);
  }

  get state(): Checkpoint {
    return this.books.state;
  }

  get rows_before(): number {
    return this.books.rows_before;
  }

  async run(): Promise<boolean> {
    const { source, mapping, taker, threads: count } = this.options;
    const { columns, form } = source;
    const { settings } = taker;
    const threads = new ReadingThreads(count, { plan: mapping.plan, source: { columns, form }, settings });
    try {
      const finished = await this.readAll(threads);
      this.batches.finish();
      this.state.done = finished;
      return finished;
    } finally {
      this.batches.finish();
      this.books.close();
      await threads.close();
    }
  }

  private async readAll(threads: ReadingThreads): Promise<boolean> {
    const { source, stop, clock } = this.options;
    const at_most = this.options.threads * PARTS_PER_THREAD;
    for await (const { parts, share } of joined(source.parts(this.rows_before))) {
      if (this.under_way.length >= at_most) await this.settleOldest();
      if (stop.aborted) return false;
      const read = threads.read(parts, clock());
      // Its failure is told when its turn comes.
      read.catch(() => undefined);
      this.under_way.push(read);
      this.share = share;
    }
    while (this.under_way.length > 0) {
      await this.settleOldest();
      if (stop.aborted) return this.under_way.length === 0;
    }
    return true;
  }

  private async settleOldest(): Promise<void> {
    const { taker, mapping, onProgress } = this.options;
    const read = await this.under_way.shift()!;
    const { part, row_of } = read;
    const found = part === undefined ? [] : await taker.send(part);
    const links = this.links.of(read.links);
    if (links.length > 0) await taker.link(links);
    const conflicts = found.map(({ index, reason }): RowConflict => ({ row: row_of?.[index] ?? index, reason }));
    mapping.addFindings(read.findings);
    this.batches.add(read, conflicts);
    onProgress(this.share, this.state);
  }
}

/** Small parts that follow each other, put together: each is written to the spool by itself. */
async function* joined(parts: AsyncGenerator<PartPortion>): AsyncGenerator<{ parts: RowsPart[]; share: number }> {
  let held: RowsPart[] = [];
  let size = 0;
  let last = 0;
  for await (const { part, share } of parts) {
    held.push(part);
    size += sizeOf(part);
    last = share;
    if (size < PART_SIZE) continue;
    yield { parts: held, share };
    held = [];
    size = 0;
  }
  if (held.length > 0) yield { parts: held, share: last };
}

/** Characters, about. */
function sizeOf(part: RowsPart): number {
  switch (part.kind) {
    case 'texts':
      return PART_SIZE;
    case 'csv':
      return part.text.length;
    case 'json':
      return part.lines.reduce((sum, line) => sum + line.length, 0);
    case 'rows':
      return part.rows.length * ROW_SIZE;
  }
}
