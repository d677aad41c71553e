/** ClickHouse in process: sessions over one folder, each with the settings and temporary tables of its own. */
import { createRequire } from 'node:module';

interface ChdbSession {
  queryAsync(sql: string, options: { format: string }): Promise<{ bytes(): Uint8Array }>;
  close(): void;
}
interface Chdb {
  Session: new (folder: string) => ChdbSession;
}

/** The package is installed beside this file, not at the root: `test/clickhouse/install.mjs` says how. */
const { Session } = createRequire(import.meta.url)('chdb') as Chdb;

export type Settings = Record<string, string>;

/**
 * What a server's profile would say. Compiling to machine code costs more than the small worlds of tests give back. Tests kill the
 * process and never the machine, so the file of each new table need not be on the disk before the next statement.
 */
const PROFILE: Settings = {
  fsync_metadata: '0',
  compile_expressions: '0',
  compile_aggregate_expressions: '0',
  compile_sort_description: '0',
};

/** One session, which does one thing at a time. */
class Engaged {
  private readonly session: ChdbSession;
  private applied: Settings = {};
  private turn: Promise<unknown> = Promise.resolve();

  constructor(folder: string) {
    this.session = new Session(folder);
  }

  run(sql: string, settings: Settings, format: string): Promise<Uint8Array> {
    const work = this.turn.then(async () => {
      await this.apply(settings);
      return (await this.session.queryAsync(sql, { format })).bytes();
    });
    this.turn = work.catch(() => undefined);
    return work;
  }

  async close(): Promise<void> {
    await this.turn;
    this.session.close();
  }

  /** Settings stay with a session of the engine; those of HTTP end with their query. */
  private async apply(asked: Settings): Promise<void> {
    const settings = { ...PROFILE, ...asked, ...roughLimit(asked) };
    const changes = [
      ...Object.keys(this.applied)
        .filter((name) => !(name in settings))
        .map((name) => `${name} = default`),
      ...Object.entries(settings)
        .filter(([name, value]) => this.applied[name] !== value)
        .map(([name, value]) => `${name} = '${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`),
    ];
    if (changes.length > 0) await this.session.queryAsync(`set ${changes.join(', ')}`, { format: 'Null' });
    this.applied = settings;
  }
}

/** Of a long time that is left, tens of seconds: else each query of a read would need another statement before it. */
function roughLimit({ max_execution_time }: Settings): Settings {
  const seconds = Number(max_execution_time ?? 0);
  return seconds > 10 ? { max_execution_time: String(Math.ceil(seconds / 10) * 10) } : {};
}

/** The engine over one folder; a process can have one. */
export class Engine {
  private readonly idle: Engaged[] = [];
  private readonly sessions = new Map<string, Engaged>();

  constructor(private readonly folder: string) {}

  /** Runs a statement, in the session of a name or in one that nobody uses. */
  async run(
    sql: string,
    options: { settings: Settings; format: string; session_id?: string | undefined },
  ): Promise<Uint8Array> {
    if (options.session_id !== undefined)
      return this.session(options.session_id).run(sql, options.settings, options.format);
    const free = this.idle.pop() ?? new Engaged(this.folder);
    try {
      return await free.run(sql, options.settings, options.format);
    } finally {
      this.idle.push(free);
    }
  }

  async endSession(session_id: string): Promise<void> {
    const session = this.sessions.get(session_id);
    this.sessions.delete(session_id);
    await session?.close();
  }

  async close(): Promise<void> {
    await Promise.all([...this.sessions.values(), ...this.idle].map((session) => session.close()));
  }

  private session(session_id: string): Engaged {
    const session = this.sessions.get(session_id) ?? new Engaged(this.folder);
    this.sessions.set(session_id, session);
    return session;
  }
}
