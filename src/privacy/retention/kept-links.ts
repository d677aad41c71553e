/**
 * What joins the ids of a person stays when the records that showed it go: for each pair of ids a consent that says nothing, with the
 * time and the log position of the first such record. So identity, which reads consents like other records, finds the same persons.
 */
import { recordKind } from '../../domain/index.ts';
import { KEPT_WORD, keptId } from '../../domain/kept-id.ts';
import { PAGE_MARK as MARK } from '../../domain/page-conversion.ts';
import { subjectKey } from '../../domain/subject.ts';
import { CUSTOMER_FIELDS, LINKING_RECORDS, type SubjectField } from '../../domain/subject-fields.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { readAll } from '../../warehouse/read-row.ts';
import type { Row, TableName } from '../../warehouse/schema.ts';

const SOURCE = 'retention';

/** SQL that is true for the consents that are kept links. */
export const isKeptLink = `(substr(consent_id, 1, ${KEPT_WORD.length + 1}) = concat('${KEPT_WORD}', chr(${MARK})))`;

/** The names of the temporary tables of {@link keptLinks}. */
const GOING = 'going_records';
const PARTED = 'going_pairs';

type WhereOf = (record: string) => string | undefined;

/** SQL for a text that is missing; a bare null is a number to one of the engines. */
const NO_TEXT = "nullif('', '')";

/** Rows of a record that name a customer, with or without those that go. */
function rowsOf({ record, field }: SubjectField, where: string): string {
  const anonymous = (LINKING_RECORDS as readonly string[]).includes(record) ? 'anonymous_id' : NO_TEXT;
  const key = `text_key(concat(brand_id, chr(0), ${field}))`;
  return `select brand_id as brand, ${field} as customer, ${anonymous} as anonymous, ${key} as customer_key, epoch_ms(${recordKind(record).instant_field!}) as at_ms,
      collector_id as collector, log_seq as seq, epoch_ms(received_at) as received_ms from ${record} where ${field} is not null and ${where}`;
}

const union = (parts: readonly string[]): string =>
  parts.map((part) => `select * from (${part}) u`).join(' union all ');

const COLUMNS = ['brand', 'customer', 'anonymous', 'customer_key', 'at_ms', 'collector', 'seq', 'received_ms'];

/** After a join, one of the engines gives columns other names. */
const columnsOf = (alias: string, names: readonly string[]): string =>
  names.map((name) => `${alias}.${name} as ${name}`).join(', ');

/** The latest statement that unlinks each pair; only records after it link the pair. */
const UNLINKED = `select brand_id as brand, left_id as one, right_id as other, max(epoch_ms(occurred_at)) as at_ms from identity_links
    where coalesce(state, 'linked') = 'unlinked' group by brand_id, left_id, right_id`;

/** Pairs of ids with the time of each record, and if that is after the pair was last unlinked. */
const parted = (rows: string): string =>
  `select ${columnsOf('r', COLUMNS)}, case when r.at_ms > greatest(coalesce(a.at_ms, int64(-1)), coalesce(b.at_ms, int64(-1))) then 1 else 0 end as part
   from (${rows}) r
   left join (${UNLINKED}) a on a.brand = r.brand and a.one = r.customer and a.other = r.anonymous
   left join (${UNLINKED}) b on b.brand = r.brand and b.one = r.anonymous and b.other = r.customer`;

const PAIR = 'brand, customer, anonymous, part';
const first = (of: string, by: string): string =>
  `select * from (select f.*, row_number() over (partition by ${by} order by at_ms, collector, seq) as place from ${of} f) g where place = 1`;

