/** Forward only: a released migration never changes; a new version goes to the end. */
import { type Column, type ColumnType, type Table, tablesSince } from '../schema.ts';

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

const tableDdl = ({ name, columns }: Table): string => `create table ${name} (${columns.map(columnDdl).join(', ')})`;

export const MIGRATIONS: readonly Migration[] = [1, 2].map((version) => ({
  version,
  statements: tablesSince(version).map(tableDdl),
}));
