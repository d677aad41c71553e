/** What a token says about an email and one of its links, and the short names that this has in the token. */
import { CAMPAIGN_KINDS, type CampaignKind } from '../domain/campaign-kind.ts';
import { isCanonicalTarget } from './target.ts';
import { type Purpose, seal, type TokenKey, unseal } from './token.ts';

/** One email to one recipient. */
export interface Mail {
  brand_id: string;
  /** One of the two. The server stores a hash of the address, unless the brand keeps addresses. */
  customer_id?: string;
  email?: string;
  message_id: string;
  campaign_id?: string;
  email_id?: string;
  campaign_kind?: CampaignKind;
  /** When it was sent, in seconds since 1970. */
  sent_s: number;
  /** Of this email; the setting when left out. */
  tracking_days?: number;
}

/** One link of an email. */
export interface MailLink {
  /** The page, in canonical form. */
  url: string;
  /** Its number in the email, from 1. Links in comments, which only Outlook shows, have the highest numbers. */
  link: number;
  /** The number of links that every mail program shows. */
  links: number;
  /** A hash of its text. With the number it tells if a link is the same in two versions of an email. */
  text_hash: string;
  /** True for the hidden link, which people do not see. */
  is_honeypot: boolean;
}

type Short = Record<string, string | number>;

function shortMail(mail: Mail): Short {
  return {
    m: mail.message_id,
    b: mail.brand_id,
    s: mail.sent_s,
    ...(mail.customer_id !== undefined && { c: mail.customer_id }),
    ...(mail.email !== undefined && { a: mail.email }),
    ...(mail.campaign_id !== undefined && { g: mail.campaign_id }),
    ...(mail.email_id !== undefined && { e: mail.email_id }),
    ...(mail.campaign_kind !== undefined && { k: mail.campaign_kind }),
    ...(mail.tracking_days !== undefined && { d: mail.tracking_days }),
  };
}

/** The token of an email's pixel. */
export function openToken(mail: Mail, key: TokenKey): string {
  return seal('open', shortMail(mail), key);
}

/** The token of a link. */
export function clickToken(mail: Mail, { url, link, links, text_hash, is_honeypot }: MailLink, key: TokenKey): string {
  const short = { ...shortMail(mail), u: url, l: link, n: links, t: text_hash, ...(is_honeypot && { h: 1 }) };
  return seal('click', short, key);
}

/** The email of an open token; undefined if the key did not make it. */
export function readOpenToken(token: string, key: TokenKey): Mail | undefined {
  const short = shortOf('open', token, key);
  return short && readMail(short);
}

/** Email and link of a click token; undefined if the key did not make it, or its target is no page. */
export function readClickToken(token: string, key: TokenKey): (Mail & MailLink) | undefined {
  const short = shortOf('click', token, key);
  const mail = short && readMail(short);
  if (mail === undefined) return undefined;
  const { u: url, l: link, n: links, t: text_hash, h } = short!;
  if (typeof url !== 'string' || !isCanonicalTarget(url)) return undefined;
  if (!isCount(link) || !isCount(links) || typeof text_hash !== 'string') return undefined;
  return Object.assign(mail, { url, link, links, text_hash, is_honeypot: h === 1 });
}

/** The names and values of a token. A mail program with a key of its own may have written anything, so they are checked. */
function shortOf(purpose: Purpose, token: string, key: TokenKey): Short | undefined {
  const content = unseal(purpose, token, key);
  return typeof content === 'object' && content !== null && !Array.isArray(content) ? (content as Short) : undefined;
}

function readMail({ m, c, a, b, s, g, e, k, d }: Short): Mail | undefined {
  if (typeof m !== 'string' || typeof b !== 'string' || !isCount(s)) return undefined;
  const mail: Mail = { message_id: m, brand_id: b, sent_s: s };
  if (typeof c === 'string') mail.customer_id = c;
  else if (typeof a === 'string') mail.email = a;
  else return undefined;
  const kind = CAMPAIGN_KINDS.find((known) => known === k);
  if (typeof g === 'string') mail.campaign_id = g;
  if (typeof e === 'string') mail.email_id = e;
  if (kind !== undefined) mail.campaign_kind = kind;
  if (isCount(d)) mail.tracking_days = d;
  return mail;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
