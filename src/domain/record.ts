/**
 * Reads records from the wire: one reader for every kind of record, driven by its schema. Reading is pure. A refusal is a
 * {@link Problem} that names the field. A record is flat: strings, numbers and nulls, in schema order, so that records with
 * equal content have the same JSON text.
 */
import { canonicalJson } from './canonical-json.ts';
import { CLOCK_AHEAD, clockAhead } from './clock.ts';
import { contentId } from './content-id.ts';
import { currencyProblem } from './currencies.ts';
import { unifyIds } from './email-ids.ts';
import { ADDRESS_FIELDS, nameByAddress } from './email-person.ts';
import { assert, type Problem } from './errors.ts';
import type { FieldKind } from './fields.ts';
import { hashIds, withOldestIds } from './hashed-ids.ts';
import { MAX_PLACE_LENGTH, readJson } from './json-field.ts';
import { InexactNumber } from './json-text.ts';
import { parseMicros, parseScaledDecimal } from './money.ts';
import { nameByPhone } from './phone.ts';
import {
  type FlatRecord,
  type ReadContext,
  type RecordKind,
  type RecordKindOptions,
  type Value,
  withArticle,
} from './record-kind.ts';
import {
  cleanTexts,
  hasUnusualText,
  type LenientField,
  mendLenient,
  placeholderProblem,
  structuralProblem,
  type TextFields,
  textProblem,
  typeOf,
  warnOfAddresses,
  withdrawnCurrency,
} from './refusals.ts';
import { eventTimeProblem, parseDate, parseInstant } from './time.ts';
import { Compile, type TObject, type TSchema, Type } from './typebox.ts';

export type { FlatRecord, ReadContext, RecordKind, Value };
export { canonicalJson };

export function isProblem(value: FlatRecord | Problem): value is Problem {
  return !('brand_id' in value);
}

/** Kinds whose value is stored unchanged, after its structure is checked. */
const PLAIN_KINDS: ReadonlySet<FieldKind> = new Set(['id', 'text', 'integer', 'number']);

const BRAND = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
export const DEFAULT_BRAND = 'default';

/** Why a text is not a brand id, or undefined when it is one. */
export function brandProblem(brand_id: string): string | undefined {
  if (BRAND.test(brand_id)) return undefined;
  return `${JSON.stringify(brand_id.slice(0, 70))} is not a brand id; send 1 to 64 letters, digits, dots, dashes or underscores, the first one a letter or digit`;
}

/** An item that is not read, since it is too long or nested too deep for any record. It is refused with the reason. */
export class UnreadItem {
  constructor(readonly reason: string) {}
}

