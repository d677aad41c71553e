/** The command `tributary schedules`: where each schedule stands, the newest period before its time, and what it would send. */
import { closeSync, mkdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { badRequest } from '../domain/errors.ts';
import { createFile } from '../files/private.ts';
import { tableOf } from '../present/any.ts';
import { pairs } from '../present/table.ts';
import { type DataOptions, withClient } from './connect.ts';
import { printJson } from './io.ts';
import { type Context, mustExist, withData } from './options.ts';
import { pathPart } from './requests.ts';

interface JsonOption extends DataOptions {
  json?: boolean;
}
interface SendOptions extends JsonOption {
  now?: boolean;
  dryRun?: boolean;
  out?: string;
}
interface Preview {
  subject: string;
  html: string;
  text: string;
  slack: object;
  pictures: Record<string, string>;
}

const SHOWN = [
  'schedule_id',
  'kind',
  'brand_id',
  'period',
  'status',
  'next_at',
  'last_start',
  'last_success_at',
  'last_error',
];

export function addScheduleCommands(program: Command, context: Context): void {
  const schedules = program.command('schedules').description('Where the configured reports and exports stand');
  addList(schedules, context);
  addSend(schedules, context);
  addExports(schedules, context);
}

function addList(schedules: Command, { io, open }: Context): void {
  withData(
    schedules
      .command('list', { isDefault: true })
      .description('list the schedules: the next time, and what became of the last one')
      .option('--json', 'print JSON'),
    io,
  ).action(async (options: JsonOption) => {
    mustExist(options.data);
    const list = await withClient(io, open, options, (client) => client.get('/v1/schedules'));
    if (options.json) printJson(io, list);
    else
      io.out(
        list.schedules.length === 0
          ? 'no schedule is configured; docs/schedules.md says how to set one up\n'
          : tableOf(list.schedules, Number.POSITIVE_INFINITY, SHOWN),
      );
  });
}

function addSend(schedules: Command, { io, open }: Context): void {
  withData(
    schedules
      .command('send')
      .description('send the newest whole period before its time, or write what would be sent to a folder')
      .argument('<schedule_id>')
      .option('--now', 'ask the running server to send it to all who do not surely have it')
      .option('--dry-run', 'send nothing: write HTML, text, pictures and the message for Slack as files')
      .option('--out <folder>', 'folder for new files of --dry-run')
      .option('--json', 'print JSON'),
    io,
  ).action(async (id: string, options: SendOptions) => {
    const { now, dryRun, out } = options;
    if (now === dryRun) throw badRequest('--now', 'or --dry-run is needed; give one of them');
    if (dryRun && out === undefined) throw badRequest('--out', 'is needed for --dry-run; name a folder');
    mustExist(options.data);
    const path = `/v1/schedules/${pathPart('schedule_id', id)}`;
    if (dryRun) {
      const preview = await withClient(io, open, options, (client) => client.get(`${path}/preview`));
      io.out(pairs(writeFiles(out!, preview as Preview)));
      return;
    }
    const asked = await withClient(io, open, options, (client) => client.post(`${path}/send`, {}));
    if (options.json) printJson(io, asked);
    else io.out('it is sent within ten seconds while the server runs; tributary schedules tells how it went\n');
  });
}

function addExports(schedules: Command, { io, open }: Context): void {
  withData(
    schedules
      .command('exports')
      .description('list the files that an export wrote')
      .argument('<schedule_id>')
      .option('--json', 'print JSON'),
    io,
  ).action(async (id: string, options: JsonOption) => {
    mustExist(options.data);
    const list = await withClient(io, open, options, (client) =>
      client.get(`/v1/schedules/${pathPart('schedule_id', id)}/exports`),
    );
    if (options.json) printJson(io, list);
    else if (list.exports.length === 0) io.out('nothing is written yet\n');
    else
      io.out(
        tableOf(list.exports, Number.POSITIVE_INFINITY, ['view', 'start', 'end', 'persons', 'rows', 'bytes', 'place']),
      );
  });
}

/** @returns the names of the files with what each is. */
function writeFiles(folder: string, { subject, html, text, slack, pictures }: Preview): [string, string][] {
  mkdirSync(folder, { recursive: true });
  const files: [name: string, content: string | Buffer, what: string][] = [
    ['mail.html', html, subject],
    ['mail.txt', text, 'plain text'],
    ['slack.json', `${JSON.stringify(slack, null, 2)}\n`, 'message for Slack'],
    ...Object.entries(pictures).map(([name, base64]): [string, Buffer, string] => [
      name,
      Buffer.from(base64, 'base64'),
      'picture of the mail',
    ]),
  ];
  return files.map(([name, content, what]) => {
    const path = join(folder, name);
    const file = createFile(path, '--out');
    try {
      const bytes = Buffer.from(content);
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    } finally {
      closeSync(file);
    }
    return [path, what];
  });
}
