/**
 * Where a value of a row comes from. A source is written as
 * - `COLUMN`            a column; `COLUMN#2` is the second of several with the same name
 * - `a.b.c`             keys inside JSON, structs of Parquet, or a csv cell that holds JSON
 * - `list[0].id`, `list[key=name].value`, `list[*].id`   an item of a list: by place, by what one of its keys holds, or all of them;
 *                       `ids[0]` also of a cell such as `101;102`
 *                       `list[key=name].value` is also the one filled key of {string_value, int_value, …}, as BigQuery has it
 * - `A|B`               the first one that is not empty
 * - `A+B`, `'text'+A`   several joined into one id. Between them stands `:`, and a `:` or `\` inside a part gets a `\` before it, so
 *                       two different rows never make the same id. If a part is empty there is no value
 * A column whose whole name is the text is always meant first.
 */
import { parseExactJson } from './exact-json.ts';

const TYPED_KEY = /^(string|int|float|double|bool|boolean)_value$/;

type Step = { key: string } | { place: number } | { all: true } | { where: string; is: string };

/** A column and the way into its value. `whole` is the text as it was written. */
export interface Path {
  whole: string;
  column: string;
  steps: readonly Step[];
}

type Part = Path | { literal: string };

export interface Source {
  text: string;
  /** Any of them; each is a list of parts to join. */
  alternatives: readonly (readonly Part[])[];
}

export function parseSource(text: string): Source {
  return {
    text,
    alternatives: splitOutside(text, '|').map((one) => splitOutside(one, '+').map((part) => parsePart(part.trim()))),
  };
}

/** All paths of a source, with the source itself, since a column may have that name. */
export function pathsOf(source: Source): Path[] {
  const paths = source.alternatives.flat().filter((part): part is Path => !('literal' in part));
  return [{ whole: source.text, column: source.text, steps: [] }, ...paths];
}

/** True if a path begins with a column. */
export function startsWith(path: Path, column: string): boolean {
  const { whole } = path;
  if (!whole.startsWith(column)) return false;
  return (
    whole.length === column.length ||
    whole[column.length] === '.' ||
    whole[column.length] === '[' ||
    withoutPlace(whole) === column
  );
}

/** The name of a column without the `#2` that tells it from others of the same name. */
export function withoutPlace(column: string): string {
  return column.replace(/#\d+$/, '');
}

/** A path whose column is one of a file. @returns undefined when no column is the beginning of it. */
export function inColumn(path: Path, columns: readonly string[]): Path | undefined {
  let best: string | undefined;
  for (const column of columns) {
    const { whole } = path;
    const fits = whole === column || (whole.startsWith(column) && /^[.[]/.test(whole.slice(column.length)));
    if (fits && (best === undefined || column.length > best.length)) best = column;
  }
  if (best === undefined) return undefined;
  return { whole: path.whole, column: best, steps: parseSteps(path.whole.slice(best.length)) };
}

/** What stands at the end of a way into a value; undefined if it leads nowhere. A list for `[*]`. */
export function follow(value: unknown, steps: readonly Step[], from = 0): unknown {
  let at = value;
  for (let i = from; i < steps.length; i++) {
    const step = steps[i]!;
    if (typeof at === 'string')
      at = /^\s*[[{]/.test(at) ? parseExactJson(at) : 'place' in step || 'all' in step ? listOf(at) : at;
    if (typeof at !== 'object' || at === null) return undefined;
    if ('all' in step) {
      if (!Array.isArray(at)) return undefined;
      const found = at.map((item) => follow(item, steps, i + 1)).filter((item) => !isNothing(item));
      return found.length === 0 ? undefined : found;
    }
    if ('key' in step) at = Object.hasOwn(at, step.key) ? (at as Record<string, unknown>)[step.key] : undefined;
    else if (!Array.isArray(at)) return undefined;
    else if ('place' in step) at = at[step.place];
    else at = at.find((item) => item !== null && typeof item === 'object' && String(item[step.where]) === step.is);
  }
  return ofOneType(at);
}

/** BigQuery writes a value of any type as an object with a key for each type, of which one is filled. */
function ofOneType(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value);
  if (entries.length === 0 || !entries.every(([key]) => TYPED_KEY.test(key))) return value;
  const filled = entries.filter(([, one]) => one !== null);
  return filled.length === 1 ? filled[0]![1] : filled.length === 0 ? undefined : value;
}

/** The items of a list that is written as text, divided at `;` `,` or `|`. */
export function listOf(text: string): string[] {
  const items = text.split(/[;,|]/).map((item) => item.trim());
  return items.filter((item) => item !== '');
}

/** Reads a path in an object whose own keys may have any name. */
export function readIn(object: Record<string, unknown>, path: Path): unknown {
  if (Object.hasOwn(object, path.whole)) return object[path.whole];
  return Object.hasOwn(object, path.column) ? follow(object[path.column], path.steps) : undefined;
}

/** The value of a source; undefined if it has none. `read` gives the value of one path. */
export function sourceValue(source: Source, read: (path: Path) => unknown): unknown {
  for (const parts of source.alternatives) {
    const [first] = parts;
    const value = parts.length === 1 && first && !('literal' in first) ? read(first) : joined(parts, read);
    if (!isNothing(value)) return value;
  }
  return undefined;
}

export function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function joined(parts: readonly Part[], read: (path: Path) => unknown): string | undefined {
  const texts: string[] = [];
  for (const part of parts) {
    const value = 'literal' in part ? part.literal : read(part);
    if (isNothing(value)) return undefined;
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    texts.push(parts.length === 1 ? text : text.replace(/[\\:]/g, '\\$&'));
  }
  return texts.join(':');
}

/** Splits a text at a character outside of `'…'` and `[…]`. */
function splitOutside(text: string, mark: string): string[] {
  const parts: string[] = [];
  let part = '';
  let quoted = false;
  let depth = 0;
  for (const character of text) {
    if (character === "'" && (quoted || part.trim() === '')) quoted = !quoted;
    else if (!quoted && character === '[') depth++;
    else if (!quoted && character === ']') depth = Math.max(0, depth - 1);
    if (character === mark && !quoted && depth === 0) {
      parts.push(part);
      part = '';
    } else part += character;
  }
  return [...parts, part];
}

function parsePart(text: string): Part {
  const literal = /^'(.*)'$/s.exec(text);
  if (literal) return { literal: literal[1]! };
  const column = /^[^.[]*/.exec(text)![0];
  return { whole: text, column, steps: parseSteps(text.slice(column.length)) };
}

/** Reads `.key`, `[0]`, `[*]` and `[key=value]`, one after the other. What is none of them is a key. */
function parseSteps(text: string): Step[] {
  const steps: Step[] = [];
  for (const [, key, inside] of text.matchAll(/\.([^.[]+)|\[([^\]]*)\]?/g)) {
    if (key !== undefined) steps.push({ key });
    else if (inside === '*') steps.push({ all: true });
    else if (/^\d+$/.test(inside!)) steps.push({ place: Number(inside) });
    else if (inside!.includes('='))
      steps.push({ where: inside!.slice(0, inside!.indexOf('=')), is: inside!.slice(inside!.indexOf('=') + 1) });
    else steps.push({ key: inside! });
  }
  return steps;
}
