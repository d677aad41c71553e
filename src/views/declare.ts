/** The declaration of a SQL view: its columns, their types and meanings. Tables, casts, `GET /v1/views` and docs/sql.md are made from it. */

/**
 * The type of a column. `amount` is money in units of the currency and `share` a part of whole conversions; both are exact
 * decimals. `day` is a calendar day of the brand's zone, `instant` a time in UTC.
 */
export type ViewType = 'text' | 'whole' | 'number' | 'amount' | 'share' | 'day' | 'instant';

interface TypeForm {
  /** The type in SQL. */
  sql: string;
  /** How a cell comes: a double, or a text. */
  cell: 'DOUBLE' | 'VARCHAR';
  /** SQL that makes the value of a cell. */
  value(cell: string): string;
}

export const VIEW_TYPES: Record<ViewType, TypeForm> = {
  text: { sql: 'VARCHAR', cell: 'VARCHAR', value: (cell) => cell },
  whole: { sql: 'BIGINT', cell: 'DOUBLE', value: (cell) => `cast(${cell} as bigint)` },
  number: { sql: 'DOUBLE', cell: 'DOUBLE', value: (cell) => cell },
  // Micros as digits. Read with an exponent they are exact, and no intermediate type can overflow.
  amount: { sql: 'DECIMAL(38,6)', cell: 'VARCHAR', value: (cell) => `cast(${cell} || 'e-6' as decimal(38, 6))` },
  // Millionths.
  share: {
    sql: 'DECIMAL(18,6)',
    cell: 'DOUBLE',
    value: (cell) => `cast(cast(${cell} as bigint) || 'e-6' as decimal(18, 6))`,
  },
  day: { sql: 'DATE', cell: 'DOUBLE', value: (cell) => `date '1970-01-01' + cast(${cell} as integer)` },
  instant: { sql: 'TIMESTAMP', cell: 'DOUBLE', value: (cell) => `make_timestamp_ms(cast(${cell} as bigint))` },
};

export interface ViewColumn {
  type: ViewType;
  meaning: string;
  /** True if the column names a person or an order. It exists only for who may see persons and asks for them. */
  persons?: true;
}

export interface View {
  name: string;
  /** What one row is. */
  row: string;
  /** What its sums are equal to. */
  equals: string;
  columns: Readonly<Record<string, ViewColumn>>;
}

/** The columns that a request sees. */
export function columnsSeen({ columns }: View, persons: boolean): Array<[name: string, column: ViewColumn]> {
  return Object.entries(columns).filter(([, column]) => persons || !column.persons);
}
