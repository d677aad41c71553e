/** Which versions of the schema a ClickHouse database has, and how an older program is stopped. */
import { FORMER_HISTORY_TABLE, HISTORY_TABLE, OLDER_PROGRAM_MESSAGE } from '../versions/index.ts';
import type { Call, Connection } from './connection.ts';
import { quoted } from './literals.ts';
import { historyTableDdl, onCluster, type Place, qualified } from './migrations.ts';

export interface History {
  /** The newest version that was applied; 0 for a new database. */
  version: number;
  /** True if the history still is in the table that older programs read. */
  former: boolean;
}

export async function readHistory(connection: Connection, place: Place, call: Call = {}): Promise<History> {
  const { current, former } = await historyTables(connection, place, call);
  // A move that was interrupted left the new table empty or filled; the old one is dropped last.
  const tables = [...(current ? [HISTORY_TABLE] : []), ...(former ? [FORMER_HISTORY_TABLE] : [])];
  let newest = 0;
  for (const table of tables) {
    const [row] = await connection.query(
      `select coalesce(max(version), 0) as version from ${qualified(place, table)}`,
      call,
    );
    newest = Math.max(newest, Number(row!['version']));
  }
  return { version: newest, former };
}

/** Makes the history table of today, and the view that stops older programs. Every statement can be repeated. */
export async function makeHistory(
  connection: Connection,
  place: Place,
  { former }: History,
  call: Call,
): Promise<void> {
  const [now, before] = [qualified(place, HISTORY_TABLE), qualified(place, FORMER_HISTORY_TABLE)];
  await connection.command(historyTableDdl(place), call);
  if (former) {
    await connection.command(
      `insert into ${now} (version, applied_at) select version, applied_at from ${before}`,
      call,
    );
    await connection.command(`drop table ${before}${onCluster(place)} sync`, call);
  }
  const fails = `toUInt32(throwIf(1, ${quoted(OLDER_PROGRAM_MESSAGE)})) as version, now64(3) as applied_at`;
  await connection.command(`create view if not exists ${before}${onCluster(place)} as select ${fails}`, call);
}

/** Records a version as applied. */
export async function recordVersion(connection: Connection, place: Place, version: number, call: Call): Promise<void> {
  await connection.command(`insert into ${qualified(place, HISTORY_TABLE)} (version) select ${version}`, call);
}

async function historyTables(
  connection: Connection,
  { database }: Place,
  call: Call,
): Promise<{ current: boolean; former: boolean }> {
  const rows = await connection.query(
    `select name from system.tables where database = ${quoted(database)} and engine <> 'View' and name in (${quoted(HISTORY_TABLE)}, ${quoted(FORMER_HISTORY_TABLE)})`,
    call,
  );
  const names = rows.map((row) => row['name']);
  return { current: names.includes(HISTORY_TABLE), former: names.includes(FORMER_HISTORY_TABLE) };
}
