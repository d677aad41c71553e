/** The commands `tributary keys` and `tributary reclassify`. */

import { type Command, Option } from 'commander';
import { showAny, tableOf } from '../present/any.ts';
import { line } from '../present/clip.ts';
import { BUDGET_PERIODS } from '../privacy/differential-privacy/budget.ts';
import { SCOPES } from '../server/stored-keys.ts';
import type { DataOptions } from './connect.ts';
import { withClient } from './connect.ts';
import { printJson } from './io.ts';
import { type Context, mustExist, withData } from './options.ts';
import { pathPart } from './requests.ts';

interface KeyOptions extends DataOptions {
  name: string;
  scope: string;
  brand?: string;
  dpEpsilonBudget?: string;
  dpBudgetPer?: string;
  json?: boolean;
}

interface JsonOption extends DataOptions {
  json?: boolean;
}

export function addAdminCommands(program: Command, context: Context): void {
  addKeys(program.command('keys').description('List, make and revoke the keys for HTTP'), context);
  addReclassify(program, context);
}

function addKeys(keys: Command, { io, open }: Context): void {
  const create = keys
    .command('create')
    .description('make a key; it is shown once')
    .requiredOption('--name <name>', 'name of the key in lists and logs')
    .addOption(
      new Option('--scope <scope>', 'scope of the key; admin includes the others')
        .choices([...SCOPES])
        .default('write'),
    )
    .option('--brand <id>', 'the only brand that the key is for; every brand when left out')
    .option(
      '--dp-epsilon-budget <epsilon>',
      'for scope partner: what its questions may spend together, such as 3; it gets answers with noise only',
    )
    .addOption(
      new Option(
        '--dp-budget-per <period>',
        'for scope partner: when the budget is renewed; never when left out',
      ).choices([...BUDGET_PERIODS]),
    )
    .option('--json', 'print JSON');
  withData(create, io).action(async (options: KeyOptions) => {
    const { name, scope, brand, dpEpsilonBudget, dpBudgetPer } = options;
    const made = await withClient(io, open, options, (client) =>
      client.post('/v1/keys', {
        ...{ name, scope },
        ...(brand === undefined ? {} : { brand_id: brand }),
        ...(dpEpsilonBudget === undefined ? {} : { dp_epsilon_budget: dpEpsilonBudget }),
        ...(dpBudgetPer === undefined ? {} : { dp_budget_per: dpBudgetPer }),
      }),
    );
    if (options.json) printJson(io, made);
    else
      io.out(
        line`${made.key}\n\n${made.key_id}: ${scope}, ${brand === undefined ? 'every brand' : `brand ${brand}`}. Note the key now: it is not stored and is not shown again.\n`,
      );
  });
  withData(
    keys.command('list').description('list the keys, without their secrets').option('--json', 'print JSON'),
    io,
  ).action(async (options: JsonOption) => {
    mustExist(options.data);
    const list = await withClient(io, open, options, async (client) => {
      const { keys: all } = await client.get('/v1/keys');
      // Without a server, keys of the environment are left out: those of this process are not those of a server.
      return { keys: client.local ? all.filter((key: { origin: string }) => key.origin === 'file') : all };
    });
    if (options.json) printJson(io, list);
    else
      io.out(
        list.keys.length === 0
          ? 'there are no keys yet; make one with `tributary keys create`, or start `tributary serve`, which prints the first ones\n'
          : tableOf(list.keys, Number.POSITIVE_INFINITY),
      );
  });
  withData(
    keys
      .command('budgets')
      .description('show what keys of scope partner have spent of their budgets of noise')
      .option('--json', 'print JSON'),
    io,
  ).action(async (options: JsonOption) => {
    mustExist(options.data);
    const list = await withClient(io, open, options, (client) => client.get('/v1/privacy/budgets'));
    if (options.json) printJson(io, list);
    else
      io.out(
        list.budgets.length === 0
          ? 'no key has a budget; make one with `tributary keys create --scope partner`\n'
          : tableOf(list.budgets, Number.POSITIVE_INFINITY),
      );
  });
  withData(
    keys
      .command('revoke')
      .description(
        'revoke a key; it stops working at once, and within two seconds in other servers that share its state',
      )
      .argument('<key_id>'),
    io,
  ).action(async (key_id: string, options: DataOptions) => {
    mustExist(options.data);
    await withClient(io, open, options, (client) => client.delete(`/v1/keys/${pathPart('key_id', key_id)}`));
    io.out(line`${key_id} is revoked\n`);
  });
}

function addReclassify(program: Command, { io, open }: Context): void {
  const command = program
    .command('reclassify')
    .description(
      'Classify stored touchpoints again by the rules of this version; the touchpoints themselves do not change',
    );
  withData(command.option('--json', 'print JSON'), io).action(async (options: JsonOption) => {
    mustExist(options.data);
    const answer = await withClient(io, open, options, (client) => client.post('/v1/reclassify'));
    if (options.json) printJson(io, answer);
    else io.out(showAny(answer, Number.POSITIVE_INFINITY));
  });
}
