/** `tributary import`: sends the rows of a file as records, in the same way as all other senders. */

import { join } from 'node:path';
import { badRequest, TributaryError } from '../../domain/errors.ts';
import { isRecordName, RECORD_NAMES, type RecordName, recordKind } from '../../domain/index.ts';
import { listed } from '../../domain/text.ts';
import { line } from '../../present/clip.ts';
import { pairs } from '../../present/table.ts';
import type { Client } from '../client.ts';
import type { Io } from '../io.ts';
import { count, Progress } from '../progress.ts';
import { CheckpointFile } from './checkpoint.ts';
import { Importer } from './importer.ts';
import { Mapping } from './mapping.ts';
import { RejectedFile } from './rejected.ts';
import type { RowSource } from './row-source.ts';
import { openRows } from './rows.ts';

export interface ImportOptions {
  map: string[];
  set: string[];
  where: string[];
  brand?: string;
  batch: number;
  restart: boolean;
}

const EXIT_SOME_REFUSED = 3;
const EXIT_STOPPED = 130;

/** Imports one file. It checks the file before it opens the data folder. Returns the exit code. */
export async function importFile(
  io: Io,
  record: string,
  file: string,
  options: ImportOptions & { data: string },
  withClient: (work: (client: Client) => Promise<number>) => Promise<number>,
): Promise<number> {
  if (!isRecordName(record)) throw badRequest('RECORD', `${record} is not one of ${RECORD_NAMES.join(', ')}`);
  const set = options.brand === undefined ? options.set : [...options.set, `brand_id=${options.brand}`];
  const mapping = new Mapping(recordKind(record), { ...options, set });
  const source = await openRows(file, mapping.needs);
  try {
    mapping.bind(source.columns);
    const checkpoint = new CheckpointFile(options.data, file, record, options, options.restart);
    const { start } = checkpoint;
    if (start.done) {
      const when = line`${file} was imported on ${start.updated_at}: ${count(start.rows)} rows`;
      io.err(`${when}; nothing to do. --restart imports it again, which is harmless.\n`);
      return 0;
    }
    if (start.rows > 0) io.err(`going on after row ${count(start.rows)}, where an earlier run stopped\n`);
    const rejected = new RejectedFile(io, file, join(options.data, 'imports'), start.rejected_bytes);
    return await withClient((client) =>
      importRows(io, client, { record, file, batch: options.batch, mapping, source, checkpoint, rejected }),
    );
  } finally {
    await source.close();
  }
}

interface Input {
  record: RecordName;
  file: string;
  batch: number;
  mapping: Mapping;
  source: RowSource;
  checkpoint: CheckpointFile;
  rejected: RejectedFile;
}

async function importRows(io: Io, client: Client, input: Input): Promise<number> {
  const { record, file, mapping, checkpoint, rejected } = input;
  const progress = new Progress(io, record);
  const importer = new Importer({
    ...input,
    client,
    batch_items: input.batch,
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
  if (mapping.ignored.size > 0) {
    io.err(`ignored, no such field in ${record}: ${listed([...mapping.ignored])}\n`);
  }
  return summarise(io, client, importer, { file, finished, seconds: progress.seconds(), rejected });
}

async function runOrExplain(importer: Importer): Promise<boolean> {
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

interface Outcome {
  file: string;
  finished: boolean;
  seconds: number;
  rejected: RejectedFile;
}

function summarise(io: Io, client: Client, importer: Importer, { file, finished, seconds, rejected }: Outcome): number {
  const { state } = importer;
  const repeats = finished ? client.repeats() : null;
  const this_run = state.rows - importer.rows_before;
  io.out(line`${state.record} from ${file}${finished ? '' : ' (stopped)'}\n`);
  io.out(
    pairs([
      ['rows read', count(state.rows)],
      ...(state.left_out > 0 ? [['left out by --where', count(state.left_out)] as [string, string]] : []),
      ['accepted', count(state.accepted)],
      ['refused', count(state.refused)],
      ...(repeats ? [['equal to an earlier one, counted once', count(repeats)] as [string, string]] : []),
      ['seconds', seconds.toFixed(1)],
      ['rows per second', count(this_run / seconds)],
    ]),
  );
  if (state.refused > 0) io.err(line`refused rows are in ${rejected.path}\n`);
  if (!finished) {
    io.err(`stopped after row ${count(state.rows)}; the same command goes on from there\n`);
    return EXIT_STOPPED;
  }
  if (state.refused === 0) return 0;
  return state.accepted > 0 ? EXIT_SOME_REFUSED : 1;
}
