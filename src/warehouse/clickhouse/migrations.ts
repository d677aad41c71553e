/** Translates a schema version into ClickHouse's DDL. Every statement can be repeated, because DDL has no transactions. */
import type { Column, ColumnType } from '../schema.ts';
import { HISTORY_TABLE } from '../versions/index.ts';
import { type NewTable, type SchemaVersion, storedColumns } from '../versions/version.ts';

/** The place of the tables: a database, and the cluster if there is one. */
export interface Place {
  database: string;
  cluster: string | null;
}

const SQL_TYPES: Record<ColumnType, string> = {
  text: 'String',
  int64: 'Int64',
  float64: 'Float64',
  instant: "DateTime64(3, 'UTC')",
};

export function columnDdl({ name, type, nullable }: Column): string {
  return `${named(name)} ${nullable ? `Nullable(${SQL_TYPES[type]})` : SQL_TYPES[type]}`;
}

/** A name in backquotes. Names from the configuration are checked when its URL is read. */
export function named(name: string): string {
  return `\`${name}\``;
}

export function qualified({ database }: Place, table: string): string {
  return `${named(database)}.${named(table)}`;
}

export function onCluster({ cluster }: Place): string {
  return cluster === null ? '' : ` on cluster ${named(cluster)}`;
}

/**
 * ReplacingMergeTree keeps the row with the highest version of each key. For rows of the log that must be the row at the earliest
 * position, so a smaller `log_seq` gets a higher version. If two collectors have the same `log_seq`, the higher hash of the
 * collector's name wins.
 */
const VERSION =
  '`version` UInt128 materialized bitOr(bitShiftLeft(toUInt128(9223372036854775807 - log_seq), 64), toUInt128(cityHash64(collector_id)))';

function tableDdl(place: Place, name: string, table: NewTable): string {
  const { key } = table;
  const columns = storedColumns(table.columns);
  const in_log = columns.some((c) => c.name === 'log_seq');
  const settled = ['collector_id', 'log_seq'].every((c) => key.includes(c));
  // Where the position is part of the key, rows with equal keys are equal, and any of them may be kept.
  const version = in_log && !settled ? 'version' : '';
  const nullable = columns.filter((c) => c.nullable).map((c) => c.name);
  const order = key.map((c) => (nullable.includes(c) ? `ifNull(${named(c)}, '')` : named(c)));
  const lines = [...columns.map(columnDdl), ...(version === '' ? [] : [VERSION])];
  return `create table if not exists ${qualified(place, name)}${onCluster(place)} (${lines.join(', ')})
    engine = ${engine(place, name, version)} order by (${order.join(', ')})`;
}

/** Replicated tables have the same path on all nodes of the cluster, so that every node holds the whole log. */
function engine(place: Place, table: string, version: string): string {
  if (place.cluster === null) return `ReplacingMergeTree(${version})`;
  const path = `'/clickhouse/tributary/${place.database}/${table}', '{replica}'`;
  return `ReplicatedReplacingMergeTree(${path}${version === '' ? '' : `, ${version}`})`;
}

/** The DDL of the table that holds the applied schema versions. */
export function historyTableDdl(place: Place): string {
  const columns = "`version` UInt32, `applied_at` DateTime64(3, 'UTC') default now64(3)";
  return `create table if not exists ${qualified(place, HISTORY_TABLE)}${onCluster(place)} (${columns}) engine = ${engine(place, HISTORY_TABLE, '')} order by version`;
}

/** The statements that migrate a database from the version before to this version. */
export function statementsOf(place: Place, { tables = {}, columns = {} }: SchemaVersion): string[] {
  const created = Object.entries(tables).map(([name, table]) => tableDdl(place, name, table));
  const added = Object.entries(columns).flatMap(([table, columns]) =>
    storedColumns(columns).map(
      (column) =>
        `alter table ${qualified(place, table)}${onCluster(place)} add column if not exists ${columnDdl(column)}`,
    ),
  );
  return [...created, ...added];
}
