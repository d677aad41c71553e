/** Reads text that a caller sent, and makes text from URLs storable. */
import { MAX_TEXT_LENGTH } from '../domain/fields.ts';
import type { Value } from '../domain/record.ts';
import { storedText } from '../domain/text.ts';
import { decodeParameter } from './percent.ts';

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

/** Encoded text is read this often. A link that passed several tools is encoded once more by each. */
const MAX_ENCODINGS = 4;
/** A character takes at most so many characters when it is encoded. */
const ENCODED_LENGTH = 12;
/** ASCII in one line without capitals, `%` and `+`. */
const PLAIN_LABEL = /^[\x21-\x24\x26-\x2a\x2c-\x40\x5b-\x7e]+(?: [\x21-\x24\x26-\x2a\x2c-\x40\x5b-\x7e]+)*$/;

/**
 * A campaign label in the one spelling that is stored, wherever it comes from: percent escapes are read, `+` and runs of white
 * space are one blank, upper case is lower case. So `LinkedIn` in a field and `linkedin` in a URL are one label. Null when nothing
 * is left. Doing it again changes nothing.
 */
export function labelOf(text: string): string | null {
  return text.length <= MAX_TEXT_LENGTH && PLAIN_LABEL.test(text) ? text : spelledOnce(text, true);
}

/** The same for the id of a campaign: ids keep their case. */
export function campaignIdOf(text: string): string | null {
  return spelledOnce(text, false);
}

function spelledOnce(text: string, lower_case: boolean): string | null {
  let clean = oneLine(text, ENCODED_LENGTH * MAX_TEXT_LENGTH);
  for (let times = 0; /[%+]/.test(clean); times++) {
    const decoded = oneLine(decodeParameter(clean), ENCODED_LENGTH * MAX_TEXT_LENGTH);
    if (decoded === clean) break;
    clean = times < MAX_ENCODINGS ? decoded : oneLine(clean.replace(/[%+]/g, ' '), MAX_TEXT_LENGTH);
  }
  const spelled = lower_case ? clean.toLowerCase().normalize('NFC') : clean;
  return oneLine(spelled, MAX_TEXT_LENGTH).trimEnd() || null;
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
