/** Two statements: that two ids belong together, and that a customer belongs to a segment. */

import { SENT_AT } from './clock.ts';
import { EMAIL } from './email-person.ts';
import { BRAND_ID, Id, Instant, JsonObject, OneOf, OWN_DATA, Probability, RecordId, Text } from './fields.ts';
import { defineRecord } from './record.ts';
import { type Static, Type } from './typebox.ts';

export const LINK_STATES = ['linked', 'unlinked'] as const;

/**
 * The kind of a link that is an accepted proposal of the product, and of the statement that takes it back. docs/semantics.md 4 says
 * how it counts.
 */
export const PROBABILISTIC = 'probabilistic';

export const IdentityLinkSchema = Type.Object(
  {
    link_id: Type.Optional(RecordId('Names this statement, not the pair; made from the content when left out')),
    brand_id: BRAND_ID,
    left_id: Type.Optional(Id('A customer_id or anonymous_id; needed where there is no left_email')),
    right_id: Type.Optional(Id('Another customer_id or anonymous_id; needed where there is no right_email')),
    left_email: EMAIL,
    right_email: EMAIL,
    kind: Type.Optional(
      Text('How the link became known: login, checkout, import, …; probabilistic for one that is only likely', 100),
    ),
    state: Type.Optional(OneOf(LINK_STATES, 'The latest statement of a pair counts; linked when left out')),
    probability: Type.Optional(Probability('The probability that the link is right; 1 when left out')),
    evidence: Type.Optional(JsonObject('The details of how it became known')),
    occurred_at: Instant('When it became known'),
    sent_at: SENT_AT,
  },
  { additionalProperties: false, $id: 'IdentityLink' },
);
export type IdentityLinkInput = Static<typeof IdentityLinkSchema>;

export const identityLinks = defineRecord({
  name: 'identity_links',
  singular: 'identity link',
  id_field: 'link_id',
  id_prefix: 'il_',
  schema: IdentityLinkSchema,
  since: 1,
  kept: 'latest_by_time',
  subjects: { left_id: 'either', right_id: 'either' },
  instant_field: 'occurred_at',
  examples: {
    login: { left_id: 'customer-1', right_id: 'device-7', kind: 'login', occurred_at: '2026-03-01T10:00:00Z' },
  },
  aliases: { timestamp: 'occurred_at' },
  check: (record) => {
    for (const side of ['left', 'right'])
      if (record[`${side}_id`] === undefined)
        return { field: `${side}_id`, reason: `is missing; send it, or the address as ${side}_email` };
    return record['left_id'] === record['right_id']
      ? { field: 'right_id', reason: 'equals left_id; send two different ids' }
      : undefined;
  },
});

export const CustomerSegmentSchema = Type.Object(
  {
    segment_id: Type.Optional(RecordId('Names this assignment; made from the content when left out')),
    brand_id: BRAND_ID,
    customer_id: Id('The customer'),
    segment_name: Text('The name of the segment', 200),
    segment_criteria: Type.Optional(Text('How the customers of the segment are chosen', 4_000)),
    assigned_at: Instant('When the customer joined the segment'),
    expires_at: Type.Optional(
      Instant('When the customer leaves the segment; no end when left out', { any_time: true }),
    ),
    segment_properties: OWN_DATA,
  },
  { additionalProperties: false, $id: 'CustomerSegment' },
);

export type CustomerSegmentInput = Static<typeof CustomerSegmentSchema>;

export const customerSegments = defineRecord({
  name: 'customer_segments',
  singular: 'customer segment',
  id_field: 'segment_id',
  id_prefix: 'cs_',
  schema: CustomerSegmentSchema,
  since: 1,
  kept: 'latest_by_time',
  subjects: { customer_id: 'customer' },
  instant_field: 'assigned_at',
  examples: {
    loyal: { customer_id: 'customer-1', segment_name: 'loyal', assigned_at: '2026-02-01T00:00:00Z' },
  },
  aliases: { occurred_at: 'assigned_at', timestamp: 'assigned_at' },
  check: (record) =>
    typeof record['expires_at'] === 'number' && record['expires_at'] <= (record['assigned_at'] as number)
      ? { field: 'expires_at', reason: 'is not after assigned_at; send a later time, or leave it out' }
      : undefined,
});
