/**
 * Ids of persons as keyed hashes (`customer_ids: "hashed"`). The key is a pepper, which stands in the configuration and never in the
 * data. When it is rotated, the old ones stay listed: what comes under the new hash is linked with the old ones, so a person stays one.
 */
import { emailId } from './email-ids.ts';
import { EMAIL_PERSON_ID } from './email-person-field.ts';
import { keptId } from './kept-id.ts';
import type { PersonHashes } from './person-hashes.ts';
import type { FlatRecord, SubjectRole } from './record-kind.ts';

/** The key under which a read record has the hashes of its ids by older peppers, as JSON by field, until the log links them. */
const OLDER_IDS = 'older_person_ids';

/** Replaces the ids of a record by hashes of the newest pepper. Addresses must have their one form already. */
export function hashIds(record: FlatRecord, fields: readonly string[], hashes: PersonHashes): void {
  const older: Record<string, readonly string[]> = {};
  for (const field of [...fields, EMAIL_PERSON_ID]) {
    const id = record[field];
    if (typeof id !== 'string') continue;
    const [newest, ...others] = hashes.of(id);
    record[field] = newest!;
    if (others.length > 0) older[field] = others;
  }
  if (Object.keys(older).length > 0) record[OLDER_IDS] = JSON.stringify(older);
}

/** The record with hashes of the oldest pepper: an id from its content stays the same while that pepper is listed. */
export function withOldestIds(record: FlatRecord, fields: readonly string[], hashes: PersonHashes): FlatRecord {
  const stable = { ...record };
  for (const field of [...fields, EMAIL_PERSON_ID]) {
    const id = stable[field];
    if (typeof id === 'string') stable[field] = hashes.of(emailId(id)).at(-1)!;
  }
  return stable;
}

/** Takes from a record the hashes of its ids by older peppers, by field. */
export function takeOlderIds(record: FlatRecord): ReadonlyMap<string, readonly string[]> {
  const text = record[OLDER_IDS];
  if (text === undefined) return NONE;
  delete record[OLDER_IDS];
  return new Map(Object.entries(JSON.parse(text as string) as Record<string, string[]>));
}
const NONE: ReadonlyMap<string, readonly string[]> = new Map();

/** They hold until somebody says otherwise, and have no time of their own. */
const LINKED_SINCE = '1970-01-01T00:00:00Z';

/** The kinds of these links. The second says that the id is one of a customer, so that its older hash counts as one, too. */
const ROTATION = 'pepper_rotation';
const CUSTOMER_ROTATION = 'pepper_rotation_customer';

/** The links of the ids of a record with their hashes by older peppers, as they are sent. */
export function linksOfOlderIds(
  record: FlatRecord,
  older: ReadonlyMap<string, readonly string[]>,
  roles: Readonly<Record<string, SubjectRole>> = {},
): Array<Record<string, unknown>> {
  return Array.from(older, ([field, ids]) =>
    ids.map((right_id) => ({
      brand_id: record['brand_id'],
      left_id: record[field],
      right_id,
      kind: roles[field] === 'customer' ? CUSTOMER_ROTATION : ROTATION,
      occurred_at: LINKED_SINCE,
    })),
  ).flat();
}

/**
 * A link that somebody stated, said also of the older hashes of its two ids: an older statement is about these, and the latest one of a
 * pair counts.
 */
export function statedOfOlderIds(link: FlatRecord, older: ReadonlyMap<string, readonly string[]>): FlatRecord[] {
  const [lefts, rights] = ['left_id', 'right_id'].map((field) => [link[field] as string, ...(older.get(field) ?? [])]);
  return lefts!.flatMap((left_id, i) =>
    rights!.flatMap((right_id, j) =>
      i + j === 0 ? [] : [{ ...link, left_id, right_id, link_id: `${link['link_id']}~${i}${j}` }],
    ),
  );
}

/**
 * A consent that says nothing, which makes the older hash of such a link the id of a customer. Older statements are about that hash, and
 * customers join in another way than ids of browsers. Null for other links.
 */
export function customerMark(link: FlatRecord): FlatRecord | null {
  const { brand_id, right_id } = link;
  if (link['kind'] !== CUSTOMER_ROTATION) return null;
  return {
    brand_id: brand_id!,
    consent_id: keptId([brand_id, right_id, ROTATION]),
    customer_id: right_id!,
    source: ROTATION,
    occurred_at: 0,
  };
}
