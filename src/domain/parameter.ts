/**
 * Parameters of requests, as TypeBox schemas. One schema validates a query string or a body, describes it in OpenAPI, and gives
 * the command line its flags. `x-value` names the value in a flag's help (`--start <day>`). `x-flag` is the name of the flag
 * where it differs from the parameter (`--brand` for `brand_id`).
 */
import { Type } from './typebox.ts';

const MAX_WORDS_LENGTH = 2_000;

export interface FlagHelp {
  'x-value'?: string;
  'x-flag'?: string;
}

export const choice = <const V extends readonly string[]>(values: V, description: string, help: FlagHelp = {}) =>
  Type.Unsafe<V[number]>({ type: 'string', enum: [...values], description, ...help });

/** A parameter that is true or false. On the command line it is a flag without a value. */
export const flag = (description: string, help: FlagHelp = {}) => choice(['true', 'false'], description, help);

export const words = (description: string, help: FlagHelp = {}) =>
  Type.String({ maxLength: MAX_WORDS_LENGTH, description, ...help });

/** The items of a comma-separated list. */
export function listOf(text: string): string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}
