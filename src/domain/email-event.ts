/** Email events: what happened to a sent email, such as its delivery. Rates divide by them; they never earn credit. */

import { SENT_AT } from './clock.ts';
import { BRAND_ID, GroupId, Id, Instant, OneOf, RecordId } from './fields.ts';
import { defineRecord } from './record.ts';
import { Type } from './typebox.ts';

export const EMAIL_EVENT_TYPES = ['sent', 'delivered', 'bounced', 'complained', 'unsubscribed'] as const;

export const EmailEventSchema = Type.Object(
  {
    event_id: Type.Optional(RecordId('Made from the content when left out')),
    brand_id: BRAND_ID,
    event_type: OneOf(EMAIL_EVENT_TYPES, 'What happened'),
    customer_id: Id('The recipient'),
    campaign_id: Type.Optional(GroupId('The campaign')),
    email_id: Type.Optional(GroupId('The email within the campaign')),
    message_id: Type.Optional(Id('The id of one email to one recipient')),
    occurred_at: Instant('When it happened'),
    sent_at: SENT_AT,
  },
  { additionalProperties: false, $id: 'EmailEvent' },
);

export const emailEvents = defineRecord({
  name: 'email_events',
  singular: 'email event',
  id_field: 'event_id',
  id_prefix: 'ee_',
  schema: EmailEventSchema,
  since: 1,
  kept: 'first',
  subjects: { customer_id: 'customer' },
  instant_field: 'occurred_at',
  examples: {
    delivered: {
      event_type: 'delivered',
      customer_id: 'customer-1',
      campaign_id: 'spring-sale',
      email_id: 'teaser',
      occurred_at: '2026-03-01T08:00:00Z',
    },
  },
  aliases: { timestamp: 'occurred_at', type: 'event_type' },
});
