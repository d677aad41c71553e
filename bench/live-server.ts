/**
 * The built program as a server in a process of its own, on a port that the system chooses, over a copy of a world. The world that is
 * kept is never written to.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { constants, copyFileSync, cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { type BenchWorld, makeBenchWarehouse } from './world.ts';

const ENTRY = new URL('../bin/tributary.js', import.meta.url).pathname;
/** A first start reads the ids of the whole log. */
const START_LIMIT_MS = 30 * 60_000;
/** Which way made a report: the query in the engine, or histories in memory. */
const SERVED_BY = 'x-tributary-served-by';

export interface Answer {
  status: number;
  /** From the request to the last byte of the answer. */
  ms: number;
  served_by: string;
  text: string;
}

export interface CallOptions {
  body?: unknown;
  signal?: AbortSignal;
  /** Another key than that of the bench. */
  key?: string;
}

export class LiveServer {
  private readonly agent = new Agent({ keepAlive: true });

  private constructor(
    private readonly child: ChildProcess,
    readonly address: string,
    private readonly key: string,
    /** From the start of the process until it listened. */
    readonly listening_ms: number,
  ) {}

  static async start(data: string): Promise<LiveServer> {
    const key = randomBytes(24).toString('hex');
    const started = performance.now();
    const child = spawn(process.execPath, [ENTRY, 'serve', '--data', data, '--port', '0'], {
      env: { ...process.env, TRIBUTARY_ADMIN_KEY: key, TRIBUTARY_LOG_LEVEL: 'error' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const address = await listensAt(child);
    return new LiveServer(child, address, key, performance.now() - started);
  }

  /** @throws when the connection fails or the call is aborted. */
  call(method: 'GET' | 'POST', path: string, { body, signal, key = this.key }: CallOptions = {}): Promise<Answer> {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const { agent } = this;
    return new Promise((resolve, reject) => {
      const start = performance.now();
      const call = request(this.address + path, { method, agent, headers, ...(signal ? { signal } : {}) }, (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part) => parts.push(part));
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({
            status: answer.statusCode!,
            ms: performance.now() - start,
            served_by: String(answer.headers[SERVED_BY] ?? 'not said'),
            text: Buffer.concat(parts).toString(),
          }),
        );
      });
      call.on('error', reject);
      call.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** Sends a list of records. @throws unless all were accepted. */
  async send(path: string, records: readonly unknown[]): Promise<Answer> {
    const answer = await this.call('POST', path, { body: records });
    if (answer.status !== 202) throw new Error(`${path}: ${answer.status} ${answer.text.slice(0, 300)}`);
    return answer;
  }

  /** Makes a key for reports. */
  async makeReader(name: string): Promise<string> {
    const { status, text } = await this.call('POST', '/v1/keys', { body: { name, scope: 'read' } });
    if (status !== 201) throw new Error(`/v1/keys: ${status} ${text}`);
    return JSON.parse(text).key;
  }

  /** Asks for a report. @throws unless it is answered. */
  async report(parameters: Record<string, string>): Promise<Answer> {
    const path = `/v1/reports/attribution?${new URLSearchParams(parameters)}`;
    const answer = await this.call('GET', path);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text.slice(0, 300)}`);
    return answer;
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await ended;
  }
}

async function listensAt(child: ChildProcess): Promise<string> {
  const timer = setTimeout(() => child.kill('SIGKILL'), START_LIMIT_MS);
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`serve ended with ${code}`)));
  ended.catch(() => undefined);
  let text = '';
  try {
    for (;;) {
      const [part] = (await Promise.race([once(child.stdout!, 'data'), ended])) as [Buffer];
      text += part;
      const address = /http:\/\/[\d.]+:\d+/.exec(text);
      if (address) return address[0];
    }
  } finally {
    clearTimeout(timer);
    child.stdout!.resume();
  }
}

/** Makes a data folder of the world that was served once, so that its ids are known, unless it exists. */
async function makeServedFolder(folder: string, world: BenchWorld): Promise<string> {
  const served = join(folder, `served-${world.touchpoints}`);
  if (existsSync(served)) return served;
  const file = join(folder, `attribution-${world.touchpoints}.duckdb`);
  await makeBenchWarehouse(file, world);
  const part = `${served}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  copyFileSync(file, join(part, 'warehouse.duckdb'), constants.COPYFILE_FICLONE);
  const server = await LiveServer.start(part);
  await server.stop();
  renameSync(part, served);
  return served;
}

/** Runs work with a copy of a data folder that holds the world. The copy is removed at the end. */
export async function withCopy(
  folder: string,
  world: BenchWorld,
  work: (data: string) => Promise<void>,
): Promise<void> {
  const served = await makeServedFolder(folder, world);
  const copy = `${served}.copy`;
  rmSync(copy, { recursive: true, force: true });
  cpSync(served, copy, { recursive: true, mode: constants.COPYFILE_FICLONE });
  try {
    await work(copy);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
