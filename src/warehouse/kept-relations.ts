/** Relations that the program fills and the engine keeps after the read. This file decides which versions are kept. */
import { hash } from 'node:crypto';
import type { MakeRows } from './port.ts';
import type { Column, Row } from './schema.ts';

/** The versions of one relation that are kept. Older versions are dropped when no read uses them. */
const KEPT_VERSIONS = 3;

/** How an engine makes and drops a kept table. Each table that it makes has another name. */
interface Store {
  /** @returns the name by which queries read the table. */
  make(table: string, columns: readonly Column[], rows: readonly Row[]): Promise<string>;
  drop(table: string): Promise<unknown>;
}

interface KeptTable {
  /** The name by which the engine makes and drops it. */
  table: string;
  /** The name by which queries read it. */
  place: Promise<string>;
  made_at_ms: number;
  /** The reads that use it now. */
  users: number;
}

/** The name of one version of a relation. */
export function keptName(name: string, version: string): string {
  return `${name}_${hash('sha256', version, 'hex').slice(0, 16)}`;
}

export class KeptRelations {
  /** By {@link keptName}; the one that was used last is at the end. */
  private readonly tables = new Map<string, KeptTable>();
  private count = 0;
  /** Names of versions whose table is complete and can be read. */
  readonly made = new Set<string>();

  /** A table older than `max_age_ms` is made again at its next use. Reads that began before still use the old one. */
  constructor(
    private readonly store: Store,
    private readonly max_age_ms = Number.POSITIVE_INFINITY,
  ) {}

  /** The table of this version. It is not dropped before `release` is called; each call needs its own `release`. */
  async table(
    name: string,
    version: string,
    columns: readonly Column[],
    rows: MakeRows,
  ): Promise<{ table: string; release: () => void }> {
    const key = keptName(name, version);
    const found = this.tables.get(key);
    const fresh = found !== undefined && Date.now() - found.made_at_ms < this.max_age_ms;
    const kept = fresh ? found : this.make(key, columns, rows);
    if (found && !fresh) void this.dropUnused(found);
    this.tables.delete(key);
    this.tables.set(key, kept);
    kept.users += 1;
    const release = (): void => {
      kept.users -= 1;
      if (this.tables.get(key) !== kept) void this.dropUnused(kept);
      this.dropOld(name);
    };
    try {
      return { table: await kept.place, release };
    } catch (error) {
      if (this.tables.get(key) === kept) this.tables.delete(key);
      release();
      // Another read made it and was stopped, for example because its client is gone. This one makes it from its own rows.
      if (kept === found) return this.table(name, version, columns, rows);
      throw error;
    }
  }

  /** Forgets all of them. Each is dropped when no read uses it. */
  async clear(): Promise<void> {
    const all = [...this.tables.values()];
    this.tables.clear();
    this.made.clear();
    await Promise.all(all.map((kept) => this.dropUnused(kept)));
  }

  private make(key: string, columns: readonly Column[], rows: MakeRows): KeptTable {
    this.count += 1;
    const table = `${key}_${this.count}`;
    const fill = async (): Promise<string> => {
      const place = await this.store.make(table, columns, await rows());
      this.made.add(key);
      return place;
    };
    return { table, place: fill(), made_at_ms: Date.now(), users: 0 };
  }

  private dropOld(name: string): void {
    const versions = [...this.tables].filter(([key]) => key.startsWith(`${name}_`));
    for (const [key, kept] of versions.slice(0, -KEPT_VERSIONS)) {
      if (kept.users > 0) continue;
      this.tables.delete(key);
      this.made.delete(key);
      void this.dropUnused(kept);
    }
  }

  private async dropUnused({ table, users }: KeptTable): Promise<void> {
    if (users === 0) await this.store.drop(table).catch(() => undefined);
  }
}
