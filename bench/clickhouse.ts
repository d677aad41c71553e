/** ClickHouse for measurements: the engine of the tests in a process of its own, behind its HTTP front. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';

const HOME = new URL('../test/clickhouse/', import.meta.url).pathname;

export interface BenchServer {
  pid: number;
  /** For `--warehouse`. */
  url(database: string): string;
  /** Runs a statement. Rows come as objects of texts and numbers. @throws with the message of the engine. */
  query(sql: string, settings?: Readonly<Record<string, string>>): Promise<Array<Record<string, unknown>>>;
  /** Bytes of a database's tables on disk, without parts that were merged and will be removed. */
  storedBytes(database: string): Promise<number>;
  stop(): Promise<void>;
}

/** True if the engine is installed. `npm run test:engine` installs it. */
export function hasClickHouse(): boolean {
  return existsSync(`${HOME}node_modules/chdb`);
}

/** Starts a server that keeps its tables in `folder`. */
export async function startClickHouse(folder: string): Promise<BenchServer> {
  mkdirSync(folder, { recursive: true });
  const child: ChildProcess = fork(`${HOME}serve.ts`, [folder, '0'], {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, UV_THREADPOOL_SIZE: '16' },
  });
  const gone = once(child, 'exit');
  const [ready] = (await Promise.race([
    once(child, 'message'),
    gone.then(([code]) => Promise.reject(new Error(`ClickHouse did not start: its process ended with ${code}`))),
  ])) as [{ port: number }];
  return {
    pid: child.pid!,
    url: (database) => `clickhouse://default@127.0.0.1:${ready.port}/${database}`,
    query: async (sql, settings = {}) => {
      const asked = new URLSearchParams({ ...settings, default_format: 'JSONEachRow' });
      const answer = await fetch(`http://127.0.0.1:${ready.port}/?${asked}`, { method: 'POST', body: sql });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`ClickHouse: ${text.slice(0, 500)}`);
      return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
    },
    storedBytes: async (database) => {
      const query = `select sum(bytes_on_disk) from system.parts where active and database = '${database}'`;
      const answer = await fetch(`http://127.0.0.1:${ready.port}/`, { method: 'POST', body: query });
      return Number(await answer.text());
    },
    stop: async () => {
      child.send('stop');
      await gone;
    },
  };
}
