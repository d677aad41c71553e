/**
 * Webhooks of Mandrill (Mailchimp Transactional): a form whose field holds a JSON array of events, signed with HMAC-SHA1 over the
 * URL as Mandrill knows it and the fields of the form.
 */
import { createHash } from 'node:crypto';
import { type AboutEmail, click, emailEvent, open } from '../email-drafts.ts';
import {
  cut,
  entryOf,
  type Fields,
  fieldsOf,
  first,
  formOf,
  instant,
  listOf,
  needed,
  parsedJson,
  text,
} from '../fields.ts';
import { ownFields } from '../own-fields.ts';
import { hmac, isSignature, refused } from '../signing.ts';
import type { Delivery, Source, Translated } from '../source.ts';

const FIELD = 'mandrill_events';

export const mandrill: Source = {
  provider: 'mandrill',
  title: 'Mandrill',
  proof: 'signature',
  options: { url: 'the URL of this webhook exactly as it is entered at Mandrill; signatures cover it' },
  needs: ['url'],
  verify(delivery, { secrets, options }) {
    const form = formOf(delivery);
    // Mandrill asks with an empty list whether the URL is there, before it has made the key.
    if (form.get(FIELD)?.trim() === '[]') return { ok: true };
    const signature = delivery.headers['x-mandrill-signature'];
    if (signature === undefined) return refused('the header X-Mandrill-Signature is missing');
    const fields = [...form.entries()].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).flat();
    const expected = secrets.map((secret) => hmac('sha1', secret, String(options['url']), ...fields));
    if (isSignature(signature, 'base64', expected)) return { ok: true };
    return refused(
      'the signature fits none of the secrets; copy the key of this webhook from Mandrill, and its URL into options.url',
    );
  },
  itemsOf: (delivery: Delivery) => listOf(parsedJson(needed(formOf(delivery).get(FIELD), FIELD), FIELD)),
  senderOf: (item) => fieldsOf(fieldsOf(item)['msg'])['sender'],
  translate,
};

const TYPES: Readonly<Record<string, Parameters<typeof emailEvent>[0]>> = {
  send: 'sent',
  delivered: 'delivered',
  deferral: 'deferred',
  hard_bounce: 'bounced',
  soft_bounce: 'bounced',
  reject: 'dropped',
  spam: 'complained',
  unsub: 'unsubscribed',
};

function translate(item: unknown): Translated {
  const event = fieldsOf(item);
  const name = nameOf(event);
  if (name === 'inbound') return { ignored: 'Mandrill received a message' };
  const about = aboutOf(event, name);
  const client = { user_agent: text(event['user_agent']), ip_address: text(event['ip']) };
  switch (name) {
    case 'open':
      return { drafts: [open(about, client)] };
    case 'click':
      return { drafts: [click(about, { ...client, url: text(event['url']) })] };
    default:
      return { drafts: [emailEvent(entryOf(TYPES, name) ?? 'other', about, whyOf(event, name))] };
  }
}

/** Changes of the lists of addresses have no name, but a type and an action. */
function nameOf(event: Fields): string {
  const [type, action] = [text(event['type']), text(event['action'])];
  const of_list = type === undefined || action === undefined ? undefined : `${type}_${action}`;
  return needed(text(event['event']) ?? of_list, 'event');
}

const BOUNCES: Readonly<Record<string, 'hard' | 'soft'>> = { hard_bounce: 'hard', soft_bounce: 'soft' };

function whyOf(event: Fields, name: string) {
  const message = fieldsOf(event['msg']);
  const entry = fieldsOf(event['reject'] ?? message['reject']);
  const reason = text(message['diag']) ?? text(message['bounce_description']) ?? entry['reason'];
  return { bounce_kind: entryOf(BOUNCES, name), reason: cut(reason, 500) };
}

function aboutOf(event: Fields, provider_event: string): AboutEmail {
  const message = fieldsOf(event['msg']);
  const own = ownFields(fieldsOf(message['metadata']));
  const message_id = text(event['_id']) ?? text(message['_id']);
  return {
    provider: 'mandrill',
    provider_event,
    event_key: message_id && [message_id, text(event['ts']), ...linkOf(event)].join('_'),
    email: text(message['email']) ?? text(fieldsOf(event['reject'])['email']),
    ...own,
    occurred_at: instant(event['ts'], 'ts'),
    message_id: cut(message_id, 200),
    campaign_id: own.campaign_id ?? cut(first(message['tags']), 200),
    email_id: own.email_id ?? cut(message['template'], 200),
  };
}

/** Two links may be clicked in one second. */
function linkOf(event: Fields): string[] {
  const url = text(event['url']);
  return url === undefined ? [] : [createHash('sha256').update(url).digest('hex').slice(0, 12)];
}
