/** How deeply a JSON text is nested, found without parsing it: a parser takes seconds for millions of open brackets. */

/** Deeper than any record: the JSON of a sender has at most 8 levels. */
export const MOST_DEPTH = 64;
/** Smaller bodies are parsed at once. */
const SMALL_BYTES = 65_536;

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [...Buffer.from('"\\[]{}')];

/** True if a large text has more than {@link MOST_DEPTH} brackets open at once. Brackets within strings do not count. */
export function isTooDeep(bytes: Buffer): boolean {
  if (bytes.length <= SMALL_BYTES) return false;
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) quoted = !quoted;
    else if (quoted) {
      if (byte === BACKSLASH) i += 1;
    } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      depth += 1;
      if (depth > MOST_DEPTH) return true;
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth -= 1;
  }
  return false;
}
