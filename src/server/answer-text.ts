/** The JSON text of an answer. A large answer is written in portions, so that other requests are answered in between. */
import { WorkTurns } from '../log/work-turns.ts';
import { isObject } from '../present/any.ts';

/** Longer lists are written item by item. */
const SMALL_LIST = 50;
/** Lists lie at most this deep in an answer, such as `models.linear.groups`. What lies deeper is small. */
const MAX_DEPTH = 4;

/** Gives the same text as `JSON.stringify`. */
export async function jsonInTurns(answer: Record<string, unknown>): Promise<string> {
  const turns = new WorkTurns();
  let text = '';
  for (const part of partsOf(answer, 0)) {
    text += part;
    if (turns.ends()) await turns.next();
  }
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
