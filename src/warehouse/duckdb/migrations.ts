/** Translates a schema version into DuckDB's DDL. */
import type { Column, ColumnType } from '../schema.ts';
import { type SchemaVersion, storedColumns } from '../versions/version.ts';

const SQL_TYPES: Record<ColumnType, string> = {
  text: 'varchar',
  int64: 'bigint',
  float64: 'double',
  instant: 'timestamp_ms',
};

export function columnDdl(column: Column): string {
  return `${column.name} ${SQL_TYPES[column.type]}${column.nullable ? '' : ' not null'}`;
}

/** The statements that migrate a warehouse from the version before to this version. */
export function statementsOf({ tables = {}, columns = {} }: SchemaVersion): string[] {
  const created = Object.entries(tables).map(
    ([table, { columns }]) => `create table ${table} (${storedColumns(columns).map(columnDdl).join(', ')})`,
  );
  const added = Object.entries(columns).flatMap(([table, columns]) =>
    storedColumns(columns).map((column) => `alter table ${table} add column ${columnDdl(column)}`),
  );
  return [...created, ...added];
}
