/** The SQL of a store. SQLite and PostgreSQL run the same statements, so both engines store entries in the same form. */
import assert from 'node:assert/strict';
import { TributaryError } from '../domain/errors.ts';
import { corrupt } from './failures.ts';
import {
  type Entry,
  type Json,
  type ListOptions,
  MAX_KEY_BYTES,
  MAX_PAGE_ENTRIES,
  MAX_VALUE_BYTES,
  type StateTransaction,
} from './port.ts';

export type SqlValue = string | number | Buffer;
export type SqlRow = Record<string, unknown>;
/** Runs one statement with `$1`, `$2`, … in this order, and returns its rows. */
export type RunSql = (sql: string, parameters: readonly SqlValue[]) => Promise<readonly SqlRow[]>;

/** A connection of an engine. */
export interface Sql {
  readonly run: RunSql;
  /** SQL that reads a column of the tables so that damaged bytes come back as they are. */
  raw(column: 'key' | 'value'): string;
}

/** The version of the tables. A store with a newer version is refused. */
const FORM = 1;

/** The table of the entries. */
export const ENTRIES_TABLE = 'tributary_state';

/** @param bytes the engine's type for byte strings. Keys have this type, so that they are ordered by their bytes. */
export function tableStatements(bytes: 'blob' | 'bytea'): string[] {
  return [
    `create table if not exists tributary_state (collection text not null, key ${bytes} not null, value text not null, primary key (collection, key))`,
    'create table if not exists tributary_state_revisions (collection text primary key, revision bigint not null)',
    'create table if not exists tributary_state_form (form bigint primary key)',
    `insert into tributary_state_form select ${FORM} where not exists (select 1 from tributary_state_form)`,
  ];
}

/** @throws conflict when the store has a later form, made by a newer version of Tributary. */
export async function checkForm({ run }: Sql, where: string): Promise<void> {
  const [row] = await run('select cast(max(form) as bigint) as form from tributary_state_form', []);
  const form = Number(row?.['form'] ?? FORM);
  if (form > FORM)
    throw new TributaryError(
      'conflict',
      `state: ${where} has form ${form}, and this version of Tributary knows form ${FORM}; use the newer version that made it`,
      { field: 'state' },
    );
}

export async function getEntry<T extends Json>(sql: Sql, collection: string, key: string): Promise<T | undefined> {
  const [row] = await sql.run(
    `select ${sql.raw('value')} as stored_value from tributary_state where collection = $1 and key = $2`,
    [checkedCollection(collection), keyBytes(key)],
  );
  return row === undefined ? undefined : valueFrom<T>(collection, row['stored_value']);
}

export async function listEntries<T extends Json>(
  sql: Sql,
  collection: string,
  { prefix = '', after, limit = 1_000 }: ListOptions = {},
): Promise<Entry<T>[]> {
  assert(
    Number.isInteger(limit) && limit >= 1 && limit <= MAX_PAGE_ENTRIES,
    `a page has 1 to ${MAX_PAGE_ENTRIES} entries`,
  );
  const start = Buffer.from(prefix);
  // The first byte string after a key is the key followed by a zero byte.
  const next = after === undefined ? start : Buffer.concat([Buffer.from(after), Buffer.from([0])]);
  const low = Buffer.compare(next, start) > 0 ? next : start;
  const high = endOfPrefix(start);
  const rows = await sql.run(
    `select ${sql.raw('key')} as stored_key, ${sql.raw('value')} as stored_value from tributary_state where collection = $1 and key >= $2${high ? ' and key < $3' : ''} order by key limit ${limit}`,
    [checkedCollection(collection), low, ...(high ? [high] : [])],
  );
  return rows.map((row) => ({
    key: unlessDamaged(collection, () => textOf(row['stored_key'])),
    value: valueFrom<T>(collection, row['stored_value']),
  }));
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const textOf = (stored: unknown): string => (typeof stored === 'string' ? stored : UTF8.decode(stored as Uint8Array));

function valueFrom<T extends Json>(collection: string, stored: unknown): T {
  return unlessDamaged(collection, () => JSON.parse(textOf(stored)) as T);
}

/** @throws state_unavailable when what is stored is not what was written. */
function unlessDamaged<T>(collection: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw corrupt(`an entry of ${collection} cannot be read`, cause);
  }
}

