/** Email events: what happened to a sent email, such as its delivery. Rates divide by them; they never earn credit. */

import { CAMPAIGN_KIND } from './campaign-kind.ts';
import { SENT_AT } from './clock.ts';
import { EMAIL } from './email-person.ts';
import { BRAND_ID, CutText, GroupId, Id, Instant, OneOf, RecordId } from './fields.ts';
import { defineRecord } from './record.ts';
import { Type } from './typebox.ts';
import { recipientProblem } from './who.ts';

/** `deferred` is tried again; `dropped` was never tried; `other` is an event of a provider that has no type here. */
export const EMAIL_EVENT_TYPES = [
  'sent',
  'delivered',
  'bounced',
  'complained',
  'unsubscribed',
  'deferred',
  'dropped',
  'resubscribed',
  'other',
] as const;
export type EmailEventType = (typeof EMAIL_EVENT_TYPES)[number];

/** A hard bounce is for ever; a soft one may be delivered another day. */
export const BOUNCE_KINDS = ['hard', 'soft'] as const;

export const EmailEventSchema = Type.Object(
  {
    event_id: Type.Optional(RecordId('Made from the content when left out')),
    brand_id: BRAND_ID,
    event_type: OneOf(EMAIL_EVENT_TYPES, 'What happened'),
    customer_id: Type.Optional(Id('The recipient; one of customer_id and email is needed')),
    email: EMAIL,
    campaign_id: Type.Optional(GroupId('The campaign')),
    email_id: Type.Optional(GroupId('The email within the campaign')),
    message_id: Type.Optional(Id('The id of one email to one recipient')),
    campaign_kind: CAMPAIGN_KIND,
    bounce_kind: Type.Optional(OneOf(BOUNCE_KINDS, 'Whether the address is gone, or only could not be reached')),
    provider: Type.Optional(CutText('The email provider', 100)),
    provider_event: Type.Optional(CutText('The name of the event at the provider', 100)),
    reason: Type.Optional(CutText('Why, in the words of the provider, without addresses', 500)),
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
  fields_since: { campaign_kind: 6, bounce_kind: 6, provider: 6, provider_event: 6, reason: 6 },
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
  check: recipientProblem,
  aliases: { timestamp: 'occurred_at', type: 'event_type' },
});
