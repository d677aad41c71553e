/** Keeps relations of the program between reads, in an in-memory database that is attached to the file. */
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { KeptRelations } from '../kept-relations.ts';
import type { Column, Row } from '../schema.ts';
import { Turns } from '../turns.ts';
import { fillTable } from './append.ts';
import { columnDdl } from './migrations.ts';
import type { RowsFolder } from './rows-file.ts';

const CATALOG = 'kept';

export class RelationCache {
  /** Resolves when the in-memory database is attached. Reads wait for it. */
  readonly ready: Promise<void>;
  readonly relations: KeptRelations;
  private connection: DuckDBConnection | undefined;
  /** A connection runs one statement at a time. */
  private readonly turns = new Turns();

  constructor(
    instance: DuckDBInstance,
    private readonly folder: RowsFolder,
  ) {
    this.ready = instance.connect().then(async (connection) => {
      this.connection = connection;
      await connection.run(`attach if not exists ':memory:' as ${CATALOG}`);
    });
    this.relations = new KeptRelations({
      make: (table, columns, rows) => this.turns.take(() => this.make(table, columns, rows)),
      drop: (table) => this.turns.take(() => this.connection!.run(`drop table if exists ${CATALOG}.main.${table}`)),
    });
  }

  async close(): Promise<void> {
    await this.ready.catch(() => undefined);
    await this.turns.take(async () => this.connection?.closeSync());
  }

  private async make(table: string, columns: readonly Column[], rows: readonly Row[]): Promise<string> {
    await this.ready;
    const connection = this.connection!;
    await connection.run(`create or replace table ${CATALOG}.main.${table} (${columns.map(columnDdl).join(', ')})`);
    await fillTable(connection, this.folder, { catalog: CATALOG, table }, columns, rows);
    return `${CATALOG}.main.${table}`;
  }
}
