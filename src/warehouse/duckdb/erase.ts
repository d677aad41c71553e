/** The statements of an erasure, for one transaction. */
import { expandMacros } from '../macros.ts';
import type { Erasure, RowChange } from '../port.ts';
import type { Column, Row } from '../schema.ts';
import { DUCKDB_MACROS } from './macros.ts';

interface Statements {
  before: { filled: Array<{ name: string; columns: readonly Column[]; rows: readonly Row[] }>; queries: string[] };
  changes: string[];
  /** Removes the relations. */
  after: string[];
}

export function erasureStatements({ relations, changes }: Erasure): Statements {
  return {
    before: {
      filled: relations.filter((relation) => 'rows' in relation),
      queries: relations
        .filter((relation) => 'sql' in relation)
        .map(({ name, sql }) => `create or replace temp table ${name} as ${expandMacros(sql, DUCKDB_MACROS)}`),
    },
    changes: changes.map((change) => expandMacros(statementOf(change), DUCKDB_MACROS)),
    after: relations.map(({ name }) => `drop table temp.${name}`),
  };
}

function statementOf({ table, where, set }: RowChange): string {
  if (set === undefined) return `delete from ${table} where ${where}`;
  const cells = Object.entries(set).map(([column, value]) => `${column} = ${value}`);
  return `update ${table} set ${cells.join(', ')} where ${where}`;
}
