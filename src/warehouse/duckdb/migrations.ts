/** Forward only: a released migration never changes; a new version goes to the end. */
import { type Column, type ColumnType, TABLES } from '../schema.ts';

export interface Migration {
  version: number;
  statements: readonly string[];
}

const SQL_TYPES: Record<ColumnType, string> = {
  text: 'varchar',
  int64: 'bigint',
  float64: 'double',
  instant: 'timestamp_ms',
};

export function columnDdl(column: Column): string {
  return `${column.name} ${SQL_TYPES[column.type]}${column.nullable ? '' : ' not null'}`;
}

export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    statements: Object.values(TABLES).map(
      (table) => `create table ${table.name} (${table.columns.map(columnDdl).join(', ')})`,
    ),
  },
];
