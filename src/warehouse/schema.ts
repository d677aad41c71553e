/**
 * The tables of the log, once, for every engine. The columns of a record's table are its fields in wire order, then what
 * enrichment adds, then the log's own; an engine only translates {@link ColumnType}.
 */
import { type RECORD_KINDS, RECORD_NAMES, type RecordName, recordKind } from '../domain/index.ts';

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
  /** The version of the schema that brought the table, where that is not the first. */
  since?: number;
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

/** What enrichment adds to a record, beyond fields that the caller may send too. */
const ENRICHED: Partial<Record<RecordName, readonly Column[]>> = {
  touchpoints: [
    column('channel_reason', 'text'),
    column('country', 'text', true),
    column('verdict_reasons', 'text'),
    column('rules_version', 'int64'),
    column('traits', 'int64'),
    column('subject_key', 'int64'),
  ],
  // The order that a conversion belongs to: its order_id, or itself.
  conversions: [column('subject_key', 'int64'), column('order_key', 'int64')],
};

const KIND_TYPES: Record<string, ColumnType> = {
  integer: 'int64',
  amount: 'int64',
  rate: 'int64',
  number: 'float64',
  instant: 'instant',
};

function recordTable(name: RecordName): Table {
  const kind = recordKind(name);
  const columns: Column[] = [column('brand_id', 'text'), column(kind.id_field, 'text')];
  for (const field of kind.fields) {
    if (columns.some((c) => c.name === field.stored_name)) continue;
    columns.push(column(field.stored_name, KIND_TYPES[field.kind] ?? 'text', true));
  }
  return {
    name,
    columns: [...columns, ...(ENRICHED[name] ?? []), CONTENT_HASH, ...LOG_COLUMNS],
    key: ['brand_id', kind.id_field],
  };
}

/** One table per record kind. */
export const RECORD_TABLES = Object.fromEntries(RECORD_NAMES.map((name) => [name, recordTable(name)])) as Record<
  keyof typeof RECORD_KINDS,
  Table
>;

/** What the product itself writes down. */
export const SYSTEM_TABLES = {
  /** A later rule's word on a touchpoint; the latest up to `as_of` counts. */
  reclassifications: {
    name: 'reclassifications',
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
    key: ['collector_id', 'log_seq'],
    columns: [column('collector_id', 'text'), column('log_seq', 'int64'), column('committed_at', 'instant')],
  },
  /** A frozen run: what was asked, and of which log position and settings. */
  attribution_runs: {
    name: 'attribution_runs',
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
  /** The guide's AttributionResult, per run; unattributed value has no touchpoint and a reason. */
  attribution_results: {
    name: 'attribution_results',
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

/** The tables that a version of the schema brought. */
export function tablesSince(version: number): Table[] {
  return Object.values(TABLES).filter((table) => (table.since ?? 1) === version);
}
