/** Conditions on the rows of a file: how they are written, and which rows fit. */
import { badRequest } from '../domain/errors.ts';
import { readAmount } from './amounts.ts';
import type { Condition } from './plan.ts';
import { isNothing } from './source.ts';

/** `COLUMN=VALUE`, `COLUMN!=VALUE`, `COLUMN>NUMBER`, `COLUMN<NUMBER`, `COLUMN in A,B`. */
export function conditionOf(text: string): Condition {
  const among = /^(.+?)\s+in\s+(.+)$/s.exec(text);
  const simple = splitCondition(text);
  // `a in b=c` is a column named `a in b` only if it has no list.
  if (among && (simple === undefined || among[1]!.length < simple.column.length))
    return { column: among[1]!, op: 'in', values: among[2]!.split(',').map((value) => value.trim()) };
  if (simple === undefined) throw badRequest('--where', `${JSON.stringify(text)} does not have the form COLUMN=VALUE`);
  if ((simple.op === '>' || simple.op === '<') && !Number.isFinite(Number(simple.values[0] || Number.NaN)))
    throw badRequest('--where', `${JSON.stringify(simple.values[0])} is not a number, which ${simple.op} asks for`);
  return simple;
}

const OPERATORS = ['!=', '=', '>', '<'] as const;

/** Finds the operator outside of `[key=value]`. */
function splitCondition(text: string): Condition | undefined {
  let depth = 0;
  for (let at = 1; at < text.length; at++) {
    const character = text[at]!;
    if (text[at - 1] === '[') depth++;
    if (character === ']') depth = Math.max(0, depth - 1);
    if (depth > 0) continue;
    const op = OPERATORS.find((one) => text.startsWith(one, at));
    if (op !== undefined) return { column: text.slice(0, at).trim(), op, values: [text.slice(at + op.length)] };
  }
  return undefined;
}

/** True if a value fits. No value is the empty text, and `>` and `<` compare numbers with the decimal mark of the file. */
export function fits({ op, values }: Condition, value: unknown, decimal: '.' | ','): boolean {
  const text = isNothing(value) ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
  if (op === '=') return text === values[0];
  if (op === '!=') return !values.includes(text);
  if (op === 'in') return values.includes(text);
  const read = readAmount(text, decimal);
  const number = typeof read === 'string' ? Number.NaN : Number(read.text === '' ? Number.NaN : read.text);
  return op === '>' ? number > Number(values[0]) : number < Number(values[0]);
}
