/** The connection to a server over HTTP: the client, the settings of every query, and the translation of failures. */
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { ClickHouseLogLevel, type ClickHouseSettings, createClient } from '@clickhouse/client';
import { toLines } from '../row-lines.ts';
import type { Column, Row } from '../schema.ts';
import { cancelled } from '../turns.ts';
import { type Attempt, explained } from './failures.ts';
import { named } from './migrations.ts';
import { fromLines } from './rows.ts';

export interface ConnectionOptions {
  /** `http://host:8123` */
  url: string;
  username: string;
  password: string;
  /** The name of the cluster; null for a single server. */
  cluster: string | null;
  /** The memory limit of one query. A larger query spills to disk if it can; else it fails. */
  memory_limit_bytes: number | null;
  threads: number | null;
  /** The time limit of a statement that is not a read. */
  write_timeout_ms: number;
}

/** The options of one statement. */
export interface Call {
  timeout_ms?: number;
  /** The time limit of the whole read, for messages; `timeout_ms` is what is left of it. */
  limit_ms?: number;
  /** The session with the temporary tables of the statement. */
  session_id?: string;
  /** Aborted when nobody waits for the answer. Then the statement is stopped on the server too. */
  signal?: AbortSignal | undefined;
}

/** HTTP keeps no state between queries, so each query is sent with the settings that shared SQL needs. */
const SHARED_SQL: ClickHouseSettings = {
  // Of the rows with one key, read only the first in the log. ReplacingMergeTree guarantees that only with `final`.
  final: 1,
  // A left join without a match gives null, not '' and 0; an aggregate over nothing gives null, not 0.
  join_use_nulls: 1,
  aggregate_functions_null_for_empty: 1,
  transform_null_in: 0,
  // Branches of different types are an error, not a column of the type Variant.
  use_variant_as_common_type: 0,
  enable_global_with_statement: 1,
  // A name in an expression means the column, even if the result has an alias with that name.
  prefer_column_name_to_alias: 1,
  // Joins run in the written order. The server reorders joins by sizes that it learnt from earlier queries, so from the second
  // run on. Then a constant of the kept side of a left join becomes the default of its type: 26.7 returned '' instead of 'order'.
  query_plan_optimize_join_order_limit: '0',
  query_plan_join_swap_table: 'false',
  session_timezone: 'UTC',
  // 64-bit integers are sent as texts, so that none is rounded to a double.
  output_format_json_quote_64bit_integers: 1,
  output_format_json_quote_denormals: 1,
  input_format_null_as_default: 0,
  date_time_input_format: 'basic',
  async_insert: 0,
  // The server sends a complete answer or an error, never a part of an answer.
  wait_end_of_query: 1,
  timeout_before_checking_execution_speed: 0,
  cancel_http_readonly_queries_on_client_close: 1,
};

/** For a cluster: an insert waits until most replicas have the rows, and a read sees all rows that were written in this way. */
const REPLICATED: ClickHouseSettings = {
  insert_quorum: 'auto',
  insert_quorum_parallel: 0,
  select_sequential_consistency: '1',
};

/** The server drops an unused session and its tables after this time. */
const SESSION_TIMEOUT_S = 60;
/** The server stops a query at its time limit. The client waits this much longer for the server's error. */
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
      // Each call has its own limit. This one applies only if the server stays silent after that limit.
      request_timeout: 24 * 3_600_000,
      log: { level: ClickHouseLogLevel.OFF },
    });
  }

  /** Returns the rows of a query. */
  query<R extends Row>(query: string, call: Call = {}): Promise<R[]> {
    return this.tried('read', call, async (given) => {
      const answer = await this.client.query({ query, format: 'JSONCompactEachRowWithNamesAndTypes', ...given });
      return fromLines<R>(await answer.text());
    });
  }

  /** Runs a statement that returns no rows: DDL, or a temporary table from a query. */
  async command(query: string, call: Call = {}): Promise<void> {
    await this.tried(doing(call), call, (given) => this.client.command({ query, ...given }));
  }

  /** Inserts rows, if there are any. `table` is qualified and quoted, or temporary. */
  async insert(table: string, columns: readonly Column[], rows: readonly Row[], call: Call = {}): Promise<void> {
    if (rows.length > 0) await this.insertLines(table, columns, await toLines(table, columns, rows), call);
  }

  /** Inserts the lines of {@link toLines}, whose rows are already checked. */
  async insertLines(
    table: string,
    columns: readonly Column[],
    lines: string | Uint8Array,
    call: Call = {},
  ): Promise<void> {
    const names = columns.map((c) => named(c.name)).join(', ');
    const statement = `insert into ${table} (${names}) format JSONCompactEachRow`;
    await this.upload(
      statement,
      Readable.from([typeof lines === 'string' ? Buffer.from(lines) : lines], { objectMode: false }),
      call,
    );
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

  /** Drops a session and its tables. A server without `close_session` drops them after {@link SESSION_TIMEOUT_S}. */
  async endSession(session_id: string): Promise<void> {
    const close_session = { close_session: 1 } as ClickHouseSettings;
    await this.client
      .command({ query: 'select 1', session_id, clickhouse_settings: close_session })
      .catch(() => undefined);
  }

  close(): Promise<void> {
    return this.client.close();
  }

  /** Stops a statement whose client is gone. The server would go on with it, and nobody waits until it is stopped. */
  private kill(query_id: string): void {
    const { cluster } = this.options;
    const everywhere = cluster === null ? '' : ` on cluster ${named(cluster)}`;
    const query = `kill query${everywhere} where query_id = '${query_id}' async`;
    this.client.command({ query }).catch(() => undefined);
  }

  /** Runs one statement within its time limit. The server stops it at the limit; if it does not, the client stops waiting. */
  private async tried<T>(what: Attempt['doing'], call: Call, work: (given: Given) => Promise<T>): Promise<T> {
    const timeout_ms = call.timeout_ms ?? this.options.write_timeout_ms;
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), timeout_ms + MARGIN_MS);
    const session = call.session_id === undefined ? {} : { session_id: call.session_id };
    const query_id = randomUUID();
    const abort_signal = call.signal ? AbortSignal.any([patience.signal, call.signal]) : patience.signal;
    const clickhouse_settings = {
      ...this.settings,
      max_execution_time: Math.max(timeout_ms, 1) / 1_000,
      ...(call.session_id === undefined ? {} : { session_timeout: SESSION_TIMEOUT_S }),
    } as ClickHouseSettings;
    try {
      call.signal?.throwIfAborted();
      return await work({ clickhouse_settings, abort_signal, query_id, ...session });
    } catch (cause) {
      if (call.signal?.aborted) {
        this.kill(query_id);
        throw cancelled(cause);
      }
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
  query_id: string;
  abort_signal: AbortSignal;
  session_id?: string;
}

/** A statement in a session belongs to a read, even if it writes a temporary table. */
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