export async function readRevision({ run }: Sql, collection: string): Promise<number> {
  const [row] = await run(
    'select cast(revision as bigint) as revision from tributary_state_revisions where collection = $1',
    [checkedCollection(collection)],
  );
  return Number(row?.['revision'] ?? 0);
}

/** One transaction on a connection. The engine begins it and commits it. */
export class SqlTransaction implements StateTransaction {
  private readonly written = new Set<string>();
  private ended = false;
  private failure: { error: unknown } | undefined;

  constructor(private readonly connection: Sql) {}

  get<T extends Json>(collection: string, key: string): Promise<T | undefined> {
    return getEntry<T>(this.sql, collection, key);
  }

  list<T extends Json>(collection: string, options?: ListOptions): Promise<Entry<T>[]> {
    return listEntries<T>(this.sql, collection, options);
  }

  async put(collection: string, key: string, value: Json): Promise<void> {
    const text = valueText(collection, key, value);
    await this.run(
      'insert into tributary_state (collection, key, value) values ($1, $2, $3) on conflict (collection, key) do update set value = excluded.value',
      [checkedCollection(collection), keyBytes(key), text],
    );
    this.written.add(collection);
  }

  async delete(collection: string, key: string): Promise<boolean> {
    const gone = await this.run('delete from tributary_state where collection = $1 and key = $2 returning 1 as gone', [
      checkedCollection(collection),
      keyBytes(key),
    ]);
    if (gone.length > 0) this.written.add(collection);
    return gone.length > 0;
  }

  /** Writes the revisions, right before the commit. @throws the error of a statement that failed before, even if `work` caught it. */
  async finish(): Promise<void> {
    // Every transaction writes them in the same order, so that two transactions never wait for each other.
    for (const collection of [...this.written].sort())
      await this.run(
        'insert into tributary_state_revisions (collection, revision) values ($1, 1) on conflict (collection) do update set revision = tributary_state_revisions.revision + 1',
        [collection],
      );
    this.end();
    if (this.failure) throw this.failure.error;
  }

  /** Forbids further use of the transaction. */
  end(): void {
    this.ended = true;
  }

  private readonly run: RunSql = async (sql, parameters) => {
    assert(!this.ended, 'a transaction of state is used after its end');
    try {
      return await this.connection.run(sql, parameters);
    } catch (error) {
      this.failure ??= { error };
      throw error;
    }
  };

  private readonly sql: Sql = { run: this.run, raw: (column) => this.connection.raw(column) };
}

function checkedCollection(collection: string): string {
  assert(
    /^[a-z][a-z0-9_]{0,59}$/.test(collection),
    'a collection has a short name of lower-case letters, digits and _',
  );
  return collection;
}

/** The stored bytes of a key. @throws too_large; bad_request for half of a surrogate pair, which UTF-8 cannot hold. */
function keyBytes(key: string): Buffer {
  if (!key.isWellFormed())
    throw new TributaryError('bad_request', 'state: a key holds half of a surrogate pair; send valid Unicode');
  const bytes = Buffer.from(key);
  if (bytes.length > MAX_KEY_BYTES)
    throw new TributaryError(
      'too_large',
      `state: a key has ${bytes.length} bytes; the limit is ${MAX_KEY_BYTES}, use a shorter key`,
    );
  return bytes;
}

function valueText(collection: string, key: string, value: Json): string {
  const text = JSON.stringify(value);
  assert(typeof text === 'string', 'a value of state is JSON');
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_VALUE_BYTES)
    throw new TributaryError(
      'too_large',
      `state: the value of ${collection}/${key.slice(0, 60)} has ${bytes} bytes; the limit is ${MAX_VALUE_BYTES}, split it into several values`,
    );
  return text;
}

/** The first byte string after all strings with this prefix; undefined when there is none. */
function endOfPrefix(prefix: Buffer): Buffer | undefined {
  // A byte of UTF-8 is never 255, so the last byte can be increased by one.
  if (prefix.length === 0) return undefined;
  const end = Buffer.from(prefix);
  end[end.length - 1]! += 1;
  return end;
}
