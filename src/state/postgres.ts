/**
 * The store that several machines can share: PostgreSQL, with serializable transactions that are tried again after a collision.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { TributaryError } from '../domain/errors.ts';
import { Turns } from '../warehouse/turns.ts';
import { inTime, stateClosed, unavailable } from './failures.ts';
import type { StateLocation } from './location.ts';
import {
  type Entry,
  type Json,
  type ListOptions,
  type State,
  type StateTransaction,
  TRANSACTION_TIMEOUT_MS,
} from './port.ts';
import {
  checkForm,
  ENTRIES_TABLE,
  getEntry,
  listEntries,
  type RunSql,
  readRevision,
  type Sql,
  SqlTransaction,
  tableStatements,
} from './statements.ts';

const MAX_CONNECTIONS = 4;
const CONNECT_TIMEOUT_MS = 10_000;
/** Transactions that collide are tried again after a growing, random pause, so that they do not collide again. */
const MAX_TRIES = 60;
const MAX_PAUSE_MS = 250;
/** The database's codes for a collision; then nothing was written. */
const COLLISIONS = ['40001', '40P01'];
/** The key of an advisory lock: a number that other programs in the same database are unlikely to use. */
const SETUP_LOCK = 730_451_221;

type PostgresLocation = Extract<StateLocation, { engine: 'postgres' }>;
type Connection = Pick<pg.PoolClient, 'query'>;

export class PostgresState implements State {
  readonly engine = 'postgres';
  private closing: Promise<void> | undefined;
  private readonly running = new Set<Promise<unknown>>();
  private readonly sql: Sql;

  private constructor(
    readonly where: string,
    private readonly pool: pg.Pool,
  ) {
    this.sql = sqlOf(runOn(pool, where));
  }

  /** Connects, and creates the tables at the first use. @throws state_unavailable with the reason. */
  static async open({ host, port, database, username, password, tls }: PostgresLocation): Promise<PostgresState> {
    const where = `postgres://${host}:${port}/${database}`;
    const pool = new pg.Pool({
      host,
      port,
      database,
      user: username,
      password,
      ssl: tls === 'disable' ? false : { rejectUnauthorized: tls === 'verify-full' },
      max: MAX_CONNECTIONS,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: 'tributary',
      statement_timeout: TRANSACTION_TIMEOUT_MS,
      idle_in_transaction_session_timeout: 2 * TRANSACTION_TIMEOUT_MS,
      query_timeout: TRANSACTION_TIMEOUT_MS + CONNECT_TIMEOUT_MS,
      keepAlive: true,
    });
    // An idle connection was lost. The next call opens another one, or throws.
    pool.on('error', () => undefined);
    const state = new PostgresState(where, pool);
    try {
      await state.setUp();
      return state;
    } catch (error) {
      await pool.end();
      throw unavailable(`cannot open ${where}`, error);
    }
  }

  async transaction<T>(work: (transaction: StateTransaction) => Promise<T>): Promise<T> {
    if (this.closing) throw stateClosed();
    const running = this.untilItStands(work);
    this.running.add(running);
    try {
      return await running;
    } finally {
      this.running.delete(running);
    }
  }

  private async untilItStands<T>(work: (transaction: StateTransaction) => Promise<T>): Promise<T> {
    for (let tried = 1; ; tried++) {
      try {
        return await this.transact(work);
      } catch (error) {
        if (!COLLISIONS.includes(codeOf(error)) || tried >= MAX_TRIES) throw error;
        await sleep(Math.random() * Math.min(2 ** tried, MAX_PAUSE_MS));
      }
    }
  }

  async get<T extends Json>(collection: string, key: string): Promise<T | undefined> {
    return getEntry<T>(this.open(), collection, key);
  }

  async list<T extends Json>(collection: string, options?: ListOptions): Promise<Entry<T>[]> {
    return listEntries<T>(this.open(), collection, options);
  }

  async revision(collection: string): Promise<number> {
    return readRevision(this.open(), collection);
  }

