/**
 * Erasure on a server. A mutation writes the parts that it changes anew, and the server keeps the old parts for some minutes; they are
 * removed at once here. The text of a mutation stays on disk, so it names ids only through a table that is dropped afterwards.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expandMacros } from '../macros.ts';
import { CARE_TIMEOUT_MS, type Erasure, type ErasureRelation, type RowChange } from '../port.ts';
import { TABLE_NAMES, TABLES, type TableName } from '../schema.ts';
import type { Connection } from './connection.ts';
import { literal, quoted } from './literals.ts';
import { CLICKHOUSE_MACROS } from './macros.ts';
import { columnDdl, named, onCluster, type Place, qualified } from './migrations.ts';

const CARE = { timeout_ms: CARE_TIMEOUT_MS };
/** A mutation is done when the statement returns, on all replicas. Its condition reads a table that does not change meanwhile. */
const SETTINGS = 'settings mutations_sync = 2, allow_nondeterministic_mutations = 1';
/** How long the server may take to remove old parts. */
const OLD_PARTS_MS = 120_000;
const LOOK_EVERY_MS = 250;
const LOOK_AGAIN_MS = 4 * LOOK_EVERY_MS;

/** Runs the changes in order. Each can be repeated. */
export async function eraseRows(connection: Connection, place: Place, { relations, changes }: Erasure): Promise<void> {
  const prefix = `erase_${randomBytes(6).toString('hex')}_`;
  const places = new Map(relations.map(({ name }) => [name, qualified(place, prefix + name)]));
  const text = (sql: string): string => placed(expandMacros(sql, CLICKHOUSE_MACROS), place, places);
  try {
    for (const relation of relations) await makeRelation(connection, place, prefix, relation, text);
    for (const change of changes)
      for (const statement of statementsOf(place, change)) await connection.command(text(statement), CARE);
  } finally {
    for (const table of places.values())
      await connection.command(`drop table if exists ${table}${onCluster(place)} sync`, CARE).catch(() => undefined);
  }
}

async function makeRelation(
  connection: Connection,
  place: Place,
  prefix: string,
  relation: ErasureRelation,
  text: (sql: string) => string,
): Promise<void> {
  const table = qualified(place, prefix + relation.name);
  const engine = place.cluster === null ? 'MergeTree' : replicated(place, prefix + relation.name);
  if ('sql' in relation) {
    await connection.command(
      `create table ${table}${onCluster(place)} engine = ${engine} order by tuple() empty as ${text(relation.sql)}`,
      CARE,
    );
    return connection.command(`insert into ${table} ${text(relation.sql)}`, CARE);
  }
  const ddl = relation.columns.map(columnDdl).join(', ');
  await connection.command(
    `create table ${table}${onCluster(place)} (${ddl}) engine = ${engine} order by tuple()`,
    CARE,
  );
  await connection.insert(table, relation.columns, relation.rows, CARE);
}

function replicated({ database }: Place, table: string): string {
  return `ReplicatedMergeTree('/clickhouse/tributary/${database}/${table}', '{replica}')`;
}

function statementsOf(place: Place, { table, where, set }: RowChange): string[] {
  const target = `${qualified(place, table)}${onCluster(place)}`;
  const remove = `alter table ${target} delete where ${where} ${SETTINGS}`;
  if (set === undefined) return [remove];
  if (Object.keys(set).some((column) => TABLES[table].key.includes(column)))
    // The order of a part cannot change, so rows with other keys are written as new rows. A second try writes equal ones.
    return [insertChanged(place, table, where, set), remove];
  const cells = Object.entries(set).map(([column, value]) => `${named(column)} = ${value}`);
  return [`alter table ${target} update ${cells.join(', ')} where ${where} ${SETTINGS}`];
}

function insertChanged(place: Place, table: TableName, where: string, set: NonNullable<RowChange['set']>): string {
  const columns = TABLES[table].columns.map(({ name }) => name);
  const values = columns.map((name) => set[name] ?? named(name));
  return `insert into ${qualified(place, table)} (${columns.map(named).join(', ')}) select ${values.join(', ')} from ${table} where ${where}`;
}

/** Gives the names after `from` and `join` their places, outside of quoted text. */
function placed(sql: string, place: Place, places: ReadonlyMap<string, string>): string {
  return sql.replaceAll(/'(?:[^']|'')*'|\b(from|join)\s+(\w+)\b(?!\.)/gi, (found, word?: string, name?: string) => {
    if (word === undefined || name === undefined) return found;
    const known = places.get(name) ?? (TABLE_NAMES.includes(name as TableName) ? qualified(place, name) : undefined);
    return known === undefined ? found : `${word} ${known}`;
  });
}

/**
 * Has the server remove the parts that mutations and merges replaced, and waits for it. @returns the tables that had such parts.
 */
export async function removeOldParts(connection: Connection, place: Place): Promise<string[]> {
  const old = async (): Promise<string[]> => {
    const rows = await connection.query(
      `select distinct table from system.parts where database = ${quoted(place.database)} and not active and table in (${TABLE_NAMES.map((name) => literal(name)).join(', ')}) order by table`,
      CARE,
    );
    return rows.map((row) => row['table'] as string);
  };
  const tables = await old();
  const each = async (setting: string): Promise<void> => {
    for (const table of tables)
      await connection.command(`alter table ${qualified(place, table)}${onCluster(place)} ${setting}`, CARE);
  };
  try {
    await each('modify setting old_parts_lifetime = 0');
    for (let waited_ms = 0; (await old()).length > 0; waited_ms += LOOK_EVERY_MS) {
      // The server looks for old parts when it likes, up to minutes apart. Dropping a partition, here one that is not there, makes it look.
      // It passes by the parts that somebody reads just then, so it is made to look again.
      if (waited_ms % LOOK_AGAIN_MS === 0) await each(`drop partition id 'none'`);
      if (waited_ms >= OLD_PARTS_MS)
        throw new Error(`the server has kept parts of ${(await old()).join(', ')} that are replaced for two minutes`);
      await sleep(LOOK_EVERY_MS);
    }
  } finally {
    await each('reset setting old_parts_lifetime');
  }
  return tables;
}
