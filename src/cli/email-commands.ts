/** The command `tributary email-keys`. */
import type { Command } from 'commander';
import { tableOf } from '../present/any.ts';
import { line } from '../present/clip.ts';
import { type DataOptions, withClient } from './connect.ts';
import { printJson } from './io.ts';
import { type Context, mustExist, withData } from './options.ts';
import { pathPart } from './requests.ts';

const PATH = '/v1/email/keys';

interface JsonOption extends DataOptions {
  json?: boolean;
}

export function addEmailCommands(program: Command, { io, open }: Context): void {
  const keys = program.command('email-keys').description('List, rotate, make and revoke the keys of links in emails');
  withData(
    keys.command('list').description('list the keys, without their secrets').option('--json', 'print JSON'),
    io,
  ).action(async (options: JsonOption) => {
    mustExist(options.data);
    const list = await withClient(io, open, options, (client) => client.get(PATH));
    if (options.json) printJson(io, list);
    else
      io.out(
        list.keys.length === 0
          ? 'there are no keys yet; the first instrumented email makes them\n'
          : tableOf(list.keys, Number.POSITIVE_INFINITY),
      );
  });
  withData(
    keys
      .command('rotate')
      .description('make links by the next key from now on; links that were made before go on working'),
    io,
  ).action(async (options: DataOptions) => {
    mustExist(options.data);
    const { signing } = await withClient(io, open, options, (client) => client.post(`${PATH}/rotate`));
    io.out(line`${signing} makes links now; links that were made before go on working\n`);
  });
  withData(
    keys
      .command('create')
      .description('make a key for a mail program that makes its links itself; it is shown once')
      .requiredOption('--name <name>', 'name of the key in lists')
      .option('--json', 'print JSON'),
    io,
  ).action(async (options: JsonOption & { name: string }) => {
    const made = await withClient(io, open, options, (client) => client.post(PATH, { name: options.name }));
    if (options.json) printJson(io, made);
    else
      io.out(
        line`${made.key}\n\nNote the key now: it is not shown again. Who has it can make links that lead anywhere. Revoke it with: tributary email-keys revoke ${made.kid}\n`,
      );
  });
  withData(
    keys
      .command('revoke')
      .description('revoke a key of a mail program; all links that were made with it stop working')
      .argument('<kid>'),
    io,
  ).action(async (kid: string, options: DataOptions) => {
    mustExist(options.data);
    await withClient(io, open, options, (client) => client.delete(`${PATH}/${pathPart('kid', kid)}`));
    io.out(line`${kid} is revoked\n`);
  });
}
