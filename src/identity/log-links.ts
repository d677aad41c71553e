/**
 * Reads the facts about ids from the log, page by page: links by records, links by statements, and which linked ids are
 * customers. A page is small, so the event loop is never blocked for long.
 */
import { PROBABILISTIC } from '../domain/identity-link.ts';
import { CUSTOMER_FIELDS, LINKING_RECORDS } from '../domain/subject-fields.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { atOrBefore, type Position } from '../warehouse/position.ts';
import { type Column, intColumn, type Row, textColumn } from '../warehouse/schema.ts';
import { type FactPage, type IdPage, PAGE_ROWS, type UnlinkedPage } from './pages.ts';

/** The rows after one log position and at or before another. Without `after` the span starts at the log's beginning. */
export interface Span {
  after: Position | null;
  upto: Position;
}

/** Receives the facts. */
export interface DraftWriter {
  /** True if some id was linked before this span. */
  knows_ids: boolean;
  /** Adds a page. Resolves when the next page may be read. Later calls see the page. */
  add(page: FactPage): Promise<void>;
  /** Ids that are linked for the first time, at most one page. */
  newIds(): Promise<IdPage>;
  unlinkedPairs(from: number): Promise<UnlinkedPage>;
}

/** Reads all facts of a span into a draft. */
export async function readFacts(snapshot: Snapshot, span: Span, draft: DraftWriter): Promise<void> {
  await readRecords(snapshot, span, draft);
  await readStatements(snapshot, span, draft);
  await readUnlinkedTimes(snapshot, span, draft);
  // New records may show that an id that was linked before is a customer.
  if (draft.knows_ids) await readCustomers(snapshot, span, draft);
  await lookUpNewIds(snapshot, span, draft);
}

/** An SQL condition that is true for the rows of a span. */
function within(alias: string, { after, upto }: Span): string {
  if (!after || after.size === 0) return atOrBefore(alias, upto);
  // The additional condition on the lowest position lets the engine skip older rows.
  const lowest = Math.min(...[...upto.keys()].map((collector_id) => after.get(collector_id) ?? -1));
  return `${atOrBefore(alias, upto)} and ${alias}.log_seq > ${lowest} and not ${atOrBefore(alias, after)}`;
}

/** True if a span is so short that its rows, and the ids in them, fit into one page. */
function isShort({ after, upto }: Span): boolean {
  let rows = 0;
  for (const [collector_id, log_seq] of upto) rows += log_seq - (after?.get(collector_id) ?? 0);
  return rows < PAGE_ROWS / 2;
}

/** The rows of a query in pages. The result is stored in the temporary table `name`, which other queries may read. */
async function* pagesOf(snapshot: Snapshot, name: string, sql: string): AsyncGenerator<Row[]> {
  await snapshot.materialise(name, `select row_number() over () as row_no, q.* from (${sql}) q`);
  for (let from = 0; ; from += PAGE_ROWS) {
    const rows = await snapshot.query(
      `select r.* from ${name} r where r.row_no > ${from} and r.row_no <= ${from + PAGE_ROWS}`,
    );
    if (rows.length > 0) yield rows;
    if (rows.length < PAGE_ROWS) return;
  }
}

/** The rows of a query with at most one row for each row of the span. For a short span no temporary table is made. */
async function* rowsOf(snapshot: Snapshot, span: Span, name: string, sql: string): AsyncGenerator<Row[]> {
  if (!isShort(span)) return yield* pagesOf(snapshot, name, sql);
  const rows = await snapshot.query(sql);
  if (rows.length > 0) yield rows;
}

const texts = (rows: readonly Row[], name: string): string[] => rows.map((row) => row[name] as string);
const numbers = (rows: readonly Row[], name: string): number[] => rows.map((row) => Number(row[name]));

function pairPage(kind: 'records' | 'times', rows: readonly Row[]): FactPage {
  return {
    kind,
    brand_id: texts(rows, 'brand_id'),
    anonymous_id: texts(rows, 'anonymous_id'),
    customer_id: texts(rows, 'customer_id'),
    at_ms: numbers(rows, 'at_ms'),
  };
}

const customerPage = (rows: readonly Row[]): FactPage => ({
  kind: 'customers',
  brand_id: texts(rows, 'brand_id'),
  id: texts(rows, 'id'),
});

async function readRecords(snapshot: Snapshot, span: Span, draft: DraftWriter): Promise<void> {
  const from = LINKING_RECORDS.map(
    (table) =>
      `select r.brand_id as brand_id, r.anonymous_id as anonymous_id, r.customer_id as customer_id, epoch_ms(r.occurred_at) as at_ms
       from ${table} r where r.anonymous_id is not null and r.customer_id is not null and ${within('r', span)}`,
  );
  const sql = `select brand_id, anonymous_id, customer_id, min(at_ms) as at_ms from (${from.join(' union all ')}) both_ids
    group by brand_id, anonymous_id, customer_id`;
  for await (const rows of rowsOf(snapshot, span, 'link_records', sql)) await draft.add(pairPage('records', rows));
}

