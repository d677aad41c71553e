/**
 * The tables of the log, as the records of today declare them. The columns of a record's table are its fields in wire order, then
 * its derived columns, then the log's own. A stored table may have them in another order, since later columns come last there: so
 * nothing goes by the position of a column. What is stored is said by {@link ./versions/index.ts}, and a test compares the two.
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
  /** What names a row: two rows with equal keys are one, sent twice. */
  key: readonly string[];
  /** The version of the schema that brought the table. */
  since: number;
  /** The versions of columns that came later than the table. */
  columns_since?: Readonly<Record<string, number>>;
  /**
   * Rows of `table` count only once this table has the row that they name in the column `by`. So this table is written after the
   * other one, and rows there that it does not have are left over from a try that failed.
   */
  completes?: { table: string; by: string };
}

export type Cell = string | number | bigint | null;
export type Row = Record<string, Cell>;

const column = (name: string, type: ColumnType, nullable = false): Column => ({ name, type, nullable });

/** Columns that are never null, for tables made by the program. */
export const textColumn = (name: string): Column => column(name, 'text');
export const intColumn = (name: string): Column => column(name, 'int64');

/** Where a row stands in the log. `loaded_at` is information only: no report may depend on it. */
const LOG_COLUMNS: readonly Column[] = [
  column('received_at', 'instant'),
  column('loaded_at', 'instant'),
  column('collector_id', 'text'),
  column('log_seq', 'int64'),
];

/** Equal content has an equal hash, so a repeat is told from a conflict without keeping the payload. */
const CONTENT_HASH = column('content_hash', 'int64');

const KIND_TYPES: Record<FieldKind, ColumnType> = {
  id: 'text',
  text: 'text',
  date: 'text',
  currency: 'text',
  json: 'text',
  integer: 'int64',
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

/** What the product itself writes down. */
export const SYSTEM_TABLES = {
  /** The verdict and channel that newer rules give a touchpoint; the latest at or before `as_of` counts. */
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
  /** The same id with other content: the first stays in its table, the other is kept here. */
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
  /** What passed the schema and failed to load. A replay appends the same id with state `replayed`. */
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
  /** Which positions were committed, and when: resolves an instant given as `as_of`. */
  commits: {
    name: 'commits',
    since: 1,
    key: ['collector_id', 'log_seq'],
    columns: [column('collector_id', 'text'), column('log_seq', 'int64'), column('committed_at', 'instant')],
  },
  /** A frozen run: what was asked, and of which log position and settings. */
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
  /** The credits of a run, one row a touch and value event; unattributed value has no touchpoint and a reason. */
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
  /** A fitted model, as it was when it was fitted: it never changes, and reports name the one they used. */
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
 * The order in which a batch is written by an engine without transactions: every table before those that make its rows count. A
 * table that completes another comes after it, and the commits come after everything.
 */
export const WRITE_ORDER: readonly TableName[] = [
  ...TABLE_NAMES.filter((name) => name !== 'commits' && !TABLES[name].completes),
  ...TABLE_NAMES.filter((name) => TABLES[name].completes),
  'commits',
];
