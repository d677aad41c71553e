/**
 * State: small data that the product must remember and that is not part of the log: cursors, leases, keys, suppressions. It is
 * transactional: JSON values by key, in named collections. `test/state/contract.ts` tests what a store must do; the embedded file
 * and PostgreSQL pass the same tests.
 */

/** A value that JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

export interface Entry<T extends Json = Json> {
  key: string;
  value: T;
}

export interface ListOptions {
  /** Returns only keys that start with this text. */
  prefix?: string;
  /** Returns only keys after this one, in the order of their UTF-8 bytes. */
  after?: string;
  /** The most entries to return, up to {@link MAX_PAGE_ENTRIES}; 1,000 when left out. */
  limit?: number;
}

/** The longest key, in UTF-8 bytes. PostgreSQL cannot index longer keys together with their collection. */
export const MAX_KEY_BYTES = 2_000;
/** The largest value as JSON, in UTF-8 bytes. */
export const MAX_VALUE_BYTES = 1_000_000;
/** The most entries that one `list` returns. */
export const MAX_PAGE_ENTRIES = 10_000;
/** The time that a transaction may take. The time before its turn does not count. */
export const TRANSACTION_TIMEOUT_MS = 30_000;

/** The operations within one transaction. Reads see the earlier writes of the transaction. */
export interface StateTransaction {
  get<T extends Json>(collection: string, key: string): Promise<T | undefined>;
  /** Entries in the order of their keys. */
  list<T extends Json>(collection: string, options?: ListOptions): Promise<Entry<T>[]>;
  /** @throws too_large when the key or the value is over its limit. */
  put(collection: string, key: string, value: Json): Promise<void>;
  /** Returns whether there was an entry. */
  delete(collection: string, key: string): Promise<boolean>;
}

export interface State {
  /** `file` or `postgres`. */
  readonly engine: string;
  /** The location for messages: the path of the file, or host and database. It holds no password. */
  readonly where: string;
  /**
   * Runs `work` as a serializable transaction: as if no other transaction ran at the same time, in this process or another one.
   * All of its writes become durable, or none. The store may run `work` again after a collision, so `work` must have no other
   * lasting effect, and it must not begin another transaction of the same store. An error of `work` undoes its writes and is
   * thrown to the caller.
   * @throws state_unavailable when the store cannot be reached, or `work` took longer than {@link TRANSACTION_TIMEOUT_MS}. Then
   * nothing was written. There is one exception: if PostgreSQL goes away during the commit, the writes may have been made, and
   * the message says so.
   */
  transaction<T>(work: (transaction: StateTransaction) => Promise<T>): Promise<T>;
  /** One read outside of a transaction. */
  get<T extends Json>(collection: string, key: string): Promise<T | undefined>;
  list<T extends Json>(collection: string, options?: ListOptions): Promise<Entry<T>[]>;
  /**
   * A number that grows with every transaction that writes to the collection, in any process; 0 before the first write. It is
   * cheap to read, so a cache compares it to see whether the collection has changed.
   */
  revision(collection: string): Promise<number>;
  /**
   * Has the bytes of deleted and overwritten entries leave the files of the store. It takes long for a large store.
   * @returns the names of what was written anew.
   */
  purge(): Promise<string[]>;
  /** Waits for the current transaction, then closes. A second call does nothing; other calls afterwards throw `shutting_down`. */
  close(): Promise<void>;
}
