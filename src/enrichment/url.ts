/**
 * Reads the host and the query of a URL. Both are cut out of the text where the result is the same as that of the URL parser,
 * because a URL object for every event takes half of the loader's time.
 */

import { decodeParameter } from './percent.ts';

/** The longest host that the DNS can hold. */
export const MAX_HOST_LENGTH = 253;
/** Parameters of one URL that are read. The scan for personal ids (`private.ts`) reads all of them. */
const MAX_PARAMETERS = 100;

/** The host of an absolute URL in lower case without port, `android-app://PACKAGE` for an app; null when there is none. */
export function hostOf(url: string): string | null {
  const scheme_end = url.indexOf('://');
  // A scheme is short; `://` further on belongs to a nested URL.
  if (scheme_end < 0 || scheme_end > 20) return bareHost(url);
  if (!SCHEME.test(url.slice(0, scheme_end).trimStart())) return bareHost(url);
  const start = scheme_end + 3;
  const end = authorityEnd(url, start);
  const authority = hostAndPort(url, start, end);
  if (authority === null) return null;
  if (url.startsWith('android-app') || url.startsWith('ios-app'))
    return authority ? url.slice(0, end).toLowerCase() : null;
  if (PLAIN_HOST.test(authority)) return authority.length > MAX_HOST_LENGTH ? null : authority.toLowerCase();
  try {
    // Ports, international names and unusual addresses are rare. The URL parser reads them, without the rest of the URL.
    const { hostname } = new URL(url.slice(0, start) + authority);
    return hostname.length > MAX_HOST_LENGTH ? null : hostname.replace(/\.$/, '') || null;
  } catch {
    return null;
  }
}

const SCHEME = /^[a-z][a-z0-9+.-]*$/i;
const PLAIN_HOST = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/i;
const BARE_HOST = /^([a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.[a-z]{2,})(?::\d+)?$/i;

const MAX_PORT_LENGTH = 6;

/** The authority of a URL without its account; null when it is too long for a host. Names are not longer in ASCII than here. */
function hostAndPort(url: string, start: number, end: number): string | null {
  const account_end = url.lastIndexOf('@', end - 1);
  const from = account_end >= start ? account_end + 1 : start;
  return end - from > MAX_HOST_LENGTH + MAX_PORT_LENGTH ? null : url.slice(from, end);
}

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
  const end = authorityEnd(text, 0);
  if (end > MAX_HOST_LENGTH + MAX_PORT_LENGTH) return null;
  const host = BARE_HOST.exec(text.slice(0, end))?.[1];
  return host === undefined || host.length > MAX_HOST_LENGTH ? null : host.toLowerCase();
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
 * Calls `visit` with the name (decoded, lower case) and raw value of each of the first 100 parameters of the query, in order.
 * The fragment is not part of the query, and neither is a URL nested in a value.
 */
export function forEachParameter(url: string, visit: (name: string, raw_value: string) => void): void {
  const question = url.indexOf('?');
  if (question < 0) return;
  const hash = url.indexOf('#');
  if (hash >= 0 && hash < question) return;
  const end = hash < 0 ? url.length : hash;
  let start = question + 1;
  for (let count = 0; count < MAX_PARAMETERS && start < end; count++) {
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
