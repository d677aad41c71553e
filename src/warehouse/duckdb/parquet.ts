/** Writes and reads the Parquet files of a backup with DuckDB. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { parquetRows, writtenPath } from '../../files/path-sql.ts';
import type { Column, Table } from '../schema.ts';

/** The statement that writes a table into a file. */
export function copyStatement(table: string, file: string): string {
  return `copy (select * from ${table}) to ${writtenPath(file)} (format parquet, compression zstd)`;
}

/** Fills a table from a file. Columns that are newer than the backup are not in the file and become null. */
export async function insertFromParquet(
  connection: DuckDBConnection,
  { name, columns }: Table,
  file: string,
): Promise<void> {
  const source = parquetRows(file);
  const described = (await connection.runAndReadAll(`describe select * from ${source}`)).getRowObjects();
  const held = new Set(described.map((row) => row['column_name']));
  const filled = columns.filter((column) => held.has(column.name));
  await connection.run(
    `insert into ${name} (${filled.map((c) => c.name).join(', ')}) select ${filled.map(fromParquet).join(', ')} from ${source}`,
  );
}

/**
 * Instants are read as milliseconds. In files from ClickHouse they have a time zone, and DuckDB would convert them to the local
 * time of the machine.
 */
function fromParquet({ name, type }: Column): string {
  return type === 'instant' ? `make_timestamp_ms(epoch_ms(${name}))::timestamp_ms` : name;
}
