/** The embedded engine: one DuckDB file, one writer, many readers. */
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { basename, dirname } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { badRequest } from '../../domain/errors.ts';
import { readPath } from '../../files/path-sql.ts';
import { backupFile, checkBackup, makeBackup, refuseFilled } from '../backup.ts';
import { examine, tableSizes, uncommittedProblem, uncommittedRows } from '../integrity.ts';
import {
  type Batch,
  CARE_TIMEOUT_MS,
  type Diagnosis,
  type Erasure,
  type Load,
  type ReadOptions,
  type ReadPurpose,
  type RowsTarget,
  type Snapshot,
  type SoundBackup,
  type Warehouse,
  type WrittenRows,
} from '../port.ts';
import { type Row, TABLE_NAMES, TABLES, type TableName } from '../schema.ts';
import { readsThatFit } from '../thread-pool.ts';
import { closedError, type ReadPlaces, readPlaces, Turns } from '../turns.ts';
import { pendingVersions, VERSIONS } from '../versions/index.ts';
import { removeUnfinished, takePlace, writeAnew } from './anew.ts';
import { erasureStatements } from './erase.ts';
import { explained } from './failures.ts';
import { readHistory, recordVersion } from './history.ts';
import { DuckDBLoad } from './load.ts';
import { columnDdl, statementsOf } from './migrations.ts';
import { OpenedFile } from './opened.ts';
import { copyStatement, insertFromParquet } from './parquet.ts';
import { insertFile, insertThroughFile, RowsFolder } from './rows-file.ts';
import { DuckDBSnapshot } from './snapshot.ts';
import { Stop } from './stop.ts';
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
const CARE: ReadOptions = { timeout_ms: CARE_TIMEOUT_MS };

export class DuckDBWarehouse implements Warehouse {
  readonly engine = 'duckdb';
  private readonly writing = new Turns();
  private readonly places: Record<ReadPurpose, ReadPlaces>;
  private closed = false;
  /** How many files were opened: the file is opened again after it was written anew. */
  private openings = 1;

  private constructor(
    private opened: OpenedFile,
    private readonly folder: RowsFolder,
    private readonly options: Required<DuckDBOptions>,
  ) {
    this.places = readPlaces(options.max_reads);
  }

  private get writer(): DuckDBConnection {
    return this.opened.writer;
  }

  /** Opens or creates the file. @throws warehouse_unavailable when another process has it open, or it is corrupt. */
  static async open(options: DuckDBOptions): Promise<DuckDBWarehouse> {
    const full: Required<DuckDBOptions> = {
      memory_limit_bytes: Math.max(1e9, Math.floor(totalmem() / 4)),
      threads: availableParallelism(),
      read_timeout_ms: DEFAULT_READ_TIMEOUT_MS,
      ...options,
      max_reads: readsThatFit(options.max_reads),
    };
    if (full.path !== ':memory:') {
      refuseUnusable(full.path);
      mkdirSync(dirname(full.path), { recursive: true });
    }
    const folder = new RowsFolder(full.path);
    const opened = await OpenedFile.open(full, folder, 0);
    // Only now is it sure that no other process uses them.
    if (full.path !== ':memory:') removeUnfinished(full.path);
    return new DuckDBWarehouse(opened, folder, full);
  }

  async migrate(versions = VERSIONS): Promise<number[]> {
    return this.exclusively(async () => {
      const history = await readHistory(this.writer);
      // Newer data is refused before anything is written.
      const pending = pendingVersions(history.version, versions);
      const statements = [
        ...history.statements,
        ...pending.flatMap((one) => [...statementsOf(one), recordVersion(one.version)]),
      ];
      // In one call: a new file has some 40 statements, and each call costs more than what most of them do.
      if (statements.length > 0) await this.transaction(() => this.writer.run(statements.join(';\n')));
      return pending.map(({ version }) => version);
    });
  }

  async append(batch: Batch, written: readonly WrittenRows[] = []): Promise<void> {
    const files = written.filter((rows) => 'path' in rows);
    try {
      await this.exclusively(() =>
        this.transaction(async () => {
          for (const { table, ...file } of files) await insertFile(this.writer, table, TABLES[table].columns, file);
          for (const [table, rows] of Object.entries(batch) as Array<[TableName, Row[]]>) {
            if (rows.length > 0)
              await insertThroughFile(this.writer, this.folder, { target: table, table }, TABLES[table].columns, rows);
          }
        }),
      );
    } finally {
      for (const { path } of files) await rm(path, { force: true });
    }
  }

  rowsTarget(): RowsTarget {
    return { form: 'files', path: this.folder.newPath() };
  }

  beginLoad(): Promise<Load> {
    return new Promise((resolve, reject) => {
      // The load keeps its turn until it ends.
      const turn = this.exclusively(
        () =>
          new Promise<void>((release) => {
            DuckDBLoad.begin(this.writer, release).then(resolve, reject);
          }),
      );
      turn.catch(reject);
    });
  }

