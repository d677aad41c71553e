/** Makes the relation `persons` from a table of members that the engine keeps between reads, and the rows that changed since. */
import { hash } from 'node:crypto';
import type { Snapshot } from '../warehouse/port.ts';
import { intColumn, type Row, textColumn } from '../warehouse/schema.ts';
import type { View } from './kept-membership.ts';
import type { BrandRule } from './kept-persons.ts';
import type { Line } from './line.ts';
import { Replaced } from './lines.ts';
import type { MemberPage } from './pages.ts';

const COLUMNS = [
  textColumn('brand_id'),
  textColumn('id'),
  intColumn('subject_key'),
  textColumn('person_id'),
  intColumn('person_key'),
];
const NAMES = COLUMNS.map((column) => column.name);

/** Makes `persons` of some brands in a view. @returns undefined when its step can no longer be read. @throws Replaced */
export async function makePersons(
  snapshot: Snapshot,
  line: Line,
  view: View,
  rules: readonly BrandRule[],
): Promise<true | undefined> {
  const kept = await keepTable(snapshot, line, view, rules);
  if (!kept) return undefined;
  const { table, delta } = kept;
  if (delta.id.length === 0) await snapshot.define('persons', `select ${NAMES.join(', ')} from ${table}`);
  else await defineWithChanges(snapshot, table, delta);
  return true;
}

/**
 * Makes the table of members that `persons` of some brands needs in a view, unless the engine has it already.
 * @returns the name of the table, and the members that changed since; undefined when the step can no longer be read.
 * @throws Replaced
 */
export async function keepTable(
  snapshot: Snapshot,
  line: Line,
  view: View,
  rules: readonly BrandRule[],
): Promise<{ table: string; delta: MemberPage } | undefined> {
  const relation = await line.ask('relation', view, rules);
  if (!relation) return undefined;
  const { base, delta } = relation;
  const table = relationName(rules.map((rule) => rule.brand_id));
  await snapshot.cachedRelation(table, base, COLUMNS, () => readRows(line, base));
  return { table, delta };
}

/** Each set of brands has its own name, so that the kept versions of one set do not displace those of another. */
function relationName(brand_ids: readonly string[]): string {
  return `persons_${hash('sha256', JSON.stringify(brand_ids), 'hex').slice(0, 16)}`;
}

/** All rows of a kept table. @throws Replaced */
async function readRows(line: Line, base: string): Promise<Row[]> {
  const rows: Row[] = [];
  await readPages(line, base, (page) => {
    for (const row of rowsOf(page)) rows.push(row);
  });
  return rows;
}

/** Reads a kept table page by page. @throws Replaced */
export async function readPages(line: Line, base: string, take: (page: MemberPage) => void): Promise<void> {
  const cursor = await line.ask('openRows', base);
  if (cursor === undefined) throw new Replaced(`the table ${base} was replaced`);
  for (;;) {
    const page = await line.ask('nextRows', cursor);
    if (!page) throw new Replaced(`the cursor over ${base} was forgotten`);
    if (page.id.length === 0) return;
    take(page);
  }
}

function rowsOf(page: MemberPage): Row[] {
  return page.id.map((id, i) => ({
    brand_id: page.brand_id[i]!,
    id,
    subject_key: page.subject_key[i]!,
    person_id: page.person_id[i]!,
    person_key: page.person_key[i]!,
  }));
}

/**
 * Defines `persons` as the unchanged rows of the table and the changed rows. An id that is now its own person's name is in
 * neither.
 */
async function defineWithChanges(snapshot: Snapshot, table: string, delta: MemberPage): Promise<void> {
  await snapshot.relation('persons_changed', COLUMNS, rowsOf(delta));
  const columns = (alias: string): string => NAMES.map((name) => `${alias}.${name} as ${name}`).join(', ');
  await snapshot.define(
    'persons',
    `select ${columns('b')} from ${table} b
       left join persons_changed c on c.subject_key = b.subject_key and c.brand_id = b.brand_id and c.id = b.id where c.id is null
     union all select ${columns('c')} from persons_changed c where c.person_id <> c.id`,
  );
}
