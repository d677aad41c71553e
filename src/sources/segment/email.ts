/** Segment's email events, which email providers send through it. */
import type { EmailEventType } from '../../domain/email-event.ts';
import type { Draft } from '../../log/envelope.ts';
import { type AboutEmail, click, emailEvent, open } from '../email-drafts.ts';
import { cut, instant, text } from '../fields.ts';
import type { Message } from './message.ts';
import { requestOf } from './message.ts';

export const EMAIL: Readonly<Record<string, EmailEventType | 'open' | 'click'>> = {
  'Email Sent': 'sent',
  'Email Delivered': 'delivered',
  'Email Opened': 'open',
  'Email Link Clicked': 'click',
  'Email Bounced': 'bounced',
  'Email Marked as Spam': 'complained',
  'Email Deferred': 'deferred',
  'Email Dropped': 'dropped',
  Unsubscribed: 'unsubscribed',
  Subscribed: 'resubscribed',
};

export function emailEvents(message: Message, event: string): Draft {
  const { properties, common } = message;
  const occurred_at = instant(common['occurred_at'], 'timestamp');
  const about: AboutEmail = {
    provider: 'segment',
    provider_event: event,
    event_key: message.id ?? `${text(properties['email_id']) ?? ''}_${occurred_at}`,
    email: message.email?.includes('@') ? message.email : undefined,
    customer_id: text(common['customer_id']),
    occurred_at,
    campaign_id: cut(properties['campaign_id'] ?? properties['campaign_name'], 200),
    email_id: cut(properties['email_id'], 200),
  };
  const { url, user_agent, ip_address } = requestOf(message) as Record<string, string | undefined>;
  switch (EMAIL[event]) {
    case 'open':
      return open(about, { user_agent, ip_address });
    case 'click':
      return click(about, { user_agent, ip_address, url: text(properties['link_url']) ?? url });
    default:
      return emailEvent(EMAIL[event] as EmailEventType, about);
  }
}
