/** The server under test: the real program in a process of its own, on a folder that goes with it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import type { Told } from './preload.ts';

/** The compiled program, as users run it. From TypeScript, each thread would leave files of the compiler's cache open. */
const ENTRY = join(import.meta.dirname, '../../bin/tributary.js');
/** `preload.ts` as a module that Node loads by itself, in the threads of the server too. */
const PRELOAD = `data:text/javascript,${encodeURIComponent(
  transformSync(readFileSync(join(import.meta.dirname, 'preload.ts'), 'utf8'), { loader: 'ts' }).code,
)}`;
const START_MS = 120_000;
const OUTPUT_KEPT = 20_000;

export const KEYS = {
  TRIBUTARY_ADMIN_KEY: 'fuzz-admin-key-0123456789abcdef',
  TRIBUTARY_WRITE_KEY: 'fuzz-write-key-0123456789abcdef',
  TRIBUTARY_READ_KEY: 'fuzz-read-key-0123456789abcdef',
  TRIBUTARY_PAGE_KEY: 'fuzz-page-key-0123456789abcdef',
};

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by name
type Json = any;

export class FuzzedServer {
  private output = '';
  /** The words of the log that no log may hold. */
  leaked: string | undefined;

  private constructor(
    readonly child: ChildProcess,
    /** Holds the data folder and nothing else of worth. */
    readonly folder: string,
    readonly address: string,
  ) {}

  /** Starts it. @param warehouse the URL of a ClickHouse database; DuckDB when left out. */
  static async start(secrets: readonly string[], warehouse?: string): Promise<FuzzedServer> {
    const folder = mkdtempSync(join(tmpdir(), 'tributary-fuzz-'));
    const config = join(folder, 'config.json');
    const settings = { brands: { 'shop-eu': { currency: 'EUR', page_conversions: true } }, threads: 2 };
    writeFileSync(config, JSON.stringify({ ...settings, memory_limit_bytes: 300_000_000, query_timeout_ms: 20_000 }));
    const argv = ['serve', '--data', join(folder, 'data'), '--port', '0', '--config', config];
    if (warehouse !== undefined) argv.push('--warehouse', warehouse);
    const child = spawn(process.execPath, ['--expose-gc', '--import', PRELOAD, ENTRY, ...argv], {
      env: { PATH: process.env['PATH'], ...KEYS, TRIBUTARY_LOG_LEVEL: 'warn', UV_THREADPOOL_SIZE: '16' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    child.setMaxListeners(0);
    const address = await listening(child).catch((error) => {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    });
    const server = new FuzzedServer(child, folder, address);
    for (const stream of [child.stdout!, child.stderr!])
      stream.on('data', (bytes) => {
        server.output = (server.output + bytes).slice(-OUTPUT_KEPT);
        server.leaked ??= secrets.find((secret) => server.output.includes(secret));
      });
    return server;
  }

  get data(): string {
    return join(this.folder, 'data');
  }

  get tail(): string {
    return this.output.slice(-2_000);
  }

  /** How it ended; undefined while it runs. */
  get ended(): string | undefined {
    const { exitCode, signalCode } = this.child;
    return exitCode === null && signalCode === null ? undefined : `the server ended (${signalCode ?? exitCode})`;
  }

  async ask(what: 'start' | 'tell' | 'collect'): Promise<Told> {
    if (this.ended) throw new Error(`${this.ended}: ${this.tail}`);
    this.child.send(what);
    const gone = once(this.child, 'exit').then(() => {
      throw new Error(`${this.ended}: ${this.tail}`);
    });
    gone.catch(() => undefined);
    const [told] = (await Promise.race([once(this.child, 'message'), gone])) as [Told];
    return told;
  }

  async call(method: string, path: string, body?: unknown, key = KEYS.TRIBUTARY_ADMIN_KEY): Promise<Json> {
    const answer = await fetch(this.address + path, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return answer.json();
  }

  /** Waits until everything accepted is loaded. */
  async flush(): Promise<void> {
    for (;;) {
      const { flushed, error } = await this.call('POST', '/v1/flush');
      if (flushed) return;
      if (error?.code !== 'timeout' && error?.code !== 'busy') throw new Error(`flush: ${JSON.stringify(error)}`);
    }
  }

  async stop(): Promise<void> {
    const gone = once(this.child, 'exit');
    if (this.ended === undefined) {
      this.child.kill('SIGTERM');
      const late = setTimeout(() => this.child.kill('SIGKILL'), 60_000);
      await gone;
      clearTimeout(late);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const late = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`the server did not start: ${text}`));
    }, START_MS);
    child.once('exit', (code) => reject(new Error(`the server ended with ${code} while it started: ${text}`)));
    const read = (bytes: Buffer): void => {
      text += bytes;
      const [address] = /http:\/\/[\d.]+:\d+/.exec(text) ?? [];
      if (address === undefined) return;
      clearTimeout(late);
      resolve(address);
    };
    child.stdout!.on('data', read);
    child.stderr!.on('data', read);
  });
}
