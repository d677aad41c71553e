/** One read: a connection in a transaction of its own. */
import { BIGINT, type DuckDBConnection } from '@duckdb/node-api';
import { expandMacros } from '../macros.ts';
import type { Parameter, Snapshot } from '../port.ts';
import type { Column, Row } from '../schema.ts';
import { appendRows } from './append.ts';
import { DUCKDB_MACROS } from './macros.ts';
import { columnDdl } from './migrations.ts';
import type { RelationCache } from './relation-cache.ts';

export class DuckDBSnapshot implements Snapshot {
  readonly isolated = true;
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

  async cachedRelation(
    name: string,
    version: string,
    columns: readonly Column[],
    rows: () => readonly Row[],
  ): Promise<void> {
    // The first use fixes which kept tables this transaction sees; a version made after it would be missing, so it is copied.
    this.versions_used += 1;
    const own = `${name}_version_${this.versions_used}`;
    if (this.versions_used > 1) await this.relation(own, columns, rows());
    const kept = this.versions_used > 1 ? undefined : await this.cache.relations.table(name, version, columns, rows);
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
      Object.entries(parameters).map(([name, value]) => [
        name,
        typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value,
      ]),
    );
    // Without a type, a whole number is bound as 128 bits, which no function of 64 bits takes and no index helps with.
    const types = Object.fromEntries(
      Object.entries(values)
        .filter(([, value]) => isInt64(value))
        .map(([name]) => [name, BIGINT]),
    );
    return Object.keys(values).length === 0
      ? this.connection.runAndReadAll(text)
      : this.connection.runAndReadAll(text, values, types);
  }
}

function isInt64(value: Parameter): boolean {
  return typeof value === 'bigint' && BigInt.asIntN(64, value) === value;
}
