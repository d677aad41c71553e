/** Reads fields of a provider's JSON. A field of another type than expected counts as missing. */
import { parseWithDigits } from '../domain/json-text.ts';
import type { Delivery } from './source.ts';
import { Unusable } from './source.ts';

export type Fields = Readonly<Record<string, unknown>>;

export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** A text that is not empty, or a number as text; undefined for everything else. */
export function text(value: unknown): string | undefined {
  if (typeof value === 'string') return value.trim() === '' ? undefined : value.trim();
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined;
}

/** @throws Unusable naming the field. */
export function needed(value: unknown, field: string): string {
  const found = text(value);
  if (found === undefined) throw new Unusable(`${field}: is missing`);
  return found;
}

/** The entry of a table under a name that a provider sent, which may also be `constructor`. */
export const entryOf = <T>(table: Readonly<Record<string, T>>, name: unknown): T | undefined =>
  typeof name === 'string' && Object.hasOwn(table, name) ? table[name] : undefined;

/** A text of at most so many characters. */
export function cut(value: unknown, length: number): string | undefined {
  const part = text(value)?.slice(0, length);
  return part === undefined || part.isWellFormed() ? part : part.slice(0, -1);
}

/** The first of a list, or the value itself. */
export function first(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : value;
}

/** True for `true`, also as a text or a number. */
export function isTrue(value: unknown): boolean {
  return value === true || value === 1 || value === '1' || (typeof value === 'string' && /^true$/i.test(value));
}

/** A larger number is of milliseconds; as seconds it would lie after the year 5000. A smaller one than the least is no time. */
const MAX_SECONDS = 1e11;
const MIN_SECONDS = 1e8;
const NUMBER = /^[+-]?\d+(?:\.\d+)?$/;
/** Some providers write the date and the hour of the zone in short: `2026-03-01 12:00:00.123+00`. */
const SHORT_FORM = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)([+-]\d\d)?$/;

/**
 * An instant of Unix seconds or milliseconds (also with a fraction, or as text) or of ISO 8601. A time without a zone is of UTC.
 * @throws Unusable naming the field.
 */
export function instant(value: unknown, field: string): string {
  const given = needed(value, field);
  const ms = NUMBER.test(given) ? msOf(Number(given)) : Date.parse(given.replace(SHORT_FORM, withZone));
  if (Number.isNaN(ms) || Math.abs(ms) > 8e15) throw new Unusable(`${field}: is no time`);
  return new Date(Math.round(ms)).toISOString();
}

function msOf(number: number): number {
  if (number < MIN_SECONDS) return Number.NaN;
  return number < MAX_SECONDS ? number * 1_000 : number;
}

const withZone = (_: string, day: string, time: string, hours?: string): string =>
  `${day}T${time}${hours === undefined ? 'Z' : `${hours}:00`}`;

/** The JSON of a body. @throws Unusable. */
export const jsonOf = ({ body }: Delivery): unknown => parsedJson(body.toString('utf8'), 'body');

/** @throws Unusable naming the field. */
export function parsedJson(given: string, field: string): unknown {
  try {
    return JSON.parse(given);
  } catch {
    throw new Unusable(`${field}: is not JSON`);
  }
}

/** The fields of a body that is one JSON object; none otherwise. */
export function fieldsIn(delivery: Delivery): Fields {
  try {
    return fieldsOf(jsonOf(delivery));
  } catch {
    return {};
  }
}

/** The fields of a body that is an HTML form. */
export const formOf = ({ body }: Delivery): URLSearchParams => new URLSearchParams(body.toString('utf8'));

/** The items of a body that is a JSON array, or one object. @throws Unusable. */
export function listOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value === 'object' && value !== null) return [value];
  throw new Unusable('body: is neither an object nor an array');
}

/** The JSON of a body whose ids may be longer than a double holds: such a number is a text of its digits. @throws Unusable. */
export function exactJsonOf({ body }: Delivery): unknown {
  try {
    return parseWithDigits(body.toString('utf8'));
  } catch {
    throw new Unusable('body: is not JSON');
  }
}

/** Some fields of an object, so that nothing else of it is kept. */
export function picked(fields: Fields, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.flatMap((name) => (fields[name] == null ? [] : [[name, fields[name]]])));
}

/** The objects of a list; none for everything else. */
export function objectsOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}
