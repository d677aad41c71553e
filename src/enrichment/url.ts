/**
 * Reads the host and the query of a URL. Both are cut out of the text where the result is the same as that of the URL parser,
 * because a URL object for every event takes half of the loader's time.
 */

import { decodeParameter } from './percent.ts';

/** The longest host that the DNS can hold. */
export const MAX_HOST_LENGTH = 253;
/** Parameters of one URL that are read. The scan for personal ids (`private.ts`) reads all of them. */
const MAX_PARAMETERS = 100;

/** The host of a URL in lower case without port, also of one without its scheme, `android-app://PACKAGE` for an app; null when there is none. */
export function hostOf(url: string): string | null {
  if (url.startsWith('//')) return hostOf(`https:${url}`);
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

type Visit = (name: string, raw_value: string) => void;

/**
 * Calls `visit` with the name (decoded, lower case, without the brackets of `utm_source[]`) and raw value of each of the first 100
 * parameters, in order: those of the query, then those of the fragment. Links are put together by tools that do not look at what
 * is there: so a second `?` begins a parameter too, as `;` does before a label, and without any `?` an encoded one or the first `&`
 * does. Parameters that were encoded as a whole are read. A URL nested in a value is one value.
 */
export function forEachParameter(sent: string, visit: Visit): void {
  const url = sent.includes(';') ? sent.replace(BEFORE_LABEL, '&') : sent;
  const hash = url.indexOf('#');
  const end = hash < 0 ? url.length : hash;
  const left = visitParameters(url, queryStart(url, end), end, MAX_PARAMETERS, visit);
  if (hash >= 0) visitParameters(url, hash + 1, url.length, left, visit);
}

function queryStart(url: string, end: number): number {
  const question = url.indexOf('?');
  if (question >= 0 && question < end) return question + 1;
  const encoded = url.slice(0, end).search(ENCODED_QUESTION);
  if (encoded >= 0 && !isNested(url, encoded)) return encoded + '%3F'.length;
  const ampersand = url.indexOf('&');
  return ampersand < 0 || ampersand > end || isNested(url, ampersand) ? end : ampersand + 1;
}

/** `://` after the scheme belongs to a nested URL, and so does what follows it. */
function isNested(url: string, at: number): boolean {
  return url.lastIndexOf('://', at) > MAX_SCHEME_LENGTH || NESTED_ENCODED.test(url.slice(0, at));
}

/** A semicolon between labels, as HTML 4 advised it. */
const BEFORE_LABEL = /;(?=(?:utm|mtm|pk|matomo|piwik)_\w+=)/gi;
const ENCODED_QUESTION = /%3f(?=[\w.%[\]-]+=)/i;
const NESTED_ENCODED = /%3a(?:%2f|\/){2}/i;
/** Parameters that a tool encoded as a whole: `utm_source%3Dnews%26utm_medium%3Demail`. */
const ENCODED_WHOLE = /^(?:utm|mtm|pk|matomo|piwik)_\w+%3d/i;

/** @returns how many more parameters may be read. */
function visitParameters(url: string, from: number, end: number, most: number, visit: Visit): number {
  let left = most;
  let question = -1;
  for (let start = from; left > 0 && start < end; left--) {
    const ampersand = url.indexOf('&', start);
    const next = ampersand < 0 || ampersand > end ? end : ampersand;
    const equals = url.indexOf('=', start);
    if (question < start) question = indexOrEnd(url, '?', start);
    const stop = question >= next ? next : secondQuestion(url, start, equals, question, next);
    if (equals > start && equals < stop) {
      const name = decodeParameter(url.slice(start, equals)).trim().toLowerCase();
      visit(isPlainName(name) ? name : name.replace(EXTRA, ''), url.slice(equals + 1, stop));
    } else if (ENCODED_WHOLE.test(url.slice(start, Math.min(stop, start + MAX_LABEL_NAME)))) {
      const decoded = decodeParameter(url.slice(start, stop));
      left = visitParameters(decoded, 0, decoded.length, left, visit);
    }
    start = stop + 1;
  }
  return left;
}

/** Links that were copied from HTML source have `&amp;` instead of an ampersand. Lists have brackets after their name. */
const EXTRA = /^amp;|\[\d{0,4}\]$/g;
const MAX_SCHEME_LENGTH = 20;
const MAX_LABEL_NAME = 40;
const PARAMETER_AFTER_QUESTION = /\?(?:amp;)?[\w.%[\]-]+=/y;

function isPlainName(name: string): boolean {
  return !name.endsWith(']') && !name.startsWith('amp;');
}

function indexOrEnd(text: string, sought: string, from: number): number {
  const at = text.indexOf(sought, from);
  return at < 0 ? text.length : at;
}

/** Where a parameter with a `?` ends: at the `?` before another parameter, else at `next`. */
function secondQuestion(url: string, start: number, equals: number, first: number, next: number): number {
  let question = first;
  const has_value = equals >= 0 && equals < question;
  const before = url.slice(has_value ? equals + 1 : start, question);
  if (before.includes('://') || (has_value && before.startsWith('/'))) return next;
  for (; question >= 0 && question < next; question = url.indexOf('?', question + 1)) {
    if (question < equals) return question;
    PARAMETER_AFTER_QUESTION.lastIndex = question;
    if (PARAMETER_AFTER_QUESTION.test(url)) return question;
  }
  return next;
}
