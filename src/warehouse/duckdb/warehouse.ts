/** The embedded engine: one DuckDB file, one writer, many readers. */
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { BIGINT, type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { TributaryError } from '../../domain/errors.ts';
import { expandMacros } from '../macros.ts';
import type { Batch, Diagnosis, Parameter, ReadOptions, Snapshot, Warehouse } from '../port.ts';
import { type Column, type Row, TABLE_NAMES, TABLES, type TableName } from '../schema.ts';
import { appendRows } from './append.ts';
import { DUCKDB_MACROS } from './macros.ts';
import { columnDdl, MIGRATIONS } from './migrations.ts';
import { RelationCache } from './relation-cache.ts';

export interface DuckDBOptions {
  /** File, or ':memory:'. */
  path: string;
  memory_limit_bytes?: number;
  threads?: number;
  /** Reads that may run at once; further ones wait. */
  max_reads?: number;
  read_timeout_ms?: number;
}

const DEFAULT_READ_TIMEOUT_MS = 120_000;
const MAX_WAITING_READS = 64;

export class DuckDBWarehouse implements Warehouse {
  readonly engine = 'duckdb';
  private writing: Promise<unknown> = Promise.resolve();
  private readonly idle: DuckDBConnection[] = [];
  private readonly waiting: Array<() => void> = [];
  private reads = 0;
  private closed = false;
  private readonly cache: RelationCache;

  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly writer: DuckDBConnection,
    private readonly options: Required<DuckDBOptions>,
  ) {
    this.cache = new RelationCache(instance);
  }

  /** Opens or creates the file. @throws warehouse_unavailable when another process holds it. */
  static async open(options: DuckDBOptions): Promise<DuckDBWarehouse> {
    const full: Required<DuckDBOptions> = {
      memory_limit_bytes: Math.max(1e9, Math.floor(totalmem() / 4)),
      threads: availableParallelism(),
      max_reads: 4,
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
      const held = /lock/i.test(message) ? 'another process has it open; stop it, or send commands through the running server' : message;
      throw new TributaryError('warehouse_unavailable', `cannot open ${full.path}: ${held}`, { cause });
    }
  }

  async migrate(): Promise<number[]> {
    return this.exclusively(async () => {
      await this.writer.run('create table if not exists schema_versions (version integer primary key, applied_at timestamp_ms not null)');
      const rows = (await this.writer.runAndReadAll('select coalesce(max(version), 0) from schema_versions')).getRows();
      const current = Number(rows[0]![0]);
      const applied: number[] = [];
      for (const migration of MIGRATIONS.filter((m) => m.version > current)) {
        await this.transaction(async () => {
          for (const statement of migration.statements) await this.writer.run(statement);
          await this.writer.run('insert into schema_versions values ($1, current_localtimestamp()::timestamp_ms)', [migration.version]);
        });
        applied.push(migration.version);
      }
      return applied;
    });
  }

  async append(batch: Batch): Promise<void> {
    return this.exclusively(() =>
      this.transaction(async () => {
        for (const [table, rows] of Object.entries(batch) as Array<[TableName, Row[]]>) {
          if (rows.length > 0) await appendRows(this.writer, table, TABLES[table].columns, rows);
        }
      }),
    );
  }

  async read<T>(work: (snapshot: Snapshot) => Promise<T>, options: ReadOptions = {}): Promise<T> {
    const connection = await this.acquire();
    const timeout_ms = options.timeout_ms ?? this.options.read_timeout_ms;
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      connection.interrupt();
    }, timeout_ms);
    const snapshot = new DuckDBSnapshot(connection, this.cache, () => late);
    try {
      await this.cache.ready;
      await connection.run('begin transaction');
      return await work(snapshot);
    } catch (cause) {
      if (late) throw new TributaryError('timeout', `the query took longer than ${timeout_ms} ms; ask for a shorter period or fewer groups`, { cause, retry_after_s: 5 });
      throw cause;
    } finally {
      clearTimeout(timer);
      await connection.run('rollback').catch(() => undefined);
      snapshot.releaseKept();
      this.release(connection);
    }
  }

  async compact(): Promise<void> {
    await this.exclusively(() => this.writer.run('checkpoint'));
  }

  async diagnose(): Promise<Diagnosis> {
    const problems: string[] = [];
    const tables = await this.read(async (snapshot) => {
      const sizes = [];
      for (const table of TABLE_NAMES) {
        const [row] = await snapshot.query(`select count(*) as n from ${table}`);
        sizes.push({ table, rows: Number(row!['n']) });
      }
      for (const [what, sql] of INTEGRITY_CHECKS) {
        const [row] = await snapshot.query(sql);
        if (Number(row!['n']) > 0) problems.push(`${row!['n']} ${what}`);
      }
      return sizes;
    });
    const [version] = (await this.writer.runAndReadAll('select max(version) from schema_versions')).getRows();
    const size_bytes = existsSync(this.options.path) ? statSync(this.options.path).size : 0;
    return { engine: this.engine, schema_version: Number(version?.[0] ?? 0), size_bytes, tables, problems };
  }

  async backup(folder: string): Promise<void> {
    mkdirSync(folder, { recursive: true });
    if (readdirSync(folder).length > 0) throw new TributaryError('bad_request', `${folder} is not empty; name a new folder`);
    await this.read(async (snapshot) => {
      for (const table of TABLE_NAMES) {
        const target = join(folder, `${table}.parquet`).replaceAll("'", "''");
        await snapshot.query(`copy (select * from ${table}) to '${target}' (format parquet, compression zstd)`);
      }
    });
  }

  async restore(folder: string): Promise<void> {
    const { tables } = await this.diagnose();
    const filled = tables.find((t) => t.rows > 0);
    if (filled) throw new TributaryError('conflict', `${filled.table} already has ${filled.rows} rows; restore into a new data folder`);
    await this.exclusively(() =>
      this.transaction(async () => {
        for (const table of TABLE_NAMES) {
          const source = join(folder, `${table}.parquet`);
          if (!existsSync(source)) throw new TributaryError('not_found', `${source} is missing; the folder is not a whole backup`);
          const names = TABLES[table].columns.map((c) => c.name).join(', ');
          await this.writer.run(`insert into ${table} (${names}) select ${names} from read_parquet('${source.replaceAll("'", "''")}')`);
        }
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
  }

  /** Writers queue: DuckDB would refuse the second of two that touch the same rows. */
  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    if (this.closed) return Promise.reject(new TributaryError('shutting_down', 'the warehouse is closed'));
    const run = this.writing.then(work, work);
    this.writing = run.catch(() => undefined);
    return run;
  }

  private async transaction<T>(work: () => Promise<T>): Promise<T> {
    await this.writer.run('begin transaction');
    try {
      const result = await work();
      await this.writer.run('commit');
      return result;
    } catch (error) {
      await this.writer.run('rollback').catch(() => undefined);
      throw error;
    }
  }

  private async acquire(): Promise<DuckDBConnection> {
    if (this.closed) throw new TributaryError('shutting_down', 'the warehouse is closed');
    if (this.reads >= this.options.max_reads) {
      if (this.waiting.length >= MAX_WAITING_READS) {
        throw new TributaryError('busy', 'too many reports are waiting; try again in a few seconds', { retry_after_s: 5 });
      }
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else {
      this.reads += 1;
    }
    return this.idle.pop() ?? this.instance.connect();
  }

  private release(connection: DuckDBConnection): void {
    if (this.closed) connection.closeSync();
    else this.idle.push(connection);
    const next = this.waiting.shift();
    if (next) next();
    else this.reads -= 1;
  }
}

/** Promises that hold at every moment; counted, so that doctor can say how often one is broken. */
const INTEGRITY_CHECKS: ReadonlyArray<[string, string]> = [
  ['touchpoint ids stored twice', 'select count(*) as n from (select 1 from touchpoints group by brand_id, touchpoint_id having count(*) > 1)'],
  ['conversion ids stored twice', 'select count(*) as n from (select 1 from conversions group by brand_id, conversion_id having count(*) > 1)'],
  [
    'ids that share a subject key with another id',
    `select count(*) as n from (select 1 from touchpoints group by subject_key having min(brand_id || chr(0) || coalesce(customer_id, anonymous_id)) <> max(brand_id || chr(0) || coalesce(customer_id, anonymous_id)))`,
  ],
  [
    'rows beyond the last committed position',
    `select count(*) as n from conversions c where c.log_seq > (select coalesce(max(k.log_seq), 0) from commits k where k.collector_id = c.collector_id)`,
  ],
];

class DuckDBSnapshot implements Snapshot {
  private readonly kept: Array<() => void> = [];
  private versions_used = 0;

  constructor(
    private readonly connection: DuckDBConnection,
    private readonly cache: RelationCache,
    private readonly late: () => boolean,
  ) {}

  async query<R extends Row = Row>(sql: string, parameters: Record<string, Parameter> = {}): Promise<R[]> {
    const reader = await this.run(sql, parameters);
    return reader.getRowObjects() as R[];
  }

  async materialise(name: string, sql: string, parameters: Record<string, Parameter> = {}): Promise<void> {
    await this.run(`create or replace temp table ${name} as ${sql}`, parameters);
  }

  async relation(name: string, columns: readonly Column[], rows: readonly Row[]): Promise<void> {
    await this.connection.run(`create or replace temp table ${name} (${columns.map(columnDdl).join(', ')})`);
    if (rows.length > 0) await appendRows(this.connection, name, columns, rows, 'temp');
  }

  async cachedRelation(name: string, version: string, columns: readonly Column[], rows: () => readonly Row[]): Promise<void> {
    // The first use fixes which kept tables this transaction sees; a version made after it would be missing, so it is copied.
    this.versions_used += 1;
    const own = `${name}_version_${this.versions_used}`;
    if (this.versions_used > 1) await this.relation(own, columns, rows());
    const kept = this.versions_used > 1 ? undefined : await this.cache.table(name, version, columns, rows);
    if (kept) this.kept.push(kept.release);
    await this.connection.run(`create or replace temp view ${name} as select * from ${kept?.table ?? own}`);
  }

  /** Called once, when the read is over: tables kept for it may go. */
  releaseKept(): void {
    for (const release of this.kept) release();
  }

  private async run(sql: string, parameters: Record<string, Parameter>) {
    if (this.late()) throw new Error('the query was stopped');
    const text = expandMacros(sql, DUCKDB_MACROS);
    const values = Object.fromEntries(
      Object.entries(parameters).map(([name, value]) => [name, typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value]),
    );
    // Without a type, a whole number is bound as 128 bits, which no function of 64 bits takes and no index helps with.
    const types = Object.fromEntries(Object.entries(values).filter(([, value]) => isInt64(value)).map(([name]) => [name, BIGINT]));
    return Object.keys(values).length === 0 ? this.connection.runAndReadAll(text) : this.connection.runAndReadAll(text, values, types);
  }
}

function isInt64(value: Parameter): boolean {
  return typeof value === 'bigint' && BigInt.asIntN(64, value) === value;
}
