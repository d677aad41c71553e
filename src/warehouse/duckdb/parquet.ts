/** Tables to and from the Parquet files of a backup, in DuckDB's words. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Column, Table } from '../schema.ts';
import { patternless } from './paths.ts';

/** Writes a table into a file. */
export function copyStatement(table: string, file: string): string {
  return `copy (select * from ${table}) to '${file.replaceAll("'", "''")}' (format parquet, compression zstd)`;
}

/** Fills a table from a file. Columns that came after the backup was made are not in it and stay null. */
export async function insertFromParquet(
  connection: DuckDBConnection,
  { name, columns }: Table,
  file: string,
): Promise<void> {
  // Without `hive_partitioning = false`, a folder named `date=2020-01-01` in the path would become a column.
  const source = `read_parquet('${patternless(file)}', hive_partitioning = false)`;
  const described = (await connection.runAndReadAll(`describe select * from ${source}`)).getRowObjects();
  const held = new Set(described.map((row) => row['column_name']));
  const filled = columns.filter((column) => held.has(column.name));
  await connection.run(
    `insert into ${name} (${filled.map((c) => c.name).join(', ')}) select ${filled.map(fromParquet).join(', ')} from ${source}`,
  );
}

/**
 * Instants go by their milliseconds: a file that ClickHouse wrote says of them that they have a time zone, and DuckDB would turn
 * them into the local time of the machine.
 */
function fromParquet({ name, type }: Column): string {
  return type === 'instant' ? `make_timestamp_ms(epoch_ms(${name}))::timestamp_ms` : name;
}
