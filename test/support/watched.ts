/** Warehouses whose reads are watched: every table is compared with its declaration, or every statement is counted. */

import type { Snapshot, Warehouse } from '../../src/warehouse/port.ts';
import { declaredRelation, type Relation } from '../../src/warehouse/relation.ts';

/** A warehouse whose snapshots are what `watch` makes of them. */
function watched(warehouse: Warehouse, watch: (snapshot: Snapshot) => Snapshot): Warehouse {
  return new Proxy(warehouse, {
    get(target, name) {
      if (name === 'read')
        return (work: (snapshot: Snapshot) => Promise<unknown>, options?: object) =>
          target.read((snapshot) => work(watch(snapshot)), options);
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

export interface Counted {
  statements: number;
  tables: Set<string>;
}

/** Counts what a report asks of the warehouse. */
export function counting(warehouse: Warehouse): { warehouse: Warehouse; counted: Counted } {
  const counted: Counted = { statements: 0, tables: new Set() };
  const count = <T>(result: T, table?: string): T => {
    counted.statements += 1;
    if (table !== undefined) counted.tables.add(table);
    return result;
  };
  const watch = (snapshot: Snapshot): Snapshot => ({
    ...(snapshot.committed ? { committed: snapshot.committed } : {}),
    query: (sql, parameters) => count(snapshot.query(sql, parameters)),
    columns: (sql, parameters, take) => count(snapshot.columns(sql, parameters, take)),
    materialise: (name, sql, parameters) => count(snapshot.materialise(name, sql, parameters), name),
    relation: (name, columns, rows) => count(snapshot.relation(name, columns, rows), name),
    define: (name, sql) => snapshot.define(name, sql),
    cachedRelation: (name, version, columns, rows) =>
      count(snapshot.cachedRelation(name, version, columns, rows), name),
  });
  return { warehouse: watched(warehouse, watch), counted };
}

/** Compares every table that a report makes on DuckDB with its declaration. `made` collects their names. */
export function checking(warehouse: Warehouse): { warehouse: Warehouse; made: Set<string> } {
  const made = new Set<string>();
  const check = async (snapshot: Snapshot, name: string): Promise<void> => {
    const relation = declaredRelation(name);
    if (!relation) throw new Error(`table ${name} is not declared; say in a relations.ts what it is`);
    made.add(relation.name);
    await checkColumns(snapshot, name, relation);
    await checkRows(snapshot, name, relation);
  };
  const watch = (snapshot: Snapshot): Snapshot => ({
    query: (sql, parameters) => snapshot.query(sql, parameters),
    columns: (sql, parameters, take) => snapshot.columns(sql, parameters, take),
    materialise: async (name, sql, parameters) => {
      await snapshot.materialise(name, sql, parameters);
      await check(snapshot, name);
    },
    relation: async (name, columns, rows) => {
      await snapshot.relation(name, columns, rows);
      // Those of the identity folder are its own.
      if (declaredRelation(name)) await check(snapshot, name);
    },
    cachedRelation: async (name, version, columns, rows) => {
      await snapshot.cachedRelation(name, version, columns, rows);
      if (declaredRelation(name)) await check(snapshot, name);
    },
    define: async (name, sql) => {
      await snapshot.define(name, sql);
      await check(snapshot, name);
    },
  });
  return { warehouse: watched(warehouse, watch), made };
}

const TYPES: Record<string, RegExp> = {
  int: /^(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)$/,
  int128: /^HUGEINT$/,
  float: /^DOUBLE$/,
  text: /^VARCHAR$/,
};

async function checkColumns(snapshot: Snapshot, table: string, relation: Relation): Promise<void> {
  const rows = await snapshot.query(`describe ${table}`);
  const found = new Map(rows.map((row) => [String(row['column_name']), String(row['column_type'])]));
  for (const [column, type] of Object.entries(relation.columns)) {
    const own = found.get(column);
    if (own === undefined) throw new Error(`${table} has no column ${column}`);
    if (!TYPES[type.replace('?', '')]!.test(own)) throw new Error(`${table}.${column} is ${own}, declared ${type}`);
    found.delete(column);
  }
  for (const column of found.keys())
    if (!relation.more?.test(column)) throw new Error(`${table}.${column} is not declared`);
}

async function checkRows(snapshot: Snapshot, table: string, { columns, key }: Relation): Promise<void> {
  const filled = Object.keys(columns).filter((column) => !columns[column]!.endsWith('?'));
  if (filled.length > 0) {
    const nulls = filled.map((column) => `count_where(${column} is null) as ${column}`).join(', ');
    const [row] = await snapshot.query(`select ${nulls} from ${table}`);
    for (const column of filled)
      if (Number(row![column]) > 0) throw new Error(`${table}.${column} is null in ${row![column]} rows`);
  }
  if (key.length === 0) return;
  const [row] = await snapshot.query(
    `select count(*) as n from (select 1 as one from ${table} group by ${key.join(', ')} having count(*) > 1) twice`,
  );
  if (Number(row!['n']) > 0) throw new Error(`${row!['n']} keys of ${table} stand for several rows`);
}
