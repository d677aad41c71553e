/** Makes texts and ids fit the limits of a destination, by one rule: what means something is cut, what names something is hashed. */
import { hash } from 'node:crypto';
import { cutText } from '../domain/cut-text.ts';

const HASH_DIGITS = 20;
const ADDRESS = /@/;

/** A text of at most so many characters. What is longer is cut at the end. */
export const fitText = (text: string, max_length: number): string => cutText(text, max_length);

/** A text of at most so many bytes of UTF-8. What is longer is cut at the end, between characters. */
export function fitBytes(text: string, max_bytes: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= max_bytes) return text;
  let end = max_bytes;
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end).toString();
}

/** The first 80 bits of a SHA-256 as hex: two ids share them once in 10^12 orders or less often. */
export const shortHash = (text: string): string => hash('sha256', text, 'hex').slice(0, HASH_DIGITS);

/**
 * An id of at most so many characters, at least 24, that no other id becomes. A longer one, or one that holds an e-mail address, becomes
 * a hash of it.
 */
export function fitId(id: string, max_length: number): string {
  return id.length > max_length || ADDRESS.test(id) ? `h_${shortHash(id)}` : id;
}

/** True for an id that may be sent as it is: it holds no e-mail address. */
export const isImpersonal = (id: string): boolean => !ADDRESS.test(id);
