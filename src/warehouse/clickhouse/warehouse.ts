/** The engine for more data than one machine can hold: a ClickHouse server, or a cluster that replicates the log. */
import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { MS_PER_DAY } from '../../domain/time.ts';
import { backupFile, checkBackup, makeBackup, refuseFilled } from '../backup.ts';
import { examine, tableSizes, uncommittedProblem, uncommittedRows } from '../integrity.ts';
import { KeptRelations } from '../kept-relations.ts';
import {
  type Batch,
  CARE_TIMEOUT_MS,
  type Diagnosis,
  type Erasure,
  type ReadOptions,
  type ReadPurpose,
  type RowsTarget,
  type Snapshot,
  type SoundBackup,
  type Warehouse,
  type WrittenRows,
} from '../port.ts';
import { type Row, TABLE_NAMES, TABLES, WRITE_ORDER } from '../schema.ts';
import { closedError, type ReadPlaces, readPlaces, Turns } from '../turns.ts';
import { pendingVersions, VERSIONS } from '../versions/index.ts';
import { Connection, type ConnectionOptions } from './connection.ts';
import { eraseRows, removeOldParts } from './erase.ts';
import { makeHistory, readHistory, recordVersion } from './history.ts';
import { inlineRows, literal, quoted } from './literals.ts';
import { columnDdl, named, onCluster, type Place, qualified, statementsOf } from './migrations.ts';
import { linesOf } from './rows.ts';
import { checkServer } from './server.ts';
import { ClickHouseSnapshot, committedPositions } from './snapshot.ts';

export interface ClickHouseOptions extends Omit<ConnectionOptions, 'write_timeout_ms'> {
  database: string;
  /** How many reports may run at the same time; further ones wait. */
  max_reads?: number;
  read_timeout_ms?: number;
  write_timeout_ms?: number;
}

const DEFAULT_READ_TIMEOUT_MS = 120_000;
const DEFAULT_WRITE_TIMEOUT_MS = 60_000;
const MIGRATION_TIMEOUT_MS = 600_000;
const DEFAULT_MAX_READS = 8;
/** Kept relations of this age are dropped by any process, because a process that crashed cannot drop its own. */
const KEPT_DAYS = 2;
/** A process makes its own again after half of that time: the other half is longer than any read that uses the old one. */
const MAX_KEPT_AGE_MS = (KEPT_DAYS * MS_PER_DAY) / 2;

export class ClickHouseWarehouse implements Warehouse {
  readonly engine = 'clickhouse';
  private readonly connection: Connection;
  private readonly place: Place;
  private readonly writing = new Turns();
  private readonly places: Record<ReadPurpose, ReadPlaces>;
  private readonly relations: KeptRelations;
  /** The kept relations that are stored as tables. */
  private readonly standing = new Set<string>();
  private readonly kept_prefix = `kept_${randomBytes(6).toString('hex')}_`;
  private closed = false;

  private constructor(private readonly options: ClickHouseOptions) {
    this.connection = new Connection({ write_timeout_ms: DEFAULT_WRITE_TIMEOUT_MS, ...options });
    this.place = { database: options.database, cluster: options.cluster };
    this.places = readPlaces(options.max_reads ?? DEFAULT_MAX_READS);
    this.relations = new KeptRelations(
      {
        make: async (table, columns, rows) => {
          const inline = inlineRows(table, columns, rows);
          if (inline !== undefined) return inline;
          const name = this.keptName(table);
          this.standing.add(table);
          // The table is not in memory, because after a restart the server would have an empty table with the same name.
          await this.connection.command(
            `create or replace table ${name} (${columns.map(columnDdl).join(', ')}) engine = MergeTree order by tuple()`,
          );
          await this.connection.insert(name, columns, rows);
          return name;
        },
        drop: async (table) => {
          if (this.standing.delete(table))
            await this.connection.command(`drop table if exists ${this.keptName(table)} sync`);
        },
      },
      MAX_KEPT_AGE_MS,
    );
  }

  /** Makes the client. The first request to the server is in `migrate`. */
  static async open(options: ClickHouseOptions): Promise<ClickHouseWarehouse> {
    return new ClickHouseWarehouse(options);
  }

