/**
 * One transaction with the rows of many batches, through the appenders of DuckDB's client. The engine writes whole row groups to the
 * file at once, and neither writes them to its log nor compresses them twice. That takes a third of the processor time of batches of
 * 5,000 rows. Each call works on the event loop, so only imports use it.
 */
import type { DuckDBAppender, DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import type { Batch, Load } from '../port.ts';
import { type Row, TABLES, type TableName } from '../schema.ts';
import { Chunks } from './chunks.ts';
import { explained } from './failures.ts';

/** A load that ends with a whole row group leaves none that the next checkpoint would join with others. */
const ROW_GROUP_ROWS = 122_880;

interface Target {
  appender: DuckDBAppender;
  chunks: Chunks;
  rows: number;
}

export class DuckDBLoad implements Load {
  private readonly targets = new Map<TableName, Target>();

  private constructor(
    private readonly connection: DuckDBConnection,
    private readonly release: () => void,
  ) {}

  /** Begins the transaction. @param release called once, at its end. */
  static async begin(connection: DuckDBConnection, release: () => void): Promise<DuckDBLoad> {
    try {
      await connection.run('begin transaction');
      return new DuckDBLoad(connection, release);
    } catch (error) {
      release();
      throw explained(error, 'write');
    }
  }

  room(table: TableName): number {
    return Math.max(0, ROW_GROUP_ROWS - (this.targets.get(table)?.rows ?? 0));
  }

  async add(batch: Batch): Promise<void> {
    try {
      const filled: Array<[Target, DuckDBDataChunk[]]> = [];
      for (const [table, rows] of Object.entries(batch) as Array<[TableName, Row[]]>) {
        if (rows.length === 0) continue;
        const target = await this.target(table);
        // All rows are checked before the first one is added.
        filled.push([target, [...target.chunks.of(rows)]]);
      }
      for (const [target, chunks] of filled) {
        for (const chunk of chunks) {
          target.appender.appendDataChunk(chunk);
          target.rows += chunk.rowCount;
        }
        target.appender.flushSync();
      }
    } catch (error) {
      throw explained(error, 'write');
    }
  }

  async commit(): Promise<void> {
    try {
      this.closeAppenders();
      await this.connection.run('commit');
    } catch (error) {
      await this.abandon();
      throw explained(error, 'write');
    }
    this.release();
  }

  async abandon(): Promise<void> {
    try {
      this.closeAppenders();
    } catch {
      // The transaction is rolled back in any case.
    }
    await this.connection.run('rollback').catch(() => undefined);
    this.release();
  }

  private closeAppenders(): void {
    const appenders = [...this.targets.values()].map(({ appender }) => appender);
    this.targets.clear();
    for (const appender of appenders) appender.closeSync();
  }

  /** Later columns stand at the end of a stored table, so its order is read. */
  private async target(table: TableName): Promise<Target> {
    const known = this.targets.get(table);
    if (known !== undefined) return known;
    const sql = `select column_name from duckdb_columns() where database_name = current_database() and schema_name = 'main' and table_name = '${table}' order by column_index`;
    const names = (await this.connection.runAndReadAll(sql)).getRows().map(([name]) => name as string);
    const columns = names.map((name) => TABLES[table].columns.find((column) => column.name === name));
    const appender = await this.connection.createAppender(table, 'main');
    const target = { appender, chunks: new Chunks(table, columns), rows: 0 };
    this.targets.set(table, target);
    return target;
  }
}
