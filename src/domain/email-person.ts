/**
 * Recipients who are known by their e-mail address. Email providers and shops know no other id. The address becomes an id at the
 * door: a keyed hash, or the address itself where the brand keeps ids that are addresses (`customer_ids: "email"`). So no address is
 * stored unless it is configured.
 */
import { createHmac } from 'node:crypto';
import { type CustomerIds, type EmailPersonOf, emailId } from './email-ids.ts';
import { EMAIL_PERSON_ID } from './email-person-field.ts';
import type { Problem } from './errors.ts';
import { isPhoneQuestion } from './phone.ts';
import type { FlatRecord, ReadContext } from './record-kind.ts';
import { Type } from './typebox.ts';

const MAX_ADDRESS_LENGTH = 400;
const ID_PREFIX = 'email_';
const PHONE_PREFIX = 'phone_';
const HASH_DIGITS = 32;
/** An id that an address became before. A payload that is read again holds it in place of the address. */
const EMAIL_PERSON = new RegExp(`^${ID_PREFIX}[0-9a-f]{${HASH_DIGITS}}$`);

/** The field of a record with the address of its person. It is not stored. */
export const EMAIL = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: MAX_ADDRESS_LENGTH,
    description:
      'The e-mail address of the person. It is stored as a keyed hash (or as the customer_id, where the brand keeps addresses); beside another customer_id it links the two',
    'x-kind': 'text',
    'x-stored': false,
  }),
);

/** Makes ids of addresses and phone numbers (`phone.ts`) with a key. One key gives one address the same id in every brand. */
export function emailPersons(key: Buffer, customerIds: (brand_id: string) => CustomerIds): EmailPersonOf {
  const digits = (text: string): string => createHmac('sha256', key).update(text).digest('hex').slice(0, HASH_DIGITS);
  return (brand_id, given) => {
    if (EMAIL_PERSON.test(given)) return given;
    if (isPhoneQuestion(given)) return PHONE_PREFIX + digits(given);
    const address = emailId(given);
    if (!isAddress(address)) return null;
    // What is hashed is hashed with the other ids of its record.
    if (customerIds(brand_id) !== 'verbatim') return address;
    return ID_PREFIX + digits(address);
  };
}

const PLAIN = /^[^\s@<>,;"]{1,64}@[^\s@<>,;"]+\.[^\s@<>,;".]+$/;

/** True for an address in the one form of {@link emailId}. */
export const isAddress = (text: string): boolean => PLAIN.test(text);

/** The fields that may hold an address, each with the field of the id that it becomes. */
export const ADDRESS_FIELDS: Readonly<Record<string, string>> = {
  email: 'customer_id',
  left_email: 'left_id',
  right_email: 'right_id',
};

/**
 * Gives a record the person of an address. An `email` beside another customer_id says that the two are one person.
 * @returns the problem if the address is refused.
 */
export function nameByAddress(
  record: FlatRecord,
  field: string,
  address: unknown,
  context: ReadContext,
): Problem | undefined {
  if (address === undefined || address === null) return undefined;
  const id_field = ADDRESS_FIELDS[field]!;
  const given = address as string;
  const id = isPhoneQuestion(given) ? null : (context.emailPersonOf?.(record['brand_id'] as string, given) ?? null);
  if (id === null)
    return { field, reason: 'is not an e-mail address; send one such as anna@example.com, or leave it out' };
  record[id_field] ??= id;
  if (record[id_field] === id) return undefined;
  if (field !== 'email') return { field, reason: `stands beside another ${id_field}; send one of the two` };
  record[EMAIL_PERSON_ID] = id;
  return undefined;
}

/** Takes from a record the link of its customer with its address, which holds until somebody says otherwise; null if it has none. */
export function takeAddressLink(record: FlatRecord): Record<string, unknown> | null {
  const id = record[EMAIL_PERSON_ID];
  if (id === undefined) return null;
  delete record[EMAIL_PERSON_ID];
  const [left_id, brand_id] = [record['customer_id'], record['brand_id']];
  // The same link comes with every event, so it is one statement, and it has no time of its own.
  return { brand_id, left_id, right_id: id, kind: 'email', occurred_at: LINKED_SINCE };
}

const LINKED_SINCE = '1970-01-01T00:00:00Z';
