/** What one version of the stored schema brings, as plain data. Engines translate it; nothing in it follows from the code of today. */
import type { Column, ColumnType } from '../schema.ts';

/** A column's type; with a question mark where it may be null. */
export type StoredType = ColumnType | `${ColumnType}?`;

export interface NewTable {
  /** What names a row: two rows with equal keys are one, sent twice. */
  key: readonly string[];
  columns: Readonly<Record<string, StoredType>>;
}

export interface SchemaVersion {
  version: number;
  /** Tables that the version creates, by name. */
  tables?: Readonly<Record<string, NewTable>>;
  /** Columns that it adds to tables of earlier versions. Rows that are stored already have null there. */
  columns?: Readonly<Record<string, Readonly<Record<string, `${ColumnType}?`>>>>;
}

/** The columns of a version's data, in the order in which they are stored. */
export function storedColumns(columns: Readonly<Record<string, StoredType>>): Column[] {
  return Object.entries(columns).map(([name, stored]) => {
    const nullable = stored.endsWith('?');
    return { name, type: (nullable ? stored.slice(0, -1) : stored) as ColumnType, nullable };
  });
}
