/** The commands `tributary annotations` and `tributary share`. */
import { type Command, Option } from 'commander';
import { tableOf } from '../present/any.ts';
import { line } from '../present/clip.ts';
import { MAX_LINK_DAYS } from '../sharing/links.ts';
import { PERIOD_NAMES } from '../sharing/periods.ts';
import type { Json } from './client.ts';
import type { DataOptions } from './connect.ts';
import { withClient } from './connect.ts';
import { printJson } from './io.ts';
import { type Context, mustExist, whole, withData } from './options.ts';
import { pathPart } from './requests.ts';

interface JsonOption extends DataOptions {
  json?: boolean;
  brand?: string;
}

export function addSharingCommands(program: Command, context: Context): void {
  addAnnotations(program.command('annotations').description('What happened on some days, beside the figures'), context);
  addShare(program.command('share').description('Links that show one view or one table to who has them'), context);
}

function addAnnotations(annotations: Command, context: Context): void {
  const { io, open } = context;
  const list = annotations
    .command('list', { isDefault: true })
    .description('list annotations in order of days')
    .option('--start <day>', 'only of this day or later')
    .option('--end <day>', 'only before this day')
    .option('--brand <id>', 'of this brand and of all brands')
    .option('--json', 'print JSON');
  withData(list, io).action(async (options: JsonOption & { start?: string; end?: string }) => {
    mustExist(options.data);
    const { start, end, brand } = options;
    const found = await withClient(io, open, options, (client) =>
      client.get('/v1/annotations', given({ start, end, brand_id: brand })),
    );
    show(context, found, 'annotations', options.json, 'there are no annotations\n');
  });
  const add = annotations
    .command('add')
    .description('write an annotation')
    .argument('<text>', 'what happened')
    .requiredOption('--day <day>', 'the day, or the first of several')
    .option('--last-day <day>', 'the last day')
    .option('--brand <id>', 'the brand; all brands when left out')
    .option('--json', 'print JSON');
  withData(add, io).action(async (text: string, options: JsonOption & { day: string; lastDay?: string }) => {
    mustExist(options.data);
    const { day, lastDay: last_day, brand } = options;
    const made = await withClient(io, open, options, (client) =>
      client.post('/v1/annotations', { text, ...given({ day, last_day, brand_id: brand }) }),
    );
    if (options.json) printJson(io, made);
    else io.out(line`${made.annotation_id} is written\n`);
  });
  addDelete(annotations, context, {
    name: 'delete',
    description: 'delete an annotation',
    id: 'annotation_id',
    path: '/v1/annotations',
    done: 'deleted',
  });
}

interface ShareOptions extends JsonOption {
  kind: string;
  name: string;
  address: string;
  period?: string;
  days?: number;
}

function addShare(share: Command, context: Context): void {
  const { io, open } = context;
  const create = share
    .command('create')
    .description('make a link; its address is shown once')
    .addOption(
      new Option('--kind <kind>', 'a page of the dashboard, a table for spreadsheets, or a page within another site')
        .choices(['page', 'csv', 'embed'])
        .default('page'),
    )
    .requiredOption('--name <name>', 'name of the link in the list')
    .requiredOption(
      '--address <address>',
      'the view, such as "/channels?model=linear"; for csv a report, such as "/v1/reports/attribution?group_by=channel"',
    )
    .addOption(
      new Option('--period <period>', 'days that move with the clock, instead of start and end').choices([
        ...PERIOD_NAMES,
      ]),
    )
    .option('--days <n>', `days until the link ends, at most ${MAX_LINK_DAYS}`, whole(1, MAX_LINK_DAYS))
    .option('--brand <id>', 'the only brand that it shows; every brand when left out')
    .option('--json', 'print JSON');
  withData(create, io).action(async (options: ShareOptions) => {
    mustExist(options.data);
    const { kind, name, address, period, days, brand } = options;
    const password = io.env['TRIBUTARY_LINK_PASSWORD'];
    const body = { kind, name, address, ...given({ period, brand_id: brand, password }), ...(days ? { days } : {}) };
    const made = await withClient(io, open, options, (client) => client.post('/v1/share-links', body));
    if (options.json) printJson(io, made);
    else
      io.out(
        line`${made.path}\n\n${made.link_id} ends at ${made.expires_at}. Put the address of the server before the path. Note it now: it is not stored and is not shown again.\n`,
      );
  });
  const list = share.command('list', { isDefault: true }).description('list the links').option('--json', 'print JSON');
  withData(list, io).action(async (options: JsonOption) => {
    mustExist(options.data);
    const found = await withClient(io, open, options, (client) => client.get('/v1/share-links'));
    show(context, found, 'links', options.json, 'there are no links\n');
  });
  addDelete(share, context, {
    name: 'revoke',
    description: 'revoke a link; it stops working at once',
    id: 'link_id',
    path: '/v1/share-links',
    done: 'revoked',
  });
}

function addDelete(
  commands: Command,
  { io, open }: Context,
  { name, description, id, path, done }: Record<'name' | 'description' | 'id' | 'path' | 'done', string>,
): void {
  withData(commands.command(name).description(description).argument(`<${id}>`), io).action(
    async (value: string, options: DataOptions) => {
      mustExist(options.data);
      await withClient(io, open, options, (client) => client.delete(`${path}/${pathPart(id, value)}`));
      io.out(line`${value} is ${done}\n`);
    },
  );
}

function show({ io }: Context, answer: Json, field: string, json: boolean | undefined, empty: string): void {
  if (json) printJson(io, answer);
  else io.out(answer[field].length === 0 ? empty : tableOf(answer[field], Number.POSITIVE_INFINITY));
}

/** Without what was left out. */
function given(values: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Record<
    string,
    string
  >;
}
