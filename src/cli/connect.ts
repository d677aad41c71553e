/** Connects to the server that runs on a data folder, or opens the folder. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, loadConfig } from '../config.ts';
import { FolderLock } from '../files/folder-lock.ts';
import type { ServerFile } from '../server/serve.ts';
import type { CollectingTributary, OpenTributary } from '../tributary.ts';
import type { Warehouse } from '../warehouse/port.ts';
import type { Client } from './client.ts';
import { HttpClient } from './http-client.ts';
import { type Io, warn } from './io.ts';
import { LocalClient } from './local-client.ts';

/** Functions that open a data folder. main.ts passes them in, since `cli` does not open warehouses itself. */
export interface Openers {
  openTributary: OpenTributary;
  withWarehouse<T>(folder: string, config: Config, work: (warehouse: Warehouse) => Promise<T>): Promise<T>;
}

export interface DataOptions {
  data: string;
  config?: string;
  warehouse?: string;
}

/** The configuration of a command. */
export function configOf(io: Io, { config, warehouse }: Omit<DataOptions, 'data'>): Config {
  return loadConfig(config, warehouse === undefined ? io.env : { ...io.env, TRIBUTARY_WAREHOUSE: warehouse });
}

interface RunningServer extends ServerFile {
  /** True if the server has a collector. A server that only reports has none. */
  collects: boolean;
}

const HEALTH_WAIT_MS = 3_000;

/**
 * The server that DATA/server.json names, if it answers. The file counts only while its process holds the lock of the folder:
 * after a crash another program may have the pid and the port, and it must not get the key or a file that is imported.
 */
export async function runningServer(data: string): Promise<RunningServer | undefined> {
  const path = join(data, 'server.json');
  if (!existsSync(path)) return undefined;
  try {
    const server = JSON.parse(readFileSync(path, 'utf8')) as ServerFile;
    if (!FolderLock.isHeldBy(data, server.pid)) return undefined;
    // A server that is not ready has the folder open too. /health answers 200 in both cases, within two seconds if the warehouse
    // is busy.
    const answer = await fetch(`${server.address}/health`, { signal: AbortSignal.timeout(HEALTH_WAIT_MS) });
    // Only a server with a collector reports lag_records.
    const health = (await answer.json()) as { lag_records?: number };
    return { ...server, collects: health.lag_records !== undefined };
  } catch {
    return undefined;
  }
}

export async function connect(io: Io, open: Openers, options: DataOptions): Promise<Client> {
  const server = await runningServer(options.data);
  if (server) return new HttpClient(server, io);
  const tributary = await openData(io, open, options);
  return LocalClient.open(tributary, io);
}

function openData(io: Io, open: Openers, options: DataOptions): Promise<CollectingTributary> {
  return open.openTributary({
    folder: options.data,
    config: configOf(io, options),
    serves_nobody: true,
    clock: io.clock,
    onError: warn(io),
  });
}

/** Connects, runs `work`, and closes the client also after a failure. */
export async function withClient<T>(
  io: Io,
  open: Openers,
  options: DataOptions,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = await connect(io, open, options);
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}
