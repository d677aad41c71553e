/**
 * E-mail addresses in what sources send. Providers write the address of a recipient into URLs, ids, tags and reasons. It must not be
 * stored unless the brand keeps addresses as ids, so every text of a draft passes through here, and every text of a letter.
 */
import { createHash } from 'node:crypto';
import { ADDRESS_FIELDS } from '../domain/email-person.ts';
import { MAX_ID_LENGTH, MAX_JSON_DEPTH } from '../domain/fields.ts';
import type { Draft } from '../log/envelope.ts';
import type { People } from './source.ts';

/** A character of an address. In a URL a separator may be written as `%3D`, or `%253D` in a URL within a URL. */
const PART = String.raw`(?:(?!%(?:25)*(?:40|3[ac-f]|2[0236789cf]|0[ad]|5[bd]))[^@\s"'<>()[\],;:=&?/#])`;
/** An address, whose sign may be written as `%40`. The bounds are those of addresses, and keep the time linear in the length. */
const ADDRESS = new RegExp(`(?<!%(?:25)*[0-9a-f]?)${PART}{1,64}(?:@|%(?:25)*40)${PART}{1,255}`, 'gi');
/** A text without this has no address. */
const SIGN = /@|%(?:25)*40/;

/** A text in which each address is replaced. The replacement is made of the address without the encoding of URLs. */
export function replaceAddresses(text: string, replacement: (address: string) => string): string {
  if (!SIGN.test(text)) return text;
  return withoutDisplayNames(text).replace(ADDRESS, (found) => replacement(decoded(found)));
}

/** A longer text is no list of mailboxes. */
const MAX_MAILBOXES = 2_000;
/** As mail programs write people: `Anna Example <anna@example.com>, "B." <b@example.com>`. A reply of a server begins with a digit. */
const MAILBOX = /[^<>]*<([^<>\s]{1,64}@[^<>\s]{1,255})>/g;
/** The same within another text: a name in quotes, or words with capital letters. */
const NAME_BEFORE_MAILBOX =
  /(?:"[^"<>]{1,100}"|\p{Lu}[\p{L}\p{M}.'’-]{0,40}(?: \p{Lu}[\p{L}\p{M}.'’-]{0,40}){0,5}) ?<(?=[^<>\s@%]{1,64}(?:@|%40))/gu;

function withoutDisplayNames(text: string): string {
  if (!text.includes('<')) return text;
  const is_list = text.length <= MAX_MAILBOXES && />\s*$/.test(text) && !/^\s*\d/.test(text);
  return (is_list ? text.replace(MAILBOX, '<$1>') : text).replace(NAME_BEFORE_MAILBOX, '<');
}

/** A reason in the words of a server, without addresses. */
export const withoutAddress = (reason: string): string => replaceAddresses(reason, () => '(address)').slice(0, 500);

/** A URL within a URL within a URL. */
const MAX_ENCODINGS = 3;

function decoded(text: string): string {
  let inner = text;
  for (let i = 0; i < MAX_ENCODINGS && inner.includes('%'); i++) {
    try {
      inner = decodeURIComponent(inner);
    } catch {
      return inner;
    }
  }
  return inner;
}

/**
 * The text that stands for an address: the id of its person. What only looks like an address has no person. Its hash is made an
 * address of nobody, so that it gets an id, too: two texts must not become one id.
 */
export function standIn(address: string, { idOf }: People): string {
  return idOf(address) ?? idOf(`${digest(address.toLowerCase())}@address.invalid`) ?? '(address)';
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

/** Ids of people. A client of Segment's API names its users as it likes, as a sender of records does (`customer_ids`). */
const PERSON_IDS: ReadonlySet<string> = new Set(['customer_id', 'anonymous_id', 'left_id', 'right_id']);

/**
 * A draft in which no text holds an address, but for the fields that become an id at the door.
 * @param keeps_ids true if ids of people stay as they are.
 */
export function withoutAddresses(draft: Draft, people: People, keeps_ids = false): Draft {
  const input = Object.entries(draft.input as Record<string, unknown>).map(([name, value]) => {
    if (Object.hasOwn(ADDRESS_FIELDS, name) || (keeps_ids && PERSON_IDS.has(name))) return [name, value];
    if (name === 'message_id' && typeof value === 'string' && isMessageId(value, draft)) return [name, value];
    return [name, cleaned(value, people, 0)];
  });
  return { ...draft, input: Object.fromEntries(input) };
}

function cleaned(value: unknown, people: People, depth: number): unknown {
  if (typeof value === 'string')
    return bounded(
      value,
      replaceAddresses(value, (address) => standIn(address, people)),
    );
  // What is nested deeper is refused as a whole.
  if (typeof value !== 'object' || value === null || depth > MAX_JSON_DEPTH) return value;
  if (Array.isArray(value)) return value.map((item) => cleaned(item, people, depth + 1));
  // Numbers that a double cannot hold, which are objects of their own.
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      replaceAddresses(key, (address) => standIn(address, people)),
      cleaned(inner, people, depth + 1),
    ]),
  );
}

/** A stand-in is longer than most addresses. An id that would be too long by that ends with its hash. */
function bounded(given: string, clean: string): string {
  if (clean === given || given.length > MAX_ID_LENGTH || clean.length <= MAX_ID_LENGTH) return clean;
  return `${clean.slice(0, MAX_ID_LENGTH - 33)}_${digest(clean)}`;
}

/** A server's id of a message has the form of an address, with digits. It names nobody, unless it holds the recipient's address. */
const MESSAGE_ID = /^<?(?=[^@\d]*\d)[^@\s<>%]{1,200}@[a-z0-9.-]+>?$/i;

function isMessageId(text: string, { input }: Draft): boolean {
  const email = String((input as Record<string, unknown>)['email'] ?? '').toLowerCase();
  return MESSAGE_ID.test(text) && (email === '' || !decoded(text).toLowerCase().includes(email));
}
