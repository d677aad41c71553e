/** Canonical JSON: equal values have the same text, so records with equal content get the same id. */
import { assert } from './errors.ts';
import { MAX_JSON_DEPTH } from './fields.ts';
import { InexactNumber } from './json-text.ts';
import { HALF_PAIR } from './text.ts';

/** A fault of a JSON value: where it is, as `.key` and `.0` behind each other, and why it is refused. */
export interface JsonFault {
  place: string;
  reason: string;
}

/** Keys that would change the prototype of an object. */
export const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * JSON text with sorted keys; undefined when the value is too deep, holds forbidden keys, or holds something that JSON cannot
 * express.
 */
export function canonicalJson(value: unknown): string | undefined {
  return isCanonical(value, 0) ? JSON.stringify(value) : sortedJson(value, 0);
}

/** Canonical JSON of what the program made itself, without the fields that are undefined. Content without a text is a bug. */
export function canonicalText(content: unknown): string {
  const text = canonicalJson(JSON.parse(JSON.stringify(content)));
  assert(text !== undefined, 'the content of a hash must be plain JSON');
  return text;
}

/** True if the keys of a value stand in order already, as most programs write them, and nothing in it is refused. */
function isCanonical(value: unknown, depth: number): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || depth >= MAX_JSON_DEPTH) return false;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) if (!isCanonical(value[i], depth + 1)) return false;
    return true;
  }
  // Inexact numbers, and whatever else no JSON text brings.
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  let before: string | undefined;
  for (const key in value) {
    if ((before !== undefined && before >= key) || FORBIDDEN_KEYS.has(key)) return false;
    const inner = (value as Record<string, unknown>)[key];
    if (!isCanonical(inner, depth + 1)) return false;
    before = key;
  }
  return true;
}

function sortedJson(value: unknown, depth: number): string | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value === 'number') return Number.isFinite(value) ? JSON.stringify(value) : undefined;
  if (typeof value !== 'object' || depth >= MAX_JSON_DEPTH || value instanceof InexactNumber) return undefined;
  if (Array.isArray(value)) {
    const items = value.map((item) => sortedJson(item, depth + 1));
    return items.includes(undefined) ? undefined : `[${items.join(',')}]`;
  }
  const parts: string[] = [];
  for (const key of Object.keys(value).sort()) {
    const text = FORBIDDEN_KEYS.has(key) ? undefined : sortedJson((value as Record<string, unknown>)[key], depth + 1);
    if (text === undefined) return undefined;
    parts.push(`${JSON.stringify(key)}:${text}`);
  }
  return `{${parts.join(',')}}`;
}

/**
 * The first text in a JSON value, its keys too, that holds half of a surrogate pair. JSON can write such a text as an escape, but
 * other readers refuse it.
 */
export function halfPairIn(value: unknown): JsonFault | undefined {
  return faultIn(value, (part) => (typeof part === 'string' && !part.isWellFormed() ? HALF_PAIR : undefined));
}

/** The first number in a JSON value that the log cannot hold as it was sent. */
export function inexactIn(value: unknown): JsonFault | undefined {
  return faultIn(value, (part) =>
    part instanceof InexactNumber
      ? `the number ${part.shown} has more digits than a number of JSON keeps; send it as a string: ${JSON.stringify(part.shown)}`
      : undefined,
  );
}

/** The first key or value for which `reasonOf` gives a reason, down to the depth that a field may have. */
function faultIn(
  value: unknown,
  reasonOf: (part: unknown) => string | undefined,
  place = '',
  depth = 0,
): JsonFault | undefined {
  const reason = reasonOf(value);
  if (reason !== undefined) return { place, reason };
  if (typeof value !== 'object' || value === null || depth > MAX_JSON_DEPTH) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const inner_place = `${place}.${key.toWellFormed()}`;
    const of_key = reasonOf(key);
    if (of_key !== undefined) return { place: inner_place, reason: `the key ${of_key}` };
    const found = faultIn(inner, reasonOf, inner_place, depth + 1);
    if (found) return found;
  }
  return undefined;
}

/** `JSON.stringify` escapes a surrogate only where the other half is missing. */
export const HALF_PAIR_ESCAPE = '\\ud';
