/** The command `tributary serve`. */

import { type Command, Option } from 'commander';
import { line } from '../present/clip.ts';
import { ROLES, type Role } from '../tributary.ts';
import { serveTogether } from './collectors.ts';
import type { DataOptions } from './connect.ts';
import { stopped } from './io.ts';
import { type Context, whole, withData } from './options.ts';
import { madeKeys, setupText, startServer } from './start-server.ts';

interface ServeFlags extends DataOptions {
  port: number;
  host: string;
  role: Role;
  collectors?: number;
}

/** More processes than a machine has processors do not take more events. */
const MAX_COLLECTORS = 64;

export function addServeCommand(program: Command, { io, open }: Context): void {
  const command = program
    .command('serve')
    .description('Collect events and answer reports over HTTP')
    .option('--port <n>', 'port; 0 lets the system choose', whole(0, 65_535), 8400)
    .option('--host <address>', 'address to listen on; 0.0.0.0 for all addresses', '127.0.0.1')
    .addOption(
      new Option(
        '--role <role>',
        'part of the work: collect events, answer reports, do background work, or all; servers with different roles may share one ClickHouse',
      )
        .choices(ROLES)
        .default('all'),
    )
    .option(
      '--collectors <n>',
      'collector processes on the same port, each with its own name, spool and port (the next ones) in DATA/collectors; needs a ClickHouse',
      whole(1, MAX_COLLECTORS),
    );
  withData(command, io).action(async ({ port, host, role, collectors, ...options }: ServeFlags) => {
    if (collectors !== undefined) return serveTogether(io, open, options, { port, host, role, collectors });
    const { data } = options;
    const has_dashboard = role === 'all' || role === 'report';
    const server = await startServer(io, open, options, { port, host, role, offers_setup: has_dashboard });
    io.out(
      line`Tributary listens on ${server.address}; its data is in ${data}\n${server.address}/docs explains how to send events and read reports\n`,
    );
    io.out(madeKeys(server.made) + setupText(server));
    await Promise.race([stopped(io), server.closed]);
    await server.close();
  });
}
