/** Canonical JSON: equal values have the same text, so records with equal content get the same id. */
import { MAX_JSON_DEPTH } from './fields.ts';
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
export function canonicalJson(value: unknown, depth = 0): string | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value === 'number') return Number.isFinite(value) ? JSON.stringify(value) : undefined;
  if (typeof value !== 'object' || depth >= MAX_JSON_DEPTH) return undefined;
  if (Array.isArray(value)) {
    const items = value.map((item) => canonicalJson(item, depth + 1));
    return items.includes(undefined) ? undefined : `[${items.join(',')}]`;
  }
  const parts: string[] = [];
  for (const key of Object.keys(value).sort()) {
    const text = FORBIDDEN_KEYS.has(key)
      ? undefined
      : canonicalJson((value as Record<string, unknown>)[key], depth + 1);
    if (text === undefined) return undefined;
    parts.push(`${JSON.stringify(key)}:${text}`);
  }
  return `{${parts.join(',')}}`;
}

/**
 * The first text in a JSON value, its keys too, that holds half of a surrogate pair. JSON can write such a text as an escape, but
 * other readers refuse it.
 * @param value at most {@link MAX_JSON_DEPTH} levels deep.
 */
export function halfPairIn(value: unknown): JsonFault | undefined {
  if (typeof value === 'string') return value.isWellFormed() ? undefined : { place: '', reason: HALF_PAIR };
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const place = `.${key.toWellFormed()}`;
    if (!key.isWellFormed()) return { place, reason: `the key ${HALF_PAIR}` };
    const found = halfPairIn(inner);
    if (found) return { ...found, place: place + found.place };
  }
  return undefined;
}

/** `JSON.stringify` escapes a surrogate only where the other half is missing. */
export const HALF_PAIR_ESCAPE = '\\ud';
