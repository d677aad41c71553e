/**
 * Mailgun's webhooks: one event as JSON. The signature is in the body and covers only its timestamp and token. So a token is taken
 * again only with the same body, and only while tokens are remembered.
 */
import { type AboutEmail, click, emailEvent, open } from '../email-drafts.ts';
import { cut, entryOf, type Fields, fieldsIn, fieldsOf, first, instant, jsonOf, needed, text } from '../fields.ts';
import { ownFields } from '../own-fields.ts';
import { hmac, isSignature, refused, staleness } from '../signing.ts';
import type { Source, Translated } from '../source.ts';

/** Mailgun tries for 8 hours. Tokens are remembered for longer than twice this time. */
const TOLERANCE_MS = 86_400_000;
const MAX_TOKEN_LENGTH = 200;

export const mailgun: Source = {
  provider: 'mailgun',
  title: 'Mailgun',
  proof: 'signature',
  verify(delivery, { secrets }, { now_ms }) {
    const given = fieldsOf(fieldsIn(delivery)['signature']);
    const [timestamp, token, signature] = [given['timestamp'], given['token'], given['signature']].map(text);
    if (timestamp === undefined || token === undefined || signature === undefined || token.length > MAX_TOKEN_LENGTH)
      return refused('the body has no signature with timestamp, token and signature; send webhooks of Mailgun here');
    const expected = secrets.map((secret) => hmac('sha256', secret, timestamp, token));
    if (!isSignature(signature, 'hex', expected))
      return refused('the signature fits none of the secrets; copy the HTTP webhook signing key from Mailgun');
    const stale = staleness(/^\d+$/.test(timestamp) ? Number(timestamp) * 1_000 : Number.NaN, now_ms, TOLERANCE_MS);
    return stale === undefined ? { ok: true, once: token } : refused(stale);
  },
  itemsOf: (delivery) => [fieldsOf(jsonOf(delivery))['event-data']],
  senderOf,
  translate,
};

/** Opens and clicks have no sender. A message id of Mailgun ends with the domain that sent the email. */
function senderOf(item: unknown): unknown {
  const headers = fieldsOf(fieldsOf(fieldsOf(item)['message'])['headers']);
  return headers['from'] ?? headers['message-id'];
}

const TYPES: Readonly<Record<string, Parameters<typeof emailEvent>[0]>> = {
  accepted: 'sent',
  delivered: 'delivered',
  rejected: 'dropped',
  complained: 'complained',
  unsubscribed: 'unsubscribed',
};

function translate(item: unknown): Translated {
  const event = fieldsOf(item);
  const name = needed(event['event'], 'event-data.event');
  if (name === 'stored') return { ignored: 'Mailgun stored a received message' };
  const about = aboutOf(event, name);
  switch (name) {
    case 'opened':
      return { drafts: [open(about, clientOf(event))] };
    case 'clicked':
      return { drafts: [click(about, { ...clientOf(event), url: text(event['url']) })] };
    case 'failed':
      return { drafts: [failure(event, about)] };
    default:
      return { drafts: [emailEvent(entryOf(TYPES, name) ?? 'other', about, { reason: reasonOf(event) })] };
  }
}

/** A message to an address on a suppression list was never tried. */
function failure(event: Fields, about: AboutEmail) {
  const reason = reasonOf(event);
  if (event['severity'] === 'temporary') return emailEvent('deferred', about, { reason });
  if (text(event['reason'])?.startsWith('suppress-')) return emailEvent('dropped', about, { reason });
  return emailEvent('bounced', about, { bounce_kind: 'hard', reason });
}

function reasonOf(event: Fields): string | undefined {
  const status = fieldsOf(event['delivery-status']);
  const reason =
    text(status['message']) ??
    text(status['description']) ??
    text(fieldsOf(event['reject'])['reason']) ??
    event['reason'];
  return cut(reason, 500);
}

const DEVICES: Readonly<Record<string, string>> = { desktop: 'desktop', mobile: 'mobile', tablet: 'tablet' };

/** `bot` names who loaded the image: Google's proxy does so for a reader, others without one. */
function clientOf(event: Fields) {
  const client = fieldsOf(event['client-info']);
  const bot = text(client['bot'])?.toLowerCase();
  return {
    user_agent: text(client['user-agent']),
    ip_address: text(event['ip']),
    device_type: entryOf(DEVICES, client['device-type']),
    machine: bot === undefined || bot === 'gmail' ? undefined : true,
    evidence: bot === 'gmail' ? { proxied: true } : {},
  };
}

function aboutOf(event: Fields, provider_event: string): AboutEmail {
  const headers = fieldsOf(fieldsOf(event['message'])['headers']);
  const own = ownFields(fieldsOf(event['user-variables']));
  return {
    provider: 'mailgun',
    provider_event,
    event_key: text(event['id']),
    email: text(event['recipient']) ?? text(headers['to']),
    ...own,
    occurred_at: instant(event['timestamp'], 'event-data.timestamp'),
    message_id: cut(text(headers['message-id'])?.replace(/^<|>$/g, ''), 200),
    campaign_id: own.campaign_id ?? cut(fieldsOf(first(event['campaigns']))['id'] ?? first(event['tags']), 200),
    email_id: own.email_id ?? cut(fieldsOf(event['template'])['name'], 200),
  };
}
