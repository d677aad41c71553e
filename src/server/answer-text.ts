/** The JSON text of an answer. A large answer is written in portions, so that other requests are answered in between. */
import { WorkTurns } from '../log/work-turns.ts';
import { isObject } from '../present/any.ts';

/** Longer lists are written item by item. */
const SMALL_LIST = 50;
/** Lists lie at most this deep in an answer, such as `models.linear.groups`. What lies deeper is small. */
const MAX_DEPTH = 4;

/** Clients of other answers wait for a new connection at most about this long, for each that is before them. */
const TURN_MS = 3;
/** The text of a longer part is kept for as long as the part is: kept answers share their parts. */
const KEPT_CHARACTERS = 32_000;

const kept = new WeakMap<object, string>();

/** Gives the same text as `JSON.stringify`. A part of the answer must not be changed afterwards. */
export async function jsonInTurns(answer: Record<string, unknown>): Promise<string> {
  const turns = new WorkTurns(TURN_MS);
  const members: string[] = [];
  for (const [name, part] of Object.entries(answer)) {
    if (part === undefined) continue;
    members.push(`${JSON.stringify(name)}:${await textOf(part, turns)}`);
  }
  return `{${members.join(',')}}`;
}

async function textOf(part: unknown, turns: WorkTurns): Promise<string> {
  if (typeof part !== 'object' || part === null) return JSON.stringify(part);
  const known = kept.get(part);
  if (known !== undefined) return known;
  let text = '';
  for (const piece of partsOf(part, 1)) {
    text += piece;
    if (turns.ends()) await turns.next();
  }
  if (text.length >= KEPT_CHARACTERS) kept.set(part, text);
  return text;
}

function* partsOf(value: unknown, depth: number): Generator<string> {
  if (Array.isArray(value) && value.length > SMALL_LIST) {
    yield '[';
    for (const [i, item] of value.entries()) yield `${i === 0 ? '' : ','}${JSON.stringify(item) ?? 'null'}`;
    yield ']';
  } else if (isObject(value) && depth < MAX_DEPTH) {
    yield '{';
    let separator = '';
    for (const [name, inner] of Object.entries(value)) {
      if (inner === undefined) continue;
      yield `${separator}${JSON.stringify(name)}:`;
      yield* partsOf(inner, depth + 1);
      separator = ',';
    }
    yield '}';
  } else yield JSON.stringify(value);
}
