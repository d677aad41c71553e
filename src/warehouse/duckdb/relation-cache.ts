/** Relations from the program that outlive one read, in an in-memory database beside the file. */
import { hash } from 'node:crypto';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { Column, Row } from '../schema.ts';
import { appendRows } from './append.ts';
import { columnDdl } from './migrations.ts';

const CATALOG = 'kept';
/** Versions of one relation that are kept; older ones are dropped once no read uses them. */
const KEPT_VERSIONS = 3;

export class RelationCache {
  /** Resolves once the in-memory database is attached; reads begin after it. */
  readonly ready: Promise<void>;
  private connection: DuckDBConnection | undefined;
  private readonly tables = new Map<string, Promise<string>>();
  private readonly users = new Map<string, number>();
  /** The end of the work on the connection so far: a connection does one thing at a time. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(instance: DuckDBInstance) {
    this.ready = instance.connect().then(async (connection) => {
      this.connection = connection;
      await connection.run(`attach if not exists ':memory:' as ${CATALOG}`);
    });
  }

  /**
   * The qualified name of the table that holds this version. It stays until `release` was called, once per call of this.
   */
  async table(
    name: string,
    version: string,
    columns: readonly Column[],
    rows: () => readonly Row[],
  ): Promise<{ table: string; release: () => void }> {
    const table = `${name}_${hash('sha256', version, 'hex').slice(0, 16)}`;
    const made = this.tables.get(table) ?? this.inTurn(() => this.make(table, columns, rows()));
    // The newest asked for goes to the end.
    this.tables.delete(table);
    this.tables.set(table, made);
    this.users.set(table, (this.users.get(table) ?? 0) + 1);
    const release = (): void => {
      this.users.set(table, this.users.get(table)! - 1);
      this.dropOld(name);
    };
    try {
      return { table: await made, release };
    } catch (error) {
      this.tables.delete(table);
      release();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.ready.catch(() => undefined);
    await this.turn;
    this.connection?.closeSync();
  }

  private async make(table: string, columns: readonly Column[], rows: readonly Row[]): Promise<string> {
    await this.ready;
    const connection = this.connection!;
    await connection.run(`create or replace table ${CATALOG}.main.${table} (${columns.map(columnDdl).join(', ')})`);
    if (rows.length > 0) await appendRows(connection, table, columns, rows, CATALOG);
    return `${CATALOG}.main.${table}`;
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const run = this.turn.then(work);
    this.turn = run.catch(() => undefined);
    return run;
  }

  private dropOld(name: string): void {
    const versions = [...this.tables.keys()].filter((table) => table.startsWith(`${name}_`));
    for (const table of versions.slice(0, -KEPT_VERSIONS)) {
      if (this.users.get(table)! > 0) continue;
      this.tables.delete(table);
      this.users.delete(table);
      this.inTurn(() => this.connection!.run(`drop table if exists ${CATALOG}.main.${table}`)).catch(() => undefined);
    }
  }
}
