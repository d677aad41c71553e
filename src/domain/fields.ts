/**
 * The kinds of field of a record. Each is a TypeBox schema: one definition gives the static type, the structural validation
 * and the OpenAPI document. The keyword `x-kind` tells {@link ./record.ts} how to read the value, and `warehouse/schema.ts`
 * which type of column holds it.
 */
import { type TSchema, Type } from './typebox.ts';

export const MAX_ID_LENGTH = 200;
export const MAX_TEXT_LENGTH = 1_000;
export const MAX_URL_LENGTH = 4_000;
export const MAX_USER_AGENT_LENGTH = 1_000;
export const MAX_JSON_LENGTH = 16_384;
export const MAX_JSON_DEPTH = 8;
export const MAX_CHANNEL_LENGTH = 100;

/** How a field's value is read from the wire and stored. */
export type FieldKind =
  | 'id'
  | 'text'
  | 'integer'
  | 'number'
  | 'flag'
  | 'instant'
  | 'date'
  | 'currency'
  | 'amount'
  | 'rate'
  | 'json';

/**
 * How a private field is cleaned before it is stored. `address`: an IP address is truncated or removed. `url`, `click_ids`: ids
 * that stand for one subscriber are hashed, in a text with parameters such as a URL, or in an object of click ids.
 */
export type PrivateKind = 'address' | 'agent' | 'url' | 'click_ids';

/** The id of a person or an order: a name (`text.ts`), no placeholder (`placeholders.ts`), stored verbatim, compared byte by byte. */
export const Id = (description: string) =>
  Type.String({ minLength: 1, maxLength: MAX_ID_LENGTH, description, 'x-kind': 'id' });

/** The id of one record, such as a touchpoint. Numbers of records may begin at zero. */
export const RecordId = (description: string) =>
  Type.String({ minLength: 1, maxLength: MAX_ID_LENGTH, description, 'x-kind': 'id', 'x-from-zero': true });

/** The id of a group, which many records rightly share, such as a campaign. */
export const GroupId = (description: string) =>
  Type.String({ minLength: 1, maxLength: MAX_ID_LENGTH, description, 'x-kind': 'id', 'x-group': true });

/** A text that names a group, such as a channel: stored verbatim, under the same rules as an id. */
export const Name = (description: string, maxLength: number) =>
  Type.String({ maxLength, description, 'x-kind': 'text', 'x-name': true });

/** Free text; {@link ./text.ts} says what is stored of it. */
export const Text = (description: string, maxLength: number = MAX_TEXT_LENGTH) =>
  Type.String({ maxLength, description, 'x-kind': 'text' });

/** A label of a campaign. Its length is not in the hands of the sender, so it is cut, and the acknowledgement says so. */
export const CutText = (description: string, maxLength: number = MAX_TEXT_LENGTH) =>
  Type.String({
    maxLength,
    description: `${description}. Cut after ${maxLength} characters`,
    'x-kind': 'text',
    'x-lenient': 'cut',
  });

/** What only describes a request: a long text is cut, a value that does not fit is left out, and the acknowledgement says so. */
export const RequestText = (description: string, maxLength: number) =>
  Type.String({
    maxLength,
    description: `${description}. Cut after ${maxLength} characters`,
    'x-kind': 'text',
    'x-lenient': 'left_out',
  });

/** An IP address, or a list of which the first counts (`address.ts`). Other values are left out, and the acknowledgement says so. */
export const Address = (description: string) =>
  Type.String({
    maxLength: MAX_TEXT_LENGTH,
    description,
    examples: ['203.0.113.9'],
    'x-kind': 'text',
    'x-lenient': 'address',
  });

/** A field that is left out where its value does not fit, and the acknowledgement says so. */
export const orLeftOut = <S extends TSchema>(schema: S): S => ({ ...schema, 'x-lenient': 'left_out' });

export const OneOf = <const V extends readonly string[]>(values: V, description: string) =>
  Type.Unsafe<V[number]>({ type: 'string', enum: [...values], description, 'x-kind': 'text' });

export const Integer = (description: string, minimum: number, maximum: number) =>
  Type.Integer({ minimum, maximum, description, 'x-kind': 'integer' });

/** A number with a fraction. */
export const Quantity = (description: string, minimum: number, maximum: number) =>
  Type.Number({ minimum, maximum, description, 'x-kind': 'number' });

/** True or false. Stored as 1 or 0. */
export const Flag = (description: string) => Type.Boolean({ description, 'x-kind': 'flag' });

export const Probability = (description: string) => Quantity(description, 0, 1);

/**
 * ISO 8601 with a zone. It is refused when it cannot have happened yet, unless it may be at `any_time`. A field that is not
 * `stored` has no column.
 */
export const Instant = (description: string, options: { any_time?: boolean; stored?: boolean } = {}) =>
  Type.String({
    minLength: 1,
    maxLength: 40,
    description,
    examples: ['2026-03-01T12:00:00Z'],
    'x-kind': 'instant',
    'x-any-time': options.any_time ?? false,
    'x-stored': options.stored ?? true,
  });

/** YYYY-MM-DD, in the brand's time zone. */
export const CalendarDate = (description: string) =>
  Type.String({ minLength: 1, maxLength: 40, description, examples: ['2026-03-01'], 'x-kind': 'date' });

/** ISO 4217. A withdrawn currency is taken for dates up to its end, or for every date where `any_time` is true. */
export const Currency = (description: string, options: { any_time?: boolean } = {}) =>
  Type.String({
    minLength: 1,
    maxLength: 40,
    description,
    examples: ['USD'],
    'x-kind': 'currency',
    'x-any-time': options.any_time ?? false,
  });

/** A decimal in major units; `currency` names the field with its currency. Stored as `NAME_micros`. */
export const Amount = (
  description: string,
  options: { currency: string; signed?: boolean; nonzero?: boolean; decimals?: number },
) =>
  Type.Union([Type.String({ maxLength: 60 }), Type.Number()], {
    description,
    examples: ['149.99'],
    'x-kind': 'amount',
    'x-currency': options.currency,
    'x-signed': options.signed ?? false,
    'x-nonzero': options.nonzero ?? false,
    ...(options.decimals === undefined ? {} : { 'x-decimals': options.decimals }),
  });

/** A positive number with up to nine decimals. Stored as `NAME_nanos`. */
export const Rate = (description: string) =>
  Type.Union([Type.String({ maxLength: 60 }), Type.Number()], { description, examples: ['1.0843'], 'x-kind': 'rate' });

/** An object with the sender's own content; stored as canonical JSON (keys sorted). */
export const JsonObject = (description: string) =>
  Type.Record(Type.String(), Type.Unknown(), { description, 'x-kind': 'json' });

export const StringList = (description: string) =>
  Type.Array(Type.String({ maxLength: MAX_ID_LENGTH }), { maxItems: 500, description, 'x-kind': 'json' });

/** The brand of a record: the first field of every schema. */
export const BRAND_ID = Type.Optional(
  GroupId('The brand of the key when left out, or `default` when the key is for all brands'),
);

/** The field for what only the sender understands. */
export const OWN_DATA = Type.Optional(JsonObject('Your own data, at most 16,384 characters of JSON'));
