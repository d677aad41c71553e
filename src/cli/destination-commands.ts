/** The command `tributary destinations`: where each destination stands, what was given up, and sending again. */
import { type Command, Option } from 'commander';
import { tableOf } from '../present/any.ts';
import { line } from '../present/clip.ts';
import { type DataOptions, withClient } from './connect.ts';
import { checkDestinations, checkLine } from './destination-checks.ts';
import { printJson } from './io.ts';
import { type Context, mustExist, withData } from './options.ts';
import { pathPart } from './requests.ts';

interface JsonOption extends DataOptions {
  json?: boolean;
}

export function addDestinationCommands(program: Command, context: Context): void {
  const { io, open } = context;
  const destinations = program.command('destinations').description('Where the configured destinations stand');
  withData(
    destinations
      .command('list', { isDefault: true })
      .description('list the destinations: what was delivered, what waits, and why')
      .option('--json', 'print JSON'),
    io,
  ).action(async (options: JsonOption) => {
    mustExist(options.data);
    const list = await withClient(io, open, options, (client) => client.get('/v1/destinations'));
    if (options.json) printJson(io, list);
    else io.out(list.destinations.length === 0 ? NONE : tableOf(list.destinations, Number.POSITIVE_INFINITY));
  });
  withData(
    destinations
      .command('dead-letters')
      .description('list what a destination will never take, with the reasons')
      .argument('<destination_id>')
      .option('--json', 'print JSON'),
    io,
  ).action(async (id: string, options: JsonOption) => {
    mustExist(options.data);
    const list = await withClient(io, open, options, (client) =>
      client.get(`/v1/destinations/${pathPart('destination_id', id)}/dead-letters`),
    );
    if (options.json) printJson(io, list);
    else io.out(list.dead_letters.length === 0 ? 'none\n' : tableOf(list.dead_letters, Number.POSITIVE_INFINITY));
  });
  addCheck(destinations, context);
  withData(
    destinations
      .command('replay')
      .description('send again, and let a destination that stopped go on')
      .argument('<destination_id>')
      .addOption(
        new Option('--what <what>', 'what is sent again')
          .choices(['dead_letters', 'orders', 'nothing'])
          .default('dead_letters'),
      )
      .option('--from <day>', 'the first day of the orders, such as 2026-03-01')
      .option('--json', 'print JSON'),
    io,
  ).action(async (id: string, options: JsonOption & { what: string; from?: string }) => {
    mustExist(options.data);
    const done = await withClient(io, open, options, (client) =>
      client.post(`/v1/destinations/${pathPart('destination_id', id)}/replay`, {
        what: options.what,
        ...(options.from === undefined ? {} : { from: options.from }),
      }),
    );
    if (options.json) printJson(io, done);
    else io.out(line`${done.messages} messages are sent again\n`);
  });
}

function addCheck(destinations: Command, { io, open, exit }: Context): void {
  withData(
    destinations
      .command('check')
      .description('ask a destination, or all, if the settings are right; nothing is kept there')
      .argument('[destination_id]')
      .option('--json', 'print JSON'),
    io,
  ).action(async (id: string | undefined, options: JsonOption) => {
    mustExist(options.data);
    const checks = await withClient(io, open, options, (client) => checkDestinations(client, id));
    if (options.json) printJson(io, { checks });
    else io.out(checks.length === 0 ? NONE : checks.map(checkLine).join(''));
    if (checks.some(({ result }) => result === 'problem')) exit(1);
  });
}

const NONE = 'no destination is configured; docs/destinations/ says how to connect each one\n';
