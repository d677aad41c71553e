/** Ids of records that were sent without one. */
import { hash } from 'node:crypto';
import type { FlatRecord, ReadContext, RecordKindOptions } from './record-kind.ts';
import type { TObject } from './typebox.ts';

/**
 * An id from the content. A retry has the same content, so it gets the same id and counts once. The second of several equal lines
 * has its number in the id, so it counts too, and a retry of the whole request or file has the same numbers.
 */
export function contentId(
  { id_prefix, key_fields, lines }: RecordKindOptions<TObject>,
  record: FlatRecord,
  { equal_lines }: ReadContext,
): string {
  const content = key_fields ? key_fields.map((field) => record[field]) : record;
  const idOf = (named: unknown): string => id_prefix + hash('sha256', JSON.stringify(named), 'hex').slice(0, 32);
  const id = idOf(content);
  const line_no = lines ? (equal_lines?.add(id) ?? 1) : 1;
  return line_no === 1 ? id : idOf([content, line_no]);
}
