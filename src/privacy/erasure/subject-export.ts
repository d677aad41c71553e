/** Everything that is stored of a person, table by table, as it was sent and with what was derived from it (GDPR, article 15 and 20). */
import { CARE_TIMEOUT_MS, type Warehouse } from '../../warehouse/port.ts';
import { type Row, TABLES, type TableName } from '../../warehouse/schema.ts';
import { fillSubjects } from './find.ts';
import { NAMING_TABLES, namesErased } from './subjects.ts';

/** The most rows of one table. More than anybody has is a shared id, and an answer that no memory holds. */
const MAX_ROWS = 200_000;

export interface SubjectExport {
  ids: string[];
  /** Rows by table, in the order of the log. Instants are RFC 3339, amounts are micros. */
  tables: Record<string, Row[]>;
  /** Tables with more rows than the answer has. */
  truncated: string[];
}

export function exportSubject(warehouse: Warehouse, brand_id: string, ids: readonly string[]): Promise<SubjectExport> {
  return warehouse.read(
    async (snapshot) => {
      await fillSubjects(
        snapshot,
        ids.map((id) => ({ brand_id, id, erasure_no: 0 })),
      );
      const tables: Record<string, Row[]> = {};
      const truncated: string[] = [];
      const add = async (table: TableName, where: string): Promise<void> => {
        const rows = await snapshot.query(
          `select ${columnsOf(table)} from ${table} where ${where} order by log_seq, collector_id limit ${MAX_ROWS + 1}`,
        );
        if (rows.length > MAX_ROWS) truncated.push(table);
        tables[table] = rows.slice(0, MAX_ROWS).map((row) => shown(table, row));
      };
      for (const table of NAMING_TABLES) await add(table, namesErased(table));
      // Verdicts of touchpoints and changes of orders name no person themselves.
      const touches = `select brand_id, touchpoint_id from touchpoints where ${namesErased('touchpoints')}`;
      await add('reclassifications', `(brand_id, touchpoint_id) in (${touches})`);
      const named = ['order_id', 'conversion_id', 'claimed_id'].map(
        (name) =>
          `select brand_id, ${name} from conversions where ${name} is not null and ${namesErased('conversions')}`,
      );
      await add(
        'adjustments',
        `(${['order_id', 'conversion_id'].map((name) => `(brand_id, coalesce(${name}, '')) in (${named.join(' union all ')})`).join(' or ')})`,
      );
      return { ids: [...ids], tables, truncated };
    },
    { timeout_ms: CARE_TIMEOUT_MS },
  );
}

/** Keys and hashes are of use to the program only. */
const LEFT_OUT = ['subject_key', 'order_key', 'content_hash', 'traits', 'rules_version'];

function columnsOf(table: TableName): string {
  return TABLES[table].columns
    .filter(({ name }) => !LEFT_OUT.includes(name))
    .map(({ name, type }) =>
      type === 'instant'
        ? `epoch_ms(${name}) as ${name}`
        : type === 'int64'
          ? `text128(int128(${name})) as ${name}`
          : name,
    )
    .join(', ');
}

function shown(table: TableName, row: Row): Row {
  const cells = TABLES[table].columns.map(({ name, type }) => {
    const cell = row[name];
    if (cell === undefined || cell === null) return [name, cell ?? null];
    return [name, type === 'instant' ? new Date(Number(cell)).toISOString() : cell];
  });
  return Object.fromEntries(cells.filter(([name]) => !LEFT_OUT.includes(name as string)));
}
