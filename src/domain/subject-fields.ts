/** The records that name a person, and their fields, derived from the declarations of the records. */
import { RECORD_NAMES, type RecordName, recordKind } from './index.ts';
import type { SubjectRole } from './record-kind.ts';

/** One field that names a person. */
export interface SubjectField {
  record: RecordName;
  field: string;
  role: SubjectRole;
  /** True if the record's table has the column `subject_key`. Then a join does not have to compare texts. */
  keyed: boolean;
  /** The field with the instant of the record. */
  instant_field: string | undefined;
}

export const SUBJECT_FIELDS: readonly SubjectField[] = RECORD_NAMES.flatMap((record) => {
  const { subjects = {}, derived = [], instant_field } = recordKind(record);
  const keyed = derived.some((column) => column.name === 'subject_key');
  return Object.entries(subjects).map(([field, role]) => ({ record, field, role, keyed, instant_field }));
});

/** Fields that hold a customer id or an anonymous id. */
export const ID_FIELDS = SUBJECT_FIELDS.filter(({ role }) => role !== 'either');

/** Fields that hold a customer id. */
export const CUSTOMER_FIELDS = SUBJECT_FIELDS.filter(({ role }) => role === 'customer');

/** Records that name a person. A new row of one of them may change which ids belong together. */
export const NAMING_RECORDS: readonly RecordName[] = [...new Set(SUBJECT_FIELDS.map(({ record }) => record))];

/** Records that may carry both a customer id and an anonymous id. Such a record links the two. */
export const LINKING_RECORDS: readonly RecordName[] = CUSTOMER_FIELDS.map(({ record }) => record).filter((record) =>
  SUBJECT_FIELDS.some((other) => other.record === record && other.role === 'anonymous'),
);
