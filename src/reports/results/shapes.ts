/** The parts of the schemas of answers. Objects are closed: a field that no schema names fails the tests. */
import { type TSchema, Type } from '../../domain/typebox.ts';

type Fields = Record<string, TSchema>;

/** An object with exactly these fields. Fields of {@link Type.Optional} may be missing. */
export const closed = (fields: Fields) => Type.Object(fields, { additionalProperties: false });
/** An object whose field names are data: models, reasons, channels. */
export const byName = (value: TSchema) =>
  Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: value });
/** Fields of those names, all of one schema. */
export const fieldsOf = <S>(names: readonly string[], schema: () => S) =>
  Object.fromEntries(names.map((name) => [name, schema()]));
export const rows = (fields: Fields) => Type.Array(closed(fields));
export const nullable = (schema: TSchema) => Type.Union([schema, Type.Null()]);

export const text = () => Type.String();
export const texts = () => Type.Array(Type.String());
export const textOrNull = () => nullable(text());
export const yesNo = () => Type.Boolean();
export const count = () => Type.Integer({ minimum: 0 });
export const number = () => Type.Number();
/** A quotient; null if the denominator is 0. */
export const ratio = () => nullable(Type.Number());
/** Millionths of the currency unit as a string of digits: they may be too large for a JSON number. */
export const micros = () => Type.String({ pattern: '^-?\\d+$' });
/** A decimal in units of the currency. */
export const amount = () => Type.String({ pattern: '^-?\\d+\\.\\d{6}$' });
/** RFC 3339 in UTC. */
export const instant = () => Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$' });

/** A schema with a meaning of its own, where the report's words for the name mean another field. */
export const described = <S extends TSchema>(schema: S, description: string): S => ({ ...schema, description });

/** One amount in both forms: `NAME_micros` and `NAME`. */
export const money = <N extends string>(name: N): Fields => ({ [`${name}_micros`]: micros(), [name]: amount() });

/** The same where it may be unknown. */
export const moneyOrNull = <N extends string>(name: N): Fields => ({
  [`${name}_micros`]: nullable(micros()),
  [name]: nullable(amount()),
});

/** What a group cost, and what came back of it; null where spend is not known. */
export const SPENT: Fields = {
  spend_micros: nullable(micros()),
  spend: nullable(amount()),
  cost_per_conversion: nullable(amount()),
  return_on_ad_spend: ratio(),
};

/** The period of an answer. */
export const PERIOD = closed({ start: text(), end: text() });
/** The fields that every answer with credits begins with, without the period. */
export const HEAD: Fields = {
  artifacts: Type.Optional(byName(text())),
  pinned_models: Type.Optional(texts()),
  filters: Type.Optional(texts()),
  currency: text(),
  as_of: text(),
  config_hash: text(),
  generated_at: instant(),
};
export const PERIOD_HEAD: Fields = { report_period: PERIOD, ...HEAD };
export const WARNINGS = rows({ code: text(), count: count(), message: text() });
/** The earlier period of a comparison. */
export const COMPARISON: Fields = {
  comparison: Type.Optional(
    closed({
      compare: text(),
      report_period: PERIOD,
      config_hash: text(),
      warnings: Type.Optional(WARNINGS),
    }),
  ),
};

/** The meaning of these fields. */
export const HEAD_MEANINGS = {
  artifacts: 'Fitted artifacts that were used, by model',
  pinned_models: 'Models whose artifact an administrator pinned; others use the newest that passed its gate',
  filters: 'The filters of the request; the figures are of what they let pass',
  as_of: 'The log position of the answer; ask with it to get the same answer again',
  config_hash: 'A hash of all that the answer depends on besides the log: the question and the settings',
} as const;
