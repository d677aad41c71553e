/** The schemas that answers are made of. Objects are closed: a field that no schema names fails the tests. */
import Type, { type TSchema } from 'typebox';

type Fields = Record<string, TSchema>;

/** An object with exactly these fields; those under {@link Type.Optional} may be missing. */
export const closed = (fields: Fields) => Type.Object(fields, { additionalProperties: false });
/** An object whose field names are data: models, reasons, channels. */
export const byName = (value: TSchema) =>
  Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: value });
export const rows = (fields: Fields) => Type.Array(closed(fields));
export const nullable = (schema: TSchema) => Type.Union([schema, Type.Null()]);

export const text = () => Type.String();
export const texts = () => Type.Array(Type.String());
export const textOrNull = () => nullable(text());
export const yesNo = () => Type.Boolean();
export const count = () => Type.Integer({ minimum: 0 });
export const number = () => Type.Number();
/** A quotient: null where the denominator is 0. */
export const ratio = () => nullable(Type.Number());
/** Millionths of the currency unit as digits: exact, and too large for a JSON number. */
export const micros = () => Type.String({ pattern: '^-?\\d+$' });
/** A decimal in units of the currency. */
export const amount = () => Type.String({ pattern: '^-?\\d+\\.\\d{6}$' });
/** RFC 3339 in UTC. */
export const instant = () => Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$' });

/** One amount in both forms: `NAME_micros` and `NAME`. */
export const money = <N extends string>(name: N): Fields => ({ [`${name}_micros`]: micros(), [name]: amount() });

/** What every answer of a period says about itself. */
export const PERIOD = closed({ start: text(), end: text() });
/** What every answer that attributes says about itself, but for its period. */
export const HEAD: Fields = {
  artifacts: Type.Optional(byName(text())),
  currency: text(),
  as_of: text(),
  config_hash: text(),
  generated_at: instant(),
};
export const PERIOD_HEAD: Fields = { report_period: PERIOD, ...HEAD };

/** What the fields of a head mean. */
export const HEAD_MEANINGS = {
  artifacts: 'Fitted artifacts that were used, by model',
  as_of: 'The log position of the answer; ask with it to get the same answer again',
  config_hash: 'Names all that the answer depends on beside the log: the question and the settings',
} as const;
