/**
 * Reads the JSON of a request body. `JSON.parse` of a few megabytes can hold the event loop for a second, so a large body is
 * walked once, and its items are read in portions, with turns for other requests in between.
 */
import { badRequest } from '../domain/errors.ts';
import { MAX_JSON_DEPTH } from '../domain/fields.ts';
import { endOfString, parseJson } from '../domain/json-text.ts';
import { UnreadItem } from '../domain/record.ts';
import { WorkTurns } from '../warehouse/work-turns.ts';
import { explainJson } from './json-place.ts';

/** A shorter text is read at once: even the worst takes less than 20 ms. */
export const SMALL = 64_000;
/** The most characters of one item of a large body. The longest record that fits all limits of its fields is shorter. */
const MAX_ITEM = 256_000;
/** Characters that are walked between two looks at the clock. */
export const STRIDE = 100_000;

/**
 * The value of a JSON text.
 * @param small a longer text is read in portions of about this length.
 * @param before the text before it. Lines and columns count from its start.
 * @throws bad_request naming line, column and reason when it is not JSON.
 */
export async function readJsonText(text: string, small = SMALL, before = ''): Promise<unknown> {
  const parse = (start: number, end: number, open: string, close: string): unknown =>
    parsePart(text, start, end, open, close, before);
  if (text.length <= small) return parse(0, text.length, '', '');
  const turns = new WorkTurns();
  const { is_list, ends, too_deep } = await walk(text, turns, before);
  const unread = (i: number): UnreadItem | undefined =>
    too_deep.has(i)
      ? new UnreadItem(`is nested deeper than ${MAX_JSON_DEPTH + 1} levels; send a flat record`)
      : ends[i + 1]! - ends[i]! > MAX_ITEM
        ? new UnreadItem(`has more than ${MAX_ITEM} characters; send fewer or shorter values`)
        : undefined;
  if (!is_list) return unread(0) ?? parse(0, text.length, '', '');
  const items: unknown[] = [];
  for (let i = 1, from = 0; i < ends.length; i++) {
    const [is_first, is_last] = [from === 0, i === ends.length - 1];
    const refused = unread(i - 1);
    // An item that is not read is a portion of its own.
    if (refused && from === i - 1) {
      items.push(refused);
      from = i;
      continue;
    }
    if (!is_last && ends[i]! - ends[from]! < small && !unread(i)) continue;
    // A zero stands for the items before and after, so that a comma without an item stays an error.
    const [open, close] = [is_first ? '[' : '[0,', is_last ? ']' : ',0]'];
    const portion = parse(ends[from]! + 1, ends[i]!, open, close) as unknown[];
    for (const item of portion.slice(is_first ? 0 : 1, is_last ? undefined : -1)) items.push(item);
    from = i;
    if (turns.ends(1)) await turns.next();
  }
  return items;
}

/** Parses a part of a text between brackets. */
function parsePart(text: string, start: number, end: number, open: string, close: string, before: string): unknown {
  const part = open + text.slice(start, end) + close;
  try {
    return parseJson(part);
  } catch {
    throw badRequest('body', explainJson(part, before + text.slice(0, Math.max(0, start - open.length))));
  }
}

const [QUOTE, COMMA] = [34, 44];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [91, 93, 123, 125];

interface Walked {
  is_list: boolean;
  /** The places of the opening bracket, of each comma between items, and of the closing bracket. */
  ends: number[];
  /** The numbers of items that are nested too deep. */
  too_deep: ReadonlySet<number>;
}

/** Walks a text once. It looks at brackets and strings only: what else is wrong, the parser finds. */
async function walk(text: string, turns: WorkTurns, before: string): Promise<Walked> {
  const first = /\S/.exec(text)?.index ?? 0;
  const is_list = text.charCodeAt(first) === OPEN_LIST;
  const max_depth = MAX_JSON_DEPTH + (is_list ? 2 : 1);
  const ends = [first];
  const too_deep = new Set<number>();
  let depth = 0;
  let look_at = STRIDE;
  for (let at = first; at < text.length; at++) {
    if (at >= look_at) {
      look_at = at + STRIDE;
      if (turns.ends(1)) await turns.next();
    }
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      depth += 1;
      if (depth > max_depth) too_deep.add(ends.length - 1);
    } else if (code === COMMA && depth === 1 && is_list) ends.push(at);
    else if (code === CLOSE_LIST || code === CLOSE_OBJECT) {
      depth -= 1;
      if (depth > 0) continue;
      ends.push(at);
      const rest = text.slice(at + 1);
      if (/\S/.test(rest)) throw badRequest('body', explainJson(`[]${rest}`, before + text.slice(0, at - 1)));
      return { is_list, ends, too_deep };
    }
  }
  const last = ends.at(-1)!;
  const unclosed = text.slice(last + 1);
  if (unclosed.length > MAX_ITEM)
    throw badRequest('body', 'is not valid JSON: the text ends before all brackets are closed');
  throw badRequest('body', explainJson(is_list ? `[${unclosed}` : text.slice(last), before + text.slice(0, last)));
}
