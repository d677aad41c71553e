/** What is stored of people, before it is removed: how many rows of each table, the newest instant, and the orders. */
import type { Snapshot } from '../../warehouse/port.ts';
import { readAll } from '../../warehouse/read-row.ts';
import { fill } from '../../warehouse/relation.ts';
import type { TableName } from '../../warehouse/schema.ts';
import {
  ERASED_SUBJECTS,
  instantOf,
  NAMING_TABLES,
  namesErased,
  namingsOf,
  type Subject,
  subjectRows,
} from './subjects.ts';

/** What is stored of the people of one erasure. */
export interface Found {
  /** Rows by table. A row that names the person twice is one. */
  rows: Record<string, number>;
  /** The instant of the newest of these rows in milliseconds. */
  newest_ms: number;
  /** Ids of orders and conversions, by which changes of the orders are known. */
  orders: string[];
}

/** Makes the relation of the subjects in a snapshot. */
export async function fillSubjects(snapshot: Snapshot, subjects: readonly Subject[]): Promise<void> {
  await fill(snapshot, ERASED_SUBJECTS, subjectRows(subjects));
}

/** What is stored of each of some erasures, by their numbers. */
export async function findRows(snapshot: Snapshot, subjects: readonly Subject[]): Promise<Map<number, Found>> {
  const found = new Map<number, Found>();
  for (const { erasure_no } of subjects) found.set(erasure_no, { rows: {}, newest_ms: 0, orders: [] });
  await fillSubjects(snapshot, subjects);
  for (const table of NAMING_TABLES) {
    for (const { no, n, newest } of await countRows(snapshot, table)) {
      const own = found.get(no)!;
      own.rows[table] = (own.rows[table] ?? 0) + n;
      own.newest_ms = Math.max(own.newest_ms, newest);
    }
  }
  for (const { no, id } of await findOrders(snapshot)) found.get(no)!.orders.push(id);
  return found;
}

/** Rows are counted where they name a person first, so that each counts once. */
async function countRows(
  snapshot: Snapshot,
  table: TableName,
): Promise<Array<{ no: number; n: number; newest: number }>> {
  const own = `select brand_id, ${firstNaming(table)} as named_id, ${instantOf(table)} as at_ms from ${table} where ${namesErased(table)}`;
  const rows = await snapshot.query(
    `select e.erased_no as no, count(*) as n, max(r.at_ms) as newest from (${own}) r
     join ${ERASED_SUBJECTS.name} e on e.erased_brand = r.brand_id and e.erased_id = r.named_id group by e.erased_no`,
  );
  return readAll(rows, { no: 'number', n: 'number', newest: 'number' });
}

/** SQL for the first erased id that a row names. */
function firstNaming(table: TableName): string {
  const ways = namingsOf(table).map(
    ({ id, when }) =>
      `when ${when} and (brand_id, coalesce(${id}, '')) in (select erased_brand, erased_id from ${ERASED_SUBJECTS.name}) then ${id}`,
  );
  return `case ${ways.join(' ')} end`;
}

async function findOrders(snapshot: Snapshot): Promise<Array<{ no: number; id: string }>> {
  const own = `select brand_id, ${firstNaming('conversions')} as named_id, order_id, conversion_id, claimed_id from conversions where ${namesErased('conversions')}`;
  const rows = await snapshot.query(
    `select distinct e.erased_no as no, r.order_id as order_id, r.conversion_id as conversion_id, r.claimed_id as claimed_id from (${own}) r
     join ${ERASED_SUBJECTS.name} e on e.erased_brand = r.brand_id and e.erased_id = r.named_id`,
  );
  return readAll(rows, { no: 'number', order_id: 'text?', conversion_id: 'text', claimed_id: 'text?' }).flatMap(
    ({ no, order_id, conversion_id, claimed_id }) =>
      [order_id, conversion_id, claimed_id].flatMap((id) => (id === null ? [] : [{ no, id }])),
  );
}

/** The ids in the tables whose keys are listed, where only the keys are known. */
export async function idsOfKeys(
  snapshot: Snapshot,
  listed: ReadonlyArray<{ brand_id: string; subject_key: bigint }>,
): Promise<Array<{ brand_id: string; id: string; subject_key: bigint }>> {
  await fill(
    snapshot,
    ERASED_SUBJECTS,
    listed.map(({ brand_id, subject_key }, i) => ({
      erased_no: i,
      erased_brand: brand_id,
      erased_id: '',
      erased_key: subject_key,
    })),
  );
  const isListed = (key: string): string => `${key} in (select erased_key from ${ERASED_SUBJECTS.name})`;
  const parts = NAMING_TABLES.flatMap((table) =>
    namingsOf(table).map(({ id, when, keyed }) => {
      const key = keyed ? 'subject_key' : `text_key(concat(brand_id, chr(0), coalesce(${id}, '')))`;
      return `select brand_id, ${id} as named_id, ${key} as named_key from ${table} where ${when} and ${isListed(key)}`;
    }),
  );
  const rows = await snapshot.query(
    `select distinct brand_id, named_id, named_key from (${parts.join(' union all ')}) n where named_id is not null`,
  );
  return readAll(rows, { brand_id: 'text', named_id: 'text', named_key: 'bigint' }).map(
    ({ brand_id, named_id, named_key }) => ({ brand_id, id: named_id, subject_key: named_key }),
  );
}
