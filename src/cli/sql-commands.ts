/** `tributary sql` asks the views in SQL; `tributary views` lists them and writes them as files for other tools. */
import { closeSync, lstatSync, mkdirSync, writeSync } from 'node:fs';
import { extname, join } from 'node:path';
import { type Command, Option } from 'commander';
import { badRequest } from '../domain/errors.ts';
import { createFile } from '../files/private.ts';
import { pairs, textTable } from '../present/table.ts';
import { AttributionParameters } from '../reports/parameters.ts';
import { SQL_FORMATS, type SqlFormat } from '../views/sandbox/messages.ts';
import { VIEWS } from '../views/views.ts';
import type { Client, Json } from './client.ts';
import { type DataOptions, withClient } from './connect.ts';
import { addFlags, parametersOf } from './flags.ts';
import { type Context, collect, mustExist, whole, withData } from './options.ts';
import { withQuery } from './requests.ts';

type SqlFlags = DataOptions & { format?: SqlFormat; out?: string; persons?: boolean; value: string[]; limit: number };
type ViewFlags = DataOptions & { format: Exclude<SqlFormat, 'json'>; out?: string; persons?: boolean };

const PERSONS = 'the views have the columns that name persons and orders';

export function addSqlCommands(program: Command, context: Context): void {
  addSql(program, context);
  addViews(program, context);
}

function addSql(program: Command, context: Context): void {
  const command = program
    .command('sql')
    .description('Ask the views of credits, orders, journeys, campaigns and spend in SQL')
    .argument('<statement>', 'one select; `tributary views` lists the views and their columns');
  addFlags(command, AttributionParameters);
  command
    .option('--value <name=value>', 'value of $name in the statement, as text; may be given several times', collect, [])
    .option('--persons', PERSONS)
    .addOption(new Option('--format <format>', 'format of the rows; a table when left out').choices(SQL_FORMATS))
    .option('--out <file>', 'new file for the rows; parquet needs it')
    .option('--limit <rows>', 'rows of a table on the terminal; 0 shows all', whole(0, 1_000_000), 100);
  withData(command, context.io).action(async (statement: string) => {
    const flags = command.opts<SqlFlags>();
    const { format, out } = flags;
    mustExist(flags.data);
    if (format === 'parquet' && out === undefined)
      throw badRequest('--out', 'is missing; Parquet is no text, so name a new file for it');
    if (out !== undefined) refuseTaken(out);
    const body = {
      sql: statement,
      values: valuesOf(flags.value),
      ...(flags.persons ? { persons: true } : {}),
      ...parametersOf(AttributionParameters, flags as unknown as Record<string, unknown>),
    };
    await withViews(context, flags, async (client) => {
      if (out !== undefined || format !== undefined) {
        const file = await client.file('POST', '/v1/sql', { ...body, format: format ?? formatOf(out!) });
        if (out === undefined) context.io.out(file.toString());
        else context.io.out(pairs([[out, writeNew(out, file)]]));
      } else context.io.out(tableOf(await client.post('/v1/sql', body), flags.limit));
    });
  });
}

function addViews(program: Command, context: Context): void {
  const command = program
    .command('views')
    .description('List the views for SQL and their columns, or write them as files for other tools')
    .argument('[views...]', `some of ${VIEWS.map(({ name }) => name).join(', ')}; all of them when left out`);
  addFlags(command, AttributionParameters);
  command
    .option('--persons', PERSONS)
    .addOption(new Option('--format <format>').choices(['parquet', 'csv']).default('parquet'))
    .option('--out <folder>', 'folder for a new file of each view; the list is printed when left out');
  withData(command, context.io).action(async (names: string[]) => {
    const flags = command.opts<ViewFlags>();
    for (const name of names)
      if (!VIEWS.some((view) => view.name === name))
        throw badRequest('VIEWS', `${name} is not a view; use some of ${VIEWS.map((view) => view.name).join(', ')}`);
    const chosen = VIEWS.filter(({ name }) => names.length === 0 || names.includes(name));
    const { out, format } = flags;
    if (out === undefined) {
      context.io.out(chosen.map(columnsText).join('\n'));
      return;
    }
    mustExist(flags.data);
    mkdirSync(out, { recursive: true });
    for (const { name } of chosen) refuseTaken(join(out, `${name}.${format}`));
    const query = {
      ...parametersOf(AttributionParameters, flags as unknown as Record<string, unknown>),
      format,
      ...(flags.persons ? { persons: 'true' } : {}),
    };
    await withViews(context, flags, async (client) => {
      for (const { name } of chosen) {
        const path = join(out, `${name}.${format}`);
        const written = writeNew(path, await client.file('GET', withQuery(`/v1/views/${name}`, query)));
        context.io.out(pairs([[path, written]]));
      }
    });
  });
}

/** Works with the views of everything that was accepted before. */
function withViews({ io, open }: Context, flags: DataOptions, work: (client: Client) => Promise<void>): Promise<void> {
  return withClient(io, open, flags, async (client) => {
    await client.settle();
    await work(client);
  });
}

function valuesOf(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((one) => {
      const at = one.indexOf('=');
      if (at < 1) throw badRequest('--value', `${JSON.stringify(one.slice(0, 60))} is not name=value`);
      return [one.slice(0, at), one.slice(at + 1)];
    }),
  );
}

/** The format that the name of a file says; json for any other name. */
function formatOf(path: string): SqlFormat {
  return SQL_FORMATS.find((format) => extname(path) === `.${format}`) ?? 'json';
}

/** Refuses a name before anything is computed for it. {@link writeNew} refuses one that was taken meanwhile. */
function refuseTaken(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false }))
    throw badRequest('--out', `${path} exists already; name a new file or folder`);
}

function writeNew(path: string, content: Buffer): string {
  const file = createFile(path, '--out');
  try {
    for (let at = 0; at < content.length; ) at += writeSync(file, content, at);
  } finally {
    closeSync(file);
  }
  return `${content.length} bytes`;
}

const NUMERIC = /INT|DECIMAL|DOUBLE|FLOAT/;

function tableOf({ columns, rows }: Json, limit: number): string {
  if (rows.length === 0) return 'no rows\n';
  const shown = limit === 0 ? rows : rows.slice(0, limit);
  const cells = shown.map((row: Record<string, unknown>) =>
    columns.map(({ name }: { name: string }) => {
      const value = row[name];
      return value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
    }),
  );
  const names = columns.map(({ name, type }: { name: string; type: string }) => ({ name, right: NUMERIC.test(type) }));
  const rest = rows.length - shown.length;
  return textTable(names, cells) + (rest > 0 ? `\n  ${rest} more rows; --limit 0 shows all\n` : '');
}

function columnsText({ name, row, columns }: (typeof VIEWS)[number]): string {
  const lines = Object.entries(columns).map(([column, { type, meaning, persons }]) => [
    column,
    type,
    persons ? `${meaning} (with --persons)` : meaning,
  ]);
  return `${name}: ${row}\n${textTable([{ name: 'column' }, { name: 'type' }, { name: 'meaning' }], lines)}`;
}
