/** Reads a field of a record that holds JSON: an object, or a list of names. */
import { canonicalJson, HALF_PAIR_ESCAPE, halfPairIn, inexactIn, type JsonFault } from './canonical-json.ts';
import type { Problem } from './errors.ts';
import { MAX_JSON_DEPTH, MAX_JSON_LENGTH } from './fields.ts';
import { withDigits } from './json-text.ts';
import type { ReadContext, RecordKind } from './record-kind.ts';
import { structuralProblem } from './refusals.ts';
import { nameFault } from './text.ts';

type Field = RecordKind['fields'][number];

/** The most characters of a field's name in a refusal. */
export const MAX_PLACE_LENGTH = 100;

/**
 * The canonical text of the value, or why it is refused. A field about the request never costs its record: a number in it that JSON
 * does not keep becomes a text of its digits, and an object that does not fit is left out, so there is no text. The sender is told.
 */
export function readJson(field: Field, value: unknown, warn: ReadContext['warn']): string | Problem | undefined {
  const text = canonicalJson(value);
  if (text === undefined || text.length > MAX_JSON_LENGTH) {
    const inexact = inexactIn(value);
    if (field.schema['x-lenient'] !== 'left_out') return inexactProblem(field, value, inexact) ?? unfit(field, text);
    if (inexact === undefined) {
      const { reason } = unfit(field, text);
      warn?.({ field: field.name, reason: `${reason}; it was left out` });
      return undefined;
    }
    warn?.({ field: placeOf(field, inexact), reason: `${inexact.reason}; it was kept as a text` });
    return readJson(field, withDigits(value), warn);
  }
  const name = Array.isArray(value) ? value.findIndex((item) => nameFault(item as string) !== undefined) : -1;
  if (name >= 0) return { field: field.name, reason: `item ${name}: ${nameFault((value as string[])[name]!)}` };
  const half = text.includes(HALF_PAIR_ESCAPE) ? halfPairIn(value) : undefined;
  return half ? { field: placeOf(field, half), reason: half.reason } : text;
}

/** Why a number in the value costs its record; undefined if there is none. */
function inexactProblem(field: Field, value: unknown, inexact: JsonFault | undefined): Problem | undefined {
  if (inexact === undefined) return undefined;
  if (inexact.place === '') return { field: field.name, reason: structuralProblem(field.schema, value, true)! };
  return { field: placeOf(field, inexact), reason: inexact.reason };
}

function unfit({ name }: Field, text: string | undefined): Problem {
  const reason =
    text === undefined
      ? `must be plain JSON at most ${MAX_JSON_DEPTH} levels deep, without the keys __proto__, constructor or prototype`
      : `is ${text.length} characters as JSON; the limit is ${MAX_JSON_LENGTH}`;
  return { field: name, reason };
}

/** The name of the place of a fault in a field. */
function placeOf(field: Field, fault: JsonFault): string {
  return (field.name + fault.place).slice(0, MAX_PLACE_LENGTH);
}