  async purge(): Promise<string[]> {
    // It writes the table anew. No transaction runs on the table meanwhile.
    await this.open().run(`vacuum full ${ENTRIES_TABLE}`, []);
    return [`${ENTRIES_TABLE} of PostgreSQL`];
  }

  close(): Promise<void> {
    // When the pool ends, it drops calls that wait for a connection. So the calls finish first.
    this.closing ??= Promise.allSettled(this.running).then(() => this.pool.end());
    return this.closing;
  }

  private open(): Sql {
    if (this.closing) throw stateClosed();
    return this.sql;
  }

  private async setUp(): Promise<void> {
    await this.withConnection(async (connection) => {
      await connection.query('begin');
      // Without the lock, two processes that start at the same time would both create the tables, and one would fail.
      await connection.query(`select pg_advisory_xact_lock(${SETUP_LOCK})`);
      for (const statement of tableStatements('bytea')) await connection.query(statement);
      await connection.query('commit');
    });
    await checkForm(this.sql, this.where);
  }

  private transact<T>(work: (transaction: StateTransaction) => Promise<T>): Promise<T> {
    return this.withConnection(async (connection) => {
      const query = runOn(connection, this.where);
      const turns = new Turns();
      // A connection runs one query at a time, and `work` may start several.
      const run: RunSql = (text, values) => turns.take(() => query(text, values));
      await run('begin isolation level serializable', []);
      const transaction = new SqlTransaction(sqlOf(run));
      let result: T;
      try {
        result = await inTime(work(transaction));
        await transaction.finish();
      } catch (error) {
        transaction.end();
        await run('rollback', []).catch(() => undefined);
        throw error;
      }
      await this.commit(connection);
      return result;
    });
  }

  private async commit(connection: Connection): Promise<void> {
    try {
      await connection.query('commit');
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) throw unknownOutcome(this.where, error);
      throw unavailable(`${this.where} cannot be used`, error);
    }
  }

  /** Gives `work` a connection. A connection that failed is not used again. */
  private async withConnection<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    let connection: pg.PoolClient;
    try {
      connection = await this.pool.connect();
    } catch (error) {
      throw unavailable(`${this.where} cannot be reached`, error);
    }
    let lost = false;
    const onLost = (): void => {
      lost = true;
    };
    connection.on('error', onLost);
    try {
      return await work(connection);
    } catch (error) {
      lost ||= error instanceof TributaryError && error.code === 'state_unavailable' && !isAnswer(error.cause);
      throw error;
    } finally {
      connection.off('error', onLost);
      connection.release(lost);
    }
  }
}

/** The names of prepared statements. Each connection prepares a statement once. */
const names = new Map<string, string>();

function nameOf(text: string): string {
  const name = names.get(text) ?? `tributary_${names.size}`;
  names.set(text, name);
  return name;
}

function runOn(connection: Connection, where: string): RunSql {
  return async (text, values) => {
    try {
      const query = values.length === 0 ? { text } : { text, values: [...values], name: nameOf(text) };
      return (await connection.query(query)).rows;
    } catch (error) {
      throw unavailable(`${where} cannot be used`, error);
    }
  };
}

/** The database itself refuses a text that is not UTF-8. */
const sqlOf = (run: RunSql): Sql => ({ run, raw: (column) => column });

/** The database's code of a failure. The database error is the cause of the given error. */
function codeOf(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  return cause instanceof pg.DatabaseError ? (cause.code ?? '') : '';
}

/** True if the database answered with an error and the connection still works. */
function isAnswer(cause: unknown): boolean {
  return cause instanceof pg.DatabaseError && cause.severity !== 'FATAL';
}

function unknownOutcome(where: string, cause: unknown): TributaryError {
  return new TributaryError(
    'state_unavailable',
    `state: ${where} went away during a commit, so the change may have been made or not; check it before you repeat it`,
    { cause, retry_after_s: 5 },
  );
}
