/**
 * Relations are the temporary tables of one read. Each is declared once, with its name, columns, key and meaning. A step of a
 * query takes the relations that it reads and returns those that it makes.
 *
 * `test/support/watched.ts` compares every relation with its declaration. A test fails when a column is missing, has another type
 * or is not declared.
 */
import { assert } from '../domain/errors.ts';
import type { Parameter, Snapshot } from './port.ts';
import type { Column, ColumnType, Row } from './schema.ts';

/**
 * `int` is a whole number that fits 64 bits; an engine may use a wider type. `int128` holds sums of money. With `?` it may be
 * null.
 */
export type RelationType = 'int' | 'int?' | 'int128' | 'float' | 'float?' | 'text' | 'text?';

export interface Relation {
  readonly name: string;
  /** The meaning of one row. */
  readonly meaning: string;
  readonly columns: Readonly<Record<string, RelationType>>;
  /** The columns that identify a row; empty where there is no key. */
  readonly key: readonly string[];
  /** The names of further columns, which exist only when a report asks for them. */
  readonly more: RegExp | null;
}

const declared = new Map<string, Relation>();

/** Declares a relation. Declaring a name twice is a bug. */
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

/** The declaration of a temporary table. Where there are several of one relation, their names end with a number. */
export function declaredRelation(table: string): Relation | undefined {
  return declared.get(table) ?? declared.get(table.replace(/_\d+$/, ''));
}

/** The relation with a number after its name, where there are several of the same kind. */
export function numbered(relation: Relation, i: number): Relation {
  return { ...relation, name: `${relation.name}_${i}` };
}

/** SQL that selects all declared columns of a relation. `instead` gives other expressions for some of them. */
export function columnsOf(relation: Relation, alias: string, instead: Readonly<Record<string, string>> = {}): string {
  return Object.keys(relation.columns)
    .map((name) => `${instead[name] ?? `${alias}.${name}`} as ${name}`)
    .join(', ');
}

/** Stores the result of a query as a relation. */
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
    assert(
      Object.hasOwn(COLUMN_TYPES, kind),
      `column ${name} of ${relation.name} is ${type}; the program cannot fill a column of this type`,
    );
    return { name, type: COLUMN_TYPES[kind as keyof typeof COLUMN_TYPES], nullable: type.endsWith('?') };
  });
}

/** Makes a relation from rows of the program. Every row must have every column. */
export async function fill(snapshot: Snapshot, relation: Relation, rows: readonly Row[]): Promise<Relation> {
  await snapshot.relation(relation.name, tableColumns(relation), rows);
  return relation;
}
