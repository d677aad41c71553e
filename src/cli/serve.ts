/** The command `tributary serve`. */

import { type Command, Option } from 'commander';
import { TributaryError } from '../domain/errors.ts';
import { line } from '../present/clip.ts';
import { KeyRing, type MadeKey } from '../server/keys.ts';
import { type ServeOptions, type ServerHandle, serve } from '../server/serve.ts';
import { ROLES, type Role, type Tributary } from '../tributary.ts';
import type { DataOptions } from './connect.ts';
import { configOf, type Openers, runningServer } from './connect.ts';
import { type Io, stopped, warn } from './io.ts';
import { type Context, whole, withData } from './options.ts';

interface ServeFlags extends DataOptions {
  port: number;
  host: string;
  role: Role;
}

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
    );
  withData(command, io).action(async ({ port, host, role, ...options }: ServeFlags) => {
    const { data } = options;
    const server = await startServer(io, open, options, { port, host, role });
    io.out(
      line`Tributary listens on ${server.address}; its data is in ${data}\n${server.address}/docs explains how to send events and read reports\n`,
    );
    io.out(madeKeys(server.made));
    await Promise.race([stopped(io), server.closed]);
    await server.close();
  });
}

export interface Server extends ServerHandle {
  /** Keys that the first start made. They are shown once. */
  made: readonly MadeKey[];
  tributary: Tributary;
}

/** Opens a data folder and serves it. */
export async function startServer(
  io: Io,
  open: Openers,
  { data, ...settings }: DataOptions,
  { role = 'all', ...options }: ServeOptions & { role?: Role },
): Promise<Server> {
  const running = await runningServer(data);
  if (running)
    throw new TributaryError(
      'conflict',
      `--data: a server is running on ${data} already, at ${running.address}; stop it first, or name another folder`,
    );
  const config = configOf(io, settings);
  io.outlive();
  let onError: ServerHandle['onError'] = warn(io);
  const tributary = await open.openTributary({
    folder: data,
    config,
    role,
    clock: io.clock,
    onError: (error, what) => onError(error, what),
  });
  try {
    const keys = await KeyRing.open(tributary.state, data, io.env, io.clock);
    const handle = await serve(tributary, keys, options);
    onError = handle.onError;
    return { ...handle, made: keys.made, tributary };
  } catch (error) {
    await tributary.close();
    throw error;
  }
}

/** The text that shows keys of the first start. They are not shown again. */
function madeKeys(made: readonly MadeKey[]): string {
  if (made.length === 0) return '';
  const lines = made.map(({ key, scopes }) => `  ${scopes.join(', ').padEnd(6)} ${key}\n`).join('');
  return `\nKeys of this first start. They are not shown again: note them now, or make others with \`tributary keys create\`.\n${lines}\n`;
}