export function defineRecord<S extends TObject>(options: RecordKindOptions<S>): RecordKind<S> {
  const properties = options.schema.properties as unknown as Record<string, TSchema & Record<string, unknown>>;
  const declared = Object.entries(properties).map(([name, schema]) => {
    const kind = schema['x-kind'] as FieldKind;
    const suffix = kind === 'amount' ? '_micros' : kind === 'rate' ? '_nanos' : '';
    return { name, stored_name: name + suffix, kind, schema };
  });
  const fields = declared.filter(({ schema }) => schema['x-stored'] !== false);
  const validator = Compile(options.schema);
  // A schema that refuses other keys makes a list of the keys and a pattern for each of them, which costs more than all else.
  const values = Compile(Type.Object(options.schema.properties));
  const known = new Set(Object.keys(properties));
  const fits = (input: Record<string, unknown>): boolean => {
    for (const key in input) if (!known.has(key)) return false;
    return values.Check(input);
  };
  const steps = fields
    .filter(({ name }) => name !== 'brand_id')
    .map((field) => {
      const { name, kind } = field;
      return { field, name, is_plain: PLAIN_KINDS.has(kind), is_currency: name === 'currency' };
    });
  const texts = textFields(fields);
  const own_ids = fields
    .filter(({ kind, schema }) => kind === 'id' && schema['x-group'] !== true)
    .map(({ name, schema }) => ({ name, from_zero: schema['x-from-zero'] === true }));
  const dated_currencies = fields
    .filter(({ kind, schema }) => kind === 'currency' && schema['x-any-time'] !== true)
    .map(({ name }) => name);
  const persons = Object.keys(options.subjects ?? {});
  const address_fields = declared.filter(({ name }) => Object.hasOwn(ADDRESS_FIELDS, name));
  const lenient = declared
    .filter(({ schema }) => schema['x-lenient'] !== undefined)
    .map(({ name, schema }) => ({
      name,
      rule: schema['x-lenient'] as LenientField['rule'],
      schema,
      max_length: schema['maxLength'] as number | undefined,
    }));
  const addresses = lenient.filter(({ rule }) => rule === 'address');
  const one = withArticle(options.singular);

  const read = (raw: unknown, context: ReadContext): FlatRecord | Problem => {
    if (raw instanceof UnreadItem) return { field: '', reason: raw.reason };
    if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
      return {
        field: '',
        reason: `must be an object with the fields of ${one}, not ${typeOf(raw)}; send {"FIELD": VALUE, …}`,
      };
    }
    let input = mendLenient(raw as Record<string, unknown>, lenient, context.warn);
    if (!fits(input)) {
      input = withoutNulls(input, fields);
      if (!fits(input)) return explain(input);
    }
    const brand_id = resolveBrand(input['brand_id'] as string | undefined, context.key_brand_id);
    if (typeof brand_id !== 'string') return brand_id;
    const ahead_ms = 'sent_at' in properties ? clockAhead(input, options.instant_field!, context) : 0;
    const record: FlatRecord = { brand_id };
    for (const { field, name, is_plain, is_currency } of steps) {
      const value = input[name] ?? (is_currency ? context.defaultCurrency(brand_id) : undefined);
      if (value === undefined) continue;
      if (is_plain) {
        record[name] = value as Value;
        continue;
      }
      const problem = readField(record, field, value, input, brand_id, context, ahead_ms);
      if (problem) return problem;
    }
    for (const { name } of address_fields) {
      const unaddressed = nameByAddress(record, name, input[name], context);
      if (unaddressed) return unaddressed;
    }
    const unnamed = nameByPhone(record, input['phone'], context);
    if (unnamed) return unnamed;
    const unusual = hasUnusualText(record);
    const problem =
      (unusual ? textProblem(record, texts.names, context.invalid_utf8 ?? false) : undefined) ??
      options.check?.(record) ??
      placeholderProblem(record, own_ids) ??
      withdrawnCurrency(record, dated_currencies, options.instant_field);
    if (problem) return problem;
    if (context.warn) warnOfAddresses(record, addresses, context.warn);
    // The id is made from the content as it was sent, so that it stays the same if the rules for text change.
    const customer_ids = persons.length === 0 ? 'verbatim' : (context.customerIds?.(brand_id) ?? 'verbatim');
    const hashes = customer_ids === 'hashed' ? context.personHashes : undefined;
    if (record[options.id_field] === undefined) {
      // Nobody finds the id of a person by trying which content gives the id of a record.
      const named = hashes === undefined ? record : withOldestIds(record, persons, hashes);
      record[options.id_field] = contentId(options, named, context);
    }
    if (unusual) cleanTexts(record, texts);
    if (customer_ids !== 'verbatim' && unifyIds(record, persons)) {
      const same = options.check?.(record);
      if (same) return same;
    }
    if (hashes !== undefined) hashIds(record, persons, hashes);
    if (ahead_ms !== 0) record[CLOCK_AHEAD] = ahead_ms;
    return record;
  };

  /** Turns a failed structural check into a sentence about one field. */
  const explain = (input: Record<string, unknown>): Problem => {
    for (const key of Object.keys(input)) {
      if (known.has(key)) continue;
      const meant = Object.hasOwn(options.aliases ?? {}, key) ? options.aliases?.[key] : undefined;
      const hint = meant
        ? `did you mean ${meant}?`
        : 'remove it, or send it in the field for your own data, where the record has one';
      return { field: key.slice(0, MAX_PLACE_LENGTH), reason: `is not a field of ${one}; ${hint}` };
    }
    for (const field of declared) {
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

  return { ...options, fields, address_fields, read };
}

type Field = RecordKind['fields'][number];

function textFields(fields: readonly Field[]): TextFields {
  const isName = ({ kind, schema }: Field): boolean => kind === 'id' || schema['x-name'] === true;
  const isFree = (field: Field): boolean =>
    field.kind === 'text' && !isName(field) && field.schema['enum'] === undefined;
  return {
    names: new Set(fields.filter(isName).map(({ name }) => name)),
    free: fields.filter(isFree).map(({ name }) => name),
  };
}

/** Reads one field into `record`. @returns the problem when the value is refused. */
function readField(
  record: FlatRecord,
  field: Field,
  value: unknown,
  input: Record<string, unknown>,
  brand_id: string,
  context: ReadContext,
  ahead_ms: number,
): Problem | undefined {
  const refuse = (reason: string): Problem => ({ field: field.name, reason });
  switch (field.kind) {
    case 'instant': {
      const instant = parseInstant(value as string);
      if (typeof instant === 'string') return refuse(instant);
      const late = field.schema['x-any-time'] ? undefined : eventTimeProblem(instant - ahead_ms, context.now_ms);
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
        return refuse('must not be negative; send a refund or correction as an adjustment of the order');
      }
      if (micros === 0 && field.schema['x-nonzero'])
        return refuse('is zero and would change nothing; send an amount above or below zero');
      record[field.stored_name] = micros;
      return undefined;
    }
    case 'rate': {
      const nanos = parseScaledDecimal(value, 9, 9, 'a rate');
      if (typeof nanos === 'string') return refuse(nanos);
      if (nanos <= 0) return refuse(`${JSON.stringify(value)} is not greater than zero; send a positive rate`);
      record[field.stored_name] = nanos;
      return undefined;
    }
    case 'flag':
      record[field.name] = value === true ? 1 : 0;
      return undefined;
    case 'json': {
      const json = readJson(field, value, context.warn);
      if (typeof json === 'object') return json;
      if (json !== undefined) record[field.name] = json;
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

/** The fields that were sent. Null is the same as leaving a field out, and a number of many digits is money as it was written. */
function withoutNulls(input: Record<string, unknown>, fields: readonly Field[]): Record<string, unknown> {
  const sent = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null));
  for (const { name, kind } of fields) {
    const value = sent[name];
    if (!(value instanceof InexactNumber)) continue;
    if (kind === 'amount' || kind === 'rate') sent[name] = value.literal;
    if (kind === 'number') sent[name] = Number(value.literal);
  }
  return sent;
}
