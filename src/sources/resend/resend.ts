/** Resend's webhooks: one event a delivery, signed as Svix does. */
import type { EmailEventType } from '../../domain/email-event.ts';
import { type AboutEmail, click, emailEvent, open } from '../email-drafts.ts';
import { cut, entryOf, type Fields, fieldsOf, instant, jsonOf, listOf, needed, text } from '../fields.ts';
import { MAX_GROUP_LENGTH, ownIds } from '../own-fields.ts';
import type { Source, Translated } from '../source.ts';
import { verifyStandardWebhook, webhookId } from '../standard-webhooks.ts';

export const resend: Source = {
  provider: 'resend',
  title: 'Resend',
  proof: 'signature',
  verify: (delivery, { secrets }, { now_ms }) => verifyStandardWebhook(delivery, secrets, now_ms, 'Resend'),
  // The id of an event stands in a header only.
  itemsOf: (delivery) =>
    listOf(jsonOf(delivery)).map((event) => ({ webhook_id: webhookId(delivery), ...fieldsOf(event) })),
  senderOf: (item) => fieldsOf(fieldsOf(item)['data'])['from'],
  translate,
};

const TYPES: Readonly<Record<string, EmailEventType>> = {
  'email.sent': 'sent',
  'email.delivered': 'delivered',
  'email.delivery_delayed': 'deferred',
  'email.bounced': 'bounced',
  'email.failed': 'dropped',
  'email.suppressed': 'dropped',
  'email.complained': 'complained',
};

function translate(item: unknown): Translated {
  const event = fieldsOf(item);
  const name = needed(event['type'], 'type');
  if (name.startsWith('domain.')) return { ignored: 'it is about a domain, and about no person' };
  if (name === 'email.received') return { ignored: 'it is about an email to you' };
  const data = fieldsOf(event['data']);
  const recipients = [data['to'] ?? data['email']].flat().map(text);
  return {
    drafts: (recipients.length === 0 ? [undefined] : recipients).map((email, number) => {
      const about = aboutOf(event, data, name, email, number);
      if (name === 'email.opened') return open(about, howOf(data['open']));
      if (name === 'email.clicked') return click(about, howOf(data['click']));
      return emailEvent(entryOf(TYPES, name) ?? 'other', about, failureOf(data));
    }),
  };
}

function howOf(given: unknown) {
  const how = fieldsOf(given);
  return {
    url: text(how['link']),
    ip_address: text(how['ipAddress'] ?? how['ip_address']),
    user_agent: text(how['userAgent'] ?? how['user_agent']),
  };
}

function failureOf(data: Fields): { bounce_kind?: 'hard' | 'soft'; reason?: string | undefined } {
  const bounce = fieldsOf(data['bounce']);
  const reason = bounce['message'] ?? fieldsOf(data['failed'])['reason'] ?? fieldsOf(data['suppressed'])['message'];
  const type = text(bounce['type'])?.toLowerCase();
  return {
    ...(type === 'permanent' && { bounce_kind: 'hard' }),
    ...((type === 'transient' || type === 'temporary') && { bounce_kind: 'soft' }),
    reason: cut(reason, 500),
  };
}

function aboutOf(
  event: Fields,
  data: Fields,
  provider_event: string,
  email: string | undefined,
  number: number,
): AboutEmail {
  const tags = tagsOf(data['tags']);
  const own = ownIds(tags);
  const delivery = text(event['webhook_id']);
  const broadcast = text(data['broadcast_id']);
  return {
    provider: 'resend',
    provider_event,
    // An email to several people is one event of Resend, and one for each of them here.
    event_key: delivery === undefined || number === 0 ? delivery : `${delivery}_${number}`,
    email,
    customer_id: own.customer_id,
    // The time in `data` is that of the email.
    occurred_at: instant(event['created_at'] ?? data['created_at'], 'created_at'),
    message_id: cut(data['email_id'], MAX_GROUP_LENGTH),
    campaign_id: own.campaign_id ?? cut(broadcast ?? tags['campaign'] ?? tags['category'], MAX_GROUP_LENGTH),
    email_id: own.email_id ?? cut(data['template_id'], MAX_GROUP_LENGTH),
    campaign_kind: broadcast === undefined ? undefined : 'campaign',
  };
}

/** Tags as an object, or as a list of names and values. */
function tagsOf(tags: unknown): Fields {
  if (!Array.isArray(tags)) return fieldsOf(tags);
  return Object.fromEntries(
    tags.map(fieldsOf).flatMap(({ name, value }) => (typeof name === 'string' ? [[name, value]] : [])),
  );
}
