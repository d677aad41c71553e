/**
 * Texts that programs write where they have no id: `undefined`, `null`, `guest`, a template that nobody filled in. As the id of a
 * person they would make one person of strangers, and as the id of an order one order of many. This is the only list of them.
 */
import { hash } from 'node:crypto';

/** In lower case, without brackets and quotes around them, with one space for each `_` and `-`. */
const WORDS: ReadonlySet<string> = new Set([
  ...['undefined', 'null', 'nil', 'none', 'nan', 'infinity', 'void', 'void 0', 'true', 'false', '\\n'],
  ...['n/a', 'na', 'n.a.', 'n.a', 'not set', 'notset', 'not provided', 'not available', 'not found'],
  ...['not applicable', 'unset', 'missing', 'empty', 'blank', 'no id', 'no email', 'noemail', 'email protected'],
  ...['guest', 'anonymous', 'anon', 'unknown', 'unknown user', 'guest user', 'anonymous user', 'nobody'],
  ...['not logged in', 'logged out', 'unidentified'],
  ...['#n/a', '#ref!', '#value!', '#name?', '#null!', '#num!', '#div/0!', '#error!'],
]);
/** Ids that are put together of several parts, each of them one of these, are placeholders too: `undefined-undefined`. */
const PARTS: ReadonlySet<string> = new Set(['', 'nil', 'none', 'nan', 'guest', 'anonymous', 'unknown']);
const JOINED = /undefined|null|[\s\-_:|.,/@]+/;
const SPACES = /[\s_-]+/g;

/** Hashes of no value, in hex: programs that hash e-mail addresses make one of every customer without an address. */
const HASHES: ReadonlySet<string> = new Set(
  ['', 'null', 'undefined', 'none', 'None', 'nan'].flatMap((text) =>
    ['md5', 'sha1', 'sha256', 'sha512'].map((algorithm) => hash(algorithm, text, 'hex')),
  ),
);
const MAY_BE_HASH = /[0-9a-f]{32}/i;

/** An id with a digit above zero after a letter or digit is none. Most ids are found by this cheap look. */
const SURELY_NONE = /^[1-9]|^[A-Za-z0-9].*[1-9]/s;
const IGNORED = /\p{Default_Ignorable_Code_Point}/gu;
const AROUND = /^[\s"'`“”„‘’«»()<>[\]{}]+|[\s"'`“”„‘’«»()<>[\]{}]+$/g;
/** Blank, only punctuation, zero, -1, or an id with nothing but zeros or nothing but f, as a device has it that gives none. */
const NOTHING =
  /^[\p{P}\p{Z}\p{C}\u2800]*$|^[-+]?0+(?:[.,]0+)?$|^-1$|^0x0+$|^0{8}(?:-0{4}){3}-0{12}$|^f{8}(?:-f{4}){3}-f{12}$/u;
/** Where records are numbered from zero, this is an id; 32 zeros are that of no device. */
const ZERO = /^0{1,31}$/;
/** `[object Object]` of JavaScript, `%!s(<nil>)` of Go, and a format that nobody filled in. */
const PRINTED = /^object [a-z]+$|^%!|^%[sdv@]$/;
/** Tags of templates: `{id}`, `{{id}}`, `{%id%}`, `${id}`, `#{id}`, `*|ID|*`, `%%id%%`, `%id%`, `<%= id %>`, `[[id]]`. */
const TEMPLATE = /^(?:\{[a-z_.]+\}|\{\{.*\}\}|\{%.*%\}|[$#]\{.*\}|\*\|.*\|\*|%%.*%%|%[\w.-]+%|<%.*%>|\[\[.*\]\])$/s;

/** Why this text cannot be the id of a person, an order or a record, or undefined. @param from_zero true if 0 is an id. */
export function placeholderFault(id: string, from_zero = false): string | undefined {
  if (!isPlaceholder(id) || (from_zero && ZERO.test(id))) return undefined;
  return `${JSON.stringify(id.slice(0, 60))} is a placeholder, not an id, and would join what does not belong together; send the real id, or leave the field out`;
}

/** True for a text that stands for no id, in any case, with spaces, quotes or brackets around it. */
function isPlaceholder(id: string): boolean {
  if (SURELY_NONE.test(id) && !MAY_BE_HASH.test(id)) return false;
  const seen = id.normalize('NFKC').replace(IGNORED, '').trim().toLowerCase();
  const bare = seen.replace(AROUND, '');
  if (NOTHING.test(bare) || isWord(bare) || HASHES.has(bare) || PRINTED.test(bare) || TEMPLATE.test(withBraces(seen)))
    return true;
  const [user = '', host = ''] = bare.split('@', 2);
  if (isWord(user) && isWord(host.replace(/(?:\.[a-z]+)+$/, ''))) return true;
  return bare.split(' ').every(isWord) || bare.split(JOINED).every((part) => PARTS.has(part));
}

/** Braces as they are in the parameter of a URL: `%7B%7Bid%7D%7D`. */
function withBraces(text: string): string {
  return text.includes('%7b') ? text.replaceAll('%7b', '{').replaceAll('%7d', '}') : text;
}

function isWord(text: string): boolean {
  return WORDS.has(text) || WORDS.has(text.replace(SPACES, ' '));
}