/** SQL for the first record of each pair that goes, if none that stays is as early. */
function lostPairs(whereOf: WhereOf): string {
  const stay = LINKING_RECORDS.map((record) => {
    const gone = whereOf(record);
    const field = CUSTOMER_FIELDS.find((one) => one.record === record)!;
    const near = `subject_key in (select customer_key from ${GOING}) and anonymous_id is not null`;
    return rowsOf(field, gone === undefined ? near : `${near} and not (${gone})`);
  });
  const least = `select ${PAIR}, min(at_ms) as at_ms from (${parted(union(stay))}) s group by ${PAIR}`;
  return `select ${columnsOf('f', COLUMNS)} from (${first(PARTED, PAIR)}) f
    left join (${least}) s on s.brand = f.brand and s.customer = f.customer and s.anonymous = f.anonymous and s.part = f.part
    where s.at_ms is null or s.at_ms > f.at_ms`;
}

/** SQL for the customers whom no record that stays calls so, though a link or another record names the id: it decides how they join. */
function lostCustomers(whereOf: WhereOf): string {
  const stay = CUSTOMER_FIELDS.map((field) => {
    const gone = whereOf(field.record);
    const near = field.keyed
      ? `subject_key in (select customer_key from ${GOING})`
      : `(brand_id, ${field.field}) in (select brand, customer from ${GOING})`;
    return rowsOf(field, gone === undefined ? near : `${near} and not (${gone})`);
  });
  const linked = [
    'select brand_id as brand, left_id as id from identity_links',
    'select brand_id as brand, right_id as id from identity_links',
    ...LINKING_RECORDS.map(
      (record) =>
        `select brand_id as brand, anonymous_id as id from ${record} where customer_id is not null and anonymous_id is not null
         and (brand_id, coalesce(anonymous_id, '')) in (select brand, customer from ${GOING})`,
    ),
  ];
  return `select ${columnsOf('f', COLUMNS)} from (${first(GOING, 'brand, customer')}) f
    where (f.brand, f.customer) not in (select brand, customer from (${union(stay)}) s)
      and (f.brand, f.customer) in (select brand, id from (${linked.join(' union all ')}) l)`;
}

/** The rows to write before a removal, so that it un-joins nobody. The relations of the removal must be there. A second try finds none. */
export async function keptLinks(
  snapshot: Snapshot,
  rows: ReadonlyArray<{ table: TableName; where: string }>,
  now_ms: number,
): Promise<Row[]> {
  const whereOf: WhereOf = (record) => rows.find(({ table }) => table === record)?.where;
  const going = CUSTOMER_FIELDS.flatMap((field) => {
    const where = whereOf(field.record);
    return where === undefined ? [] : [rowsOf(field, where)];
  });
  if (going.length === 0) return [];
  await snapshot.materialise(GOING, union(going));
  await snapshot.materialise(PARTED, parted(`select * from ${GOING} where anonymous is not null`));
  const pairs = await snapshot.query(lostPairs(whereOf));
  const customers = await snapshot.query(lostCustomers(whereOf));
  const shape = {
    brand: 'text',
    customer: 'text',
    anonymous: 'text?',
    at_ms: 'number',
    collector: 'text',
    seq: 'number',
    received_ms: 'number',
  } as const;
  return [...readAll(pairs, shape), ...readAll(customers, shape).map((one) => ({ ...one, anonymous: null }))].map(
    (one) => consentOf(one, now_ms),
  );
}

function consentOf(
  one: {
    brand: string;
    customer: string;
    anonymous: string | null;
    at_ms: number;
    collector: string;
    seq: number;
    received_ms: number;
  },
  loaded_at: number,
): Row {
  const { brand: brand_id, customer: customer_id, anonymous: anonymous_id, at_ms: occurred_at } = one;
  return {
    brand_id,
    consent_id: keptId([brand_id, customer_id, anonymous_id, occurred_at]),
    customer_id,
    anonymous_id,
    source: SOURCE,
    occurred_at,
    ...{ purposes: null, tcf: null, gpp: null, gpp_sid: null, gcm: null, gpc: null, country: null },
    ...{ measurement: null, sharing: null, profiling: null, basis: '{}' },
    subject_key: subjectKey(brand_id, customer_id),
    content_hash: 0n,
    ...{ received_at: one.received_ms, loaded_at, collector_id: one.collector, log_seq: one.seq },
  };
}
