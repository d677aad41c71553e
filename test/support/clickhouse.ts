/** ClickHouse for tests: processes with the real engine behind its HTTP interface, and warehouses on them. */
import { type ChildProcess, fork } from 'node:child_process';
import { hash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { setPriority, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { inject } from 'vitest';
import { type ClickHouseOptions, ClickHouseWarehouse } from '../../src/warehouse/clickhouse/warehouse.ts';
import type { Fault } from '../clickhouse/front.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The address of the server that all tests share; empty when the engine is not installed. */
    clickhouse_url: string;
  }
}

const HOME = resolve(import.meta.dirname, '../clickhouse');

/** A server of a test's own, which can be killed and started again on the same port and data. */
export class ClickHouseServer {
  private child: ChildProcess | undefined;
  readonly folder = mkdtempSync(join(tmpdir(), 'tributary-clickhouse-'));
  private port = 0;

  private constructor(private readonly password: string) {}

  static async start(password = ''): Promise<ClickHouseServer> {
    const server = new ClickHouseServer(password);
    await server.start();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    this.child = fork(join(HOME, 'serve.ts'), [this.folder, String(this.port), this.password], {
      execArgv: ['--import', 'tsx'],
      env: { ...process.env, UV_THREADPOOL_SIZE: '16' },
    });
    const ended = once(this.child, 'exit').then(([code]) => {
      throw new Error(`the engine did not start: it ended with ${code}`);
    });
    ended.catch(() => undefined);
    const [ready] = (await Promise.race([once(this.child, 'message'), ended])) as [{ port: number }];
    this.port = ready.port;
  }

  /** Gives the processor to other programs first, as if this server had a machine of its own. */
  giveWay(): void {
    setPriority(this.child!.pid!, 10);
  }

  /** Ends the process at once, as a crash does. */
  async kill(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  fail(fault: Fault): Promise<void> {
    return fail(this.url, fault);
  }
}

async function fail(url: string, fault: Fault): Promise<void> {
  await fetch(`${url}/fault`, { method: 'POST', body: JSON.stringify(fault) });
}

/** The URL of a database on the server that all tests share, one for each name. */
export function clickHouseUrl(name: string): string {
  return `clickhouse://default@${new URL(inject('clickhouse_url')).host}/test_${hash('sha256', name, 'hex').slice(0, 16)}`;
}

/** A warehouse in a database of its own on the server that all tests share; the database goes when it is closed. */
export async function openClickHouse(options: Partial<ClickHouseOptions> = {}): Promise<ClickHouseWarehouse> {
  const url = inject('clickhouse_url');
  const database = `test_${randomBytes(6).toString('hex')}`;
  const warehouse = await ClickHouseWarehouse.open({
    url,
    username: 'default',
    password: '',
    cluster: null,
    database,
    memory_limit_bytes: 4e9,
    threads: 2,
    ...options,
  });
  const close = warehouse.close.bind(warehouse);
  warehouse.close = async () => {
    await close();
    await fetch(`${options.url ?? url}/`, {
      method: 'POST',
      body: `drop database if exists ${options.database ?? database} sync`,
    });
  };
  return warehouse;
}
