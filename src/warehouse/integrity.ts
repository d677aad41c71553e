/** The checks of `tributary doctor`, the same for every engine: table sizes, and rules that the data must always meet. */
import type { BusyId, Diagnosis, Snapshot, TableSize } from './port.ts';
import { readAll } from './read-row.ts';
import { TABLE_NAMES } from './schema.ts';

/** Each check counts how often its rule is broken. */
const INTEGRITY_CHECKS: ReadonlyArray<[string, string]> = [
  [
    'touchpoint ids stored twice',
    'select count(*) as n from (select 1 as one from touchpoints group by brand_id, touchpoint_id having count(*) > 1) twice',
  ],
  [
    'conversion ids stored twice',
    'select count(*) as n from (select 1 as one from conversions group by brand_id, conversion_id having count(*) > 1) twice',
  ],
  [
    'ids that share a subject key with another id',
    `select count(*) as n from (select 1 as one from touchpoints group by subject_key
       having min(concat(brand_id, chr(0), coalesce(customer_id, anonymous_id))) <> max(concat(brand_id, chr(0), coalesce(customer_id, anonymous_id)))) shared`,
  ],
];

/** SQL that counts rows after the last commit. Where snapshots hide such rows, the engine names its real tables. */
export function uncommittedRows(table: string, commits: string): string {
  return `select count(*) as n from ${table} r left join (select collector_id, max(log_seq) as last_seq from ${commits} group by collector_id) k
    on k.collector_id = r.collector_id where r.log_seq > coalesce(k.last_seq, 0)`;
}

/** The line for rows after the last commit. */
export function uncommittedProblem(n: number): string[] {
  return n > 0 ? [`${n} rows beyond the last committed position`] : [];
}

/** The rows of each table. */
export async function tableSizes(snapshot: Snapshot): Promise<TableSize[]> {
  const tables: TableSize[] = [];
  for (const table of TABLE_NAMES) {
    const [row] = await snapshot.query(`select count(*) as n from ${table}`);
    tables.push({ table, rows: Number(row!['n']) });
  }
  return tables;
}

/** An id with more touchpoints than this is named. */
const MANY_TOUCHPOINTS = 10_000;
const MAX_BUSY_IDS = 10;

async function readBusiestIds(snapshot: Snapshot): Promise<BusyId[]> {
  const rows = await snapshot.query(
    `select min(brand_id) as brand_id, min(coalesce(customer_id, anonymous_id)) as id, count(*) as touchpoints
     from touchpoints group by subject_key having count(*) > ${MANY_TOUCHPOINTS} order by touchpoints desc, id limit ${MAX_BUSY_IDS}`,
  );
  return readAll(rows, { brand_id: 'text', id: 'text', touchpoints: 'number' });
}

/** The rows of each table, one line for each broken rule, and the ids with most touchpoints. */
export async function examine(snapshot: Snapshot): Promise<Pick<Diagnosis, 'tables' | 'problems' | 'busiest_ids'>> {
  const tables = await tableSizes(snapshot);
  const problems: string[] = [];
  for (const [what, sql] of INTEGRITY_CHECKS) {
    const [row] = await snapshot.query(sql);
    if (Number(row!['n']) > 0) problems.push(`${row!['n']} ${what}`);
  }
  return { tables, problems, busiest_ids: await readBusiestIds(snapshot) };
}