  /** @throws warehouse_unavailable when the server does not answer, refuses the user, or is too old. */
  async migrate(versions = VERSIONS): Promise<number[]> {
    return this.exclusively(async () => {
      await checkServer(this.connection);
      const call = { timeout_ms: MIGRATION_TIMEOUT_MS };
      const database = `create database if not exists ${named(this.place.database)}${onCluster(this.place)}`;
      await this.connection.command(database, call);
      // Newer data is refused before anything is written.
      const history = await readHistory(this.connection, this.place, call);
      const all = pendingVersions(history.version, versions);
      await makeHistory(this.connection, this.place, history, call);
      const applied: number[] = [];
      for (const pending of all) {
        for (const statement of statementsOf(this.place, pending)) await this.connection.command(statement, call);
        await recordVersion(this.connection, this.place, pending.version, call);
        applied.push(pending.version);
      }
      await this.sweep();
      return applied;
    });
  }

  async append(batch: Batch, written: readonly WrittenRows[] = []): Promise<void> {
    return this.exclusively(async () => {
      const parts = await linesOf(batch, written);
      await this.clearIncomplete(batch);
      for (const { name, lines } of parts)
        try {
          await this.connection.insertLines(qualified(this.place, name), TABLES[name].columns, lines);
        } catch (error) {
          // The answer may be lost although the rows are written. The last table decides if the batch counts, so it is checked.
          const done = name === 'commits' && (await this.areCommitted(batch.commits!).catch(() => false));
          if (!done) throw error;
        }
    });
  }

  rowsTarget = (): RowsTarget => ({ form: 'texts' });

  async read<T>(work: (snapshot: Snapshot) => Promise<T>, options: ReadOptions = {}): Promise<T> {
    const timeout_ms = options.timeout_ms ?? this.options.read_timeout_ms ?? DEFAULT_READ_TIMEOUT_MS;
    return this.readUntil(timeout_ms, work, options);
  }

  async erase(erasure: Erasure): Promise<void> {
    await this.exclusively(() => eraseRows(this.connection, this.place, erasure));
    // Kept relations hold rows as they were.
    await this.relations.clear();
  }

  async purge(): Promise<string[]> {
    return this.exclusively(() => removeOldParts(this.connection, this.place));
  }

  async compact(): Promise<void> {
    await this.exclusively(async () => {
      for (const name of TABLE_NAMES)
        await this.connection.command(`optimize table ${qualified(this.place, name)}${onCluster(this.place)} final`, {
          timeout_ms: CARE_TIMEOUT_MS,
        });
    });
  }

  async diagnose(): Promise<Diagnosis> {
    const call = { timeout_ms: CARE_TIMEOUT_MS };
    const { problems, ...examined } = await this.readUntil(CARE_TIMEOUT_MS, examine);
    const [uncommitted] = await this.connection.query(
      uncommittedRows(qualified(this.place, 'conversions'), qualified(this.place, 'commits')),
      call,
    );
    const [size] = await this.connection.query(
      `select coalesce(sum(bytes_on_disk), 0) as bytes from system.parts where active and database = ${quoted(this.place.database)}`,
      call,
    );
    return {
      engine: this.engine,
      schema_version: (await readHistory(this.connection, this.place, call)).version,
      size_bytes: Number(size!['bytes']),
      problems: [...problems, ...uncommittedProblem(Number(uncommitted!['n']))],
      ...examined,
    };
  }

  async backup(folder: string): Promise<void> {
    await makeBackup(folder, (partial) =>
      this.readUntil(CARE_TIMEOUT_MS, async (snapshot) => {
        for (const name of TABLE_NAMES) {
          const columns = TABLES[name].columns.map((c) => c.name);
          // The backup is in log order, as in the embedded engine; these tables are stored in the order of their keys.
          const order =
            ['collector_id', 'log_seq'].filter((c) => columns.includes(c)).join(', ') || TABLES[name].key[0];
          const rows = snapshot.text(`select ${columns.join(', ')} from ${name} order by ${order}`);
          const settings = `output_format_parquet_string_as_string = 1, output_format_parquet_compression_method = 'zstd'`;
          await this.connection.download(
            `${rows} settings ${settings} format Parquet`,
            backupFile(partial, name),
            snapshot.call(),
          );
        }
      }),
    );
  }

