/** Which versions of the schema a DuckDB file has, and how an older program is stopped. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { FORMER_HISTORY_TABLE, HISTORY_TABLE, OLDER_PROGRAM_MESSAGE } from '../versions/index.ts';

const COLUMNS = '(version integer primary key, applied_at timestamp_ms not null)';
/** Fails when it is read, with a sentence for the user of the older program. */
const REFUSING_VIEW = `create view ${FORMER_HISTORY_TABLE} as select error('${OLDER_PROGRAM_MESSAGE}')::integer as version, null::timestamp_ms as applied_at`;

export interface History {
  /** The newest version that was applied; 0 for a new file. */
  version: number;
  /** What makes the history table of today, if it is not there yet. They belong into one transaction. */
  statements: readonly string[];
}

export async function readHistory(connection: DuckDBConnection): Promise<History> {
  const rows = await connection.runAndReadAll(
    `select table_name from duckdb_tables() where table_name in ('${HISTORY_TABLE}', '${FORMER_HISTORY_TABLE}')`,
  );
  const tables = rows.getRows().map(([name]) => String(name));
  if (tables.includes(HISTORY_TABLE))
    return { version: await newestVersion(connection, HISTORY_TABLE), statements: [] };
  const make = `create table ${HISTORY_TABLE} ${COLUMNS}`;
  if (!tables.includes(FORMER_HISTORY_TABLE)) return { version: 0, statements: [make, REFUSING_VIEW] };
  const copy = `insert into ${HISTORY_TABLE} select version, applied_at from ${FORMER_HISTORY_TABLE}`;
  return {
    version: await newestVersion(connection, FORMER_HISTORY_TABLE),
    statements: [make, copy, `drop table ${FORMER_HISTORY_TABLE}`, REFUSING_VIEW],
  };
}

async function newestVersion(connection: DuckDBConnection, table: string): Promise<number> {
  const rows = (await connection.runAndReadAll(`select coalesce(max(version), 0) from ${table}`)).getRows();
  return Number(rows[0]![0]);
}

/** The statement that records a version as applied. */
export function recordVersion(version: number): string {
  return `insert into ${HISTORY_TABLE} values (${version}, current_localtimestamp()::timestamp_ms)`;
}
