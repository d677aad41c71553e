/** What the doctor looks at in every engine: sizes, and promises that hold at every moment. */
import type { Snapshot, TableSize } from './port.ts';
import { TABLE_NAMES } from './schema.ts';

/** Counted, so that doctor can say how often one is broken. */
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

/** SQL that counts rows that no commit covers; it has to see them, so an engine that hides them names its tables itself. */
export function uncommittedRows(table: string, commits: string): string {
  return `select count(*) as n from ${table} r left join (select collector_id, max(log_seq) as last_seq from ${commits} group by collector_id) k
    on k.collector_id = r.collector_id where r.log_seq > coalesce(k.last_seq, 0)`;
}

/** One line of a diagnosis. */
export function uncommittedProblem(n: number): string[] {
  return n > 0 ? [`${n} rows beyond the last committed position`] : [];
}

/** Rows per table, and a line per promise that is broken. */
export async function examine(snapshot: Snapshot): Promise<{ tables: TableSize[]; problems: string[] }> {
  const tables: TableSize[] = [];
  const problems: string[] = [];
  for (const table of TABLE_NAMES) {
    const [row] = await snapshot.query(`select count(*) as n from ${table}`);
    tables.push({ table, rows: Number(row!['n']) });
  }
  for (const [what, sql] of INTEGRITY_CHECKS) {
    const [row] = await snapshot.query(sql);
    if (Number(row!['n']) > 0) problems.push(`${row!['n']} ${what}`);
  }
  return { tables, problems };
}