async function readStatements(snapshot: Snapshot, span: Span, draft: DraftWriter): Promise<void> {
  const sql = `select l.brand_id as brand_id, l.link_id as link_id, l.left_id as left_id, l.right_id as right_id,
      coalesce(l.state, 'linked') as state, l.probability as probability, l.kind as kind, epoch_ms(l.occurred_at) as at_ms
    from identity_links l where ${within('l', span)}`;
  for await (const rows of rowsOf(snapshot, span, 'link_statements', sql))
    await draft.add({
      kind: 'statements',
      brand_id: texts(rows, 'brand_id'),
      link_id: texts(rows, 'link_id'),
      left_id: texts(rows, 'left_id'),
      right_id: texts(rows, 'right_id'),
      state: texts(rows, 'state') as Array<'linked' | 'unlinked'>,
      probability: rows.map((row) => (row['probability'] === null ? null : Number(row['probability']))),
      probabilistic: rows.map((row) => row['kind'] === PROBABILISTIC),
      at_ms: numbers(rows, 'at_ms'),
    });
}

const PAIR_COLUMNS = ['brand_id', 'anonymous_id', 'customer_id'].map(textColumn);

/** Reads the time of each record of the unlinked pairs, because only records after the unlinking count. */
async function readUnlinkedTimes(snapshot: Snapshot, span: Span, draft: DraftWriter): Promise<void> {
  for (let from = 0; ; from += PAGE_ROWS) {
    const page = await draft.unlinkedPairs(from);
    for (const whole_log of [true, false]) {
      const pairs = page.brand_id.flatMap((brand_id, i) => {
        if (page.whole_log[i] !== whole_log) return [];
        const [a, b] = [page.left_id[i]!, page.right_id[i]!];
        return [
          { brand_id, anonymous_id: a, customer_id: b },
          { brand_id, anonymous_id: b, customer_id: a },
        ];
      });
      if (pairs.length > 0) await readTimes(snapshot, pairs, whole_log ? { ...span, after: null } : span, draft);
    }
    if (page.brand_id.length < PAGE_ROWS) return;
  }
}

async function readTimes(snapshot: Snapshot, pairs: Row[], span: Span, draft: DraftWriter): Promise<void> {
  await snapshot.relation('unlinked_pairs', PAIR_COLUMNS, pairs);
  const from = LINKING_RECORDS.map(
    (table) =>
      `select r.brand_id as brand_id, r.anonymous_id as anonymous_id, r.customer_id as customer_id, epoch_ms(r.occurred_at) as at_ms
       from ${table} r join unlinked_pairs u on u.brand_id = r.brand_id and u.anonymous_id = r.anonymous_id and u.customer_id = r.customer_id
       where ${within('r', span)}`,
  );
  const sql = `select distinct brand_id, anonymous_id, customer_id, at_ms from (${from.join(' union all ')}) times`;
  for await (const rows of rowsOf(snapshot, span, 'link_times', sql)) await draft.add(pairPage('times', rows));
}

/** Reads the customers that the records of a span name. */
async function readCustomers(snapshot: Snapshot, span: Span, draft: DraftWriter): Promise<void> {
  const sql = `select distinct brand_id, id from (${customerIds(span)}) named`;
  for await (const rows of rowsOf(snapshot, span, 'link_customers', sql)) await draft.add(customerPage(rows));
}

/** SQL for the brand and customer_id of each record of a span that has a customer_id. */
function customerIds(span: Span): string {
  return CUSTOMER_FIELDS.map(
    ({ record, field }) =>
      `select r.brand_id as brand_id, r.${field} as id from ${record} r where r.${field} is not null and ${within('r', span)}`,
  ).join(' union all ');
}

const LINKED_IDS: readonly Column[] = [textColumn('brand_id'), textColumn('id'), intColumn('subject_key')];

/** Reads which of the newly linked ids are customers. Any record of the whole log can make an id a customer. */
async function lookUpNewIds(snapshot: Snapshot, span: Span, draft: DraftWriter): Promise<void> {
  const { brand_id, id, subject_key } = await draft.newIds();
  if (id.length === 0) return;
  const whole_log = { ...span, after: null };
  if (id.length === PAGE_ROWS) {
    for await (const rows of pagesOf(snapshot, 'link_customers', customersByText(whole_log)))
      await draft.add(customerPage(rows));
    return;
  }
  const ids = id.map((one, i) => ({ brand_id: brand_id[i]!, id: one, subject_key: subject_key[i]! }));
  await snapshot.relation('linked_ids', LINKED_IDS, ids);
  const found = await snapshot.query(customersByKey(whole_log));
  if (found.length > 0) await draft.add(customerPage(found));
}

/** SQL for few ids. They are joined by subject key, which costs least per record of the log. */
function customersByKey(span: Span): string {
  const carriers = CUSTOMER_FIELDS.map(({ record, field, keyed }) => {
    const by_key = keyed ? 'w.subject_key = r.subject_key and ' : '';
    return `select w.brand_id as brand_id, w.id as id
      from ${record} r join linked_ids w on ${by_key}w.brand_id = r.brand_id and w.id = r.${field} where ${within('r', span)}`;
  });
  return `select distinct brand_id, id from (${carriers.join(' union all ')}) seen`;
}

/** SQL for many ids, in a span that is not short. The ids stay in the engine, in the temporary tables of the links. */
function customersByText(span: Span): string {
  return `select distinct l.brand_id as brand_id, l.id as id
    from (
      select brand_id, anonymous_id as id from link_records
      union all select brand_id, left_id as id from link_statements
      union all select brand_id, right_id as id from link_statements) l
    join (${customerIds(span)}) c on c.brand_id = l.brand_id and c.id = l.id`;
}

/** How many statements about links the warehouse has. The engines know it without reading the rows. */
export async function linkCount(snapshot: Snapshot): Promise<number> {
  const [row] = await snapshot.query('select count(*) as links from identity_links');
  return Number(row!['links']);
}
