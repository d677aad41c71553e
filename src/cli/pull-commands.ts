/** The command `tributary pulls`: where each pull of spend stands, and a run before its time. */
import type { Command } from 'commander';
import { tableOf } from '../present/any.ts';
import { type DataOptions, withClient } from './connect.ts';
import { printJson } from './io.ts';
import { type Context, mustExist, withData } from './options.ts';
import { pathPart } from './requests.ts';

interface JsonOption extends DataOptions {
  json?: boolean;
}

export function addPullCommands(program: Command, { io, open }: Context): void {
  const pulls = program.command('pulls').description('Where the configured pulls of spend stand');
  withData(
    pulls
      .command('list', { isDefault: true })
      .description('list the pulls: when each was read, and why not')
      .option('--json', 'print JSON'),
    io,
  ).action(async (options: JsonOption) => {
    mustExist(options.data);
    const list = await withClient(io, open, options, (client) => client.get('/v1/pulls'));
    if (options.json) printJson(io, list);
    else
      io.out(
        list.pulls.length === 0
          ? 'no pull is configured; docs/sources/ says how to connect Google Ads, Meta Ads or a sheet\n'
          : tableOf(list.pulls, Number.POSITIVE_INFINITY),
      );
  });
  withData(
    pulls
      .command('run')
      .description('ask the running server for a run before its time')
      .argument('<pull_id>')
      .option('--json', 'print JSON'),
    io,
  ).action(async (id: string, options: JsonOption) => {
    mustExist(options.data);
    const asked = await withClient(io, open, options, (client) =>
      client.post(`/v1/pulls/${pathPart('pull_id', id)}/run`, {}),
    );
    if (options.json) printJson(io, asked);
    else io.out('the run begins within ten seconds while the server runs; tributary pulls tells how it went\n');
  });
}
