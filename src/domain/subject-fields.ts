/** Which records name a person, and by which fields: derived from what the records declare. */
import { RECORD_NAMES, type RecordName, recordKind } from './index.ts';
import type { SubjectRole } from './record-kind.ts';

/** One field that names a person. */
export interface SubjectField {
  record: RecordName;
  field: string;
  role: SubjectRole;
  /** Whether the record's table has the column `subject_key`, so that a join need not compare texts. */
  keyed: boolean;
  /** The field that says when it happened. */
  instant_field: string | undefined;
}

export const SUBJECT_FIELDS: readonly SubjectField[] = RECORD_NAMES.flatMap((record) => {
  const { subjects = {}, derived = [], instant_field } = recordKind(record);
  const keyed = derived.some((column) => column.name === 'subject_key');
  return Object.entries(subjects).map(([field, role]) => ({ record, field, role, keyed, instant_field }));
});

/** Fields that hold the id of one person: a customer's, or that of a browser or device. */
export const ID_FIELDS = SUBJECT_FIELDS.filter(({ role }) => role !== 'either');

/** Fields whose value is the id of a customer. */
export const CUSTOMER_FIELDS = SUBJECT_FIELDS.filter(({ role }) => role === 'customer');

/** Records that name a person in any way: a new row of one of them may change who is who. */
export const NAMING_RECORDS: readonly RecordName[] = [...new Set(SUBJECT_FIELDS.map(({ record }) => record))];

/** Records that may carry a customer id and an anonymous id together, and so link the two. */
export const LINKING_RECORDS: readonly RecordName[] = CUSTOMER_FIELDS.map(({ record }) => record).filter((record) =>
  SUBJECT_FIELDS.some((other) => other.record === record && other.role === 'anonymous'),
);
