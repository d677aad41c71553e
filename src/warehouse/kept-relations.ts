/** Relations that the program fills and the engine keeps after the read. This file decides which versions are kept. */
import { hash } from 'node:crypto';
import type { MakeRows } from './port.ts';
import type { Column, Row } from './schema.ts';

/** The versions of one relation that are kept. Older versions are dropped when no read uses them. */
const KEPT_VERSIONS = 3;

/** How an engine makes and drops a kept table. */
interface Store {
  /** Makes the table; it replaces an existing one. @returns the name by which queries read it. */
  make(table: string, columns: readonly Column[], rows: readonly Row[]): Promise<string>;
  drop(table: string): Promise<unknown>;
}

/** The table of one version of a relation. */
export function keptName(name: string, version: string): string {
  return `${name}_${hash('sha256', version, 'hex').slice(0, 16)}`;
}

export class KeptRelations {
  private readonly tables = new Map<string, Promise<string>>();
  private readonly users = new Map<string, number>();
  /** Tables that are complete and can be read. */
  readonly made = new Set<string>();

  constructor(private readonly store: Store) {}

  /** The table of this version. It is not dropped before `release` is called; each call needs its own `release`. */
  async table(
    name: string,
    version: string,
    columns: readonly Column[],
    rows: MakeRows,
  ): Promise<{ table: string; release: () => void }> {
    const table = keptName(name, version);
    const found = this.tables.get(table);
    const made = found ?? this.make(table, columns, rows);
    // The table that was used last goes to the end.
    this.tables.delete(table);
    this.tables.set(table, made);
    this.users.set(table, (this.users.get(table) ?? 0) + 1);
    const release = (): void => {
      this.users.set(table, this.users.get(table)! - 1);
      this.dropOld(name);
    };
    try {
      return { table: await made, release };
    } catch (error) {
      if (this.tables.get(table) === made) this.tables.delete(table);
      release();
      // Another read made it and was stopped, for example because its client is gone. This one makes it from its own rows.
      if (found !== undefined) return this.table(name, version, columns, rows);
      throw error;
    }
  }

  private async make(table: string, columns: readonly Column[], rows: MakeRows): Promise<string> {
    const place = await this.store.make(table, columns, await rows());
    this.made.add(table);
    return place;
  }

  private dropOld(name: string): void {
    const versions = [...this.tables.keys()].filter((table) => table.startsWith(`${name}_`));
    for (const table of versions.slice(0, -KEPT_VERSIONS)) {
      if (this.users.get(table)! > 0) continue;
      this.tables.delete(table);
      this.users.delete(table);
      this.made.delete(table);
      this.store.drop(table).catch(() => undefined);
    }
  }
}
