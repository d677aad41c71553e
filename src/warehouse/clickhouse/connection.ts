/** One server over HTTP: the client, the settings that go with every query, and failures in the product's words. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { ClickHouseLogLevel, type ClickHouseSettings, createClient } from '@clickhouse/client';
import type { Column, Row } from '../schema.ts';
import { type Attempt, explained } from './failures.ts';
import { named } from './migrations.ts';
import { fromLines, toLines } from './rows.ts';

export interface ConnectionOptions {
  /** `http://host:8123` */
  url: string;
  username: string;
  password: string;
  /** Null when the tables stand on one server. */
  cluster: string | null;
  /** Of one query; larger ones spill to disk where they can, and are refused where they cannot. */
  memory_limit_bytes: number | null;
  threads: number | null;
  /** How long a statement that is no read may take. */
  write_timeout_ms: number;
}

/** What one statement needs to know. */
export interface Call {
  timeout_ms?: number;
  /** What the whole read may take, of which `timeout_ms` is left; for messages. */
  limit_ms?: number;
  /** The session whose temporary tables the statement makes or reads. */
  session_id?: string;
}

/** HTTP keeps no state between queries, so what shared SQL relies on goes with each of them. */
const SHARED_SQL: ClickHouseSettings = {
  // Of rows with one key, the first in the log: ReplacingMergeTree promises it only to those who ask.
  final: 1,
  // A left join without a match gives null, not '' and 0; an aggregate over nothing gives null, not 0.
  join_use_nulls: 1,
  aggregate_functions_null_for_empty: 1,
  transform_null_in: 0,
  // Branches of different types are an error to see, not a column of a new kind.
  use_variant_as_common_type: 0,
  enable_global_with_statement: 1,
  // A name in an expression is the column, also where the answer has one of that name.
  prefer_column_name_to_alias: 1,
  // Joins run as they are written. Reordered ones (by sizes that the server learnt, so from the second time on) give the
  // default of its type for a constant of the kept side of a left join: 26.7 made '' of 'order'.
  query_plan_optimize_join_order_limit: '0',
  query_plan_join_swap_table: 'false',
  session_timezone: 'UTC',
  // 64-bit integers as texts, so that none passes through a double.
  output_format_json_quote_64bit_integers: 1,
  output_format_json_quote_denormals: 1,
  input_format_null_as_default: 0,
  date_time_input_format: 'basic',
  async_insert: 0,
  // An answer is whole or an error; nothing fails half-way through a body.
  wait_end_of_query: 1,
  timeout_before_checking_execution_speed: 0,
  cancel_http_readonly_queries_on_client_close: 1,
};

/** With replicas: a row counts as written when most of them have it, and a read sees all rows that were written so. */
const REPLICATED: ClickHouseSettings = {
  insert_quorum: 'auto',
  insert_quorum_parallel: 0,
  select_sequential_consistency: '1',
};

/** A session that nobody uses is forgotten after this long, with its tables. */
const SESSION_TIMEOUT_S = 60;
/** A server that stops a query by itself gets this much longer to say so. */
const MARGIN_MS = 1_000;

export class Connection {
  private readonly client: ReturnType<typeof createClient>;
  private readonly settings: ClickHouseSettings;
  /** Scheme, host and port, for messages. */
  readonly host: string;

  constructor(private readonly options: ConnectionOptions) {
    const { memory_limit_bytes, threads, cluster } = options;
    this.host = new URL(options.url).origin;
    this.settings = {
      ...SHARED_SQL,
      ...(cluster === null ? {} : REPLICATED),
      ...(memory_limit_bytes === null ? {} : memoryLimits(memory_limit_bytes)),
      ...(threads === null ? {} : { max_threads: threads }),
    };
    this.client = createClient({
      url: options.url,
      username: options.username,
      password: options.password,
      application: 'tributary',
      max_open_connections: 32,
      // Each call has a limit of its own; this one is only for a server that is silent beyond it.
      request_timeout: 24 * 3_600_000,
      log: { level: ClickHouseLogLevel.OFF },
    });
  }

