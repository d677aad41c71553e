/** State in memory: the port without a disk. Transactions run one after another, and a failed one leaves nothing. */
import type { Entry, Json, ListOptions, State, StateTransaction } from '../../src/state/port.ts';
import { Turns } from '../../src/warehouse/turns.ts';

export class MemoryState implements State {
  readonly engine = 'memory';
  private collections = new Map<string, Map<string, Json>>();
  private readonly revisions = new Map<string, number>();
  private readonly turns = new Turns();

  transaction<T>(work: (transaction: StateTransaction) => Promise<T>): Promise<T> {
    return this.turns.take(async () => {
      const written = new Set<string>();
      const draft = new Map([...this.collections].map(([name, entries]) => [name, new Map(entries)]));
      const entriesOf = (collection: string): Map<string, Json> => {
        written.add(collection);
        const entries = draft.get(collection) ?? new Map<string, Json>();
        draft.set(collection, entries);
        return entries;
      };
      const result = await work({
        get: async <V extends Json>(collection: string, key: string) =>
          draft.get(collection)?.get(key) as V | undefined,
        list: async <V extends Json>(collection: string, options?: ListOptions) =>
          entriesIn<V>(draft.get(collection), options),
        put: async (collection, key, value) => {
          entriesOf(collection).set(key, value);
        },
        delete: async (collection, key) => entriesOf(collection).delete(key),
      });
      this.collections = draft;
      for (const name of written) this.revisions.set(name, (this.revisions.get(name) ?? 0) + 1);
      return result;
    });
  }

  async get<T extends Json>(collection: string, key: string): Promise<T | undefined> {
    return this.collections.get(collection)?.get(key) as T | undefined;
  }

  async list<T extends Json>(collection: string, options?: ListOptions): Promise<Entry<T>[]> {
    return entriesIn<T>(this.collections.get(collection), options);
  }

  async revision(collection: string): Promise<number> {
    return this.revisions.get(collection) ?? 0;
  }

  async close(): Promise<void> {}
}

function entriesIn<T extends Json>(
  entries: ReadonlyMap<string, Json> | undefined,
  { prefix = '', after = '', limit = 1_000 }: ListOptions = {},
): Entry<T>[] {
  return [...(entries ?? [])]
    .filter(([key]) => key.startsWith(prefix) && Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0)
    .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .slice(0, limit)
    .map(([key, value]) => ({ key, value: value as T }));
}
