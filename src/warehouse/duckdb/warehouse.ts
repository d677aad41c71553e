/** The embedded engine: one DuckDB file, one writer, many readers. */
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { TributaryError } from '../../domain/errors.ts';
import { backupFile, makeBackupFolder, tablesToRestore } from '../backup.ts';
import { examine, tableSizes, uncommittedProblem, uncommittedRows } from '../integrity.ts';
import type { Batch, Diagnosis, ReadOptions, ReadPurpose, Snapshot, Warehouse } from '../port.ts';
import { type Row, TABLE_NAMES, TABLES, type TableName } from '../schema.ts';
import { closedError, type ReadPlaces, readPlaces, Turns, tooSlow } from '../turns.ts';
import { pendingVersions, VERSIONS } from '../versions/index.ts';
import { explained } from './failures.ts';
import { readHistory, recordVersion } from './history.ts';
import { statementsOf } from './migrations.ts';
import { copyStatement, insertFromParquet } from './parquet.ts';
import { RelationCache } from './relation-cache.ts';
import { insertThroughFile, RowsFolder } from './rows-file.ts';
import { DuckDBSnapshot } from './snapshot.ts';
import '../whole-text.ts';

export interface DuckDBOptions {
  /** The path of the file, or ':memory:'. */
  path: string;
  memory_limit_bytes?: number;
  threads?: number;
  /** How many reports may run at the same time; further ones wait. */
  max_reads?: number;
  read_timeout_ms?: number;
}

const DEFAULT_READ_TIMEOUT_MS = 120_000;
const DEFAULT_MAX_READS = 4;
/**
 * Each running query holds a thread of Node's pool, and file operations need threads of the same pool. `bin/tributary.js` makes
 * the pool larger. With a smaller pool fewer reports run at the same time, so that one thread is left for loading and one for
 * files.
 */
const POOL_THREADS = Number(process.env['UV_THREADPOOL_SIZE'] ?? 4);
const OTHER_THREADS = 2;