  /** Rows of a query. */
  query<R extends Row>(query: string, call: Call = {}): Promise<R[]> {
    return this.tried('read', call, async (given) => {
      const answer = await this.client.query({ query, format: 'JSONCompactEachRowWithNamesAndTypes', ...given });
      return fromLines<R>(await answer.text());
    });
  }

  /** Runs a statement without an answer: DDL, or a temporary table from a query. */
  async command(query: string, call: Call = {}): Promise<void> {
    await this.tried(doing(call), call, (given) => this.client.command({ query, ...given }));
  }

  /** Inserts rows, if there are any. `table` is qualified and quoted, or temporary. */
  async insert(table: string, columns: readonly Column[], rows: readonly Row[], call: Call = {}): Promise<void> {
    if (rows.length > 0) await this.insertLines(table, columns, toLines(table, columns, rows), call);
  }

  /** Inserts rows that {@link toLines} checked and wrote. */
  async insertLines(table: string, columns: readonly Column[], lines: string, call: Call = {}): Promise<void> {
    const names = columns.map((c) => named(c.name)).join(', ');
    const statement = `insert into ${table} (${names}) format JSONCompactEachRow`;
    await this.upload(statement, Readable.from([Buffer.from(lines)], { objectMode: false }), call);
  }

  /** Writes the answer of a query that names its own format into a file. */
  async download(query: string, path: string, call: Call = {}): Promise<void> {
    await this.tried('read', call, async (given) => {
      const { stream } = await this.client.exec({ query, ...given });
      await pipeline(stream, createWriteStream(path, { flags: 'wx' }));
    });
  }

  /** Sends a file as the rows of an insert statement that names the file's format. */
  async upload(query: string, values: Readable, call: Call = {}): Promise<void> {
    await this.tried(doing(call), call, async (given) => {
      const { stream } = await this.client.exec({ query, values, ...given });
      await finished(stream.resume());
    });
  }

  /** Lets go of a session's tables; a server that does not know how forgets them by itself. */
  async endSession(session_id: string): Promise<void> {
    const close_session = { close_session: 1 } as ClickHouseSettings;
    await this.client
      .command({ query: 'select 1', session_id, clickhouse_settings: close_session })
      .catch(() => undefined);
  }

  close(): Promise<void> {
    return this.client.close();
  }

  /** One statement, within its time: the server stops it, and if it does not, this side stops waiting. */
  private async tried<T>(what: Attempt['doing'], call: Call, work: (given: Given) => Promise<T>): Promise<T> {
    const timeout_ms = call.timeout_ms ?? this.options.write_timeout_ms;
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), timeout_ms + MARGIN_MS);
    const session = call.session_id === undefined ? {} : { session_id: call.session_id };
    const clickhouse_settings = {
      ...this.settings,
      max_execution_time: Math.max(timeout_ms, 1) / 1_000,
      ...(call.session_id === undefined ? {} : { session_timeout: SESSION_TIMEOUT_S }),
    } as ClickHouseSettings;
    try {
      return await work({ clickhouse_settings, abort_signal: patience.signal, ...session });
    } catch (cause) {
      throw explained(cause, {
        host: this.host,
        doing: what,
        timeout_ms: call.limit_ms ?? timeout_ms,
        in_session: call.session_id !== undefined,
        gave_up: patience.signal.aborted,
      });
    } finally {
      clearTimeout(timer);
    }
  }
}

interface Given {
  clickhouse_settings: ClickHouseSettings;
  abort_signal: AbortSignal;
  session_id?: string;
}

/** What is written into a session is part of a read. */
function doing({ session_id }: Call): Attempt['doing'] {
  return session_id === undefined ? 'write' : 'read';
}

function memoryLimits(bytes: number): ClickHouseSettings {
  const spill = String(Math.floor(bytes / 2));
  return {
    max_memory_usage: String(bytes),
    max_bytes_before_external_group_by: spill,
    max_bytes_before_external_sort: spill,
  };
}
