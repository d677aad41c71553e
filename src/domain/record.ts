/**
 * From the wire to a record: one reader for every kind of record, driven by its schema. Reading is pure; a refusal is a
 * {@link Problem} that names the field. A record is flat: strings, numbers and nulls, in schema order, so that equal
 * content has one canonical text.
 */
import { hash } from 'node:crypto';
import type { TObject, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { canonicalJson } from './canonical-json.ts';
import { currencyProblem } from './currencies.ts';
import { assert, type Problem } from './errors.ts';
import { type FieldKind, MAX_JSON_DEPTH, MAX_JSON_LENGTH, type PrivateKind } from './fields.ts';
import { parseMicros, parseScaledDecimal } from './money.ts';
import { eventTimeProblem, parseDate, parseInstant } from './time.ts';

export { canonicalJson };

export type Value = string | number | null;
/** A record as it travels through spool and loader. Keys that were not sent are absent. */
export type FlatRecord = Record<string, Value>;

/** What reading needs to know beside the input itself. */
export interface ReadContext {
  now_ms: number;
  /** The brand of the caller's key; null when the key is for all brands. */
  key_brand_id: string | null;
  /** The currency of a record that names none. */
  defaultCurrency: (brand_id: string) => string;
  /** The body held bytes that are not UTF-8, so a replacement character is a loss. */
  invalid_utf8?: boolean;
}

export interface RecordKindOptions<S extends TObject> {
  /** Table, endpoint and import name: `touchpoints`. */
  name: string;
  singular: string;
  id_field: string;
  /** Ids made from content start with this. */
  id_prefix: string;
  schema: S;
  /** Fields that make the content id instead of the whole content (rates are one per day and pair). */
  key_fields?: readonly string[];
  /** Fields that are cut or hashed before the record is written anywhere. */
  private?: Readonly<Record<string, PrivateKind>>;
  /** Rules over several fields, run on the read record. */
  check?: (record: FlatRecord) => Problem | undefined;
  /** Common wrong names and the field that was meant. */
  aliases?: Record<string, string>;
}

export interface RecordKind<S extends TObject = TObject> extends RecordKindOptions<S> {
  /** Field names in order with the kind of each. */
  fields: ReadonlyArray<{
    name: string;
    stored_name: string;
    kind: FieldKind;
    schema: TSchema & Record<string, unknown>;
  }>;
  read(input: unknown, context: ReadContext): FlatRecord | Problem;
}

export function isProblem(value: FlatRecord | Problem): value is Problem {
  return !('brand_id' in value);
}

/** Kinds whose value is kept as it comes, once its structure is checked. */
const PLAIN_KINDS: ReadonlySet<FieldKind> = new Set(['id', 'text', 'integer', 'number']);

const BRAND = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
export const DEFAULT_BRAND = 'default';

/** Why a brand id is not one, or undefined. */
export function brandProblem(brand_id: string): string | undefined {
  if (BRAND.test(brand_id)) return undefined;
  return 'must be 1 to 64 letters, digits, dots, dashes or underscores, starting with a letter or digit';
}

export function defineRecord<S extends TObject>(options: RecordKindOptions<S>): RecordKind<S> {
  const properties = options.schema.properties as unknown as Record<string, TSchema & Record<string, unknown>>;
  const fields = Object.entries(properties).map(([name, schema]) => {
    const kind = schema['x-kind'] as FieldKind;
    const suffix = kind === 'amount' ? '_micros' : kind === 'rate' ? '_nanos' : '';
    return { name, stored_name: name + suffix, kind, schema };
  });
  const validator = Compile(options.schema);
  const known = new Set(Object.keys(properties));
  const one = /^[aeio]/.test(options.singular) ? 'an' : 'a';

  const read = (raw: unknown, context: ReadContext): FlatRecord | Problem => {
    if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
      return { field: '', reason: `must be an object with the fields of ${one} ${options.singular}` };
    }
    let input = raw as Record<string, unknown>;
    if (!validator.Check(input)) {
      input = withoutNulls(input);
      if (!validator.Check(input)) return explain(input);
    }
    const brand_id = resolveBrand(input['brand_id'] as string | undefined, context.key_brand_id);
    if (typeof brand_id !== 'string') return brand_id;
    const record: FlatRecord = { brand_id };
    for (const field of fields) {
      const value = input[field.name] ?? (field.name === 'currency' ? context.defaultCurrency(brand_id) : undefined);
      if (value === undefined || field.name === 'brand_id') continue;
      if (PLAIN_KINDS.has(field.kind)) {
        record[field.name] = value as Value;
        continue;
      }
      const problem = readField(record, field, value, input, brand_id, context);
      if (problem) return problem;
    }
    const problem = options.check?.(record) ?? textProblem(record, context.invalid_utf8 ?? false);
    if (problem) return problem;
    if (record[options.id_field] === undefined) record[options.id_field] = contentId(options, record);
    return record;
  };

  /** Turns a failed structural check into a sentence about one field. */
  const explain = (input: Record<string, unknown>): Problem => {
    for (const key of Object.keys(input)) {
      if (known.has(key)) continue;
      const meant = Object.hasOwn(options.aliases ?? {}, key) ? options.aliases?.[key] : undefined;
      const hint = meant ? `did you mean ${meant}?` : 'remove it, or put it where your own data goes';
      return { field: key.slice(0, 100), reason: `is not a field of ${one} ${options.singular}; ${hint}` };
    }
    for (const field of fields) {
      const reason = structuralProblem(
        field.schema,
        input[field.name],
        options.schema.required?.includes(field.name) ?? false,
      );
      if (reason) return { field: field.name, reason };
    }
    const [error] = validator.Errors(input);
    return {
      field: (error?.instancePath ?? '').slice(1).replaceAll('/', '.'),
      reason: error?.message ?? 'does not fit the schema',
    };
  };

  return { ...options, fields, read };
}

