/**
 * A PostgreSQL server of its own for a test: a throwaway cluster in a temporary folder, on a port that the system chooses. A bench
 * names a folder, and its cluster is kept.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const DEBIAN = '/usr/lib/postgresql';
const USER = 'tributary';
const PASSWORD = 'a password of the tests: / @ ?';
/** Many times what a start usually takes (one second). */
const START_TIMEOUT_MS = 60_000;

/** The folder of the server's programs, or undefined where PostgreSQL is not installed. */
export function postgresPrograms(): string | undefined {
  if (!existsSync(DEBIAN)) return undefined;
  const folders = readdirSync(DEBIAN)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(DEBIAN, version, 'bin'));
  return folders.find((folder) => existsSync(join(folder, 'postgres')) && existsSync(join(folder, 'initdb')));
}

interface Kept {
  /** The folder of a cluster that stays after the end; it is made if it is not there. */
  folder: string;
  settings: Readonly<Record<string, string>>;
}

export class PostgresServer {
  private process: ChildProcess | undefined;

  private constructor(
    private readonly programs: string,
    readonly folder: string,
    readonly port: number,
    private readonly kept: Kept | undefined,
  ) {}

  static async start(kept?: Kept): Promise<PostgresServer> {
    const programs = postgresPrograms();
    if (programs === undefined)
      throw new Error(`there is no PostgreSQL in ${DEBIAN}; install it: apt-get install postgresql`);
    const folder = kept?.folder ?? mkdtempSync(join(tmpdir(), 'tributary-postgres-'));
    const server = new PostgresServer(programs, folder, await freePort(), kept);
    if (!existsSync(join(folder, 'data'))) server.initialise();
    await server.run();
    return server;
  }

  /** The setting `state` for a database that is made when it is not there. */
  async url(database: string): Promise<string> {
    await this.query(`create database ${database}`).catch(() => undefined);
    return `postgres://${USER}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${this.port}/${database}?sslmode=disable`;
  }

  async query(text: string): Promise<void> {
    const { port } = this;
    const client = new pg.Client({ host: '127.0.0.1', port, database: 'postgres', user: USER, password: PASSWORD });
    try {
      await client.connect();
      await client.query(text);
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** Starts the server, also after a kill. */
  async run(): Promise<void> {
    const settings = ['-c', 'unix_socket_directories=', '-c', 'listen_addresses=127.0.0.1', '-p', String(this.port)];
    for (const [name, value] of Object.entries(this.kept?.settings ?? {})) settings.push('-c', `${name}=${value}`);
    this.process = this.spawn('postgres', ['-D', join(this.folder, 'data'), ...settings]);
    const until = Date.now() + START_TIMEOUT_MS;
    for (;;) {
      const answers = await this.query('select 1').then(
        () => true,
        () => false,
      );
      if (answers) return;
      if (Date.now() > until) throw new Error('PostgreSQL did not start in time');
      await sleep(50);
    }
  }

  /** Stops the server at once, as a machine that goes away does. */
  kill(): Promise<void> {
    return this.end('immediate');
  }

  async stop(): Promise<void> {
    if (this.process) await this.end(this.kept ? 'fast' : 'immediate');
    if (!this.kept) rmSync(this.folder, { recursive: true, force: true });
  }

  private async end(how: 'immediate' | 'fast'): Promise<void> {
    const ended = this.process && once(this.process, 'exit');
    const [program, ...before] = this.asOwner(join(this.programs, 'pg_ctl'));
    execFileSync(program!, [...before, 'stop', '-m', how, '-D', join(this.folder, 'data')], { stdio: 'pipe' });
    await ended;
    this.process = undefined;
  }

  private initialise(): void {
    mkdirSync(this.folder, { recursive: true });
    const password = join(this.folder, 'password');
    writeFileSync(password, PASSWORD);
    if (isRoot()) {
      const [uid, gid] = ['-u', '-g'].map((flag) =>
        Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' })),
      );
      for (const path of [this.folder, password]) chownSync(path, uid!, gid!);
    }
    chmodSync(this.folder, 0o700);
    const [program, ...before] = this.asOwner(join(this.programs, 'initdb'));
    const options = [
      '-D',
      join(this.folder, 'data'),
      '-U',
      USER,
      '-E',
      'UTF8',
      '--locale=C',
      '-A',
      'scram-sha-256',
      '--pwfile',
      password,
    ];
    execFileSync(program!, [...before, ...options], { stdio: ['ignore', 'ignore', 'pipe'] });
  }

  private spawn(program: string, options: readonly string[]): ChildProcess {
    const [command, ...before] = this.asOwner(join(this.programs, program));
    return spawn(command!, [...before, ...options], { stdio: 'ignore', cwd: this.folder });
  }

  /** PostgreSQL refuses to run as root, so it runs as the user that its package makes. */
  private asOwner(program: string): string[] {
    return isRoot() ? ['runuser', '-u', 'postgres', '--', program] : [program];
  }
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
