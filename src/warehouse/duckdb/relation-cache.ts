/** Relations from the program that outlive one read, in an in-memory database beside the file. */
import { hash } from 'node:crypto';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { Column, Row } from '../schema.ts';
import { appendRows } from './append.ts';
import { columnDdl } from './migrations.ts';

const CATALOG = 'kept';
/** Versions of one relation that are kept; older ones are dropped. */
const KEPT_VERSIONS = 3;

export class RelationCache {
  /** Resolves once the in-memory database is attached; reads begin after it. */
  readonly ready: Promise<void>;
  private connection: DuckDBConnection | undefined;
  private readonly tables = new Map<string, Promise<string>>();

  constructor(instance: DuckDBInstance) {
    this.ready = instance.connect().then(async (connection) => {
      this.connection = connection;
      await connection.run(`attach if not exists ':memory:' as ${CATALOG}`);
    });
  }

  /** The qualified name of the table that holds this version. A table made during a read is seen by it through a copy. */
  table(name: string, version: string, columns: readonly Column[], rows: () => readonly Row[]): Promise<string> {
    const table = `${name}_${hash('sha256', version, 'hex').slice(0, 16)}`;
    let made = this.tables.get(table);
    if (!made) {
      made = this.make(table, columns, rows());
      this.tables.set(table, made);
      made.catch(() => this.tables.delete(table));
      this.dropOld(name);
    }
    return made;
  }

  async close(): Promise<void> {
    await this.ready.catch(() => undefined);
    this.connection?.closeSync();
  }

  private async make(table: string, columns: readonly Column[], rows: readonly Row[]): Promise<string> {
    await this.ready;
    const connection = this.connection!;
    await connection.run(`create or replace table ${CATALOG}.main.${table} (${columns.map(columnDdl).join(', ')})`);
    if (rows.length > 0) await appendRows(connection, table, columns, rows, CATALOG);
    return `${CATALOG}.main.${table}`;
  }

  private dropOld(name: string): void {
    const versions = [...this.tables.keys()].filter((table) => table.startsWith(`${name}_`));
    for (const table of versions.slice(0, -KEPT_VERSIONS)) {
      this.tables.delete(table);
      void this.connection?.run(`drop table if exists ${CATALOG}.main.${table}`).catch(() => undefined);
    }
  }
}