type Field = RecordKind['fields'][number];

/** Reads one field into `record`; returns the problem where there is one. */
function readField(
  record: FlatRecord,
  field: Field,
  value: unknown,
  input: Record<string, unknown>,
  brand_id: string,
  context: ReadContext,
): Problem | undefined {
  const refuse = (reason: string): Problem => ({ field: field.name, reason });
  switch (field.kind) {
    case 'instant': {
      const instant = parseInstant(value as string);
      if (typeof instant === 'string') return refuse(instant);
      const late = field.name === 'expires_at' ? undefined : eventTimeProblem(instant, context.now_ms);
      if (late) return refuse(late);
      record[field.name] = instant;
      return undefined;
    }
    case 'date': {
      const day = parseDate(value as string);
      if (typeof day === 'string') return refuse(day);
      record[field.name] = value as string;
      return undefined;
    }
    case 'currency': {
      const problem = currencyProblem(value as string);
      if (problem) return refuse(problem);
      record[field.name] = value as string;
      return undefined;
    }
    case 'amount': {
      const named = input[field.schema['x-currency'] as string];
      const currency = typeof named === 'string' ? named : context.defaultCurrency(brand_id);
      if (currencyProblem(currency))
        return { field: field.schema['x-currency'] as string, reason: currencyProblem(currency)! };
      const micros = parseMicros(field.name, value, currency, field.schema['x-decimals'] as number | undefined);
      if (typeof micros !== 'number') return micros;
      if (micros < 0 && !field.schema['x-signed']) {
        return refuse('must not be negative; record a refund or correction as an adjustment of the order');
      }
      if (micros === 0 && field.schema['x-nonzero'])
        return refuse('is zero and would change nothing; send a signed amount');
      record[field.stored_name] = micros;
      return undefined;
    }
    case 'rate': {
      const nanos = parseScaledDecimal(value, 9, 9, 'a rate');
      if (typeof nanos === 'string') return refuse(nanos);
      if (nanos <= 0) return refuse('must be greater than zero');
      record[field.stored_name] = nanos;
      return undefined;
    }
    case 'json': {
      const text = canonicalJson(value, 0);
      if (text === undefined) {
        return refuse(
          `must be plain JSON at most ${MAX_JSON_DEPTH} levels deep, without the keys __proto__, constructor or prototype`,
        );
      }
      if (text.length > MAX_JSON_LENGTH)
        return refuse(`is ${text.length} characters as JSON; the limit is ${MAX_JSON_LENGTH}`);
      record[field.name] = text;
      return undefined;
    }
    default:
      assert(false, `field ${field.name} has the unknown kind ${field.kind}`);
  }
}

function resolveBrand(sent: string | undefined, key_brand_id: string | null): string | Problem {
  if (sent === undefined) return key_brand_id ?? DEFAULT_BRAND;
  const reason = brandProblem(sent);
  if (reason) return { field: 'brand_id', reason };
  if (key_brand_id !== null && sent !== key_brand_id) {
    return {
      field: 'brand_id',
      reason: `this key writes to brand ${key_brand_id} only; leave brand_id out or use a key of that brand`,
    };
  }
  return sent;
}

function withoutNulls(input: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null));
}

/** Why a value does not fit its field's schema, in words; undefined when this cannot tell. */
function structuralProblem(schema: Record<string, unknown>, value: unknown, required: boolean): string | undefined {
  if (value === undefined) return required ? 'is required' : undefined;
  const kind = schema['x-kind'] as FieldKind;
  if (kind === 'amount' || kind === 'rate') {
    if (typeof value === 'string')
      return value.length <= 60 ? undefined : `is ${value.length} characters long; send a decimal such as "149.99"`;
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

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const CONTROL = /[\u0000-\u001f\u007f]/;
/** Refuses text that a database could not give back as it came. */
function textProblem(record: FlatRecord, invalid_utf8: boolean): Problem | undefined {
  for (const field in record) {
    const value = record[field];
    if (typeof value !== 'string') continue;
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

/** An id that the same content always gets, so that a retry is the same event. */
function contentId(kind: RecordKindOptions<TObject>, record: FlatRecord): string {
  const content = kind.key_fields ? kind.key_fields.map((field) => record[field]) : record;
  return kind.id_prefix + hash('sha256', JSON.stringify(content), 'hex').slice(0, 32);
}
