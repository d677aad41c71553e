/** What a removal would take: rows by kind and brand, and the steps in which it takes them. */
import { recordKind } from '../../domain/index.ts';
import { MS_PER_HOUR } from '../../domain/time.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { readAll } from '../../warehouse/read-row.ts';
import { isAged } from './aged-sql.ts';
import { type Edges, edgesOf, stepOf } from './edges.ts';
import { RETAINED_ROWS, type Removal, type RetainedRows, removalOf } from './removal.ts';

/** A dry run has no names that take the place of others. */
const NO_SALT = '';
/** About so many rows go in one step, so that loading does not wait long. An hour is never cut. */
const STEP_ROWS = 250_000;

/** Rows of one kind and brand that go. */
export interface AgedRows {
  name: RetainedRows;
  brand_id: string;
  before_ms: number;
  rows: number;
}

/** True if the kind is kept for ever in every brand. */
const keepsAll = (name: RetainedRows, { defaults, brands }: Edges): boolean =>
  [defaults, ...brands.values()].every((own) => own[name] === null);

/** Makes the relations of a removal in a snapshot. */
export async function makeRelations(snapshot: Snapshot, { relations }: Removal): Promise<void> {
  for (const relation of relations) if ('sql' in relation) await snapshot.materialise(relation.name, relation.sql);
}

/** What would go, of every kind. */
export async function agedRows(snapshot: Snapshot, edges: Edges): Promise<AgedRows[]> {
  const found: AgedRows[] = [];
  for (const name of RETAINED_ROWS) {
    if (keepsAll(name, edges)) continue;
    const removal = removalOf(name, edges, NO_SALT);
    await makeRelations(snapshot, removal);
    const parts = removal.rows.map(({ table, where }) => `select brand_id from ${table} where ${where}`);
    const rows = await snapshot.query(
      `select brand_id as brand_id, count(*) as n from (${parts.join(' union all ')}) aged group by brand_id order by brand_id`,
    );
    for (const { brand_id, n } of readAll(rows, { brand_id: 'text', n: 'number' }))
      found.push({ name, brand_id, rows: n, before_ms: edgesOf(edges, brand_id)[name]! });
  }
  return found;
}

/** Kinds that may have very many rows, each with the table and column by which their steps are cut. */
const CUT = {
  touchpoints: ['touchpoints', 'occurred_at'],
  orders: ['conversions', 'occurred_at'],
  email_events: ['email_events', recordKind('email_events').instant_field!],
} as const;

/** The edges of each step of a removal, in order of time; the last step has the edges that were given. */
export async function stepsOf(
  snapshot: Snapshot,
  name: RetainedRows,
  edges: Edges,
  step_rows = STEP_ROWS,
): Promise<Edges[]> {
  if (!(name in CUT)) return [edges];
  const [table, column] = CUT[name as keyof typeof CUT];
  const rows = await snapshot.query(
    `select floor_div(epoch_ms(${column}), ${MS_PER_HOUR}) as hour_no, count(*) as n from ${table}
     where ${isAged(edges, name, table)} group by hour_no order by hour_no`,
  );
  const steps: Edges[] = [];
  let taken = 0;
  for (const { hour_no, n } of readAll(rows, { hour_no: 'number', n: 'number' })) {
    if (taken > 0 && taken + n > step_rows) {
      steps.push(stepOf(edges, name, hour_no * MS_PER_HOUR));
      taken = 0;
    }
    taken += n;
  }
  return [...steps, edges];
}
