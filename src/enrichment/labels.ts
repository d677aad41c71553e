/** Reads text that a caller sent, and makes text from URLs storable. */
import type { Value } from '../domain/record.ts';
import { storedText } from '../domain/text.ts';

/** A column's text, or null when it is missing, blank or not text. A blank text counts as not sent. */
export function textOf(value: Value | undefined): string | null {
  if (typeof value !== 'string' || value === '') return null;
  // This runs for every column of every event, so only text that starts or ends with white space is trimmed.
  const first = value.charCodeAt(0);
  return (first > 32 && first < 127) || value.trim() !== '' ? value : null;
}

const UNSTORABLE = /[\p{Cc}\p{Cs}\s]+/gu;
const PLAIN = /^[\x21-\x7e]*$/;

/**
 * One line of storable text: control characters and runs of white space become one space, the ends are trimmed, and characters
 * that nobody sees are gone.
 */
export function oneLine(text: string, max_length: number): string {
  if (text.length <= max_length && PLAIN.test(text)) return text;
  const clean = storedText(text.slice(0, 4 * max_length))
    .replace(UNSTORABLE, ' ')
    .trim()
    .slice(0, max_length);
  return clean.isWellFormed() ? clean : clean.slice(0, -1);
}

/** The object in a stored JSON text; an empty one when there is none. Never throws. */
export function objectOf(text: Value | undefined): Readonly<Record<string, unknown>> {
  if (typeof text !== 'string' || text === '' || text === '{}') return EMPTY;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : EMPTY;
  } catch {
    return EMPTY;
  }
}

const EMPTY: Readonly<Record<string, unknown>> = Object.freeze({});
