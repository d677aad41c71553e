/** `tributary export`: writes tables of the log as files that other programs and `tributary import` can read. */
import { randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { type Command, Option } from 'commander';
import { HALF_PAIR_ESCAPE } from '../domain/canonical-json.ts';
import { badRequest } from '../domain/errors.ts';
import { isRecordName, recordKind } from '../domain/index.ts';
import { parquetRows, writtenPath } from '../files/path-sql.ts';
import { nameFile, refuseLink } from '../files/private.ts';
import { openScratch } from '../files/scratch.ts';
import { sentIdSql } from '../log/statements.ts';
import { guardedSql } from '../present/csv.ts';
import { pairs } from '../present/table.ts';
import { backupFile } from '../warehouse/backup.ts';
import { type Column, TABLE_NAMES, TABLES, type TableName } from '../warehouse/schema.ts';
import type { DataOptions } from './connect.ts';
import { writeBackup } from './doctor.ts';
import { type Context, mustExist, withData } from './options.ts';

import { count } from './progress.ts';

type Format = 'ndjson' | 'csv' | 'parquet';
interface ExportOptions extends DataOptions {
  format: Format;
  out: string;
  spreadsheet: boolean;
}

export function addExportCommand(program: Command, context: Context): void {
  const command = program
    .command('export')
    .description('Write tables of the log to files')
    .argument('<table>', `all, or one of ${TABLE_NAMES.join(', ')}`)
    .addOption(new Option('--format <format>').choices(['ndjson', 'csv', 'parquet']).default('ndjson'))
    .option(
      '--spreadsheet',
      'for csv that a spreadsheet opens: an apostrophe before each text that it would run as a formula; such a file is not for import',
      false,
    )
    .requiredOption('--out <path>', 'output folder; for one table also a file');
  withData(command, context.io).action(async (table: string, options: ExportOptions) => {
    if (table !== 'all' && !TABLE_NAMES.includes(table as TableName))
      throw badRequest('TABLE', `${table} is not a table; use all, or one of ${TABLE_NAMES.join(', ')}`);
    if (options.spreadsheet && options.format !== 'csv')
      throw badRequest('--spreadsheet', `is for csv only; leave it out, or choose --format csv`);
    mustExist(options.data);
    const tables = table === 'all' ? TABLE_NAMES : [table as TableName];
    const targets = new Map(tables.map((name) => [name, target(name, options, tables.length === 1)]));
    const written = await exportTables(context, options, targets);
    context.io.out(pairs(written));
  });
}

function target(table: TableName, { out, format }: ExportOptions, single: boolean): string {
  const is_file = single && extname(out) === `.${format}`;
  const path = is_file ? out : join(out, `${table}.${format}`);
  // Of a name that ends in a slash, the system would look at what the link leads to.
  if (!is_file) refuseLink(resolve(out), '--out');
  refuseLink(path, '--out');
  if (lstatSync(path, { throwIfNoEntry: false }))
    throw badRequest('--out', `${path} exists already; name a new file or folder`);
  return path;
}

/**
 * Makes the files from a backup. A backup is one consistent state of the log, also while a server has the data open. The engine
 * writes into a new folder, because it follows links. Finished files then get their names.
 */
async function exportTables(
  context: Context,
  options: ExportOptions,
  targets: Map<TableName, string>,
): Promise<[string, string][]> {
  const [first] = targets.values();
  const folder = resolve(dirname(first!));
  mkdirSync(folder, { recursive: true });
  // A server may run as another user, so it makes the folder of the backup itself.
  const backup = join(folder, `.export-${randomBytes(8).toString('hex')}`);
  const finished = mkdtempSync(join(folder, '.export-'));
  try {
    await writeBackup(context, options, backup);
    const { connection, close } = await openScratch();
    try {
      const written: [string, string][] = [];
      for (const [table, path] of targets) {
        const file = join(finished, basename(path));
        const rows = await convert(connection, table, { from: backupFile(backup, table), to: file }, options);
        nameFile(file, path, '--out');
        written.push([path, count(rows)]);
      }
      return written;
    } finally {
      close();
    }
  } finally {
    for (const made of [backup, finished]) rmSync(made, { recursive: true, force: true });
  }
}

const COPY_OPTIONS: Record<Format, string> = {
  ndjson: 'format json',
  csv: 'format csv, header true',
  parquet: 'format parquet, compression zstd',
};

/** Writes one table. Returns the number of rows. */
async function convert(
  connection: DuckDBConnection,
  table: TableName,
  { from, to }: { from: string; to: string },
  { format, spreadsheet }: ExportOptions,
): Promise<number> {
  const columns = TABLES[table].columns.map((column) => {
    const cell = onTheWire(table, column, format);
    const safe = spreadsheet && column.type === 'text' ? guardedSql(cell) : cell;
    return `${safe} as "${wireName(table, column.name)}"`;
  });
  const sql = `copy (select ${columns.join(', ')} from ${parquetRows(from)} t) to ${writtenPath(to)} (${COPY_OPTIONS[format]})`;
  const rows = (await connection.runAndReadAll(sql)).getRows();
  return Number(rows[0]![0]);
}

/** The wire field of a column. Amounts and rates are written as they were sent: as decimals, under the name of the field. */
function wireName(table: TableName, column: string): string {
  return fieldOf(table, column)?.name ?? column;
}

function fieldOf(table: TableName, column: string) {
  return isRecordName(table) ? recordKind(table).fields.find((field) => field.stored_name === column) : undefined;
}

function onTheWire(table: TableName, { name, type }: Column, format: Format): string {
  const kind = fieldOf(table, name)?.kind;
  // A statement has the id that its sender knows, so an import of the file states the same again.
  if (isRecordName(table) && name === recordKind(table).id_field) return sentIdSql(table, 't');
  if (kind === 'amount' || kind === 'rate') {
    const [scale, one] = kind === 'amount' ? [6, '0.000001::decimal(7, 6)'] : [9, '0.000000001::decimal(10, 9)'];
    const decimal = `(${name}::decimal(18, 0) * ${one})::decimal(28, ${scale})`;
    return format === 'parquet' ? decimal : `${decimal}::varchar`;
  }
  if (type === 'instant') {
    // The instant is made from its milliseconds: files of ClickHouse give instants a time zone, and DuckDB would turn them into
    // local time.
    const instant = `make_timestamp_ms(epoch_ms(${name}))::timestamp_ms`;
    return format === 'parquet' ? instant : `strftime(${instant}::timestamp, '%Y-%m-%dT%H:%M:%S.%gZ')`;
  }
  if (kind !== 'json') return name;
  const text = wholePairs(name);
  // A text that is no JSON is written as a text, so that one row never stops an export.
  return format === 'ndjson' ? `coalesce(try_cast(${text} as json), to_json(${text}))` : text;
}

/**
 * SQL for stored JSON in which U+FFFD stands for each half of a surrogate pair, because readers of JSON refuse a half. Earlier
 * versions stored such halves, always as escapes in lower case (`\\ud83d`). chr(1), which no JSON text holds, stands for an
 * escaped backslash meanwhile.
 */
function wholePairs(name: string): string {
  const halves = `regexp_replace(replace(${name}, '\\\\', chr(1)), '\\\\ud[89a-f][0-9a-f]{2}', '\\\\ufffd', 'g')`;
  return `case when contains(${name}, '${HALF_PAIR_ESCAPE}') then replace(${halves}, chr(1), '\\\\') else ${name} end`;
}
