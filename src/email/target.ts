/** The page that a link leads to: http and https only, in the one form that the URL standard writes. */

/** The longest page that a link may lead to. Longer links stay as they are. */
export const MAX_TARGET_LENGTH = 4_000;

/** Printable ASCII after an http or https scheme and the first character of a host. */
const PLAIN_TARGET = /^https?:\/\/[a-z0-9[_%][\x21-\x7e]*$/;
/** What may be rewritten: exactly two slashes, then a host. Browsers also take `https:\\host`; such a link stays as it is. */
const ABSOLUTE = /^https?:\/\/[^/\\?#\s]/i;
/** Marks of mail merge languages. A page that is filled in later is not known yet. */
const TEMPLATE = /\{\{|\{%|\{\$|\*\||%%|<%|\$\{|\[\[|#\{/;
/** Tabs and line breaks, which browsers drop from an address, and other control characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are looked for
const CONTROL = /[\0-\x1f\x7f]/;

/** Why a link is left as it is. */
export const SKIP_REASONS = [
  'unsubscribe',
  'marked',
  'already_tracked',
  'anchor',
  'other_scheme',
  'relative',
  'template',
  'unreadable',
  'too_long',
] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

/** The canonical form of an absolute http or https address, or null. */
export function canonicalTarget(text: string): string | null {
  if (!ABSOLUTE.test(text) || CONTROL.test(text) || text.length > MAX_TARGET_LENGTH) return null;
  const href = parsed(text)?.href;
  return href !== undefined && isCanonicalTarget(href) ? href : null;
}

/** True if a text is a page that a redirect may lead to. A signed text is checked, too. */
export function isCanonicalTarget(text: string): boolean {
  if (text.length > MAX_TARGET_LENGTH || !PLAIN_TARGET.test(text)) return false;
  const url = parsed(text);
  // An address with a name or password shows another host than the one that it leads to.
  return url !== null && url.href === text && url.username === '' && url.password === '';
}

function parsed(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

/** The page of an `href`, or why the link is left as it is. */
export function readTarget(href: string): { url: string } | { skip: SkipReason } {
  const text = href.trim();
  if (text === '' || text.startsWith('#')) return { skip: 'anchor' };
  if (TEMPLATE.test(text)) return { skip: 'template' };
  if (!ABSOLUTE.test(text)) return { skip: /^[a-z][a-z0-9+.-]*:/i.test(text) ? 'other_scheme' : 'relative' };
  if (text.length > MAX_TARGET_LENGTH) return { skip: 'too_long' };
  const url = canonicalTarget(text);
  return url === null ? { skip: 'unreadable' } : { url };
}

/** The address with parameters that it does not have yet. Its query and its fragment stay as they are. */
export function withParameters(url: string, parameters: ReadonlyArray<readonly [name: string, value: string]>): string {
  const hash = url.indexOf('#');
  const page = hash < 0 ? url : url.slice(0, hash);
  const mark = page.indexOf('?');
  const query = mark < 0 ? '' : page.slice(mark);
  // A query that does not hold the letters of a name need not be parsed. Behind a percent sign any letter may be meant.
  let known: URLSearchParams | undefined;
  const has = (name: string): boolean => {
    if (!query.includes(name) && !query.includes('%')) return false;
    known ??= new URLSearchParams(query);
    return known.has(name);
  };
  const added = parameters
    .filter(([name]) => !has(name))
    .map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll("'", '%27')}`)
    .join('&');
  if (added === '') return url;
  const joint = mark < 0 ? '?' : /[?&]$/.test(page) ? '' : '&';
  return page + joint + added + (hash < 0 ? '' : url.slice(hash));
}
