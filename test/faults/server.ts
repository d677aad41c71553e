/** The compiled server in a process of its own, to be broken: started, killed, watched from outside. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { bearer } from '../support/events.ts';

export const ENTRY = new URL('../../bin/tributary.js', import.meta.url).pathname;
const START_TIMEOUT_MS = 60_000;
const SAMPLE_MS = 200;

export interface StartOptions {
  data: string;
  config?: string;
  /** A module that the process loads before the server: a fault from within. */
  preload?: string;
  env?: Record<string, string>;
  /** Where its output goes; a file beside the data when left out. */
  output?: number;
}

/** Whose key a request has, and what ends it. */
interface Asking {
  key?: string;
  signal?: AbortSignal;
}

/** The process alone; it may end before it listens. */
export function launch({ data, config, preload, env = {}, output }: StartOptions): ChildProcess {
  rmSync(join(data, 'server.json'), { force: true });
  const log = openSync(logOf(data), 'a');
  const imports = preload ? ['--import', new URL(`./preload/${preload}`, import.meta.url).href] : [];
  const flags = config ? ['--config', config] : [];
  const child = spawn(process.execPath, [...imports, ENTRY, 'serve', '--data', data, '--port', '0', ...flags], {
    stdio: ['ignore', output ?? log, output ?? log],
    env: { ...process.env, NODE_OPTIONS: '', ...env },
  });
  closeSync(log);
  return child;
}

export class Server {
  /** The most resident memory that was seen. */
  peak_rss_bytes = 0;
  private readonly sampler: NodeJS.Timeout;
  readonly gone: Promise<void>;

  private constructor(
    readonly child: ChildProcess,
    readonly address: string,
    private readonly token: string,
  ) {
    this.sampler = setInterval(() => this.sample(), SAMPLE_MS);
    this.gone = ended(child).then(() => clearInterval(this.sampler));
  }

  /** Resolves once it answers. @throws when it ends before, or takes too long. */
  static async listening(child: ChildProcess, data: string): Promise<Server> {
    const deadline = performance.now() + START_TIMEOUT_MS;
    while (performance.now() < deadline) {
      if (hasEnded(child)) throw new Error(`the server ended while starting: ${tailOf(logOf(data))}`);
      const path = join(data, 'server.json');
      try {
        if (existsSync(path)) {
          const { address, token } = JSON.parse(readFileSync(path, 'utf8')) as { address: string; token: string };
          if ((await fetch(`${address}/health/live`)).ok) return new Server(child, address, token);
        }
      } catch {
        // The file is being written, or the server is not listening yet.
      }
      await sleep(10);
    }
    throw new Error(`the server did not start: ${tailOf(logOf(data))}`);
  }

  get alive(): boolean {
    return !hasEnded(this.child);
  }

  request(
    method: 'GET' | 'POST',
    path: string,
    body?: string,
    { key = this.token, signal }: Asking = {},
  ): Promise<Response> {
    return fetch(this.address + path, {
      method,
      headers: { ...bearer(key), 'content-type': 'application/json' },
      ...(signal ? { signal } : {}),
      ...(body === undefined ? {} : { body }),
    });
  }

  /** A new key for all brands. */
  async key(scope: 'page' | 'write' | 'read'): Promise<string> {
    const answer = await this.request('POST', '/v1/keys', JSON.stringify({ name: scope, scope }));
    return ((await answer.json()) as { key: string }).key;
  }

  /** Unlabelled metrics by name, without the prefix. */
  async metrics(): Promise<Record<string, number>> {
    const text = await (await this.request('GET', '/metrics')).text();
    return Object.fromEntries(
      [...text.matchAll(/^(?:tributary_)?(\w+) (\S+)$/gm)].map(([, name, value]) => [name!, Number(value)]),
    );
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.gone;
  }

  private sample(): void {
    try {
      const [, kB] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${this.child.pid}/status`, 'utf8')) ?? [];
      this.peak_rss_bytes = Math.max(this.peak_rss_bytes, Number(kB ?? 0) * 1_024);
    } catch {
      // It has ended.
    }
  }
}

export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

export function ended(child: ChildProcess): Promise<void> {
  return hasEnded(child) ? Promise.resolve() : new Promise((resolve) => child.once('exit', () => resolve()));
}

/** The log lies beside the data: a full disk is full for both. */
function logOf(data: string): string {
  return join(data, 'server.log');
}

function tailOf(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8').slice(-1_000) : '';
}
