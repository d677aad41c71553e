/** `tributary doctor`: checks and maintains a data folder. */

import { resolve } from 'node:path';
import type { Command } from 'commander';
import { badRequest, TributaryError } from '../domain/errors.ts';
import { line } from '../present/clip.ts';
import { pairs } from '../present/table.ts';
import type { Json } from './client.ts';
import { type DataOptions, withClient } from './connect.ts';
import { checkDestinations, checkLine } from './destination-checks.ts';
import { nextSteps } from './doctor-advice.ts';
import { printJson } from './io.ts';
import { type Context, mustExist, withData } from './options.ts';

import { count } from './progress.ts';
import { restore } from './restore.ts';

interface DoctorOptions extends DataOptions {
  backup?: string;
  restore?: string;
  erasures?: string;
  compact?: boolean;
  replayDeadLetters?: boolean;
  offline?: boolean;
  json?: boolean;
}

export function addDoctorCommand(program: Command, context: Context): void {
  const command = program
    .command('doctor')
    .description('Check integrity, sizes and lag; back up, restore, compact')
    .option('--backup <dir>', 'write every table as Parquet into a new folder')
    .option('--restore <dir>', 'fill a new data folder from a backup')
    .option(
      '--erasures <file>',
      'with --restore: also take out who is in this list, which `tributary erasure list` wrote',
    )
    .option('--compact', 'free unused space')
    .option('--replay-dead-letters', 'try again to load the accepted records that could not be loaded')
    .option('--offline', 'do not ask destinations if their settings are right')
    .option('--json', 'print JSON');
  withData(command, context.io).action(async (options: DoctorOptions) => {
    const asked = [options.backup, options.restore, options.compact, options.replayDeadLetters].filter(
      (flag) => flag !== undefined,
    );
    if (asked.length > 1)
      throw badRequest('doctor', 'takes only one of --backup, --restore, --compact, --replay-dead-letters');
    if (options.restore !== undefined) return restore(context, { ...options, folder: options.restore });
    mustExist(options.data);
    if (options.backup !== undefined) return backup(context, options, options.backup);
    if (options.compact) return compact(context, options);
    if (options.replayDeadLetters) return replay(context, options);
    return examine(context, options);
  });
}

async function examine({ io, open, exit }: Context, options: DoctorOptions): Promise<void> {
  const [report, destinations] = await withClient(io, open, options, async (client) => [
    await client.get('/v1/doctor'),
    options.offline ? [] : await checkDestinations(client).catch(ofAnEarlierServer),
  ]);
  if (options.json) printJson(io, { ...report, ...(options.offline ? {} : { destinations }) });
  else
    io.out(
      showDoctor(report) + destinations.map(destinationLine).join('') + nextLines(nextSteps(report, options.data)),
    );
  if (report.problems.length > 0) exit(1);
}

/** A running server of an earlier version cannot check destinations. */
function ofAnEarlierServer(error: unknown): Json[] {
  if (error instanceof TributaryError && error.code === 'not_found') return [];
  throw error;
}

/** What a destination says of its settings. One that is wrong warns: the data folder is sound. */
const destinationLine = (check: Json): string =>
  `${check.result === 'problem' ? 'warning: ' : ''}destination ${checkLine(check)}`;

const nextLines = (steps: readonly string[]): string =>
  steps.map((step, i) => line`${i === 0 ? 'next: ' : '      '}${step}\n`).join('');

function showDoctor({ problems, warnings, warehouse, state, collector }: Json): string {
  const values: [string, string][] = [
    ['engine', `${warehouse.engine}, schema ${warehouse.schema_version}`],
    ['state', `${state.engine}, ${state.where}`],
    ['warehouse MB', (warehouse.size_bytes / 1e6).toFixed(1)],
    ...collectorLines(collector),
  ];
  const tables = warehouse.tables
    .filter((table: Json) => table.rows > 0)
    .map((table: Json): [string, string] => [table.table, count(table.rows)]);
  const verdict =
    problems.length === 0
      ? `no problems found${warnings?.length ? ', see the warnings' : ''}\n`
      : problems.map((problem: string) => line`problem: ${problem}\n`).join('');
  // A running server of an earlier version sends no warnings and no busy ids.
  const warned = (warnings ?? []).map((warning: string) => line`warning: ${warning}\n`).join('');
  const sizes = tables.length > 0 ? `${pairs(tables)}\n` : '';
  return `${pairs(values)}\n${sizes}${busyLines(warehouse.busiest_ids ?? [])}${warned}${verdict}`;
}

/** Ids with so many touchpoints that many people may share them. */
function busyLines(busiest_ids: Json[]): string {
  if (busiest_ids.length === 0) return '';
  const lines = busiest_ids.map(({ brand_id, id, touchpoints }): [string, string] => [
    `${id} (${brand_id})`,
    `${count(touchpoints)} touchpoints`,
  ]);
  return `ids with most touchpoints; if many people share one, as "guest", leave it out of what you send\n${pairs(lines)}\n`;
}

/** @param collector null for a server without a collector. */
function collectorLines(collector: Json | null): [string, string][] {
  if (collector === null) return [['collector', 'none: this server accepts no events']];
  const { last_error } = collector.loader;
  return [
    ['spool MB', (collector.spool_bytes / 1e6).toFixed(1)],
    ['records not loaded yet', count(collector.lag_records)],
    ['last failure to load', last_error === '' ? 'none' : last_error],
  ];
}

async function replay({ io, open }: Context, options: DoctorOptions): Promise<void> {
  const { replayed } = await withClient(io, open, options, async (client) => {
    const answer = await client.post('/v1/dead_letters/replay');
    await client.flush();
    return answer;
  });
  io.out(`${count(replayed)} dead letters were put into the spool again\n`);
}

async function compact({ io, open }: Context, options: DoctorOptions): Promise<void> {
  await withClient(io, open, options, (client) => client.post('/v1/doctor/compact'));
  io.out('compacted\n');
}

async function backup(context: Context, options: DoctorOptions, folder: string): Promise<void> {
  await writeBackup(context, options, folder);
  context.io.out(
    line`backed up into ${folder}; restore it with: tributary doctor --restore ${folder} --data NEW_FOLDER\n`,
  );
}

/** Writes every table as Parquet into a new or empty folder. Records in the spool are loaded first, so that the backup has them. */
export async function writeBackup({ io, open }: Context, options: DataOptions, folder: string): Promise<void> {
  await withClient(io, open, options, async (client) => {
    await client.flush();
    await client.post('/v1/doctor/backup', { folder: resolve(folder) });
  });
}
