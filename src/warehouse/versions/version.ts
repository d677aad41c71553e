/**
 * The type of a schema version: plain data that engines translate into DDL. It does not depend on today's record declarations.
 */
import type { Column, ColumnType } from '../schema.ts';

/** The type of a column; with a question mark the column may be null. */
export type StoredType = ColumnType | `${ColumnType}?`;

export interface NewTable {
  /** The columns that identify a row. Two rows with equal keys are the same row, sent twice. */
  key: readonly string[];
  columns: Readonly<Record<string, StoredType>>;
}

export interface SchemaVersion {
  version: number;
  /** Tables that the version creates, by name. */
  tables?: Readonly<Record<string, NewTable>>;
  /** Columns that it adds to tables of earlier versions. They are null in rows that are already stored. */
  columns?: Readonly<Record<string, Readonly<Record<string, `${ColumnType}?`>>>>;
}

/** The columns of a version's data, in the order in which they are stored. */
export function storedColumns(columns: Readonly<Record<string, StoredType>>): Column[] {
  return Object.entries(columns).map(([name, stored]) => {
    const nullable = stored.endsWith('?');
    return { name, type: (nullable ? stored.slice(0, -1) : stored) as ColumnType, nullable };
  });
}
