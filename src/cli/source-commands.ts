/** The command `tributary sources`: what each source brought, and the second try of what could not be used. */
import type { Command } from 'commander';
import { tableOf } from '../present/any.ts';
import { line } from '../present/clip.ts';
import type { DataOptions } from './connect.ts';
import { withClient } from './connect.ts';
import { printJson } from './io.ts';
import { type Context, mustExist, withData } from './options.ts';
import { pathPart } from './requests.ts';

interface JsonOption extends DataOptions {
  json?: boolean;
}

export function addSourceCommands(program: Command, { io, open }: Context): void {
  const sources = program.command('sources').description('What the configured sources brought');
  withData(
    sources
      .command('list', { isDefault: true })
      .description('list the sources: when each was last seen, and what became of its events')
      .option('--json', 'print JSON'),
    io,
  ).action(async (options: JsonOption) => {
    mustExist(options.data);
    const list = await withClient(io, open, options, (client) => client.get('/v1/sources'));
    if (options.json) printJson(io, list);
    else
      io.out(
        list.sources.length === 0
          ? 'no source is configured; docs/sources/ says how to connect each provider\n'
          : tableOf(list.sources, Number.POSITIVE_INFINITY),
      );
  });
  withData(
    sources
      .command('replay')
      .description('try the kept events of a source again, after a fix')
      .argument('<source_id>')
      .option('--json', 'print JSON'),
    io,
  ).action(async (source_id: string, options: JsonOption) => {
    mustExist(options.data);
    const done = await withClient(io, open, options, (client) =>
      client.post(`/v1/sources/${pathPart('source_id', source_id)}/replay`),
    );
    if (options.json) printJson(io, done);
    else io.out(line`${done.accepted} records accepted, ${done.unusable} events still cannot be used\n`);
  });
}