  async read<T>(work: (snapshot: Snapshot) => Promise<T>, options: ReadOptions = {}): Promise<T> {
    const places = this.places[options.for ?? 'reports'];
    const { opened, connection } = await this.acquire(places, options);
    const timeout_ms = options.timeout_ms ?? this.options.read_timeout_ms;
    const stop = new Stop(() => connection.interrupt(), timeout_ms, options.signal);
    const snapshot = new DuckDBSnapshot(connection, opened.cache, this.folder, () => stop.check());
    try {
      await opened.cache.ready;
      await connection.run('begin transaction');
      return await work(snapshot);
    } catch (cause) {
      throw stop.error ?? explained(cause, 'read');
    } finally {
      stop.end();
      await connection.run('rollback').catch(() => undefined);
      snapshot.releaseKept();
      opened.giveBack(connection);
      places.leave();
    }
  }

  async erase(erasure: Erasure): Promise<void> {
    await this.exclusively(() =>
      this.transaction(async () => {
        const { before, changes, after } = erasureStatements(erasure);
        for (const { name, columns, rows } of before.filled) {
          await this.writer.run(`create or replace temp table ${name} (${columns.map(columnDdl).join(', ')})`);
          await insertThroughFile(this.writer, this.folder, { target: `temp.${name}`, table: name }, columns, rows);
        }
        for (const statement of [...before.queries, ...changes, ...after]) await this.writer.run(statement);
      }),
    );
    // Kept relations hold rows as they were.
    await this.opened.cache.relations.clear();
  }

  async purge(): Promise<string[]> {
    const { path } = this.options;
    if (path === ':memory:') return [];
    await this.exclusively(async () => {
      try {
        await this.writer.run('checkpoint');
        await writeAnew(this.writer, path);
        // An instance that closes would remove the write-ahead file, which is that of the new instance then.
        await this.writer.run('pragma disable_checkpoint_on_shutdown');
        await takePlace(path);
      } catch (error) {
        removeUnfinished(path);
        throw explained(error, 'write');
      }
      const old = this.opened;
      try {
        this.opened = await OpenedFile.open(this.options, this.folder, this.openings++);
      } catch (error) {
        // What the old instance would write goes into a file without a name.
        this.closed = true;
        throw error;
      } finally {
        await old.close();
      }
    });
    return [basename(path)];
  }

  async compact(): Promise<void> {
    await this.exclusively(() => this.writer.run('checkpoint'));
  }

  async diagnose(): Promise<Diagnosis> {
    const { tables, problems, busiest_ids, similar_ids } = await this.read(async (snapshot) => {
      const examined = await examine(snapshot);
      const [row] = await snapshot.query(uncommittedRows('conversions', 'commits'));
      return { ...examined, problems: [...examined.problems, ...uncommittedProblem(Number(row!['n']))] };
    }, CARE);
    const { version } = await this.exclusively(() => readHistory(this.writer));
    const size_bytes = existsSync(this.options.path) ? statSync(this.options.path).size : 0;
    return { engine: this.engine, schema_version: version, size_bytes, tables, problems, busiest_ids, similar_ids };
  }

  async backup(folder: string): Promise<void> {
    await makeBackup(folder, (partial) =>
      this.read(async (snapshot) => {
        for (const table of TABLE_NAMES) await snapshot.query(copyStatement(table, backupFile(partial, table)));
      }, CARE),
    );
  }

  async restore(folder: string): Promise<SoundBackup> {
    refuseFilled(await this.read(tableSizes, CARE));
    const backup = await checkBackup(folder);
    await this.exclusively(() =>
      this.transaction(async () => {
        for (const table of backup.tables)
          await insertFromParquet(this.writer, TABLES[table], backupFile(folder, table));
      }),
    );
    return backup;
  }

  async close(): Promise<void> {
    if (this.closed) return;
    await this.exclusively(() => this.writer.run('checkpoint')).catch(() => undefined);
    this.closed = true;
    await this.opened.close();
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

  private async acquire(
    places: ReadPlaces,
    options: ReadOptions,
  ): Promise<{ opened: OpenedFile; connection: DuckDBConnection }> {
    if (this.closed) throw closedError();
    await places.enter(options);
    try {
      // It may have been closed while this read waited.
      if (this.closed) throw closedError();
      const { opened } = this;
      return { opened, connection: await opened.take() };
    } catch (error) {
      places.leave();
      throw error;
    }
  }
}

/**
 * Refuses a path that would fail at the first write. Rows reach the engine through files beside this one, so their path must be
 * readable. From a path with a question mark, the engine makes the path of its write-ahead file in another folder.
 */
function refuseUnusable(path: string): void {
  readPath(path);
  if (path.includes('?'))
    throw badRequest('warehouse', `${path} holds a ?, which DuckDB does not support; rename the file or its folder`);
}
