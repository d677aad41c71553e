/** Reasons for refusing a value of a record. Each reason names the fix. */
import { readAddress } from './address.ts';
import { withdrawnProblem } from './currencies.ts';
import { cutText } from './cut-text.ts';
import type { Problem } from './errors.ts';
import type { FieldKind } from './fields.ts';
import { InexactNumber } from './json-text.ts';
import { placeholderFault } from './placeholders.ts';
import type { FlatRecord, ReadContext } from './record-kind.ts';
import { isPlain, nameFault, storedText, textFault } from './text.ts';
import { formatInstant, MS_PER_DAY, parseDate } from './time.ts';

/** Why a value does not fit its field's schema, with what to send; undefined when none of these reasons applies. */
export function structuralProblem(
  schema: Record<string, unknown>,
  value: unknown,
  required: boolean,
): string | undefined {
  if (value === undefined) return required ? 'is required' : undefined;
  const kind = schema['x-kind'] as FieldKind;
  switch (kind) {
    case 'amount':
    case 'rate':
      return decimalProblem(value);
    case 'json':
      return schema['type'] === 'array' ? listProblem(value, schema['maxItems'] as number) : objectProblem(value);
    case 'integer':
    case 'number':
      return numberProblem(kind, schema, value);
    case 'flag':
      return typeof value === 'boolean' ? undefined : flagProblem(value);
    default:
      return typeof value === 'string' ? stringProblem(schema, value) : notString(kind, schema, value);
  }
}

const DECIMAL_FIX = 'send a decimal such as "149.99"';

function decimalProblem(value: unknown): string | undefined {
  if (typeof value === 'string')
    return value.length <= 60 ? undefined : `is ${value.length} characters long; the limit is 60, ${DECIMAL_FIX}`;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `${value} is not a number; ${DECIMAL_FIX}`;
  return `must be a decimal string or a number, not ${typeOf(value)}; ${DECIMAL_FIX}`;
}

function objectProblem(value: unknown): string | undefined {
  if (typeOf(value) === 'an object') return undefined;
  const fix = typeof value === 'string' ? 'send the object itself, without quotes around it' : 'send one';
  return `must be an object, not ${typeOf(value)}; ${fix} such as {"key": "value"}`;
}

function listProblem(value: unknown, max_items: number): string | undefined {
  if (!Array.isArray(value)) {
    const fix =
      typeof value === 'string'
        ? insteadOf(JSON.stringify([value]), JSON.stringify(value))
        : 'send one such as ["a", "b"]';
    return `must be an array of strings, not ${typeOf(value)}; ${fix}`;
  }
  if (value.length > max_items) return `has ${value.length} items; the limit is ${max_items}, send fewer`;
  const at = value.findIndex((item) => typeof item !== 'string');
  return at < 0
    ? undefined
    : `must be an array of strings, and item ${at} is ${typeOf(value[at])}; ${inQuotes(value[at])}`;
}

function numberProblem(
  kind: 'integer' | 'number',
  schema: Record<string, unknown>,
  value: unknown,
): string | undefined {
  const range = `from ${schema['minimum']} to ${schema['maximum']}`;
  if (typeof value === 'number' && (kind === 'integer' ? Number.isInteger(value) : Number.isFinite(value))) {
    return value < (schema['minimum'] as number) || value > (schema['maximum'] as number)
      ? `${value} is out of range; send a number ${range}`
      : undefined;
  }
  if (value instanceof InexactNumber) return `${value.shown} is out of range; send a number ${range}`;
  const wanted = `must be ${kind === 'integer' ? 'a whole number' : 'a number'} ${range}`;
  if (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)))
    return `${wanted}, not a string; ${insteadOf(String(Number(value)), JSON.stringify(value))}`;
  return typeof value === 'number'
    ? `${wanted}, not ${value}; round it`
    : `${wanted}, not ${typeOf(value)}; send one without quotes`;
}

function flagProblem(value: unknown): string {
  const meant = /^(true|1)$/i.test(String(value)) ? 'true' : /^(false|0)$/i.test(String(value)) ? 'false' : undefined;
  const fix = meant === undefined ? 'send one without quotes' : insteadOf(meant, JSON.stringify(value));
  return `must be true or false, not ${typeOf(value)}; ${fix}`;
}

function stringProblem(schema: Record<string, unknown>, value: string): string | undefined {
  const choices = schema['enum'] as string[] | undefined;
  if (choices && !choices.includes(value))
    return `${JSON.stringify(value.slice(0, 60))} is not one of ${choices.join(', ')}`;
  if (value.length === 0 && schema['minLength']) return 'is empty; leave it out or send a value';
  const limit = schema['maxLength'] as number | undefined;
  return limit !== undefined && value.length > limit
    ? `is ${value.length} characters long; the limit is ${limit}, send fewer`
    : undefined;
}

/** Why a field does not take a value that is no string. */
function notString(kind: FieldKind, schema: Record<string, unknown>, value: unknown): string {
  const choices = schema['enum'] as string[] | undefined;
  const example = (schema['examples'] as string[] | undefined)?.[0];
  let fix = inQuotes(value);
  if (choices) fix = `send one of ${choices.join(', ')}`;
  else if (kind === 'instant' && typeof value === 'number' && epochText(value) !== undefined)
    fix = insteadOf(JSON.stringify(epochText(value)), String(value));
  else if (example !== undefined) fix = `send a text such as ${JSON.stringify(example)}`;
  return `must be a string, not ${typeOf(value)}; ${fix}`;
}

