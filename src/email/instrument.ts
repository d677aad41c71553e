/** Instruments an email: its links lead through `GET /c/TOKEN`, and a pixel shows opens. Pure: no clock, no network, no randomness. */
import { hash } from 'node:crypto';
import { type FoundLink, findLinks } from './find-links.ts';
import { clickToken, type Mail, openToken } from './payload.ts';
import { honeypotHtml, pixelHtml } from './pixel.ts';
import { type SkipRules, targetOf, untouchedTargets } from './skip.ts';
import type { SkipReason } from './target.ts';
import { withParameters } from './target.ts';
import { MAX_TOKEN_LENGTH, type TokenKey } from './token.ts';

/** Links of one email that are rewritten; further ones stay as they are, and the answer says so. */
export const MAX_LINKS = 1_000;

/** Campaign labels, by what follows `utm_` in the parameter. */
export const UTM_NAMES = ['source', 'medium', 'campaign', 'content', 'term', 'id'] as const;
export type UtmValues = Partial<Record<(typeof UTM_NAMES)[number], string>>;

export interface InstrumentOptions {
  /** Labels to add where a link has none of the name; false adds none. Medium, campaign and content have defaults. */
  utm?: UtmValues | false | undefined;
  /** Addresses of links that stay as they are, also as the value of a List-Unsubscribe header. */
  untouched?: readonly string[] | undefined;
  /** False for an email without a pixel. */
  pixel?: boolean | undefined;
  /** The page of the hidden link; null for none. */
  honeypot_url?: string | null | undefined;
}

export interface Instrumented {
  html: string;
  /** Links that were rewritten and that every mail program shows. */
  links: number;
  /** Links that were rewritten and that only Outlook on Windows shows. */
  outlook_links: number;
  /** Links that stay as they are, by reason. */
  skipped: Partial<Record<SkipReason, number>>;
  /** Set if there are more links than are rewritten: how many stayed as they are. */
  links_left_out?: number;
  pixel_url: string | null;
}

interface Rewrite {
  link: FoundLink;
  url: string;
}

/**
 * Rewrites the links of an email and adds the pixel. Everything else stays byte for byte as it is.
 * @param base_url canonical, without a slash at its end.
 */
export function instrumentHtml(
  html: string,
  mail: Mail,
  base_url: string,
  key: TokenKey,
  options: InstrumentOptions = {},
): Instrumented {
  const found = findLinks(html);
  const skipped: Instrumented['skipped'] = {};
  const rules = { base_url, untouched: untouchedTargets(options.untouched ?? []) };
  const wanted = rewritable(found.links, rules, skipped);
  const { visible, outlook, left_out } = numbered(wanted, found.left_out);
  const labels = utmOf(mail, options.utm ?? {});
  const edits: Array<{ start: number; end: number; text: string }> = [];
  for (const [i, { link, url }] of [...visible, ...outlook].entries()) {
    const target = withParameters(url, labels);
    const place = { url: target, link: i + 1, links: visible.length, text_hash: textHash(link), is_honeypot: false };
    const token = clickToken(mail, place, key);
    // Only a very long address makes a token that no proxy would take.
    if (token.length > MAX_TOKEN_LENGTH) add(skipped, 'too_long');
    else edits.push({ start: link.start, end: link.end, text: quoted(`${base_url}/c/${token}`, link) });
  }
  const pixel_url = options.pixel === false ? null : `${base_url}/o/${openToken(mail, key)}.gif`;
  const added = [];
  if (options.honeypot_url) {
    const place = { url: options.honeypot_url, link: 0, links: visible.length, text_hash: '', is_honeypot: true };
    added.push(honeypotHtml(`${base_url}/c/${clickToken(mail, place, key)}`));
  }
  if (pixel_url !== null) added.push(pixelHtml(pixel_url));
  edits.push({ start: found.body_end, end: found.body_end, text: added.join('') });
  return {
    html: edited(html, edits),
    links: visible.length,
    outlook_links: outlook.length,
    skipped,
    ...(left_out > 0 && { links_left_out: left_out }),
    pixel_url,
  };
}

function rewritable(links: readonly FoundLink[], rules: SkipRules, skipped: Instrumented['skipped']): Rewrite[] {
  const wanted: Rewrite[] = [];
  for (const link of links) {
    const target = targetOf(link, rules);
    if ('skip' in target) add(skipped, target.skip);
    else wanted.push({ link, url: target.url });
  }
  return wanted;
}

/** The links in the order of their numbers. Those that every program shows come first, so that a reader can have clicked all of them. */
function numbered(
  wanted: readonly Rewrite[],
  not_found: number,
): { visible: Rewrite[]; outlook: Rewrite[]; left_out: number } {
  const visible = wanted.filter(({ link }) => !link.in_comment).slice(0, MAX_LINKS);
  const outlook = wanted.filter(({ link }) => link.in_comment).slice(0, MAX_LINKS - visible.length);
  return { visible, outlook, left_out: not_found + wanted.length - visible.length - outlook.length };
}

function add(counts: Instrumented['skipped'], reason: SkipReason): void {
  counts[reason] = (counts[reason] ?? 0) + 1;
}

function utmOf({ campaign_id, email_id }: Mail, utm: UtmValues | false): Array<readonly [string, string]> {
  if (utm === false) return [];
  const values: UtmValues = {
    source: 'email',
    medium: 'email',
    ...(campaign_id !== undefined && { campaign: campaign_id }),
    ...(email_id !== undefined && { content: email_id }),
    ...utm,
  };
  return UTM_NAMES.filter((name) => values[name]).map((name) => [`utm_${name}`, values[name]!] as const);
}

function textHash({ text }: FoundLink): string {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean).join(' ');
  return hash('sha256', words, 'base64url').slice(0, 6);
}

/** The new value of an attribute, in the quotes that the old one had. A link's own address holds no character that needs escaping. */
function quoted(url: string, { quote }: FoundLink): string {
  const value = url.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
  return quote === '' ? `"${value}"` : quote + value + quote;
}

function edited(html: string, edits: Array<{ start: number; end: number; text: string }>): string {
  const parts: string[] = [];
  let copied = 0;
  for (const { start, end, text } of edits.sort((a, b) => a.start - b.start)) {
    parts.push(html.slice(copied, start), text);
    copied = end;
  }
  parts.push(html.slice(copied));
  return parts.join('');
}
