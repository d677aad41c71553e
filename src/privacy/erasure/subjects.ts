/** Whose data an erasure is about: ids within brands, and the SQL that finds the rows which name one of them. */
import { recordKind } from '../../domain/index.ts';
import { subjectDigest, subjectKey } from '../../domain/subject.ts';
import { NAMING_RECORDS, SUBJECT_FIELDS, type SubjectField } from '../../domain/subject-fields.ts';
import { defineRelation } from '../../warehouse/relation.ts';
import type { Row, TableName } from '../../warehouse/schema.ts';

/** An id of a person within a brand. */
export interface Subject {
  brand_id: string;
  id: string;
  /** The erasure that it belongs to, among those that are carried out together. */
  erasure_no: number;
}

export const ERASED_SUBJECTS = defineRelation('erased_subjects', 'One id of a person who is erased or exported', {
  key: ['erased_brand', 'erased_id'],
  columns: { erased_no: 'int', erased_brand: 'text', erased_id: 'text', erased_key: 'int' },
});

export function subjectRows(subjects: readonly Subject[]): Row[] {
  return subjects.map(({ brand_id, id, erasure_no }) => ({
    erased_no: erasure_no,
    erased_brand: brand_id,
    erased_id: id,
    erased_key: subjectKey(brand_id, id),
  }));
}

/** How certificates and lists name an id without telling it. */
export function digestOf({ brand_id, id }: Pick<Subject, 'brand_id' | 'id'>): string {
  return subjectDigest(brand_id, id);
}

/** One way in which a row of a table names a person, as SQL over the names of the columns. */
export interface Naming {
  /** The id. */
  id: string;
  /** Rows that can name one in this way. */
  when: string;
  /** True if `subject_key` is the key of the id. */
  keyed: boolean;
}

/** Tables with a column `payload` that holds a record as JSON. */
const PAYLOADS = ['conflicts', 'dead_letters'] as const;
type PayloadTable = (typeof PAYLOADS)[number];

/** Tables with rows that name a person. */
export const NAMING_TABLES: readonly TableName[] = [...NAMING_RECORDS, ...PAYLOADS];

export function namingsOf(table: TableName): Naming[] {
  if ((PAYLOADS as readonly string[]).includes(table))
    return SUBJECT_FIELDS.map(({ record, field }) => ({
      id: `json_text(payload, '${field}')`,
      when: `record = '${record}'`,
      keyed: false,
    }));
  return SUBJECT_FIELDS.filter(({ record }) => record === table).map((own) => namingOf(own));
}

/** In a table with `subject_key`, that is the key of the customer, else of the anonymous id. */
function namingOf({ field, role, keyed }: SubjectField): Naming {
  if (!keyed || role === 'either') return { id: field, when: `${field} is not null`, keyed: false };
  if (role === 'customer') return { id: `coalesce(${field}, anonymous_id)`, when: '1 = 1', keyed: true };
  return { id: field, when: `customer_id is not null and ${field} is not null`, keyed: false };
}

const LISTED = `(select erased_brand, erased_id from ${ERASED_SUBJECTS.name})`;

/** SQL that is true for the rows of a table that name an erased id, over the names of the columns. It is never null. */
export function namesErased(table: TableName): string {
  const ways = namingsOf(table).map(({ id, when, keyed }) => {
    // Integers are compared first, since that is many times faster.
    const near = keyed ? `subject_key in (select erased_key from ${ERASED_SUBJECTS.name}) and ` : '';
    return `(${when} and ${near}(brand_id, coalesce(${id}, '')) in ${LISTED})`;
  });
  return `(${ways.join(' or ')})`;
}

/** The instant of a row of a table in milliseconds, as SQL. Kept records that failed have the instant when they were received. */
export function instantOf(table: TableName): string {
  const column = (PAYLOADS as readonly string[]).includes(table)
    ? 'received_at'
    : recordKind(table as Exclude<TableName, PayloadTable> & Parameters<typeof recordKind>[0]).instant_field!;
  return `epoch_ms(${column})`;
}
