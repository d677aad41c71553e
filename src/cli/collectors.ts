/**
 * `tributary serve --collectors N`: N servers on one port, each in a process of its own with its own name and spool in
 * DATA/collectors. The first process starts them, gives them connections, starts again those that end, and stops them together.
 * They share keys and work (the state in DATA) and the warehouse.
 */
import cluster, { type Worker } from 'node:cluster';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { badRequest, TributaryError } from '../domain/errors.ts';
import { FolderLock } from '../files/folder-lock.ts';
import { line } from '../present/clip.ts';
import type { Role } from '../tributary.ts';
import { configOf, type DataOptions, type Openers } from './connect.ts';
import { type Io, stopped } from './io.ts';
import { madeKeys, startServer } from './start-server.ts';

interface TogetherOptions {
  port: number;
  host: string;
  role: Role;
  collectors: number;
}

/** The number of a collector process, from 1. The first process sets it. */
const NUMBER = 'TRIBUTARY_COLLECTOR_NUMBER';
/** Young objects of a collector live as long as a write to the disk. In a larger space fewer of them are copied. */
const YOUNG_SPACE = '--max-semi-space-size=64';
/** The pause before a collector that ended is started again. */
const PAUSE_MS = 1_000;

/** What a collector process tells once it listens. */
interface Listening {
  address: string;
  shared_port: number;
}

/** Serves with several collector processes until the program is stopped. @throws bad_request for a warehouse that none can share. */
export function serveTogether(io: Io, open: Openers, data: DataOptions, options: TogetherOptions): Promise<void> {
  const number = Number(io.env[NUMBER]);
  return cluster.isWorker && number > 0
    ? serveOne(io, open, data, options, number)
    : new Together(io, data, options).run();
}

async function serveOne(
  io: Io,
  open: Openers,
  { data, ...settings }: DataOptions,
  { port, host, role }: TogetherOptions,
  number: number,
): Promise<void> {
  const own = { data: join(data, 'collectors', String(number)), ...settings };
  const own_port = port === 0 ? 0 : port + number;
  const server = await startServer(io, open, own, {
    host,
    role,
    port: own_port,
    shared_port: port,
    member: { number, folder: data },
  });
  io.out(line`Collector ${number} answers on ${server.address}, too; its data is in ${own.data}\n`);
  io.out(madeKeys(server.made));
  const { address } = server;
  process.send!({ address, shared_port: server.shared_port! } satisfies Listening);
  const told = new Promise<void>((resolve) => process.once('message', () => resolve()));
  await Promise.race([told, stopped(io), server.closed]);
  await server.close();
  // Only the channel to the first process is left.
  process.disconnect();
}

/** The first process. */
class Together {
  private readonly running = new Map<number, Worker>();
  private is_stopping = false;

  constructor(
    private readonly io: Io,
    private readonly options: DataOptions,
    private readonly together: TogetherOptions,
  ) {}

  async run(): Promise<void> {
    const { io, options } = this;
    const { host, collectors, role } = this.together;
    await refuseUnshared(io, options, role);
    const lock = FolderLock.take(options.data);
    try {
      io.outlive();
      cluster.setupPrimary({ exec: process.argv[1]!, args: process.argv.slice(2), execArgv: [YOUNG_SPACE] });
      const stop = stopped(io);
      // The first one makes the keys of a first start and the tables.
      const { shared_port } = await this.start(1);
      const rest = Array.from({ length: collectors - 1 }, (_, i) => this.start(i + 2));
      await Promise.all(rest);
      io.out(
        line`Tributary listens on http://${host}:${shared_port} with ${collectors} collectors; their data is in ${options.data}\n`,
      );
      await stop;
    } finally {
      await this.stop();
      lock.release();
    }
  }

  /** Starts a collector, and starts it again whenever it ends. @throws when it ends before it listens for the first time. */
  private async start(number: number): Promise<Listening> {
    const worker = cluster.fork({ [NUMBER]: String(number) });
    this.running.set(number, worker);
    let is_listening = false;
    return new Promise<Listening>((resolve, reject) => {
      worker.once('message', (listening: Listening) => {
        is_listening = true;
        resolve(listening);
      });
      worker.once('exit', (code, signal) => {
        this.running.delete(number);
        if (!is_listening)
          reject(new TributaryError('conflict', `collector ${number} did not start; its message says why`));
        else if (!this.is_stopping) void this.startAgain(number, signal ?? `code ${code}`);
      });
    });
  }

  private async startAgain(number: number, reason: string): Promise<void> {
    this.io.err(line`collector ${number} ended (${reason}) and is started again; what it accepted is in its spool\n`);
    await sleep(PAUSE_MS);
    while (!this.is_stopping) {
      try {
        await this.start(number);
        return;
      } catch {
        await sleep(PAUSE_MS);
      }
    }
  }

  /** Stops all collectors and waits until they have loaded what they accepted. */
  private async stop(): Promise<void> {
    this.is_stopping = true;
    const ended = [...this.running.values()].map(
      (worker) => new Promise<void>((resolve) => worker.once('exit', () => resolve())),
    );
    // No signal: after a Ctrl-C each process of the terminal has one already, and a second one would end it at once.
    for (const worker of this.running.values()) if (worker.isConnected()) worker.send('stop');
    await Promise.all(ended);
  }
}

async function refuseUnshared(io: Io, options: DataOptions, role: Role): Promise<void> {
  if (role === 'report' || role === 'work')
    throw badRequest('--collectors', `a server of the role ${role} has no collector; use the role all or collect`);
  const { warehouse } = configOf(io, options);
  // Loaded only here, because the engines take longer to load than a refusal.
  const { isShared } = await import('../warehouse/engines.ts');
  if (warehouse === null || !isShared(warehouse))
    throw badRequest(
      '--collectors',
      'needs a ClickHouse that several processes share; only one process can open a DuckDB file, and its loader uses further processors already; leave --collectors out, or name a ClickHouse with --warehouse',
    );
}
