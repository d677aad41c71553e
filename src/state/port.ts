/**
 * State: what the product has to remember and what is not log. Cursors, leases, keys, suppressions, later sessions, outbox and
 * budgets. It is small and transactional: JSON values by key, in named collections. `test/state/contract.ts` says in tests what
 * a store must do; the embedded file and PostgreSQL pass the same ones.
 */

/** A value that JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

export interface Entry<T extends Json = Json> {
  key: string;
  value: T;
}

export interface ListOptions {
  /** Only keys that start with this. */
  prefix?: string;
  /** Only keys after this one, in the order of their UTF-8 bytes. */
  after?: string;
  /** At most so many, up to {@link MAX_PAGE_ENTRIES}; 1,000 when left out. */
  limit?: number;
}

/** A key's longest length in UTF-8 bytes: PostgreSQL cannot index longer ones beside their collection. */
export const MAX_KEY_BYTES = 2_000;
/** A value's largest size as JSON, in UTF-8 bytes. */
export const MAX_VALUE_BYTES = 1_000_000;
/** Entries that one `list` returns at most. */
export const MAX_PAGE_ENTRIES = 10_000;
/** The time that a transaction may take, waiting for its turn left out. */
export const TRANSACTION_TIMEOUT_MS = 30_000;

/** What may be done within one transaction. Reads see the writes before them. */
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
  /** Where it is, for people: the path of the file, or host and database. Never a password. */
  readonly where: string;
  /**
   * Runs `work` alone: as if no other transaction ran beside it, in this process or another one. All of its writes become
   * durable together, or none. `work` may run again when the store asks for it, so it must do nothing else that lasts, and it
   * must not begin another transaction of the same store. An error of `work` undoes its writes and is thrown on.
   * @throws state_unavailable when the store cannot be reached, or `work` took longer than {@link TRANSACTION_TIMEOUT_MS}. Then
   * nothing was written; only where PostgreSQL went away in the moment of the commit it may have been, and the message says so.
   */
  transaction<T>(work: (transaction: StateTransaction) => Promise<T>): Promise<T>;
  /** One read outside of a transaction. */
  get<T extends Json>(collection: string, key: string): Promise<T | undefined>;
  list<T extends Json>(collection: string, options?: ListOptions): Promise<Entry<T>[]>;
  /**
   * A number that grows with every transaction that wrote to the collection, by whichever process; 0 for one never written
   * to. Cheap: caches ask it whether what they hold is still what is stored.
   */
  revision(collection: string): Promise<number>;
  /** Waits for the transaction under way. Closing twice is the same as once; any other call afterwards is `shutting_down`. */
  close(): Promise<void>;
}
