/** Runs a server on one data folder: starts to listen, and closes when all accepted events are loaded. */
import { readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { TributaryError } from '../domain/errors.ts';
import { openToOthers } from '../files/open-to-others.ts';
import { replaceFile } from '../files/private.ts';
import type { ProcessTask } from '../log/follower.ts';
import type { Tributary } from '../tributary.ts';
import { poolWarning } from '../warehouse/thread-pool.ts';
import { type AppOptions, buildApp } from './app.ts';
import { refuseShortKeys, shortKeyWarning } from './environment-keys.ts';
import { CHECK_MS, type KeyRing } from './keys.ts';
import { logFailure } from './log.ts';
import { type SharedPort, sharePort } from './shared-port.ts';
import { saltFollower } from './visitor-ids.ts';

/**
 * How many new connections may wait to be accepted. Node accepts one in each turn of its event loop. The system drops connections
 * over this number, and their clients try again after a second or more.
 */
const BACKLOG = 4_096;

export interface ServeOptions extends AppOptions {
  host?: string;
  /** The port; 0 lets the system choose one. */
  port?: number;
  /** A port that other processes listen on, too; 0 lets the system choose one. Only in a process of Node's cluster. */
  shared_port?: number | undefined;
  /** True if SIGTERM and SIGINT close the server. A second signal ends the process at once. */
  signals?: boolean;
}

export interface ServerHandle {
  /** The address for programs on this machine, such as http://127.0.0.1:8400. */
  address: string;
  /** The port that is shared with other processes, if there is one. */
  shared_port: number | undefined;
  /** The admin key of this run. */
  token: string;
  app: FastifyInstance;
  /** Accepts no more requests, answers running ones, loads the spool and closes the warehouse. */
  close(): Promise<void>;
  /** Resolves when the server is closed, by a call or by a signal. */
  closed: Promise<void>;
  /** Logs a failure in the background. For `openTributary`. */
  onError(error: unknown, what: string): void;
}

/** The content of `DATA/server.json`, for other programs. */
export interface ServerFile {
  address: string;
  token: string;
  pid: number;
}

/** When the server closes, running requests have this time before their connections are cut. */
const DRAIN_MS = 10_000;
const IDLE_CHECK_MS = 50;

/**
 * Starts to listen. Closing the server also closes `tributary`.
 * @throws conflict when the port is in use; bad_request when others could guess a key.
 */
export async function serve(tributary: Tributary, keys: KeyRing, options: ServeOptions = {}): Promise<ServerHandle> {
  const { host = '127.0.0.1', port = 8400 } = options;
  refuseShortKeys(keys.short, host);
  const app = buildApp(tributary, keys, options);
  const open = openToOthers(tributary.folder);
  const short = keys.short.map(shortKeyWarning);
  for (const warning of [...short, open ?? [], poolWarning() ?? []].flat()) app.log.warn(warning);
  const shared = await listen(app, host, port, options.shared_port);
  const token = keys.createForRun();
  const address = reachableAddress(app);
  const path = join(tributary.folder, 'server.json');
  replaceFile(path, `${JSON.stringify({ address, token, pid: process.pid } satisfies ServerFile)}\n`);

  let closing: Promise<void> | undefined;
  let tellClosed: { resolve: () => void; reject: (error: unknown) => void } | undefined;
  const closed = new Promise<void>((resolve, reject) => {
    tellClosed = { resolve, reject };
  });
  const onError = (error: unknown, what: string): void =>
    logFailure(app.log, error, { what }, 'a background task failed');
  tributary.followers.add(keyFollower(keys));
  if (tributary.collector !== null) tributary.followers.add(saltFollower(tributary.reports.clock));
  await tributary.noted_changes.noteStart(tributary.config).catch((error) => onError(error, 'annotations of changes'));
  tributary.followers.start();
  const close = (): Promise<void> => {
    shared?.close();
    closing ??= shutDown(app, tributary, path).then(tellClosed!.resolve, (error) => {
      tellClosed!.reject(error);
      throw error;
    });
    return closing;
  };
  closed.catch(() => undefined);
  if (options.signals) closeOnSignals(close, closed, onError);
  return { address, shared_port: shared?.port, token, app, close, closed, onError };
}

async function listen(
  app: FastifyInstance,
  host: string,
  port: number,
  shared_port: number | undefined,
): Promise<SharedPort | undefined> {
  const own = { host, port, backlog: BACKLOG, exclusive: shared_port !== undefined };
  try {
    await app.listen(own);
    return shared_port === undefined ? undefined : await sharePort(app, { ...own, port: shared_port });
  } catch (cause) {
    await app.close();
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE')
      throw new TributaryError(
        'conflict',
        `--port: ${(cause as { port?: number }).port ?? port} on ${host} is in use; stop the program that uses it, or choose another port`,
        { field: '--port', cause },
      );
    if (code === 'EACCES')
      throw new TributaryError('forbidden', `--port: the system does not allow ${port}; choose a port from 1024 up`, {
        field: '--port',
        cause,
      });
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new TributaryError(
        'bad_request',
        `--host: ${host} is not an address of this machine; use 127.0.0.1, or 0.0.0.0 for all addresses`,
        { field: '--host', cause },
      );
    throw cause;
  }
}

/** An address to connect to. A server that listens on all addresses is reached on this machine. */
function reachableAddress(app: FastifyInstance): string {
  const [bound] = app.addresses();
  const { address, port } = bound as AddressInfo;
  if (address === '0.0.0.0') return `http://127.0.0.1:${port}`;
  if (address === '::') return `http://[::1]:${port}`;
  return address.includes(':') ? `http://[${address}]:${port}` : `http://${address}:${port}`;
}

/** Reads keys again when other processes make or revoke some. */
function keyFollower(keys: KeyRing): ProcessTask {
  return { name: 'keys', scope: 'process', every_ms: CHECK_MS, run: () => keys.refresh() };
}

async function shutDown(app: FastifyInstance, tributary: Tributary, server_file: string): Promise<void> {
  // Otherwise connections that become idle after their last answer would keep the server open.
  const idle = setInterval(() => app.server.closeIdleConnections(), IDLE_CHECK_MS);
  const late = setTimeout(() => app.server.closeAllConnections(), DRAIN_MS);
  try {
    // Running requests are answered first. Background work ends with `tributary` and goes on at the next start.
    await app.close();
  } finally {
    clearInterval(idle);
    clearTimeout(late);
    await tributary.close();
    removeOwn(server_file);
  }
}

/** Removes the file unless another process has written it since. */
function removeOwn(path: string): void {
  try {
    const { pid } = JSON.parse(readFileSync(path, 'utf8')) as ServerFile;
    if (pid === process.pid) rmSync(path, { force: true });
  } catch {
    // The file is gone or unreadable, so there is nothing to remove.
  }
}

function closeOnSignals(close: () => Promise<void>, closed: Promise<void>, onError: ServerHandle['onError']): void {
  const stop = (): void => {
    forget();
    close().catch((error) => {
      onError(error, 'shutdown');
      process.exitCode = 1;
    });
  };
  const forget = (): void => {
    process.removeListener('SIGTERM', stop);
    process.removeListener('SIGINT', stop);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  closed.then(forget, forget);
}
