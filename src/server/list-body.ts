/**
 * Reads bodies that are an object with a long list, such as a batch of Segment's API or a send list. The list is read apart from the rest:
 * in portions, and an item that is too long or nested too deep costs no other.
 */
import { badRequest, TributaryError } from '../domain/errors.ts';
import { endOfString } from '../domain/json-text.ts';
import { WorkTurns } from '../warehouse/work-turns.ts';
import { readJsonText, SMALL, STRIDE } from './json-body.ts';

const LIST_FOLLOWS = /\s*:\s*(?=\[)/y;
const [QUOTE, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [34, 91, 93, 123, 125];

/** Reads bodies whose list has the name `member`. */
export const listReader =
  (member: string) =>
  (text: string): Promise<unknown> =>
    readWithList(text, member);

/** The value of a body. An item that is not read is an `UnreadItem`. @throws bad_request when it is not JSON. */
async function readWithList(text: string, member: string): Promise<unknown> {
  const place = text.length <= SMALL ? undefined : await placeOfList(text, member);
  if (place === undefined) return readJsonText(text);
  const [start, end] = place;
  const items = await readJsonText(text.slice(start, end), SMALL, text.slice(0, start));
  let body: unknown;
  try {
    body = await readJsonText(`${text.slice(0, start)}[]${text.slice(end)}`);
  } catch (error) {
    // Its line and column are those of a text without the list.
    if (error instanceof TributaryError) throw badRequest('body', `is not valid JSON outside of its ${member}`);
    throw error;
  }
  return typeof body === 'object' && body !== null && member in body ? { ...body, [member]: items } : body;
}

/** Where the list begins and ends; undefined if there is none, or it is not closed. Of several lists the last one counts. */
async function placeOfList(text: string, member: string): Promise<[start: number, end: number] | undefined> {
  const turns = new WorkTurns();
  let found: [number, number] | undefined;
  let [depth, start, look_at] = [0, -1, STRIDE];
  for (let at = 0; at < text.length; at++) {
    if (at >= look_at) {
      look_at = at + STRIDE;
      if (turns.ends(1)) await turns.next();
    }
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfString(text, at);
      LIST_FOLLOWS.lastIndex = end + 1;
      const is_member = depth === 1 && end - at === member.length + 1 && text.startsWith(member, at + 1);
      if (is_member && LIST_FOLLOWS.test(text)) start = LIST_FOLLOWS.lastIndex;
      at = end;
    } else if (code === OPEN_LIST || code === OPEN_OBJECT) depth += 1;
    else if (code === CLOSE_LIST || code === CLOSE_OBJECT) {
      depth -= 1;
      if (depth !== 1 || start < 0) continue;
      found = [start, at + 1];
      start = -1;
    }
  }
  return found;
}
