/** Percent decoding as in the URL standard, in one pass: malformed escapes stay as they are, and nothing throws. */

/** Escapes of characters of one, two or three bytes, for which the decoder of the language never throws. */
const USUAL = /^(?:[^%]|%[0-7][\da-f]|%(?:c[2-9a-f]|d[\da-f])%[89ab][\da-f]|%e[1-9a-cef](?:%[89ab][\da-f]){2})*$/i;

/** Decodes `%XX` and `+` of a query. Bytes that are not UTF-8 become U+FFFD. */
export function decodeParameter(raw: string): string {
  if (!raw.includes('%') && !raw.includes('+')) return raw;
  const spaced = raw.replaceAll('+', ' ');
  if (USUAL.test(spaced)) return decodeURIComponent(spaced);
  let at = spaced.indexOf('%');
  let text = '';
  let copied = 0;
  while (at >= 0) {
    const byte = byteAt(spaced, at);
    if (byte < 0) {
      at = spaced.indexOf('%', at + 1);
      continue;
    }
    text += spaced.slice(copied, at);
    copied = at + 3;
    if (byte < 0x80) text += String.fromCharCode(byte);
    else {
      // The bytes of a character, and of the characters after it, follow each other.
      const bytes = [byte];
      for (let next = byteAt(spaced, copied); next >= 0x80; next = byteAt(spaced, copied)) {
        bytes.push(next);
        copied += 3;
      }
      text += Buffer.from(bytes).toString('utf8');
    }
    at = spaced.indexOf('%', copied);
  }
  return text + spaced.slice(copied);
}

/** The byte of the escape at `at`, or -1 when there is none. */
function byteAt(text: string, at: number): number {
  if (text.charCodeAt(at) !== 37) return -1;
  const high = hexDigit(text.charCodeAt(at + 1));
  const low = hexDigit(text.charCodeAt(at + 2));
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}
