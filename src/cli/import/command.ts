/** `tributary import`: sends the rows of a file as records, in the same way as all other senders. */
import { join } from 'node:path';
import { brandSettings, customerIds } from '../../config.ts';
import type { CustomerIds } from '../../domain/email-ids.ts';
import { emailPersons } from '../../domain/email-person.ts';
import { badRequest, TributaryError } from '../../domain/errors.ts';
import { isRecordName, type RecordName } from '../../domain/index.ts';
import { DEFAULT_BRAND } from '../../domain/record.ts';
import { listed } from '../../domain/text.ts';
import { type ImportPlan, namesZone } from '../../mapping/plan.ts';
import type { RowSource } from '../../mapping/row-source.ts';
import { line } from '../../present/clip.ts';
import { edgesAt } from '../../privacy/retention/edges.ts';
import type { Client } from '../client.ts';
import { configOf, type DataOptions } from '../connect.ts';
import type { Io } from '../io.ts';
import { count, Progress } from '../progress.ts';
import { readingSettings } from '../reading-settings.ts';
import { CheckpointFile } from './checkpoint.ts';
import { DryRun, refusalOf } from './dry-run.ts';
import { type ImportClient, Importer, type ImporterOptions, type ImportRun } from './importer.ts';
import { tell } from './outcome.ts';
import { PlanMapping } from './plan-mapping.ts';
import { type PlanFlags, planOf } from './plan-options.ts';
import { agreedPlan, presetPlan } from './proposal.ts';
import { RejectedFile } from './rejected.ts';
import { openRows } from './rows.ts';
import { ThreadedImporter, threadsFor } from './threads/threaded-importer.ts';

export interface ImportOptions extends PlanFlags, DataOptions {
  batch: number;
  /** Threads that read the file; undefined for one a core. */
  workers?: number;
  restart: boolean;
  dryRun: boolean;
  json: boolean;
  yes: boolean;
}

type WithClient = (work: (client: Client) => Promise<number>) => Promise<number>;

const EXIT_USAGE = 2;

/**
 * Imports one file. It checks the file before it opens the data folder. Returns the exit code.
 * @param words RECORD and FILE, or FILE alone.
 */
export async function importFile(
  io: Io,
  words: readonly [string, string | undefined],
  options: ImportOptions,
  withClient: WithClient,
): Promise<number> {
  const [record, file] = words[1] === undefined ? [undefined, words[0]] : [words[0], words[1]];
  if (record === undefined && isRecordName(file)) throw badRequest('FILE', `is missing; name the file of ${file}`);
  const plan = await planFor(io, record, file, options);
  if (plan === undefined) return EXIT_USAGE;
  return importByPlan(io, file, plan, options, withClient);
}

/** The plan of the options; undefined if one was proposed and not agreed to. */
async function planFor(
  io: Io,
  record: string | undefined,
  file: string,
  options: ImportOptions,
): Promise<ImportPlan | undefined> {
  const { preset, plan } = options;
  if (preset === undefined)
    return record === undefined && plan === undefined ? proposedPlan(io, file, options) : planOf(record, options);
  const beside = record === undefined ? (plan === undefined ? undefined : '--plan') : 'RECORD';
  if (beside !== undefined) throw badRequest('--preset', `names the records itself; leave out ${beside}`);
  return presetPlan(io, file, { ...options, preset });
}

function proposedPlan(io: Io, file: string, options: ImportOptions): Promise<ImportPlan | undefined> {
  const reading = readingOf(io, options);
  // Programs read the output, so a proposal stands beside it. A copy of `io` would begin to listen for Ctrl-C.
  const beside = options.json ? (Object.create(io, { out: { value: io.err } }) as Io) : io;
  return agreedPlan(beside, file, options, (record: RecordName, item: unknown) => refusalOf(record, item, reading));
}

/** How records are read where no server reads them. */
/** What is read to be judged, and not to be stored, needs no key. */
const NO_KEY = Buffer.alloc(32);

function readingOf(io: Io, options: ImportOptions) {
  const config = configOf(io, options);
  const defaultCurrency = (brand_id: string): string => brandSettings(config, brand_id).currency;
  const idsOf = (brand_id: string): CustomerIds => customerIds(config, brand_id);
  return { clock: io.clock, defaultCurrency, customerIds: idsOf, emailPersonOf: emailPersons(NO_KEY, idsOf) };
}

