/**
 * The embedded store: one SQLite file in the data folder, through the driver `libsql`. A commit and its fdatasync run in a thread
 * of the engine. A single get, put or page runs on the event loop and takes some microseconds. Several processes may open the
 * file; their transactions run one after another.
 */
import { chmodSync, mkdirSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import Database from 'libsql/promise';
import { ensureFile } from '../files/private.ts';
import { Turns } from '../warehouse/turns.ts';
import { BUSY_TIMEOUT_MS, whenFree } from './busy.ts';
import { inTime, stateClosed, unavailable } from './failures.ts';
import type { Entry, Json, ListOptions, State, StateTransaction } from './port.ts';
import {
  checkForm,
  getEntry,
  listEntries,
  readRevision,
  type Sql,
  type SqlRow,
  SqlTransaction,
  type SqlValue,
  tableStatements,
} from './statements.ts';

/** The parts of the driver that are used here; the driver's own types describe a newer version. */
interface Statement {
  all(...parameters: SqlValue[]): Promise<SqlRow[]>;
}
interface Connection {
  exec(sql: string): Promise<void>;
  prepare(sql: string): Promise<Statement>;
  close(): void;
}

export class FileState implements State {
  readonly engine = 'file';
  private readonly turns = new Turns();
  private closing: Promise<void> | undefined;

  private constructor(
    readonly where: string,
    private readonly writer: PreparedConnection,
    /** Reads outside of transactions use a second connection, so that they see only committed data. */
    private readonly reader: PreparedConnection,
  ) {}

  /** Opens or creates the file, which only its owner may read. @throws state_unavailable with the reason. */
  static async open(path: string): Promise<FileState> {
    const opened: PreparedConnection[] = [];
    try {
      mkdirSync(dirname(path), { recursive: true });
      // The engine would create a file that every user can read. Its additional files get the same mode as this one.
      ensureFile(path, 'state');
      chmodSync(path, 0o600);
      for (let i = 0; i < 2; i++) opened.push(await PreparedConnection.open(path));
      const [writer, reader] = opened as [PreparedConnection, PreparedConnection];
      // From here on it is this program that waits for others, not the driver.
      await writer.run('pragma busy_timeout = 0', []);
      await writer.exec('begin immediate');
      for (const statement of tableStatements('blob')) await writer.exec(statement);
      await writer.exec('commit');
      await checkForm(writer, path);
      return new FileState(path, writer, reader);
    } catch (error) {
      for (const connection of opened) connection.close();
      throw unavailable(`cannot open ${path}`, error);
    }
  }

  transaction<T>(work: (transaction: StateTransaction) => Promise<T>): Promise<T> {
    if (this.closing) return Promise.reject(stateClosed());
    return this.turns.take(() => this.transact(work));
  }

  get<T extends Json>(collection: string, key: string): Promise<T | undefined> {
    return this.read(() => getEntry<T>(this.reader, collection, key));
  }

  list<T extends Json>(collection: string, options?: ListOptions): Promise<Entry<T>[]> {
    return this.read(() => listEntries<T>(this.reader, collection, options));
  }

  revision(collection: string): Promise<number> {
    return this.read(() => readRevision(this.reader, collection));
  }

  purge(): Promise<string[]> {
    if (this.closing) return Promise.reject(stateClosed());
    return this.turns.take(async () => {
      // The file is written anew without its free pages; then the write-ahead file, which holds earlier pages, is emptied.
      await this.writer.exec('vacuum');
      const is_read = ([outcome]: readonly SqlRow[]): boolean => Number(outcome?.['busy'] ?? 0) !== 0;
      const outcome = await whenFree(
        () => this.writer.run('pragma wal_checkpoint(truncate)', []),
        (rows) => !is_read(rows),
      );
      if (is_read(outcome))
        throw unavailable(
          `${this.where} is read by another process`,
          new Error('its write-ahead file cannot be emptied'),
        );
      return [basename(this.where)];
    });
  }

  close(): Promise<void> {
    this.closing ??= this.turns.take(async () => {
      this.reader.close();
      // Moves the write-ahead file into the main file, so that a copy of the main file is complete. Fails while others use it.
      await this.writer.run('pragma wal_checkpoint(truncate)', []).catch(() => undefined);
      this.writer.close();
    });
    return this.closing;
  }

  private async read<T>(work: () => Promise<T>): Promise<T> {
    if (this.closing) throw stateClosed();
    return work();
  }

  private async transact<T>(work: (transaction: StateTransaction) => Promise<T>): Promise<T> {
    const { writer } = this;
    await writer.exec('begin immediate');
    const transaction = new SqlTransaction(writer);
    try {
      const result = await inTime(work(transaction));
      await transaction.finish();
      await writer.exec('commit');
      return result;
    } catch (error) {
      transaction.end();
      // After some failures the engine has rolled back by itself.
      await writer.exec('rollback').catch(() => undefined);
      throw error;
    }
  }
}

/** A connection that prepares each statement once; its failures are `state_unavailable`. */
class PreparedConnection implements Sql {
  private readonly statements = new Map<string, Statement>();
  private readonly turns = new Turns();

  private constructor(private readonly connection: Connection) {}

  static async open(path: string): Promise<PreparedConnection> {
    // The driver would take a relative path such as `http:` for an address.
    const connection = new Database(resolve(path), {}) as unknown as Connection;
    // With these settings a transaction is on disk when its commit returns, and readers never wait for a writer.
    for (const pragma of [`busy_timeout = ${BUSY_TIMEOUT_MS}`, 'journal_mode = wal', 'synchronous = full'])
      await (await connection.prepare(`pragma ${pragma}`)).all();
    return new PreparedConnection(connection);
  }

  async exec(sql: string): Promise<void> {
    await whenFree(() => this.connection.exec(sql)).catch((error) => {
      throw unavailable('the file cannot be used', error);
    });
  }

  /** Runs one statement after the other: two runs of one statement at the same time would read each other's rows. */
  readonly run = (sql: string, parameters: readonly SqlValue[]): Promise<readonly SqlRow[]> =>
    this.turns.take(async () => {
      try {
        const statement = this.statements.get(sql) ?? (await this.connection.prepare(sql));
        this.statements.set(sql, statement);
        return await statement.all(...parameters);
      } catch (error) {
        this.statements.delete(sql);
        throw unavailable('the file cannot be used', error);
      }
    });

  /** As bytes: the driver ends the process when it reads a text that is not UTF-8. */
  raw(column: string): string {
    return `cast(${column} as blob)`;
  }

  close(): void {
    this.statements.clear();
    this.connection.close();
  }
}
