/**
 * Parameters of calls: TypeBox schemas that read a query string or a body, describe it in OpenAPI, and give the command line its
 * flags. `x-value` names the value in a flag's help (`--start <day>`); `x-flag` is the flag's name where it is not that of the
 * parameter (`--brand` for `brand_id`).
 */
import Type from 'typebox';

const MAX_WORDS_LENGTH = 2_000;

export interface FlagHelp {
  'x-value'?: string;
  'x-flag'?: string;
}

export const choice = <const V extends readonly string[]>(values: V, description: string, help: FlagHelp = {}) =>
  Type.Unsafe<V[number]>({ type: 'string', enum: [...values], description, ...help });

/** On the command line it has no value: it is given or not. */
export const flag = (description: string, help: FlagHelp = {}) => choice(['true', 'false'], description, help);

export const words = (description: string, help: FlagHelp = {}) =>
  Type.String({ maxLength: MAX_WORDS_LENGTH, description, ...help });

/** The items of a list that is separated by commas. */
export function listOf(text: string): string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}