/** The instant of a number of seconds or milliseconds since 1970, as senders count them; undefined for other numbers. */
function epochText(value: number): string | undefined {
  const [first_ms, last_ms] = [MS_PER_DAY * 365, Date.UTC(2200)];
  const instant_ms = [value * 1_000, value].find((ms) => ms >= first_ms && ms < last_ms);
  return instant_ms === undefined ? undefined : formatInstant(Math.trunc(instant_ms));
}

/** The fix for a value that must be a string. */
function inQuotes(value: unknown): string {
  if (value instanceof InexactNumber) return insteadOf(JSON.stringify(value.literal), value.literal);
  if (typeof value === 'number') return insteadOf(JSON.stringify(String(value)), String(value));
  const one: unknown = Array.isArray(value) && value.length === 1 ? value[0] : undefined;
  if (typeof one === 'string') return insteadOf(JSON.stringify(one), JSON.stringify(value));
  return 'send a text in double quotes, or leave it out';
}

/** @param right, @param wrong JSON texts. */
function insteadOf(right: string, wrong: string): string {
  const clipped = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);
  return `send ${clipped(right)} instead of ${clipped(wrong)}`;
}

/** The type of a JSON value, with its article. */
export function typeOf(value: unknown): string {
  if (value instanceof InexactNumber) return 'a number';
  if (Array.isArray(value)) return 'an array';
  return value === null ? 'null' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** Which fields of a record hold names, and which hold free text that is cleaned. */
export interface TextFields {
  names: ReadonlySet<string>;
  free: readonly string[];
}

/** True if a text of a record needs a closer look. It is false for most records. */
export function hasUnusualText(record: FlatRecord): boolean {
  for (const field in record) {
    const value = record[field];
    if (typeof value === 'string' && !isPlain(value)) return true;
  }
  return false;
}

/** Takes out of the free texts of a record what is not stored. */
export function cleanTexts(record: FlatRecord, { free }: TextFields): void {
  for (const field of free) {
    const text = record[field];
    if (typeof text === 'string') record[field] = storedText(text);
  }
}

/** The first text of a record that its field cannot hold. */
export function textProblem(
  record: FlatRecord,
  names: TextFields['names'],
  invalid_utf8: boolean,
): Problem | undefined {
  for (const field in record) {
    const value = record[field];
    if (typeof value !== 'string' || isPlain(value)) continue;
    const reason = names.has(field) ? nameFault(value) : textFault(value);
    if (reason) return { field, reason };
    if (invalid_utf8 && value.includes('\ufffd'))
      return { field, reason: 'is not valid UTF-8; encode the body as UTF-8' };
  }
  return undefined;
}

/** An id that must not be a placeholder. */
export interface OwnId {
  name: string;
  from_zero: boolean;
}

/** The first of these ids that is a placeholder. */
export function placeholderProblem(record: FlatRecord, ids: readonly OwnId[]): Problem | undefined {
  for (const { name, from_zero } of ids) {
    const id = record[name];
    const reason = typeof id === 'string' ? placeholderFault(id, from_zero) : undefined;
    if (reason) return { field: name, reason };
  }
  return undefined;
}

/** A field that never costs its record: a long text is cut, and what does not fit is left out, but for a label of a wrong type. */
export interface LenientField {
  name: string;
  rule: 'cut' | 'left_out' | 'address';
  schema: Record<string, unknown>;
  max_length: number | undefined;
}

/** The input with its lenient fields cut or without them; the same object when there is nothing to mend. */
export function mendLenient(
  input: Record<string, unknown>,
  fields: readonly LenientField[],
  warn: ReadContext['warn'],
): Record<string, unknown> {
  let mended = input;
  const set = (name: string, value: string | undefined, reason: string | undefined): void => {
    if (mended === input) mended = { ...input };
    if (value === undefined) delete mended[name];
    else mended[name] = value;
    if (reason !== undefined) warn?.({ field: name, reason });
  };
  for (const { name, rule, schema, max_length } of fields) {
    const value = input[name];
    if (value === undefined || value === null) continue;
    if (typeof value === 'string' && max_length !== undefined) {
      if (value.length <= max_length) continue;
      // The first address of a long list is all that counts.
      const reason = `is ${value.length} characters long and was cut after ${max_length}; send fewer`;
      set(name, cutText(value, max_length), rule === 'address' ? undefined : reason);
    } else if (rule === 'address' && isListOfTexts(value)) {
      set(name, cutText(value.join(','), max_length!), undefined);
    } else if (rule !== 'cut') {
      const unfit = structuralProblem(schema, value, false);
      if (unfit !== undefined) set(name, undefined, `${unfit}; it was left out`);
    }
  }
  return mended;
}

function isListOfTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string');
}

/** Warns of texts that hold no address. They are not stored (`enrichment/private.ts`). */
export function warnOfAddresses(record: FlatRecord, fields: readonly LenientField[], warn: ReadContext['warn']): void {
  for (const { name, rule } of fields) {
    const value = record[name];
    if (rule !== 'address' || typeof value !== 'string' || readAddress(value) !== null) continue;
    warn?.({
      field: name,
      reason: `${JSON.stringify(value.slice(0, 60))} holds no IP address; send one such as "203.0.113.9"; it was left out`,
    });
  }
}

/** The first of these currencies that was no money at the time of its record. */
export function withdrawnCurrency(
  record: FlatRecord,
  fields: readonly string[],
  instant_field: string | undefined,
): Problem | undefined {
  for (const field of fields) {
    const code = record[field];
    if (typeof code !== 'string') continue;
    const instant_ms =
      instant_field === undefined
        ? (parseDate(record['date'] as string) as number) * MS_PER_DAY
        : record[instant_field];
    const reason = withdrawnProblem(code, instant_ms as number);
    if (reason) return { field, reason };
  }
  return undefined;
}
