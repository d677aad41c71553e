/** A listening server over one data folder, from its first request to the last event loaded. */
import { readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { TributaryError } from '../domain/errors.ts';
import type { ProcessTask } from '../log/follower.ts';
import type { Tributary } from '../tributary.ts';
import { type AppOptions, buildApp } from './app.ts';
import { CHECK_MS, type KeyRing, writePrivate } from './keys.ts';
import { logFailure } from './log.ts';

export interface ServeOptions extends AppOptions {
  host?: string;
  /** 0 lets the system choose. */
  port?: number;
  /** Closes on SIGTERM and SIGINT; a second signal ends the process at once. */
  signals?: boolean;
}

export interface ServerHandle {
  /** Where a program on this machine reaches the server: http://127.0.0.1:8400. */
  address: string;
  /** The admin key of this run. */
  token: string;
  app: FastifyInstance;
  /** Stops accepting, answers what is in flight, loads the spool and closes the warehouse. */
  close(): Promise<void>;
  /** Resolves when the server is closed, by whatever. */
  closed: Promise<void>;
  /** For `openTributary`: writes a failure in the background to the log. */
  onError(error: unknown, what: string): void;
}

/** What other programs find in `DATA/server.json`. */
export interface ServerFile {
  address: string;
  token: string;
  pid: number;
}

/** Time that requests in flight have to finish before their connections are cut. */
const DRAIN_MS = 10_000;
const IDLE_CHECK_MS = 50;

/** Starts to listen. @throws conflict when the port is taken. The Tributary is closed with the server. */
export async function serve(tributary: Tributary, keys: KeyRing, options: ServeOptions = {}): Promise<ServerHandle> {
  const app = buildApp(tributary, keys, options);
  for (const warning of keys.warnings) app.log.warn(warning);
  await listen(app, options.host ?? '127.0.0.1', options.port ?? 8400);
  const token = keys.createForRun();
  const address = reachableAddress(app);
  const path = join(tributary.folder, 'server.json');
  writePrivate(path, `${JSON.stringify({ address, token, pid: process.pid } satisfies ServerFile)}\n`);

  let closing: Promise<void> | undefined;
  let tellClosed: { resolve: () => void; reject: (error: unknown) => void } | undefined;
  const closed = new Promise<void>((resolve, reject) => {
    tellClosed = { resolve, reject };
  });
  const onError = (error: unknown, what: string): void =>
    logFailure(app.log, error, { what }, 'failed in the background');
  tributary.followers.add(keyFollower(keys));
  tributary.followers.start();
  const close = (): Promise<void> => {
    closing ??= shutDown(app, tributary, path).then(tellClosed!.resolve, (error) => {
      tellClosed!.reject(error);
      throw error;
    });
    return closing;
  };
  closed.catch(() => undefined);
  if (options.signals) closeOnSignals(close, closed, onError);
  return { address, token, app, close, closed, onError };
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    await app.close();
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE')
      throw new TributaryError(
        'conflict',
        `port ${port} on ${host} is in use; stop what uses it, or choose another with --port`,
        { field: '--port', cause },
      );
    if (code === 'EACCES')
      throw new TributaryError('forbidden', `port ${port} may not be opened; choose one from 1024 up with --port`, {
        field: '--port',
        cause,
      });
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new TributaryError(
        'bad_request',
        `${host} is not an address of this machine; use --host 127.0.0.1, or 0.0.0.0 for all`,
        { field: '--host', cause },
      );
    throw cause;
  }
}

/** An address to connect to; one that listens everywhere is reached here too. */
function reachableAddress(app: FastifyInstance): string {
  const [bound] = app.addresses();
  const { address, port } = bound as AddressInfo;
  if (address === '0.0.0.0') return `http://127.0.0.1:${port}`;
  if (address === '::') return `http://[::1]:${port}`;
  return address.includes(':') ? `http://[${address}]:${port}` : `http://${address}:${port}`;
}

/** Hears of keys that other processes make and revoke. */
function keyFollower(keys: KeyRing): ProcessTask {
  return { name: 'keys', tables: [], scope: 'process', every_ms: CHECK_MS, run: () => keys.refresh() };
}

async function shutDown(app: FastifyInstance, tributary: Tributary, server_file: string): Promise<void> {
  // Connections that fall idle after their last answer would otherwise keep the server open.
  const idle = setInterval(() => app.server.closeIdleConnections(), IDLE_CHECK_MS);
  const late = setTimeout(() => app.server.closeAllConnections(), DRAIN_MS);
  try {
    // What is in flight is answered first; what is done in the background ends with the Tributary, and goes on at the next start.
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
    // It is gone or unreadable: there is nothing of ours to remove.
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
