/**
 * Reads the host and the query of a URL. Both are cut out of the text where the result is the same as that of the URL parser,
 * because a URL object for every event takes half of the loader's time.
 */

/** The limit of DNS. Longer hosts are none, and would cost time for each of their labels. */
export const MAX_HOST_LENGTH = 253;

function withinDns(host: string): string | null {
  return host.length > MAX_HOST_LENGTH ? null : host || null;
}

/** The host of an absolute URL in lower case without port, `android-app://PACKAGE` for an app; null when there is none. */
export function hostOf(url: string): string | null {
  const scheme_end = url.indexOf('://');
  // A scheme is short; `://` further on belongs to a nested URL.
  if (scheme_end < 0 || scheme_end > 20) return bareHost(url);
  if (!SCHEME.test(url.slice(0, scheme_end).trimStart())) return bareHost(url);
  const start = scheme_end + 3;
  const end = authorityEnd(url, start);
  const authority = url.slice(start, end);
  if (url.startsWith('android-app') || url.startsWith('ios-app'))
    return authority ? url.slice(0, end).toLowerCase() : null;
  // With an account and a port it may be longer, but not many times: an international name becomes longer when it is read.
  if (authority.length > 4 * MAX_HOST_LENGTH) return null;
  if (PLAIN_HOST.test(authority)) return withinDns(authority.toLowerCase());
  try {
    // Accounts, ports, international names and unusual addresses are rare. The URL parser reads them.
    return withinDns(new URL(url).hostname.replace(/\.$/, ''));
  } catch {
    return null;
  }
}

const SCHEME = /^[a-z][a-z0-9+.-]*$/i;
const PLAIN_HOST = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/i;
const BARE_HOST = /^([a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.[a-z]{2,})(?::\d+)?(?=[/?#]|$)/i;

/** Where the host ends. The URL parser reads a backslash as a slash: https://google.com\\@evil.example is google.com. */
function authorityEnd(url: string, start: number): number {
  for (let at = start; at < url.length; at += 1) {
    const code = url.charCodeAt(at);
    if (code === 47 || code === 63 || code === 35 || code === 92) return at;
  }
  return url.length;
}

/** Some trackers send a referrer without its scheme: `www.google.com/search`. */
function bareHost(text: string): string | null {
  return BARE_HOST.exec(text)?.[1]?.toLowerCase() ?? null;
}

/** True when `host` is `domain` or a subdomain of it. The dot matters: evilshop.example is not below shop.example. */
export function isWithin(host: string, domain: string): boolean {
  return (
    host === domain ||
    (host.length > domain.length && host.endsWith(domain) && host[host.length - domain.length - 1] === '.')
  );
}

export function withoutWww(host: string): string {
  return host.startsWith('www.') ? host.slice(4) : host;
}

/**
 * Calls `visit` with every name (decoded, lower case) and raw value of the query, in order.
 * The fragment is not part of the query, and neither is a URL nested in a value.
 */
export function forEachParameter(url: string, visit: (name: string, raw_value: string) => void): void {
  const question = url.indexOf('?');
  if (question < 0) return;
  const hash = url.indexOf('#');
  if (hash >= 0 && hash < question) return;
  const end = hash < 0 ? url.length : hash;
  let start = question + 1;
  while (start < end) {
    let stop = url.indexOf('&', start);
    if (stop < 0 || stop > end) stop = end;
    const equals = url.indexOf('=', start);
    if (equals > start && equals < stop) {
      const name = decodeParameter(url.slice(start, equals)).toLowerCase();
      // Links that were copied from HTML source have `&amp;` instead of an ampersand.
      visit(name.startsWith('amp;') ? name.slice(4) : name, url.slice(equals + 1, stop));
    }
    start = stop + 1;
  }
}

const PERCENT = 0x25;

/**
 * Percent and plus decoding as in the URL standard. Malformed escapes stay as they are. It never throws, also not inside: an
 * exception costs more than a thousand bytes do, and a crafted URL could make hundreds of them.
 */
export function decodeParameter(raw: string): string {
  const text = raw.includes('+') ? raw.replaceAll('+', ' ') : raw;
  if (!text.includes('%')) return text;
  const bytes = Buffer.from(text);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    const high = bytes[i] === PERCENT ? hexDigit(bytes[i + 1]) : -1;
    const low = high < 0 ? -1 : hexDigit(bytes[i + 2]);
    if (low >= 0) i += 2;
    bytes[length++] = low < 0 ? bytes[i]! : high * 16 + low;
  }
  return bytes.toString('utf8', 0, length);
}

/** The value of a hexadecimal digit, or -1. */
function hexDigit(code = 0): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