async function importByPlan(
  io: Io,
  file: string,
  plan: ImportPlan,
  options: ImportOptions,
  withClient: WithClient,
): Promise<number> {
  const mapping = new PlanMapping(plan);
  const source = await openRows(file, mapping.needs, plan.file, namesZone(plan));
  try {
    mapping.bind(source);
    const keeps = !options.dryRun;
    const checkpoint = new CheckpointFile(options.data, file, plan, { restart: options.restart, keeps });
    const { start } = checkpoint;
    if (start.done) {
      const when = line`${file} was imported on ${start.updated_at}: ${count(start.rows)} rows`;
      io.err(`${when}; nothing to do. --restart imports it again, which is harmless.\n`);
      return 0;
    }
    if (start.rows > 0) io.err(`going on after row ${count(start.rows)}, where an earlier run stopped\n`);
    for (const note of source.notes) io.err(`${note}\n`);
    const folder = keeps ? join(options.data, 'imports') : undefined;
    const rejected = new RejectedFile(io, source, file, folder, start.rejected_bytes);
    const input = { file, mapping, source, checkpoint, rejected };
    if (keeps) return await withClient((client) => importRows(io, client, input, options));
    return await importRows(io, dryRun(io, options), input, options);
  } finally {
    await source.close();
  }
}

function dryRun(io: Io, options: ImportOptions): DryRun {
  const config = configOf(io, options);
  const edges = edgesAt(config.retention, io.clock());
  return new DryRun(readingOf(io, options), readingSettings(config, 'nothing', NO_KEY, edges));
}

interface Input {
  file: string;
  mapping: PlanMapping;
  source: RowSource;
  checkpoint: CheckpointFile;
  rejected: RejectedFile;
}

async function importRows(io: Io, client: ImportClient, input: Input, options: ImportOptions): Promise<number> {
  const { file, mapping, checkpoint, rejected } = input;
  const progress = new Progress(io, mapping.mappings[0]!.record);
  const importer = importerOf(client, options, {
    ...input,
    batch_items: options.batch,
    stop: io.stop,
    clock: io.clock,
    onProgress: (share, state) => {
      const rate = (state.rows - checkpoint.start.rows) / progress.seconds();
      progress.update(share, `${count(state.rows)} rows · ${count(rate)}/s`);
    },
  });
  const finished = await runOrExplain(importer);
  const onWait = (lag: number | null): void =>
    progress.update(null, lag === null ? 'waiting until all records are loaded' : `${count(lag)} records left to load`);
  if (finished) await client.flush(onWait);
  progress.clear();
  const ignored = mapping.ignored();
  if (ignored.length > 0) {
    const records = [...new Set(mapping.mappings.map(({ record }) => record))].join(', ');
    io.err(`ignored, no such field in ${records}: ${listed(ignored)}\n`);
  }
  const joins_emails = readingOf(io, options).customerIds(options.brand ?? DEFAULT_BRAND) !== 'verbatim';
  const run = { file, mapping, finished, seconds: progress.seconds(), rejected, dry: options.dryRun, joins_emails };
  return tell(io, client, importer, run, options.json);
}

/** Reads the file in threads if it is large, its parts can be read apart, and the client takes what threads make. */
function importerOf(client: ImportClient, options: ImportOptions, given: Omit<ImporterOptions, 'client'> & Input) {
  const { threads: taker } = client;
  const threads = taker === undefined ? 1 : threadsFor(given.file, given.mapping.plan, options.workers);
  return taker === undefined || threads === 1
    ? new Importer({ ...given, client })
    : new ThreadedImporter({ ...given, taker, threads });
}

async function runOrExplain(importer: ImportRun): Promise<boolean> {
  try {
    return await importer.run();
  } catch (error) {
    const rows = importer.state.rows;
    if (!(error instanceof TributaryError) || rows === 0) throw error;
    throw new TributaryError(error.code, `${error.message}; the same command goes on after row ${count(rows)}`, {
      cause: error,
    });
  }
}
