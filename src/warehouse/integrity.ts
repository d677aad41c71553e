/** The checks of `tributary doctor`, the same for every engine: table sizes, and rules that the data must always meet. */
import type { BusyId, Diagnosis, SimilarIds, Snapshot, TableSize } from './port.ts';
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

/** Of each table the newest rows are looked at, up to this log position from its end. */
const RECENT_ROWS = 1_000_000;
const MAX_BRANDS = 20;

async function readSimilarIds(snapshot: Snapshot): Promise<SimilarIds[]> {
  const recent = ['touchpoints', 'conversions', 'email_events'].map(
    (table) =>
      `select distinct r.brand_id as brand_id, r.customer_id as id from ${table} r, (select coalesce(max(log_seq), 0) as newest from ${table}) m
       where r.customer_id like '%@%' and r.log_seq > m.newest - ${RECENT_ROWS}`,
  );
  const rows = await snapshot.query(
    `select brand_id, int64(sum(n)) as ids from (
       select brand_id, count(distinct id) as n from (${recent.join(' union all ')}) known
       group by brand_id, lower(trim(id)) having count(distinct id) > 1) alike
     group by brand_id order by brand_id limit ${MAX_BRANDS}`,
  );
  return readAll(rows, { brand_id: 'text', ids: 'number' });
}

/** The rows of each table, one line for each broken rule, and the ids with most touchpoints. */
export async function examine(
  snapshot: Snapshot,
): Promise<Pick<Diagnosis, 'tables' | 'problems' | 'busiest_ids' | 'similar_ids'>> {
  const tables = await tableSizes(snapshot);
  const problems: string[] = [];
  for (const [what, sql] of INTEGRITY_CHECKS) {
    const [row] = await snapshot.query(sql);
    if (Number(row!['n']) > 0) problems.push(`${row!['n']} ${what}`);
  }
  const [busiest_ids, similar_ids] = [await readBusiestIds(snapshot), await readSimilarIds(snapshot)];
  return { tables, problems, busiest_ids, similar_ids };
}