  async restore(folder: string): Promise<SoundBackup> {
    refuseFilled(await this.readUntil(CARE_TIMEOUT_MS, tableSizes));
    const backup = await checkBackup(folder);
    await this.exclusively(async () => {
      for (const name of WRITE_ORDER.filter((table) => backup.tables.includes(table))) {
        const columns = TABLES[name].columns.map((c) => named(c.name)).join(', ');
        await this.connection.upload(
          `insert into ${qualified(this.place, name)} (${columns}) format Parquet`,
          createReadStream(backupFile(folder, name)),
          { timeout_ms: CARE_TIMEOUT_MS },
        );
      }
    });
    return backup;
  }

  async close(): Promise<void> {
    if (this.closed) return;
    await this.exclusively(async () => undefined);
    this.closed = true;
    for (const table of this.standing)
      await this.connection.command(`drop table if exists ${this.keptName(table)}`).catch(() => undefined);
    await this.connection.close();
  }

  private async readUntil<T>(
    timeout_ms: number,
    work: (snapshot: ClickHouseSnapshot) => Promise<T>,
    { for: purpose = 'reports', signal, owner }: ReadOptions = {},
  ): Promise<T> {
    this.refuseClosed();
    const places = this.places[purpose];
    await places.enter({ signal, owner });
    try {
      // It may have been closed while this read waited.
      this.refuseClosed();
      const deadline = { at_ms: performance.now() + timeout_ms, timeout_ms };
      const committed = await committedPositions(this.connection, this.place, { timeout_ms, signal });
      const snapshot = new ClickHouseSnapshot(this.connection, this.place, committed, this.relations, deadline, signal);
      try {
        return await work(snapshot);
      } finally {
        // The session of a stopped read may be locked until its statement has ended. Nobody waits for that.
        const ended = snapshot.end();
        if (!signal?.aborted) await ended;
      }
    } catch (error) {
      // Closing ends the connections of reads that have begun.
      throw this.closed ? closedError() : error;
    } finally {
      places.leave();
    }
  }

  /**
   * Deletes incomplete rows of an earlier try, which may be from another log position, so that they do not mix with the new rows.
   */
  private async clearIncomplete(batch: Batch): Promise<void> {
    for (const name of WRITE_ORDER) {
      const { completes } = TABLES[name];
      const rows = batch[name] ?? [];
      if (!completes || rows.length === 0) continue;
      const table = qualified(this.place, completes.table);
      const theirs = `${named(completes.by)} in (${rows.map((row) => literal(row[completes.by]!)).join(', ')})`;
      const [found] = await this.connection.query(`select count(*) as n from ${table} where ${theirs}`);
      if (Number(found!['n']) > 0)
        await this.connection.command(`delete from ${table}${onCluster(this.place)} where ${theirs}`);
    }
  }

  private async areCommitted(commits: readonly Row[]): Promise<boolean> {
    const found = commits.map(
      ({ collector_id, log_seq }) => `(collector_id = ${literal(collector_id!)} and log_seq = ${literal(log_seq!)})`,
    );
    const [row] = await this.connection.query(
      `select count(*) as n from ${qualified(this.place, 'commits')} where ${found.join(' or ')}`,
    );
    return Number(row!['n']) === commits.length;
  }

  /** Runs one writer at a time, so that the batches of a process reach the server in log order. */
  private async exclusively<T>(work: () => Promise<T>): Promise<T> {
    this.refuseClosed();
    return this.writing.take(work);
  }

  private refuseClosed(): void {
    if (this.closed) throw closedError();
  }

  private keptName(table: string): string {
    return qualified(this.place, `${this.kept_prefix}${table}`);
  }

  private async sweep(): Promise<void> {
    const old = await this.connection.query(
      `select name from system.tables where database = ${quoted(this.place.database)} and match(name, '^kept_[0-9a-f]{12}_') and metadata_modification_time < now() - interval ${KEPT_DAYS} day`,
    );
    for (const row of old)
      await this.connection.command(`drop table if exists ${qualified(this.place, row['name'] as string)}`);
  }
}
