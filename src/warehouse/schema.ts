/**
 * The tables of the log, derived from the declarations of the records. The columns of a record's table are its fields in wire
 * order, then its derived columns, then the columns of the log. A stored table may have another order, because later columns are
 * added at its end; so no code may depend on the position of a column. {@link ./versions/index.ts} declares the stored tables,
 * and a test compares them with these.
 */
import type { FieldKind } from '../domain/fields.ts';
import { type RECORD_KINDS, RECORD_NAMES, type RecordName, recordKind } from '../domain/index.ts';
import type { RecordKind } from '../domain/record.ts';

/** `instant` is a UTC timestamp with milliseconds; `int64` also holds money in micros; dates are YYYY-MM-DD text. */
export type ColumnType = 'text' | 'int64' | 'float64' | 'instant';

export interface Column {
  name: string;
  type: ColumnType;
  nullable: boolean;
}

export interface Table {
  name: string;
  columns: readonly Column[];
  /** The columns that identify a row. Two rows with equal keys are the same row, sent twice. */
  key: readonly string[];
  /** The schema version that added the table. */
  since: number;
  /** The schema versions of columns that were added later than the table. */
  columns_since?: Readonly<Record<string, number>>;
  /**
   * Rows of `table` count only when this table has the row that they name in the column `by`. So this table is written after
   * `table`. Rows of `table` without such a row are left over from a failed try.
   */
  completes?: { table: string; by: string };
}

export type Cell = string | number | bigint | null;
export type Row = Record<string, Cell>;

const column = (name: string, type: ColumnType, nullable = false): Column => ({ name, type, nullable });

/** A text column that is never null, for tables that the program makes. */
export const textColumn = (name: string): Column => column(name, 'text');
export const intColumn = (name: string): Column => column(name, 'int64');

/** The place of a row in the log. `loaded_at` is only information: no report may depend on it. */
const LOG_COLUMNS: readonly Column[] = [
  column('received_at', 'instant'),
  column('loaded_at', 'instant'),
  column('collector_id', 'text'),
  column('log_seq', 'int64'),
];

export const LOG_COLUMN_NAMES: ReadonlySet<string> = new Set(LOG_COLUMNS.map(({ name }) => name));

/** The hash of the sent content. It tells a repeat (same hash) from a conflict (another hash) without the payload. */
const CONTENT_HASH = column('content_hash', 'int64');

const KIND_TYPES: Record<FieldKind, ColumnType> = {
  id: 'text',
  text: 'text',
  date: 'text',
  currency: 'text',
  json: 'text',
  integer: 'int64',
  flag: 'int64',
  amount: 'int64',
  rate: 'int64',
  number: 'float64',
  instant: 'instant',
};

/** The table of a kind of record. */
export function recordTable(kind: RecordKind): Table {
  const columns: Column[] = [column('brand_id', 'text'), column(kind.id_field, 'text')];
  for (const field of kind.fields) {
    if (columns.some((c) => c.name === field.stored_name)) continue;
    columns.push(column(field.stored_name, KIND_TYPES[field.kind], true));
  }
  const derived = kind.derived ?? [];
  columns.push(...derived.map(({ name, kind, nullable }) => column(name, KIND_TYPES[kind], nullable)));
  return {
    name: kind.name,
    since: kind.since,
    ...(kind.fields_since ? { columns_since: kind.fields_since } : {}),
    columns: [...columns, CONTENT_HASH, ...LOG_COLUMNS],
    key: ['brand_id', kind.id_field],
  };
}

/** One table per record kind. */
export const RECORD_TABLES = Object.fromEntries(
  RECORD_NAMES.map((name) => [name, recordTable(recordKind(name))]),
) as Record<keyof typeof RECORD_KINDS, Table>;

