/** The snapshot of one read: a connection with its own transaction. */
import { BIGINT, type DuckDBConnection } from '@duckdb/node-api';
import { keptName } from '../kept-relations.ts';
import { expandMacros } from '../macros.ts';
import type { Columns, MakeRows, Parameter, Snapshot } from '../port.ts';
import type { Column, Row } from '../schema.ts';
import { fillTable } from './append.ts';
import { DUCKDB_MACROS } from './macros.ts';
import { columnDdl } from './migrations.ts';
import { readColumns } from './read-columns.ts';
import type { RelationCache } from './relation-cache.ts';
import type { RowsFolder } from './rows-file.ts';

export class DuckDBSnapshot implements Snapshot {
  private readonly kept: Array<() => void> = [];
  /** The kept tables that this transaction sees; undefined before it uses one. */
  private visible: ReadonlySet<string> | undefined;
  private copies = 0;

  constructor(
    private readonly connection: DuckDBConnection,
    private readonly cache: RelationCache,
    private readonly folder: RowsFolder,
    /** Throws if the read is stopped. */
    private readonly check: () => void,
  ) {}

  async query<R extends Row = Row>(sql: string, parameters: Record<string, Parameter> = {}): Promise<R[]> {
    const result = await this.run(sql, parameters);
    const names = result.deduplicatedColumnNames();
    const rows: R[] = [];
    // Other work gets a turn of the event loop after each chunk, which has at most 2,048 rows.
    for (;;) {
      const chunk = await result.fetchChunk();
      if (!chunk || chunk.rowCount === 0) return rows;
      for (const row of chunk.getRowObjects(names)) rows.push(row as R);
    }
  }

  async columns(
    sql: string,
    parameters: Record<string, Parameter>,
    take: (columns: Columns) => void | Promise<void>,
  ): Promise<void> {
    const result = await this.run(sql, parameters);
    for (;;) {
      const chunk = await result.fetchChunk();
      if (!chunk || chunk.rowCount === 0) return;
      await take(readColumns(chunk));
    }
  }

  async materialise(name: string, sql: string, parameters: Record<string, Parameter> = {}): Promise<void> {
    await this.run(`create or replace temp table ${name} as ${sql}`, parameters);
  }

  async define(name: string, sql: string): Promise<void> {
    await this.run(`create or replace temp view ${name} as ${sql}`, {});
  }

  async relation(name: string, columns: readonly Column[], rows: readonly Row[]): Promise<void> {
    await this.connection.run(`create or replace temp table ${name} (${columns.map(columnDdl).join(', ')})`);
    await fillTable(this.connection, this.folder, { catalog: 'temp', table: name }, columns, rows);
  }

  async cachedRelation(name: string, version: string, columns: readonly Column[], rows: MakeRows): Promise<void> {
    const { relations } = this.cache;
    // The first use fixes which kept tables this transaction sees. It does not see a version that is made later, so it makes its
    // own copy.
    const first = this.visible === undefined;
    if (first || this.visible!.has(keptName(name, version))) {
      const kept = await relations.table(name, version, columns, rows);
      this.kept.push(kept.release);
      this.visible ??= new Set(relations.made);
      await this.connection.run(`create or replace temp view ${name} as select * from ${kept.table}`);
      return;
    }
    this.copies += 1;
    const own = `${name}_copy_${this.copies}`;
    const made = await rows();
    await this.relation(own, columns, made);
    await this.connection.run(`create or replace temp view ${name} as select * from ${own}`);
    // The table is also kept for later reads. If several reads need it, the first one makes it. A failure here only costs time.
    const { release } = await relations.table(name, version, columns, () => made).catch(() => ({ release: () => {} }));
    this.kept.push(release);
  }

  /** Call it once, at the end of the read. Then the kept tables that it used may be dropped. */
  releaseKept(): void {
    for (const release of this.kept) release();
  }

  private async run(sql: string, parameters: Record<string, Parameter>) {
    this.check();
    const text = expandMacros(sql, DUCKDB_MACROS);
    const values = Object.fromEntries(
      Object.entries(parameters).map(([name, value]) => [
        name,
        typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value,
      ]),
    );
    // Without a type, a whole number is bound as 128 bits. Functions of 64 bits refuse it, and indexes do not apply to it.
    const types = Object.fromEntries(
      Object.entries(values)
        .filter(([, value]) => isInt64(value))
        .map(([name]) => [name, BIGINT]),
    );
    return Object.keys(values).length === 0 ? this.connection.run(text) : this.connection.run(text, values, types);
  }
}

function isInt64(value: Parameter): boolean {
  return typeof value === 'bigint' && BigInt.asIntN(64, value) === value;
}
