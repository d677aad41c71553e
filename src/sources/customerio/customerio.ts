/** Customer.io's reporting webhooks: one event a delivery, signed over version, timestamp and the bytes of the body. */
import type { CampaignKind } from '../../domain/campaign-kind.ts';
import type { EmailEventType } from '../../domain/email-event.ts';
import { type AboutEmail, click, emailEvent, open, otherClick } from '../email-drafts.ts';
import { cut, entryOf, type Fields, fieldsOf, instant, isTrue, jsonOf, listOf, needed, text } from '../fields.ts';
import { MAX_GROUP_LENGTH } from '../own-fields.ts';
import { hmac, isSignature, refused, staleness } from '../signing.ts';
import type { Source, Translated } from '../source.ts';

export const customerio: Source = {
  provider: 'customerio',
  title: 'Customer.io',
  proof: 'signature',
  verify({ body, headers }, { secrets }, { now_ms }) {
    const [signature, timestamp] = [headers['x-cio-signature'], headers['x-cio-timestamp']];
    if (signature === undefined || timestamp === undefined)
      return refused('the headers of the signature are missing; enter the URL as a reporting webhook of Customer.io');
    const expected = secrets.map((secret) => hmac('sha256', secret, `v0:${timestamp}:`, body));
    if (!isSignature(signature, 'hex', expected))
      return refused('the signature does not fit the secret; copy the signing key of this webhook from Customer.io');
    const stale = staleness(/^\d+$/.test(timestamp) ? Number(timestamp) * 1_000 : Number.NaN, now_ms);
    return stale === undefined ? { ok: true } : refused(stale);
  },
  itemsOf: (delivery) => listOf(jsonOf(delivery)),
  translate,
};

/** `converted` is a goal of Customer.io, which has no order and no value; it is kept and counts nowhere. */
const TYPES: Readonly<Record<string, EmailEventType>> = {
  sent: 'sent',
  delivered: 'delivered',
  deferred: 'deferred',
  bounced: 'bounced',
  dropped: 'dropped',
  failed: 'dropped',
  undeliverable: 'dropped',
  spammed: 'complained',
  unsubscribed: 'unsubscribed',
  subscribed: 'resubscribed',
};

function translate(item: unknown): Translated {
  const event = fieldsOf(item);
  const metric = needed(event['metric'], 'metric');
  const object = needed(event['object_type'], 'object_type');
  const data = fieldsOf(event['data']);
  const about = aboutOf(event, data, object, metric);
  if (object !== 'email' && object !== 'customer') return otherObject(object, metric, data, about);
  if (object === 'email' && metric === 'opened')
    return {
      drafts: [
        open(about, {
          machine: isTrue(data['prefetched']) || isTrue(data['machine']) || undefined,
          evidence: {
            ...(isTrue(data['proxied']) && { proxied: true }),
            ...(isTrue(data['synthetic']) && { synthetic: true }),
          },
        }),
      ],
    };
  if (object === 'email' && metric === 'clicked') return { drafts: [click(about, clickOf(data))] };
  return {
    drafts: [
      emailEvent(entryOf(TYPES, metric) ?? 'other', about, {
        ...(metric === 'bounced' && { bounce_kind: 'hard' }),
        reason: cut(data['failure_message'] ?? data['reason'], 500),
      }),
    ],
  };
}

const clickOf = (data: Fields) => ({
  url: text(data['href'] ?? data['link']),
  machine: isTrue(data['machine']) || undefined,
});

/** Texts, pushes and messages in an app. Opening a push is a click on it. */
function otherObject(object: string, metric: string, data: Fields, about: AboutEmail): Translated {
  if (object === 'sms' && metric === 'clicked') return { drafts: [otherClick('sms_click', about, clickOf(data))] };
  if (object === 'push' && (metric === 'clicked' || metric === 'opened'))
    return { drafts: [otherClick('push_click', about, clickOf(data))] };
  if (object === 'in_app' && metric === 'clicked')
    return { drafts: [otherClick('push_click', about, clickOf(data), 'in_app')] };
  return { ignored: 'it is about no email, and no click on a text, a push or a message in an app' };
}

/**
 * What an event belongs to. A campaign of Customer.io is a workflow that each person enters on their own, so it is a flow here;
 * newsletters and broadcasts go to many at once.
 */
const KINDS: ReadonlyArray<readonly [field: string, kind: CampaignKind]> = [
  ['transactional_message_id', 'transactional'],
  ['newsletter_id', 'campaign'],
  ['broadcast_id', 'campaign'],
  ['campaign_id', 'flow'],
];

function aboutOf(event: Fields, data: Fields, object: string, metric: string): AboutEmail {
  const identifiers = fieldsOf(data['identifiers']);
  const [field, campaign_kind] = KINDS.find(([name]) => text(data[name]) !== undefined) ?? [];
  const email =
    text(identifiers['email']) ??
    text(data['email_address']) ??
    (object === 'email' ? text(data['recipient']) : undefined);
  const own_id = text(identifiers['id']) ?? (data['identifiers'] === undefined ? text(data['customer_id']) : undefined);
  return {
    provider: 'customerio',
    provider_event: `${object}_${metric}`,
    event_key: text(event['event_id']),
    email,
    customer_id: own_id ?? (email === undefined ? text(identifiers['cio_id'] ?? data['customer_id']) : undefined),
    occurred_at: instant(event['timestamp'], 'timestamp'),
    message_id: cut(data['delivery_id'], MAX_GROUP_LENGTH),
    campaign_id: field === undefined ? undefined : cut(data[field], MAX_GROUP_LENGTH),
    email_id: cut(data['action_id'] ?? data['content_id'], MAX_GROUP_LENGTH),
    campaign_kind,
  };
}
