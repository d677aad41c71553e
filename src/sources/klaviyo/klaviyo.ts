/** Klaviyo's system webhooks: events of its metrics, each with its topic, signed over the bytes of the body and the timestamp. */
import type { EmailEventType } from '../../domain/email-event.ts';
import { type AboutEmail, click, emailEvent, open, otherClick } from '../email-drafts.ts';
import { cut, entryOf, type Fields, fieldsOf, instant, isTrue, jsonOf, needed, text } from '../fields.ts';
import { MAX_GROUP_LENGTH } from '../own-fields.ts';
import { hmac, isSignature, refused, staleness } from '../signing.ts';
import { type Delivery, type Source, type Translated, Unusable } from '../source.ts';

export const klaviyo: Source = {
  provider: 'klaviyo',
  title: 'Klaviyo',
  proof: 'signature',
  verify(delivery, { secrets }, { now_ms }) {
    const { body, headers } = delivery;
    const [signature, timestamp] = [headers['klaviyo-signature'], headers['klaviyo-timestamp']];
    if (signature === undefined || timestamp === undefined)
      return refused('the headers of the signature are missing; enter the URL as a system webhook of Klaviyo');
    const expected = secrets.map((secret) => hmac('sha256', secret, body, timestamp));
    if (!isSignature(signature, 'hex', expected))
      return refused('the signature does not fit the secret; give this webhook the same secret at Klaviyo and here');
    const sent_ms = /^\d+(?:\.\d+)?$/.test(timestamp) ? Number(timestamp) * 1_000 : Date.parse(timestamp);
    const stale = staleness(sent_ms, now_ms);
    if (stale !== undefined) return refused(stale);
    return namesItsWebhook(delivery)
      ? { ok: true }
      : refused('the header Klaviyo-Webhook-Id and the body do not name the same webhook');
  },
  itemsOf(delivery) {
    const { data } = fieldsOf(jsonOf(delivery));
    if (!Array.isArray(data)) throw new Unusable('data: is no list of events');
    return data;
  },
  translate,
};

/** The header with the id of the webhook is not signed, the body is. A body that is no JSON has no id; it is kept as it is. */
function namesItsWebhook(delivery: Delivery): boolean {
  try {
    const { klaviyo_webhook_id } = fieldsOf(fieldsOf(jsonOf(delivery))['meta']);
    return klaviyo_webhook_id === delivery.headers['klaviyo-webhook-id'];
  } catch {
    return true;
  }
}

const TYPES: Readonly<Record<string, EmailEventType>> = {
  received_email: 'sent',
  email_delivered: 'delivered',
  delivered_email: 'delivered',
  bounced_email: 'bounced',
  dropped_email: 'dropped',
  marked_email_as_spam: 'complained',
  unsubscribed_from_email_marketing: 'unsubscribed',
  subscribed_to_email_marketing: 'resubscribed',
};

function translate(item: unknown): Translated {
  const fields = fieldsOf(item);
  const name = needed(fields['topic'], 'topic').replace(/^event:(?:klaviyo\.)?/, '');
  const document = fieldsOf(fields['payload']);
  const event = fieldsOf(document['data'] ?? document);
  const attributes = fieldsOf(event['attributes']);
  const properties = propertiesOf(attributes['event_properties'] ?? attributes['properties']);
  const about = aboutOf(
    name,
    text(fields['external_id'] ?? event['id']),
    event,
    properties,
    profileOf(document, event),
  );
  const how = {
    machine: isMachine(properties),
    url: text(properties['url']),
    user_agent: text(properties['useragent']),
  };
  if (name === 'opened_email') return { drafts: [open(about, how)] };
  if (name === 'clicked_email') return { drafts: [click(about, how)] };
  if (name === 'clicked_sms') return { drafts: [otherClick('sms_click', about, how)] };
  if (name === 'opened_push') return { drafts: [otherClick('push_click', about, how)] };
  if (/(?:^|_)(?:sms|push|mms|whatsapp)(?:_|$)/.test(name)) return { ignored: 'it is about no email, and no click' };
  return {
    drafts: [
      emailEvent(entryOf(TYPES, name) ?? 'other', about, {
        ...(name === 'bounced_email' && {
          bounce_kind: /^soft$/i.test(text(properties['bouncetype']) ?? '') ? 'soft' : 'hard',
        }),
        reason: cut(properties['bouncereason'] ?? properties['reason'], 500),
      }),
    ],
  };
}

/** Properties by name in small letters without signs, since Klaviyo writes `Bot Click`, `machine_open` and `$message`. */
function propertiesOf(given: unknown): Fields {
  return Object.fromEntries(
    Object.entries(fieldsOf(given)).map(([name, value]) => [name.toLowerCase().replace(/[^a-z0-9]/g, ''), value]),
  );
}

const MACHINE_FLAGS = [
  'botclick',
  'isbot',
  'machineopen',
  'ismachineopen',
  'appleprivacyopen',
  'applemailprivacyopen',
  'mppopen',
];
const isMachine = (properties: Fields): true | undefined =>
  MACHINE_FLAGS.some((name) => isTrue(properties[name])) || undefined;

interface Profile {
  /** The id that the shop gave the profile, else that of Klaviyo. */
  id: string | undefined;
  email: string | undefined;
}

/** The profile of an event: a relationship, and its fields if the webhook includes them. */
function profileOf(document: Fields, event: Fields): Profile {
  const id = text(fieldsOf(fieldsOf(fieldsOf(event['relationships'])['profile'])['data'])['id']);
  const included = Array.isArray(document['included']) ? document['included'].map(fieldsOf) : [];
  const { attributes } = included.find((one) => one['type'] === 'profile' && text(one['id']) === id) ?? {};
  const { external_id, email } = fieldsOf(attributes ?? fieldsOf(event['attributes'])['profile']);
  return { id: text(external_id) ?? id, email: text(email) };
}

function aboutOf(
  provider_event: string,
  event_key: string | undefined,
  event: Fields,
  properties: Fields,
  profile: Profile,
): AboutEmail {
  const { timestamp, datetime } = fieldsOf(event['attributes']);
  const [flow, message] = [text(properties['flow']), text(properties['message'])];
  const campaign = text(properties['campaignname']);
  return {
    provider: 'klaviyo',
    provider_event,
    event_key,
    email: text(properties['recipientemailaddress'] ?? properties['email']) ?? profile.email,
    customer_id: profile.id,
    occurred_at: instant(timestamp ?? datetime, 'timestamp'),
    campaign_id: cut(campaign ?? flow, MAX_GROUP_LENGTH),
    // Klaviyo names a message to all who get it, and not the message to one.
    email_id: cut(message, MAX_GROUP_LENGTH),
    campaign_kind: flow !== undefined ? 'flow' : campaign !== undefined ? 'campaign' : undefined,
  };
}
