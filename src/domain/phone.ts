/**
 * People who are known by their phone number, as tools for text messages know them. The number becomes an anonymous id at the door: a
 * keyed hash. No number is stored. It is an id of a device, not of a customer, because a family may share one: it belongs to the
 * customer who was last seen with it, and never makes one person of two customers.
 */
import type { Problem } from './errors.ts';
import type { FlatRecord, ReadContext } from './record-kind.ts';
import { Type } from './typebox.ts';

const MAX_SENT_LENGTH = 60;
/** RFC 3966. The number of a person is asked for in this form, so that it is never taken for an address. */
const SCHEME = 'tel:';
/** E.164: a country code and a number, of at most 15 digits. */
const E164 = /^\+[1-9]\d{6,14}$/;
const BETWEEN_DIGITS = /[\s().\-/]/g;

/** The field of a record with the phone number of its person. It is not stored. */
export const PHONE = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: MAX_SENT_LENGTH,
    description:
      'The phone number of the person with its country code, such as +49 151 2345678. It is stored as a keyed hash, as the anonymous_id of the record',
    'x-kind': 'text',
    'x-stored': false,
  }),
);

/** A phone number in its one form (E.164), such as `+491512345678`; null for text that is none, or lacks its country code. */
export function phoneNumber(text: string): string | null {
  const bare = text
    .normalize('NFKC')
    .trim()
    .replace(/^tel:/i, '')
    .replace('(0)', '')
    .replace(BETWEEN_DIGITS, '')
    .replace(/^00/, '+');
  return E164.test(bare) ? bare : null;
}

/** The question for the person with a phone number; null for text that is no number. */
export function phoneQuestion(text: string): string | null {
  const number = phoneNumber(text);
  return number === null ? null : SCHEME + number;
}

/** True for the question of {@link phoneQuestion}. */
export const isPhoneQuestion = (text: string): boolean =>
  text.startsWith(SCHEME) && E164.test(text.slice(SCHEME.length));

/**
 * Gives a record the anonymous id of a phone number. A record that has an anonymous id keeps it, and its sender is warned.
 * @returns the problem if the number is refused.
 */
export function nameByPhone(record: FlatRecord, phone: unknown, context: ReadContext): Problem | undefined {
  if (phone === undefined || phone === null) return undefined;
  const question = phoneQuestion(phone as string);
  const id = question === null ? null : (context.emailPersonOf?.(record['brand_id'] as string, question) ?? null);
  if (id === null)
    return {
      field: 'phone',
      reason: 'is not a phone number with its country code; send one such as +49 151 2345678, or leave it out',
    };
  record['anonymous_id'] ??= id;
  if (record['anonymous_id'] !== id)
    context.warn?.({
      field: 'phone',
      reason: 'is left out, because the record names an anonymous_id; send the phone number with the customer_id alone',
    });
  return undefined;
}
