/** Where a fault happens: a folder, servers over it, clients, and a clock for the recovery. All of it goes at the end. */
import { type ChildProcess, execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Clients } from './clients.ts';
import { ENTRY, ended, launch, Server, type StartOptions } from './server.ts';

export type StartSettings = Omit<StartOptions, 'data' | 'config'>;

export class Stage {
  readonly folder = mkdtempSync(join(tmpdir(), 'tributary-faults-'));
  readonly data = join(this.folder, 'data');
  readonly clients = new Clients();
  /** Things to undo at the end, last first. */
  readonly cleanUp: Array<() => unknown> = [];
  private readonly children: ChildProcess[] = [];
  private closed = false;
  private configuration: string | undefined;

  constructor(readonly random: () => number) {
    mkdirSync(this.data);
  }

  /** The configuration of the servers that start from now on. */
  configure(settings: Record<string, unknown>): void {
    this.configuration = join(this.folder, 'tributary.json');
    writeFileSync(this.configuration, JSON.stringify(settings));
  }

  /** The process alone. @throws when the stage is closed: a scenario that took too long goes on until it meets this. */
  launch(settings: StartSettings = {}): ChildProcess {
    if (this.closed) throw new Error('the stage is closed');
    const config = this.configuration === undefined ? {} : { config: this.configuration };
    const child = launch({ data: this.data, ...config, ...settings });
    this.children.push(child);
    return child;
  }

  start(settings: StartSettings = {}): Promise<Server> {
    return Server.listening(this.launch(settings), this.data);
  }

  /** Runs a command to its end, with the configuration of the servers. */
  command(argv: readonly string[]): Promise<{ code: number; output: string }> {
    const config = this.configuration === undefined ? [] : ['--config', this.configuration];
    return new Promise((resolve) => {
      execFile(process.execPath, [ENTRY, ...argv, ...config], (error, stdout, stderr) =>
        resolve({ code: error ? 1 : 0, output: stdout + stderr }),
      );
    });
  }

  /** A time between two, by the seed of the run. */
  between(low: number, high: number): number {
    return low + (high - low) * this.random();
  }

  /** Accepts until so many records wait to be loaded, at least. Returns how many do. */
  async pileUp(server: Server, records: number): Promise<number> {
    const pouring = this.clients.pour(server, { clients: 8, items: 250 });
    try {
      return await waitFor(async () => {
        const { lag_records = 0 } = await server.metrics();
        return lag_records >= records ? lag_records : undefined;
      }, `${records} records to wait in the spool`);
    } finally {
      await pouring.stop();
    }
  }

  /** Milliseconds from `since` until all that was acknowledged is queryable; then what got no answer is sent again. */
  async recovered(server: Server, since: number): Promise<number> {
    await flushed(server);
    const recovery_ms = performance.now() - since;
    if ((await this.clients.repeatUnanswered(server)) > 0) await flushed(server);
    return recovery_ms;
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const child of this.children) child.kill('SIGKILL');
    await Promise.all(this.children.map(ended));
    for (const undo of this.cleanUp.splice(0).reverse()) await undo();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What takes longer never comes: many times the usual time, because the machine may be busy. */
const WAIT_MS = 600_000;

/** Asks again until there is an answer. @throws when it takes too long. */
export async function waitFor<T>(ask: () => Promise<T | undefined>, what: string, pause_ms = 20): Promise<T> {
  const deadline = performance.now() + WAIT_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`waited ${WAIT_MS / 1_000} s in vain for ${what}`);
    await sleep(pause_ms);
  }
}

/** A flush answers 503 as long as loading lags behind. */
async function flushed(server: Server): Promise<void> {
  await waitFor(async () => {
    const { status } = await server.request('POST', '/v1/flush', '{}');
    if (status !== 200 && status !== 503) throw new Error(`flush answered ${status}`);
    return status === 200 ? true : undefined;
  }, 'all that was acknowledged to be loaded');
}