/** The tables that the program writes, beside the records. */
export const SYSTEM_TABLES = {
  /** The verdict and channel of a touchpoint by newer rules; the latest reclassification at or before `as_of` counts. */
  reclassifications: {
    name: 'reclassifications',
    since: 1,
    key: ['brand_id', 'touchpoint_id', 'collector_id', 'log_seq'],
    columns: [
      column('brand_id', 'text'),
      column('touchpoint_id', 'text'),
      column('rules_version', 'int64'),
      column('channel', 'text'),
      column('channel_reason', 'text'),
      column('verdict', 'text'),
      column('verdict_reasons', 'text'),
      column('traits', 'int64'),
      column('subject_key', 'int64'),
      ...LOG_COLUMNS,
    ],
  },
  /** Records with a known id and other content. The first record stays in its own table; the later one is stored here. */
  conflicts: {
    name: 'conflicts',
    since: 1,
    key: ['brand_id', 'record', 'id', 'collector_id', 'log_seq'],
    columns: [
      column('brand_id', 'text'),
      column('record', 'text'),
      column('id', 'text'),
      column('payload', 'text'),
      ...LOG_COLUMNS,
    ],
  },
  /** Records that were accepted and do not fit their table. A replay adds a row with the same id and the state `replayed`. */
  dead_letters: {
    name: 'dead_letters',
    since: 1,
    key: ['dead_letter_id', 'state', 'collector_id', 'log_seq'],
    columns: [
      column('dead_letter_id', 'text'),
      column('brand_id', 'text'),
      column('record', 'text'),
      column('payload', 'text'),
      column('reason', 'text'),
      column('state', 'text'),
      ...LOG_COLUMNS,
    ],
  },
  /** The committed positions, each with its time. An instant given as `as_of` is resolved by them. */
  commits: {
    name: 'commits',
    since: 1,
    key: ['collector_id', 'log_seq'],
    columns: [column('collector_id', 'text'), column('log_seq', 'int64'), column('committed_at', 'instant')],
  },
  /** A frozen run: the request, the log position and the settings. */
  attribution_runs: {
    name: 'attribution_runs',
    since: 1,
    completes: { table: 'attribution_results', by: 'run_id' },
    key: ['run_id'],
    columns: [
      column('run_id', 'text'),
      column('brands', 'text'),
      column('request', 'text'),
      column('settings', 'text'),
      column('as_of', 'text'),
      column('config_hash', 'text'),
      column('created_at', 'instant'),
    ],
  },
  /** The credits of a run, one row for each touch and value event. Unattributed value has a reason and no touchpoint. */
  attribution_results: {
    name: 'attribution_results',
    since: 1,
    key: ['run_id', 'brand_id', 'attribution_model', 'conversion_id', 'value_event', 'touchpoint_id'],
    columns: [
      column('run_id', 'text'),
      column('brand_id', 'text'),
      column('attribution_model', 'text'),
      column('conversion_id', 'text'),
      column('value_event', 'text'),
      column('touchpoint_id', 'text', true),
      column('channel', 'text', true),
      column('campaign_id', 'text', true),
      column('email_id', 'text', true),
      column('attribution_weight_millionths', 'int64'),
      column('attributed_value_micros', 'int64'),
      column('reason', 'text', true),
      column('occurred_at', 'instant'),
    ],
  },
  /** The artifacts of fits. An artifact never changes, and a report names the one that it used. */
  model_artifacts: {
    name: 'model_artifacts',
    since: 2,
    key: ['artifact_id'],
    columns: [
      column('artifact_id', 'text'),
      column('model', 'text'),
      column('family', 'text'),
      column('brands', 'text'),
      column('passed', 'int64'),
      column('as_of', 'text'),
      column('settings', 'text'),
      column('card', 'text'),
      column('content', 'text'),
      column('training_ms', 'int64'),
      column('created_at', 'instant'),
    ],
  },
} as const satisfies Record<string, Table>;

export type SystemTableName = keyof typeof SYSTEM_TABLES;
export type TableName = RecordName | SystemTableName;

export const TABLES: Record<TableName, Table> = { ...RECORD_TABLES, ...SYSTEM_TABLES };
export const TABLE_NAMES = Object.keys(TABLES) as TableName[];

/**
 * The order in which an engine without transactions writes the tables of a batch. A table that completes another one comes after
 * it, and the commits come last.
 */
export const WRITE_ORDER: readonly TableName[] = [
  ...TABLE_NAMES.filter((name) => name !== 'commits' && !TABLES[name].completes),
  ...TABLE_NAMES.filter((name) => TABLES[name].completes),
  'commits',
];
