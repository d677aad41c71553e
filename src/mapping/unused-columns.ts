/** The columns and keys of a file that fill no field. */

/** Keys of rows that are remembered, to name the nearest one to a key that no row has. */
const MAX_KEYS = 500;
/** Columns that are named as ignored. */
const MAX_IGNORED = 200;

export interface FoundColumns {
  keys: string[];
  ignored: string[];
}

export class UnusedColumns {
  readonly keys = new Set<string>();
  /** Each with the field that may have been meant. */
  readonly ignored = new Set<string>();

  /** True if no more columns are named as ignored. */
  get is_full(): boolean {
    return this.ignored.size >= MAX_IGNORED;
  }

  see(key: string): void {
    if (this.keys.size < MAX_KEYS) this.keys.add(key);
  }

  ignore(column: string): void {
    if (!this.is_full) this.ignored.add(column);
  }

  /** What was found since the last call. */
  take(): FoundColumns {
    const found = { keys: [...this.keys], ignored: [...this.ignored] };
    this.keys.clear();
    this.ignored.clear();
    return found;
  }

  /** Adds what was found in the rows that follow. */
  add({ keys, ignored }: FoundColumns): void {
    for (const key of keys) this.see(key);
    for (const column of ignored) this.ignore(column);
  }
}
