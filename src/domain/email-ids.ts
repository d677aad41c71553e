/** Ids of persons that are e-mail addresses: one person, however the address is written. */
import { domainToASCII } from 'node:url';
import { MAX_ID_LENGTH } from './fields.ts';

/** How ids of persons are kept: as they were sent, those that look like e-mail addresses in one form, or all as keyed hashes. */
export const CUSTOMER_IDS = ['verbatim', 'email', 'hashed'] as const;
export type CustomerIds = (typeof CUSTOMER_IDS)[number];

/** The id of the person with an address, or with a phone number as `tel:+491512345678`; null if the text is neither. */
export type EmailPersonOf = (brand_id: string, address: string) => string | null;

const ADDRESS = /^([^\s@<>]+)@([^\s@<>]+?)\.?$/;
const DNS_NAME = /^[\x21-\x7e]+\.[\x21-\x7e]+$/;
/** As mail programs and links write an address: `Anna <anna@example.com>`, `mailto:anna@example.com`. */
const AROUND = /^(?:[^<>]*<(?:mailto:)?([^<>]+)>|mailto:(.+))$/is;
const IGNORED = /\p{Default_Ignorable_Code_Point}/gu;

/**
 * The id in the one form of an e-mail address: bare, without spaces around it, in lower case and NFKC, the domain as DNS writes it.
 * Dots and plus tags stay, since for most mailboxes they make another address. Other ids, and those that would become too long, stay
 * as they are.
 */
export function emailId(id: string): string {
  if (!id.includes('@')) return id;
  const seen = id.normalize('NFKC').toLowerCase().normalize('NFKC').replace(IGNORED, '').trim();
  const [, in_brackets, linked] = AROUND.exec(seen) ?? [];
  const parts = ADDRESS.exec((in_brackets ?? linked ?? seen).trim());
  if (parts === null) return id;
  const domain = parts[2]!;
  const dns_name = DNS_NAME.test(domain) ? domain : domainToASCII(domain);
  const address = `${parts[1]!}@${dns_name}`;
  return DNS_NAME.test(dns_name) && address.length <= MAX_ID_LENGTH ? address : id;
}

/** Gives ids that are e-mail addresses their one form. @returns true if that changes an id. */
export function unifyIds(record: Record<string, string | number | null>, fields: readonly string[]): boolean {
  let changed = false;
  for (const field of fields) {
    const id = record[field];
    const unified = typeof id === 'string' ? emailId(id) : id;
    if (unified === undefined || unified === id) continue;
    record[field] = unified;
    changed = true;
  }
  return changed;
}
