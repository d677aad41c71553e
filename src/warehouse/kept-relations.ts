/** Relations from the program that outlive one read: which versions are kept, and when they may go. */
import { hash } from 'node:crypto';
import type { MakeRows } from './port.ts';
import type { Column, Row } from './schema.ts';

/** Versions of one relation that are kept; older ones are dropped once no read uses them. */
const KEPT_VERSIONS = 3;

/** What an engine does with a table that is kept. */
interface Store {
  /** Makes the table, anew if there is one. Returns what queries read it from. */
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
  /** Tables that are there to be read. */
  readonly made = new Set<string>();

  constructor(private readonly store: Store) {}

  /** The name of the table that holds this version. It stays until `release` was called, once per call of this. */
  async table(
    name: string,
    version: string,
    columns: readonly Column[],
    rows: MakeRows,
  ): Promise<{ table: string; release: () => void }> {
    const table = keptName(name, version);
    const made = this.tables.get(table) ?? this.make(table, columns, rows);
    // The newest asked for goes to the end.
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
      this.tables.delete(table);
      release();
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
