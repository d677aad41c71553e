/** Ids of persons that are e-mail addresses: one person, however the address is written. */
import { domainToASCII } from 'node:url';
import { MAX_ID_LENGTH } from './fields.ts';

/** How ids of persons are kept: as they were sent, or those that look like e-mail addresses in one form. */
export const CUSTOMER_IDS = ['verbatim', 'email'] as const;
export type CustomerIds = (typeof CUSTOMER_IDS)[number];

const ADDRESS = /^([^\s@]+)@([^\s@]+)$/;
const DNS_NAME = /^[\x21-\x7e]+\.[\x21-\x7e]+$/;

/**
 * The id in the one form of an e-mail address: without spaces around it, in lower case, the domain as DNS writes it. Dots and plus
 * tags stay, since for most mailboxes they make another address. Other ids, and those that would become too long, stay as they are.
 */
export function emailId(id: string): string {
  if (!id.includes('@')) return id;
  const parts = ADDRESS.exec(id.trim());
  if (parts === null) return id;
  const domain = parts[2]!.normalize('NFKC').toLowerCase();
  const dns_name = DNS_NAME.test(domain) ? domain : domainToASCII(domain);
  const address = `${parts[1]!.toLowerCase()}@${dns_name}`;
  return DNS_NAME.test(dns_name) && address.length <= MAX_ID_LENGTH ? address : id;
}
