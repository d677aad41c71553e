/**
 * Temporary tables of one read, each declared once: its name, its columns, what names a row of it and what it means. A
 * step of a query takes the relations that it reads and returns those that it makes.
 *
 * `test/support/watched.ts` compares every table that is made with its declaration: a column that is missing, of another
 * type or not declared fails there.
 */
import { assert } from '../domain/errors.ts';
import type { Parameter, Snapshot } from './port.ts';
import type { Column, ColumnType, Row } from './schema.ts';

/** `int` is a whole number that fits 64 bits, however wide an engine keeps it; `int128` holds sums of money. `?` may be null. */
export type RelationType = 'int' | 'int?' | 'int128' | 'float' | 'float?' | 'text' | 'text?';

export interface Relation {
  readonly name: string;
  /** What one row of it is. */
  readonly meaning: string;
  readonly columns: Readonly<Record<string, RelationType>>;
  /** The columns that name a row; empty where none do. */
  readonly key: readonly string[];
  /** Columns that it has beside those, as far as a report asks for them. */
  readonly more: RegExp | null;
}

const declared = new Map<string, Relation>();

/** Declares a relation. A name has one meaning: declaring it twice is a bug. */
export function defineRelation(
  name: string,
  meaning: string,
  { key, columns, more = null }: { key: readonly string[]; columns: Relation['columns']; more?: RegExp | null },
): Relation {
  assert(!declared.has(name), `relation ${name} is declared twice; give the second one a name of its own`);
  const relation = { name, meaning, columns, key, more };
  declared.set(name, relation);
  return relation;
}

/** The declaration of a table; one of several of a kind has a number behind its name. */
export function declaredRelation(table: string): Relation | undefined {
  return declared.get(table) ?? declared.get(table.replace(/_\d+$/, ''));
}

/** One of several relations of a kind. */
export function numbered(relation: Relation, i: number): Relation {
  return { ...relation, name: `${relation.name}_${i}` };
}

/** SQL that selects all declared columns of a relation, some of them by another expression. */
export function columnsOf(relation: Relation, alias: string, instead: Readonly<Record<string, string>> = {}): string {
  return Object.keys(relation.columns)
    .map((name) => `${instead[name] ?? `${alias}.${name}`} as ${name}`)
    .join(', ');
}

/** Keeps the result of a query as a relation. */
export async function materialise(
  snapshot: Snapshot,
  relation: Relation,
  sql: string,
  parameters: Record<string, Parameter> = {},
): Promise<Relation> {
  await snapshot.materialise(relation.name, sql, parameters);
  return relation;
}

const COLUMN_TYPES: Record<'int' | 'float' | 'text', ColumnType> = { int: 'int64', float: 'float64', text: 'text' };

/** The columns of a relation that the program fills. */
export function tableColumns(relation: Relation): Column[] {
  return Object.entries(relation.columns).map(([name, type]) => {
    const kind = type.replace('?', '');
    assert(Object.hasOwn(COLUMN_TYPES, kind), `column ${name} of ${relation.name} is ${type}; the program fills none`);
    return { name, type: COLUMN_TYPES[kind as keyof typeof COLUMN_TYPES], nullable: type.endsWith('?') };
  });
}

/** Makes a relation of rows from the program. Every row has every column. */
export async function fill(snapshot: Snapshot, relation: Relation, rows: readonly Row[]): Promise<Relation> {
  await snapshot.relation(relation.name, tableColumns(relation), rows);
  return relation;
}