export class DuckDBWarehouse implements Warehouse {
  readonly engine = 'duckdb';
  private readonly writing = new Turns();
  private readonly idle: DuckDBConnection[] = [];
  private readonly places: Record<ReadPurpose, ReadPlaces>;
  private closed = false;
  private readonly cache: RelationCache;
  private readonly folder: RowsFolder;

  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly writer: DuckDBConnection,
    private readonly options: Required<DuckDBOptions>,
  ) {
    this.folder = new RowsFolder(options.path);
    this.cache = new RelationCache(instance, this.folder);
    this.places = readPlaces(options.max_reads);
  }

  /** Opens or creates the file. @throws warehouse_unavailable when another process has it open. */
  static async open(options: DuckDBOptions): Promise<DuckDBWarehouse> {
    const full: Required<DuckDBOptions> = {
      memory_limit_bytes: Math.max(1e9, Math.floor(totalmem() / 4)),
      threads: availableParallelism(),
      max_reads: Math.max(1, Math.min(DEFAULT_MAX_READS, POOL_THREADS - OTHER_THREADS)),
      read_timeout_ms: DEFAULT_READ_TIMEOUT_MS,
      ...options,
    };
    if (full.path !== ':memory:') mkdirSync(dirname(full.path), { recursive: true });
    try {
      const instance = await DuckDBInstance.create(full.path, {
        memory_limit: `${Math.floor(full.memory_limit_bytes / 1e6)}MB`,
        threads: String(full.threads),
        ...(full.path === ':memory:' ? {} : { temp_directory: `${full.path}.tmp` }),
      });
      return new DuckDBWarehouse(instance, await instance.connect(), full);
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      const held = /lock/i.test(message)
        ? 'another process has it open; stop it, or send commands through the running server'
        : message;
      throw new TributaryError('warehouse_unavailable', `cannot open ${full.path}: ${held}`, { cause });
    }
  }

  async migrate(versions = VERSIONS): Promise<number[]> {
    return this.exclusively(async () => {
      const history = await readHistory(this.writer);
      const applied: number[] = [];
      // Newer data is refused before anything is written.
      const all = pendingVersions(history.version, versions);
      await this.transaction(async () => {
        for (const statement of history.statements) await this.writer.run(statement);
      });
      for (const pending of all) {
        await this.transaction(async () => {
          for (const statement of statementsOf(pending)) await this.writer.run(statement);
          await this.writer.run(recordVersion(pending.version));
        });
        applied.push(pending.version);
      }
      return applied;
    });
  }

  async append(batch: Batch): Promise<void> {
    return this.exclusively(() =>
      this.transaction(async () => {
        for (const [table, rows] of Object.entries(batch) as Array<[TableName, Row[]]>) {
          if (rows.length > 0)
            await insertThroughFile(this.writer, this.folder, { target: table, table }, TABLES[table].columns, rows);
        }
      }),
    );
  }

  async read<T>(work: (snapshot: Snapshot) => Promise<T>, options: ReadOptions = {}): Promise<T> {
    const places = this.places[options.for ?? 'reports'];
    const connection = await this.acquire(places);
    const timeout_ms = options.timeout_ms ?? this.options.read_timeout_ms;
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      connection.interrupt();
    }, timeout_ms);
    const snapshot = new DuckDBSnapshot(connection, this.cache, this.folder, () => late);
    try {
      await this.cache.ready;
      await connection.run('begin transaction');
      return await work(snapshot);
    } catch (cause) {
      throw late ? tooSlow(timeout_ms, cause) : explained(cause, 'read');
    } finally {
      clearTimeout(timer);
      await connection.run('rollback').catch(() => undefined);
      snapshot.releaseKept();
      this.release(connection, places);
    }
  }

  async compact(): Promise<void> {
    await this.exclusively(() => this.writer.run('checkpoint'));
  }

  async diagnose(): Promise<Diagnosis> {
    const { tables, problems } = await this.read(async (snapshot) => {
      const examined = await examine(snapshot);
      const [row] = await snapshot.query(uncommittedRows('conversions', 'commits'));
      return { ...examined, problems: [...examined.problems, ...uncommittedProblem(Number(row!['n']))] };
    });
    const { version } = await this.exclusively(() => readHistory(this.writer));
    const size_bytes = existsSync(this.options.path) ? statSync(this.options.path).size : 0;
    return { engine: this.engine, schema_version: version, size_bytes, tables, problems };
  }

  async backup(folder: string): Promise<void> {
    makeBackupFolder(folder);
    await this.read(async (snapshot) => {
      for (const table of TABLE_NAMES) {
        await snapshot.query(copyStatement(table, backupFile(folder, table)));
      }
    });
  }

  async restore(folder: string): Promise<void> {
    const filled = tablesToRestore(folder, await this.read(tableSizes));
    await this.exclusively(() =>
      this.transaction(async () => {
        for (const table of filled) await insertFromParquet(this.writer, TABLES[table], backupFile(folder, table));
      }),
    );
  }

  async close(): Promise<void> {
    if (this.closed) return;
    await this.exclusively(() => this.writer.run('checkpoint')).catch(() => undefined);
    this.closed = true;
    await this.cache.close();
    for (const connection of this.idle) connection.closeSync();
    this.writer.closeSync();
    this.instance.closeSync();
    this.folder.remove();
  }

  /** Runs one writer at a time, because DuckDB refuses the second of two transactions that change the same rows. */
  private async exclusively<T>(work: () => Promise<T>): Promise<T> {
    if (this.closed) throw closedError();
    return this.writing.take(work);
  }

  private async transaction<T>(work: () => Promise<T>): Promise<T> {
    await this.writer.run('begin transaction');
    try {
      const result = await work();
      await this.writer.run('commit');
      return result;
    } catch (error) {
      await this.writer.run('rollback').catch(() => undefined);
      throw explained(error, 'write');
    }
  }

  private async acquire(places: ReadPlaces): Promise<DuckDBConnection> {
    if (this.closed) throw closedError();
    await places.enter();
    try {
      // It may have been closed while this read waited.
      if (this.closed) throw closedError();
      return this.idle.pop() ?? (await this.instance.connect());
    } catch (error) {
      places.leave();
      throw error;
    }
  }

  private release(connection: DuckDBConnection, places: ReadPlaces): void {
    if (this.closed) connection.closeSync();
    else this.idle.push(connection);
    places.leave();
  }
}
