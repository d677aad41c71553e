/**
 * The snapshot of one read, on a server without transactions. The committed positions are read once at its start. In each query,
 * every table of the log is replaced by its rows at or before these positions, so incomplete and later batches are not visible.
 */
import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { KeptRelations } from '../kept-relations.ts';
import { expandMacros } from '../macros.ts';
import type { Columns, MakeRows, Parameter, Snapshot } from '../port.ts';
import { atOrBefore, type Position } from '../position.ts';
import { type Column, type Row, TABLE_NAMES, TABLES, type TableName } from '../schema.ts';
import { Turns, tooSlow } from '../turns.ts';
import type { Call, Connection } from './connection.ts';
import { inlineRows, withLiterals } from './literals.ts';
import { CLICKHOUSE_MACROS } from './macros.ts';
import { columnDdl, named, type Place, qualified } from './migrations.ts';

/** Rows of one part of a column read. */
const COLUMN_ROWS = 2_048;

/** The positions that are committed now. A commit that is stored twice does not change the maximum, so `final` is not needed. */
export async function committedPositions(connection: Connection, place: Place, call: Call): Promise<Position> {
  const rows = await connection.query(
    `select collector_id, max(log_seq) as log_seq from ${qualified(place, 'commits')} group by collector_id settings final = 0`,
    call,
  );
  return new Map(rows.map((row) => [row['collector_id'] as string, Number(row['log_seq'])]));
}

export class ClickHouseSnapshot implements Snapshot {
  /** The SQL for each name that is not a table of the session. */
  private readonly definitions = new Map<string, string>();
  private readonly releases: Array<() => void> = [];
  /** A session runs one statement at a time. */
  private readonly turns = new Turns();
  private session_id: string | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly place: Place,
    readonly committed: Position,
    private readonly relations: KeptRelations,
    private readonly deadline: { at_ms: number; timeout_ms: number },
    private readonly signal?: AbortSignal | undefined,
  ) {}

  query<R extends Row = Row>(sql: string, parameters: Record<string, Parameter> = {}): Promise<R[]> {
    return this.turns.take(() => this.connection.query<R>(this.text(sql, parameters), this.call()));
  }

  async columns(
    sql: string,
    parameters: Record<string, Parameter>,
    take: (columns: Columns) => void | Promise<void>,
  ): Promise<void> {
    const rows = await this.query(sql, parameters);
    const names = Object.keys(rows[0] ?? {});
    for (let from = 0; from < rows.length; from += COLUMN_ROWS) {
      const part = rows.slice(from, from + COLUMN_ROWS);
      await take({
        rows: part.length,
        cells: names.map((name) => part.map((row) => row[name] as number | string | null)),
      });
      await nextTurn();
    }
  }

  materialise(name: string, sql: string, parameters: Record<string, Parameter> = {}): Promise<void> {
    return this.turns.take(async () => {
      const text = this.text(sql, parameters);
      await this.connection.command(`create or replace temporary table ${named(name)} as ${text}`, this.sessionCall());
      this.definitions.delete(name);
    });
  }

  async define(name: string, sql: string): Promise<void> {
    this.definitions.set(name, this.text(sql));
  }

  relation(name: string, columns: readonly Column[], rows: readonly Row[]): Promise<void> {
    return this.turns.take(async () => {
      const inline = inlineRows(name, columns, rows);
      if (inline !== undefined) return void this.definitions.set(name, `select * from ${inline}`);
      const call = this.sessionCall();
      const ddl = columns.map(columnDdl).join(', ');
      await this.connection.command(`create or replace temporary table ${named(name)} (${ddl})`, call);
      await this.connection.insert(named(name), columns, rows, call);
      this.definitions.delete(name);
    });
  }

  /** The table is made outside of the session, so `rows` may query this snapshot. */
  async cachedRelation(name: string, version: string, columns: readonly Column[], rows: MakeRows): Promise<void> {
    const { table, release } = await this.relations.table(name, version, columns, rows);
    this.releases.push(release);
    this.definitions.set(name, `select * from ${table}`);
  }

  /** The text of a query as it is sent. Statements that name their own format use it too. */
  text(sql: string, parameters: Record<string, Parameter> = {}): string {
    const definitions = this.definitionsFor(sql);
    return withDefinitions(definitions, expandMacros(withLiterals(sql, parameters), CLICKHOUSE_MACROS));
  }

  /** The options of the next statement, with the time that is left. @throws timeout when no time is left. */
  call(): Call {
    const left = this.deadline.at_ms - performance.now();
    if (left <= 0) throw tooSlow(this.deadline.timeout_ms);
    return {
      timeout_ms: left,
      limit_ms: this.deadline.timeout_ms,
      signal: this.signal,
      ...(this.session_id === undefined ? {} : { session_id: this.session_id }),
    };
  }

  /** Call it once, at the end of the read. */
  async end(): Promise<void> {
    for (const release of this.releases) release();
    if (this.session_id !== undefined) await this.connection.endSession(this.session_id);
  }

  private sessionCall(): Call {
    this.session_id ??= `tributary-${randomUUID()}`;
    return this.call();
  }

  /** The definitions of the names that a query reads: tables of the log, and relations without a table. */
  private definitionsFor(sql: string): string[] {
    return tablesReadBy(sql).flatMap((name) => {
      const source = this.source(name);
      return source === undefined ? [] : [`${named(name)} as (${source})`];
    });
  }

  private source(name: string): string | undefined {
    const definition = this.definitions.get(name);
    if (definition !== undefined) return definition;
    if (!TABLE_NAMES.includes(name as TableName)) return undefined;
    const table = `select * from ${qualified(this.place, name)} r`;
    const in_log = TABLES[name as TableName].columns.some((column) => column.name === 'log_seq');
    return in_log ? `${table} where ${atOrBefore('r', this.committed)}` : table;
  }
}

/**
 * The names after `from` and `join`, outside of quoted text. The parameters are not filled in yet, so no value can look like a
 * table.
 */
function tablesReadBy(sql: string): string[] {
  const found = sql.matchAll(/'(?:[^']|'')*'|\b(?:from|join)\s+(\w+)\b/gi);
  return [...new Set([...found].flatMap((match) => (match[1] === undefined ? [] : [match[1]])))];
}

function withDefinitions(definitions: readonly string[], sql: string): string {
  if (definitions.length === 0) return sql;
  const opening = /^\s*with\s/i.exec(sql);
  return `with ${definitions.join(', ')}${opening ? `, ${sql.slice(opening[0].length)}` : ` ${sql}`}`;
}
