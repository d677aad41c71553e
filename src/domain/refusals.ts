/** Reasons for refusing a value of a record. Each reason names the fix. */
import type { Problem } from './errors.ts';
import type { FieldKind } from './fields.ts';
import type { FlatRecord } from './record-kind.ts';

/** Why a value does not fit its field's schema; undefined when none of these reasons applies. */
export function structuralProblem(
  schema: Record<string, unknown>,
  value: unknown,
  required: boolean,
): string | undefined {
  if (value === undefined) return required ? 'is required' : undefined;
  const kind = schema['x-kind'] as FieldKind;
  if (kind === 'amount' || kind === 'rate') {
    if (typeof value === 'string')
      return value.length <= 60
        ? undefined
        : `is ${value.length} characters long; the limit is 60, send a decimal such as "149.99"`;
    if (typeof value === 'number')
      return Number.isFinite(value) ? undefined : `${value} is not a number; send a decimal such as "149.99"`;
    return 'must be a decimal string or a number, such as "149.99"';
  }
  if (kind === 'json') {
    if (schema['type'] !== 'array')
      return typeof value === 'object' && !Array.isArray(value) ? undefined : 'must be an object';
    if (!Array.isArray(value)) return 'must be an array of strings';
    if (value.length > (schema['maxItems'] as number))
      return `has ${value.length} items; the limit is ${schema['maxItems']}`;
    return value.every((item) => typeof item === 'string') ? undefined : 'must be an array of strings';
  }
  if (kind === 'integer' || kind === 'number') {
    const range = `from ${schema['minimum']} to ${schema['maximum']}`;
    if (typeof value !== 'number' || !(kind === 'integer' ? Number.isInteger(value) : Number.isFinite(value))) {
      return `must be ${kind === 'integer' ? 'a whole number' : 'a number'} ${range}`;
    }
    return value < (schema['minimum'] as number) || value > (schema['maximum'] as number)
      ? `${value} is out of range; send a number ${range}`
      : undefined;
  }
  if (typeof value !== 'string') return `must be a string, not ${Array.isArray(value) ? 'an array' : typeof value}`;
  const choices = schema['enum'] as string[] | undefined;
  if (choices && !choices.includes(value)) {
    return `${JSON.stringify(value.slice(0, 60))} is not one of ${choices.join(', ')}`;
  }
  if (value.length === 0 && schema['minLength']) return 'is empty; leave it out or send a value';
  const limit = schema['maxLength'] as number | undefined;
  return limit !== undefined && value.length > limit
    ? `is ${value.length} characters long; the limit is ${limit}`
    : undefined;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern finds them to refuse them
const CONTROL = /[\u0000-\u001f\u007f]/;
/** Refuses text that a database cannot return unchanged. */
export function textProblem(record: FlatRecord, invalid_utf8: boolean): Problem | undefined {
  for (const field in record) {
    const value = record[field];
    if (typeof value !== 'string') continue;
    if (value.startsWith('\ufeff'))
      return { field, reason: 'begins with U+FEFF, a mark that is no part of a text; remove it' };
    if (!value.isWellFormed()) return { field, reason: 'holds half of a surrogate pair; send valid Unicode' };
    if (CONTROL.test(value) && (value.includes('\0') || isIdentifier(field))) {
      return { field, reason: 'holds control characters; remove them' };
    }
    if (invalid_utf8 && value.includes('\ufffd'))
      return { field, reason: 'is not valid UTF-8; encode the body as UTF-8' };
  }
  return undefined;
}

function isIdentifier(field: string): boolean {
  return field.endsWith('_id') || field === 'channel';
}
