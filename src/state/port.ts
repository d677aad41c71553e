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
  /** At most so many; 1,000 when left out. */
  limit?: number;
}

/** What may be done within one transaction. Reads see the writes before them. */
export interface StateTransaction {
  get<T extends Json>(collection: string, key: string): Promise<T | undefined>;
  /** Entries in the order of their keys. */
  list<T extends Json>(collection: string, options?: ListOptions): Promise<Entry<T>[]>;
  put(collection: string, key: string, value: Json): Promise<void>;
  /** Returns whether there was an entry. */
  delete(collection: string, key: string): Promise<boolean>;
}

export interface State {
  /** `file` or `postgres`. */
  readonly engine: string;
  /**
   * Runs `work` alone: as if no other transaction ran beside it, in this process or another one. All of its writes become
   * durable together, or none. `work` may run again when the store asks for it, so it must do nothing else that lasts.
   * @throws state_unavailable when the store cannot be reached; then nothing was written.
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
  close(): Promise<void>;
}
