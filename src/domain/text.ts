/**
 * The rules for text, the same for every way in (docs/semantics.md, Text). A *name* says which thing is meant: an id, a channel,
 * the name of a key, a parameter of a report. What two readers cannot tell apart must not be two names, so a name with
 * characters that nobody sees is refused. All other text is *free*: such characters are taken out of it. No text may hold half of
 * a surrogate pair or NUL.
 */

/** Control characters, and the separators of lines and paragraphs. They move a cursor or break a line. */
const CONTROL = '[\\p{Cc}\\u2028\\u2029]';
/**
 * Characters without a picture of their own: byte order mark, zero-width space, marks of writing direction, tags. The joiners and
 * variation selectors are not among them, because emoji and several scripts need them.
 */
const UNSEEN =
  '(?:(?![\\u034f\\u180b-\\u180d\\u180f\\u200c\\u200d\\ufe00-\\ufe0f\\u{e0100}-\\u{e01ef}])\\p{Default_Ignorable_Code_Point}|[\\ufff9-\\ufffb])';

/** ASCII, Latin, Greek, Cyrillic, Hebrew, kana, Han and Hangul without hidden characters: most texts, found by one cheap look. */
const PLAIN = /^[\x20-\x7e\xa1-\xac\xae-\u034e\u0370-\u061b\u3041-\u3096\u30a1-\u30ff\u4e00-\u9fff\uac00-\ud7a3]*$/;
const ANY_CONTROL = new RegExp(CONTROL, 'u');
const ANY_UNSEEN = new RegExp(UNSEEN, 'u');
const CONTROLS = new RegExp(CONTROL, 'gu');
const CONTROLS_IN_LINES = new RegExp(`(?![\\t\\n\\r])${CONTROL}`, 'gu');
const ALL_UNSEEN = new RegExp(UNSEEN, 'gu');
/** Format characters, private use, and whatever else a font leaves out. */
const PICTURELESS = /[\p{Cf}\p{Co}\p{Default_Ignorable_Code_Point}]/gu;

/** True for text that needs no further look: no rule refuses or changes it. */
export function isPlain(text: string): boolean {
  return PLAIN.test(text);
}

export const HALF_PAIR = 'holds half of a surrogate pair; send valid Unicode';

/** Why no field may hold this text, or undefined. */
export function textFault(text: string): string | undefined {
  if (isPlain(text)) return undefined;
  if (!text.isWellFormed()) return HALF_PAIR;
  return text.includes('\0') ? 'holds control characters; remove them' : undefined;
}

/** Why this text cannot be a name, or undefined. */
export function nameFault(text: string): string | undefined {
  if (isPlain(text)) return undefined;
  const fault = textFault(text);
  if (fault) return fault;
  if (ANY_CONTROL.test(text)) return 'holds control characters; remove them';
  const unseen = ANY_UNSEEN.exec(text)?.[0].codePointAt(0);
  if (unseen === undefined) return undefined;
  const code = unseen.toString(16).toUpperCase().padStart(4, '0');
  return `holds the invisible character U+${code}; remove it`;
}

/** Free text as it is stored: control characters but tabs and line breaks become blanks, and unseen characters are gone. */
export function storedText(text: string): string {
  return isPlain(text) ? text : text.replace(CONTROLS_IN_LINES, ' ').replace(ALL_UNSEEN, '');
}

/** Text of one line that can be shown: control characters become blanks, unseen characters and halves of pairs become U+FFFD. */
export function shownText(text: string): string {
  return isPlain(text) ? text : text.toWellFormed().replace(CONTROLS, ' ').replace(ALL_UNSEEN, '\ufffd');
}

/**
 * Text of one line for readers that take every character, such as language models: control characters become blanks, and all that has no
 * picture is gone, with the joiners and variation selectors that a screen needs. Instructions can be hidden in them.
 */
export function bareText(text: string): string {
  if (isPlain(text)) return text;
  return text.toWellFormed().replace(CONTROLS, ' ').replace(PICTURELESS, '');
}

/** The same for text of several lines. Line breaks are kept. */
export function shownLines(text: string): string {
  const parts = text.split(/(\r?\n)/);
  return parts.map((part, i) => (i % 2 === 0 ? shownText(part) : part)).join('');
}

/** JSON text without control and unseen characters: they are escaped, so the value stays the same. Line breaks are kept. */
export function shownJson(json: string): string {
  return json.replace(JSON_HIDDEN, (found) =>
    [...Array(found.length).keys()].map((i) => `\\u${found.charCodeAt(i).toString(16).padStart(4, '0')}`).join(''),
  );
}

const JSON_HIDDEN = new RegExp(`(?!\\n)${CONTROL}|${UNSEEN}`, 'gu');

const MAX_CELL = 80;

/** A value that is safe to show on one line. A longer one ends with an ellipsis. */
export function clip(value: unknown, max_length: number = MAX_CELL): string {
  const text = String(value);
  // What is too long by far is not searched to its end.
  const plain = shownText(text.length > 2 * max_length ? text.slice(0, 2 * max_length) : text);
  if (plain.length <= max_length) return plain;
  const cut = plain.slice(0, max_length - 1);
  return `${cut.isWellFormed() ? cut : cut.slice(0, -1)}…`;
}

/** Names in a sentence, such as "a, b and 3 more". Long names and long lists are cut, so that a message stays short. */
export function listed(names: readonly string[], most = 20): string {
  const shown = names.slice(0, most).map((name) => clip(name));
  return shown.join(', ') + (names.length > most ? ` and ${names.length - most} more` : '');
}

/** Says that a file is UTF-8. Excel needs it at the start of a CSV. */
export const BYTE_ORDER_MARK = '\uFEFF';

/** Text for HTML, also within an attribute. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** Text for Slack: the three characters that it reads as signs are written out, so that text from outside makes no mention and no link of its own. */
export function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
