/** The touchpoints of clicks and opens: what the token says, and what the request shows about who made it. */
import type { IncomingHttpHeaders } from 'node:http';
import { browserConsent } from '../domain/consent/browser-signals.ts';
import { MAX_USER_AGENT_LENGTH } from '../domain/fields.ts';
import { formatInstant } from '../domain/time.ts';
import type { TouchpointInput } from '../domain/touchpoint.ts';
import type { Mail, MailLink } from './payload.ts';

/** A request as a touchpoint needs it. */
export interface Seen {
  method: string;
  headers: IncomingHttpHeaders;
  ip_address: string | undefined;
  now_ms: number;
  /** True if `DNT: 1` denies measurement and sharing; false when left out. */
  honors_dnt?: boolean;
  /** A ULID of this request. */
  event_id: string;
}

const DAY_S = 86_400;
const MAX_HEADER_LENGTH = 200;

/** True if a click or open of this email is still recorded. */
export function isRecorded({ sent_s, tracking_days }: Mail, of_settings_days: number, now_ms: number): boolean {
  return now_ms / 1_000 < sent_s + (tracking_days ?? of_settings_days) * DAY_S;
}

/** The name under which an order or a visit joins the click: the `anonymous_id` of a browser that came by it. */
export function clickAnonymousId(click_id: string): string {
  return `ct_${click_id}`;
}

export function clickTouchpoint(mail: Mail & MailLink, seen: Seen): TouchpointInput {
  const { url, link, links, text_hash, is_honeypot } = mail;
  const { event_id } = seen;
  // The names of evidence stand in order, also those that follow: the log keeps them so, and sorting them costs more than reading them.
  const evidence: Evidence = {};
  if (is_honeypot) evidence['honeypot'] = true;
  evidence['link'] = link;
  evidence['link_id'] = `${link}-${text_hash}`;
  evidence['links'] = links;
  const touchpoint = touchpointOf(mail, seen, 'email_click', `click_${event_id}`, evidence);
  touchpoint.anonymous_id = clickAnonymousId(event_id);
  touchpoint.click_ids = { ct: event_id };
  touchpoint.url = url;
  return touchpoint;
}

export function openTouchpoint(mail: Mail, seen: Seen): TouchpointInput {
  return touchpointOf(mail, seen, 'email_open', `open_${seen.event_id}`, {});
}

type Evidence = Record<string, unknown>;

/** What clicks and opens share. It sets fields one by one, since each click makes an object, and spreads cost more than all the rest. */
function touchpointOf(
  mail: Mail,
  { method, headers, ip_address, now_ms, honors_dnt = false }: Seen,
  touchpoint_type: 'email_click' | 'email_open',
  touchpoint_id: string,
  evidence: Evidence,
): TouchpointInput {
  evidence['method'] = method;
  addHeader(evidence, 'purpose', headers['sec-purpose'] ?? headers['purpose'] ?? headers['x-moz']);
  addHeader(evidence, 'sec_ch_ua', headers['sec-ch-ua']);
  addHeader(evidence, 'sec_fetch_mode', headers['sec-fetch-mode']);
  addHeader(evidence, 'sec_fetch_user', headers['sec-fetch-user']);
  evidence['sent_at'] = formatInstant(mail.sent_s * 1_000);
  const touchpoint: TouchpointInput = {
    touchpoint_id,
    touchpoint_type,
    brand_id: mail.brand_id,
    message_id: mail.message_id,
    channel: 'email',
    occurred_at: formatInstant(now_ms),
    evidence,
  };
  if (mail.customer_id !== undefined) touchpoint.customer_id = mail.customer_id;
  if (mail.email !== undefined) touchpoint.email = mail.email;
  const consent = browserConsent(headers, honors_dnt);
  if (consent !== null) touchpoint.consent = { ...consent };
  const user_agent = headers['user-agent'];
  if (mail.campaign_id !== undefined) touchpoint.campaign_id = mail.campaign_id;
  if (mail.email_id !== undefined) touchpoint.email_id = mail.email_id;
  if (mail.campaign_kind !== undefined) touchpoint.campaign_kind = mail.campaign_kind;
  if (ip_address !== undefined) touchpoint.ip_address = ip_address;
  if (user_agent) touchpoint.user_agent = user_agent.slice(0, MAX_USER_AGENT_LENGTH);
  return touchpoint;
}

/** A header that the client did not send is left out, which is evidence, too. */
function addHeader(evidence: Evidence, name: string, value: string | string[] | undefined): void {
  if (typeof value === 'string') evidence[name] = value.slice(0, MAX_HEADER_LENGTH);
}
