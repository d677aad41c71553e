/**
 * Compares engines for embedded state: durable transactions, reads, time to open, and acknowledged writes that a kill -9 loses.
 * Engines that are not dependencies are measured only if they are installed:
 *   npm install --no-save lmdb@3.5.6 node-sqlite3-wasm@0.8.60
 */
import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { save, show } from './report.ts';
import { DRIVERS, type DriverName } from './state-drivers.ts';
import { folderBytes } from './watch.ts';

const TRANSACTIONS = 500;
const READS = 10_000;
const KILLS = Number(process.env['TRIBUTARY_BENCH_KILLS'] ?? 50);

interface Measured {
  open_ms: number;
  transactions_per_s: number;
  longest_block_ms: number;
  reads_ms: number;
  package_mb: number;
  lost_after_kills: number | string;
  second_process: string;
}

export async function benchState(): Promise<void> {
  console.log(`state: ${TRANSACTIONS} durable transactions, ${READS} reads, ${KILLS} kills`);
  show('fdatasync of a file, per second', String(syncsPerSecond()));
  const results: Record<string, Measured | string> = {};
  for (const name of Object.keys(DRIVERS) as DriverName[]) {
    results[name] = await measure(name).catch(whyNot);
    show(name, JSON.stringify(results[name]));
  }
  save('state', { transactions: TRANSACTIONS, reads: READS, kills: KILLS }, results);
}

async function measure(name: DriverName): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-bench-state-'));
  try {
    const opening = performance.now();
    const store = await DRIVERS[name].open(join(folder, 'state'));
    const open_ms = performance.now() - opening;
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const writing = performance.now();
    for (let i = 0; i < TRANSACTIONS; i++) await store.put(`k${i}`, i);
    const transactions_per_s = (TRANSACTIONS / (performance.now() - writing)) * 1_000;
    delay.disable();
    const reading = performance.now();
    for (let i = 0; i < READS; i++) await store.get(`k${i % TRANSACTIONS}`);
    const reads_ms = performance.now() - reading;
    const second_process = await openElsewhere(name, join(folder, 'state'));
    await store.close();
    return {
      open_ms: rounded(open_ms),
      transactions_per_s: Math.round(transactions_per_s),
      longest_block_ms: rounded(delay.max / 1e6),
      reads_ms: Math.round(reads_ms),
      package_mb: rounded(packageBytes(DRIVERS[name].packages) / 1e6),
      lost_after_kills: await killed(name, join(folder, 'killed')),
      second_process,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const WRITER = new URL('./state-writer.ts', import.meta.url).pathname;
const writer = (name: string, path: string, task: string): ChildProcess =>
  fork(WRITER, [name, path, task], { execArgv: ['--import', 'tsx'], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });

function openElsewhere(name: DriverName, path: string): Promise<string> {
  return new Promise((resolve) => {
    const child = writer(name, path, 'put');
    let said = 'ended without an answer';
    child.on('message', (message) => {
      said = withoutPaths(String(message));
    });
    child.on('exit', () => resolve(said));
  });
}

/** Kills a counting process several times. Each time it checks that the last acknowledged count is stored. */
async function killed(name: DriverName, path: string): Promise<number | string> {
  let lost = 0;
  for (let round = 0; round < KILLS; round++) {
    const acknowledged = await new Promise<number>((resolve) => {
      const child = writer(name, path, 'count');
      let last = 0;
      child.on('message', (count) => {
        if (typeof count !== 'number') return;
        if (last === 0) setTimeout(() => child.kill('SIGKILL'), Math.random() * 60);
        last = count;
      });
      child.on('exit', () => resolve(last));
    });
    if (acknowledged === 0) return `cannot be opened after ${round} kills`;
    try {
      const store = await DRIVERS[name].open(path);
      if (((await store.get('count')) ?? 0) < acknowledged) lost += 1;
      await store.close();
    } catch (error) {
      return `cannot be opened after ${round + 1} kills: ${withoutPaths((error as Error).message)}`;
    }
  }
  return lost;
}

/** A bound from the disk: no durable engine makes more transactions per second one after the other. */
function syncsPerSecond(): number {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-bench-state-'));
  const file = openSync(join(folder, 'file'), 'w');
  const started = performance.now();
  for (let i = 0; i < TRANSACTIONS; i++) {
    writeSync(file, 'x'.repeat(200));
    fdatasyncSync(file);
  }
  const per_second = (TRANSACTIONS / (performance.now() - started)) * 1_000;
  closeSync(file);
  rmSync(folder, { recursive: true });
  return Math.round(per_second);
}

function whyNot(error: NodeJS.ErrnoException): string {
  if (error.code === 'ERR_MODULE_NOT_FOUND') return 'not installed';
  return `not measured: ${withoutPaths(error.message.split('\n')[0]!)}`;
}

/** Only the last part of each absolute path stays: the rest says where this machine keeps things. URLs stay whole. */
function withoutPaths(text: string): string {
  return text.replaceAll(/(?<![\w:/])(?:\/[\w.@+-]+){2,}/g, (path) => basename(path));
}

/** Bytes of packages in node_modules. A name that ends in / means a whole scope. */
function packageBytes(names: readonly string[]): number {
  const modules = new URL('../node_modules/', import.meta.url).pathname;
  return names.reduce((sum, name) => sum + folderBytes(join(modules, name)), 0);
}

const rounded = (n: number): number => Math.round(n * 10) / 10;
