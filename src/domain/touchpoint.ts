/** A touchpoint: one thing that a person did or was shown, on one channel, at one instant. */

import { CAMPAIGN_KIND } from './campaign-kind.ts';
import { SENT_AT } from './clock.ts';
import { EVENT_CONSENT } from './consent/fields.ts';
import { EMAIL } from './email-person.ts';
import {
  Address,
  BRAND_ID,
  CutText,
  GroupId,
  Id,
  Instant,
  JsonObject,
  MAX_CHANNEL_LENGTH,
  MAX_URL_LENGTH,
  MAX_USER_AGENT_LENGTH,
  Name,
  OneOf,
  OWN_DATA,
  orLeftOut,
  RecordId,
  RequestText,
} from './fields.ts';
import { PHONE } from './phone.ts';
import { defineRecord } from './record.ts';
import type { Windows } from './settings.ts';
import { SUBJECT_KEY } from './subject.ts';
import { type Static, Type } from './typebox.ts';
import { subjectProblem } from './who.ts';

/** The types of touchpoint. `custom` is what another program tracks and no other type fits. */
export const TOUCHPOINT_TYPES = [
  'email_open',
  'email_click',
  'email_forward',
  'email_reply',
  'website_visit',
  'page_view',
  'form_submission',
  'download',
  'video_watch',
  'social_interaction',
  'paid_ad_click',
  'organic_search',
  'direct_visit',
  'purchase',
  'subscription',
  'ad_impression',
  'sms_click',
  'push_click',
  'custom',
] as const;
export type TouchpointType = (typeof TOUCHPOINT_TYPES)[number];

/** Types that are outcomes, or that nobody can weigh: they appear on the journey and never earn credit. */
export const OUTCOME_TYPES = ['purchase', 'subscription', 'custom'] as const satisfies readonly TouchpointType[];

/** The window of each type: how long a touch may earn credit. The compiler asks for the window of a new type. */
export const WINDOW_OF: Readonly<Record<TouchpointType, keyof Windows>> = {
  email_open: 'view_days',
  email_click: 'email_days',
  email_forward: 'email_days',
  email_reply: 'email_days',
  website_visit: 'click_days',
  page_view: 'click_days',
  form_submission: 'click_days',
  download: 'click_days',
  video_watch: 'click_days',
  social_interaction: 'click_days',
  paid_ad_click: 'click_days',
  organic_search: 'click_days',
  direct_visit: 'click_days',
  purchase: 'click_days',
  subscription: 'click_days',
  ad_impression: 'view_days',
  sms_click: 'click_days',
  push_click: 'click_days',
  custom: 'click_days',
};

/** The types with a window. */
export function typesOf(window: keyof Windows): TouchpointType[] {
  return TOUCHPOINT_TYPES.filter((type) => WINDOW_OF[type] === window);
}

/** Views: the person was shown something and did nothing. */
export const VIEW_TYPES: readonly TouchpointType[] = typesOf('view_days');

/** The answers to the question who made a touchpoint. `machine` and `bot` earn no credit unless a report asks for them. */
export const VERDICTS = ['human', 'proxied', 'machine', 'bot', 'suspect', 'unknown'] as const;
export type Verdict = (typeof VERDICTS)[number];
export const MACHINE_VERDICTS = ['machine', 'bot'] as const satisfies readonly Verdict[];

/** Types that happen on a page of the site. Their referrer can say that the person was there, or at the checkout, before. */
export const ON_SITE_TYPES = [
  'website_visit',
  'page_view',
  'form_submission',
  'download',
  'video_watch',
] as const satisfies readonly TouchpointType[];

/** Types of what a visit consists of: a click that leads to the site, or something that happens on it. */
export const VISIT_TYPES: readonly TouchpointType[] = [
  ...ON_SITE_TYPES,
  'email_click',
  'sms_click',
  'push_click',
  'paid_ad_click',
  'organic_search',
  'social_interaction',
  'direct_visit',
];

/**
 * The properties that the credit rules need, as bits of one integer: reading it is far cheaper than comparing texts.
 * `own_referrer` means that the person came from the site itself or back from a payment page, which is no arrival. `no_consent` is
 * never stored: a query gives it to the touchpoints that consent hides (attribution/consent.ts).
 */
export const TRAITS = { outcome: 1, machine: 2, direct: 4, email: 8, own_referrer: 16, no_consent: 32 } as const;

/** Types that belong to an email, whatever the channel of the touchpoint is. */
export const EMAIL_TYPES: readonly string[] = ['email_open', 'email_click', 'email_forward', 'email_reply'];

/** Touchpoints that are engagement with an email. */
export const ENGAGEMENT_TYPES = ['email_open', 'email_click'] as const;

/** The {@link TRAITS} of a touchpoint, from its type, the label of its channel, verdict and referrer. */
export function touchpointTraits(
  touchpoint_type: string,
  channel: string,
  verdict: string,
  has_own_referrer: boolean,
): number {
  return (
    ((OUTCOME_TYPES as readonly string[]).includes(touchpoint_type) ? TRAITS.outcome : 0) |
    ((MACHINE_VERDICTS as readonly string[]).includes(verdict) ? TRAITS.machine : 0) |
    (channel === 'direct' ? TRAITS.direct : 0) |
    (channel === 'email' || EMAIL_TYPES.includes(touchpoint_type) ? TRAITS.email : 0) |
    (has_own_referrer ? TRAITS.own_referrer : 0)
  );
}

/** The traits of a touchpoint that gets another verdict. */
export function withVerdict(traits: number, verdict: string): number {
  return (traits & ~TRAITS.machine) | ((MACHINE_VERDICTS as readonly string[]).includes(verdict) ? TRAITS.machine : 0);
}

export const DEVICE_TYPES = ['desktop', 'mobile', 'tablet', 'tv', 'bot', 'other'] as const;

export const TouchpointSchema = Type.Object(
  {
    touchpoint_id: Type.Optional(RecordId('Made from the content when left out')),
    brand_id: BRAND_ID,
    customer_id: Type.Optional(Id('Your id of the customer')),
    anonymous_id: Type.Optional(Id('The id of a browser or device')),
    email: EMAIL,
    phone: PHONE,
    session_id: Type.Optional(Id('The id of the visit')),
    touchpoint_type: OneOf(TOUCHPOINT_TYPES, 'What happened'),
    channel: Type.Optional(
      Name(
        'Any name, shown as it was sent; other spellings of email and direct (`Email`) count as these; derived from the evidence when left out',
        MAX_CHANNEL_LENGTH,
      ),
    ),
    campaign_id: Type.Optional(GroupId('The campaign; reports use utm_id, then utm_campaign when left out')),
    email_id: Type.Optional(GroupId('The email within the campaign')),
    message_id: Type.Optional(Id('The id of one email to one recipient')),
    campaign_kind: CAMPAIGN_KIND,
    occurred_at: Instant('When it happened'),
    sent_at: SENT_AT,
    consent: EVENT_CONSENT,
    url: Type.Optional(RequestText('The URL of the page', MAX_URL_LENGTH)),
    referrer: Type.Optional(RequestText('The URL of the page before', MAX_URL_LENGTH)),
    utm_source: Type.Optional(CutText('Read from the URL when left out; stored in lower case')),
    utm_medium: Type.Optional(CutText('Read from the URL when left out; stored in lower case')),
    utm_campaign: Type.Optional(CutText('Read from the URL when left out; stored in lower case')),
    utm_content: Type.Optional(CutText('Read from the URL when left out; stored in lower case')),
    utm_term: Type.Optional(CutText('Read from the URL when left out; stored in lower case')),
    utm_id: Type.Optional(CutText('The id of the campaign; read from the URL when left out')),
    device_type: Type.Optional(orLeftOut(OneOf(DEVICE_TYPES, 'Read from the user agent when left out'))),
    browser: Type.Optional(RequestText('Read from the user agent when left out', 100)),
    os: Type.Optional(RequestText('Read from the user agent when left out', 100)),
    ip_address: Type.Optional(
      Address(
        'The address of the client, or a list such as X-Forwarded-For, of which the first counts. Truncated before it is stored, unless `ip_storage` says otherwise',
      ),
    ),
    user_agent: Type.Optional(
      RequestText(
        'The user agent of the request; device and verdict are judged by it. `user_agent_storage` says what is stored of it',
        MAX_USER_AGENT_LENGTH,
      ),
    ),
    geo_location: Type.Optional(
      orLeftOut(JsonObject('{"country": "DE", "region": …, "city": …}; looked up by the IP address when left out')),
    ),
    click_ids: Type.Optional(orLeftOut(JsonObject('Ad and email click ids; read from the URL when left out'))),
    verdict: Type.Optional(
      OneOf(VERDICTS, 'Who made it, a person or a machine; judged from the evidence when left out'),
    ),
    evidence: Type.Optional(
      orLeftOut(
        JsonObject(
          'Facts about the request: machine (boolean: the email provider calls it automatic), method, purpose, ' +
            'sec_fetch_mode, sec_fetch_user, delivered_at; of a click also link (its number), links (how many the message has) ' +
            'and honeypot (boolean: the link is hidden from readers)',
        ),
      ),
    ),
    custom_attributes: OWN_DATA,
  },
  {
    additionalProperties: false,
    $id: 'Touchpoint',
    description: 'One of customer_id, anonymous_id and email is needed, except from pages',
  },
);
export type TouchpointInput = Static<typeof TouchpointSchema>;

const OPEN = {
  customer_id: 'customer-1',
  touchpoint_type: 'email_open',
  campaign_id: 'spring-sale',
  email_id: 'teaser',
  occurred_at: '2026-03-01T09:00:00Z',
};
const VISIT = {
  touchpoint_id: 'visit-1',
  customer_id: 'customer-1',
  touchpoint_type: 'website_visit',
  channel: 'direct',
  url: 'https://shop.example/sale',
  occurred_at: '2026-03-01T10:00:00Z',
};

export const touchpoints = defineRecord({
  name: 'touchpoints',
  singular: 'touchpoint',
  id_field: 'touchpoint_id',
  id_prefix: 'tp_',
  schema: TouchpointSchema,
  since: 1,
  fields_since: { utm_id: 5, campaign_kind: 6 },
  kept: 'first',
  pages: 'always',
  subjects: { customer_id: 'customer', anonymous_id: 'anonymous' },
  instant_field: 'occurred_at',
  derived: [
    { name: 'channel_reason', kind: 'text' },
    { name: 'country', kind: 'text', nullable: true },
    { name: 'verdict_reasons', kind: 'text' },
    { name: 'rules_version', kind: 'integer' },
    { name: 'traits', kind: 'integer' },
    SUBJECT_KEY,
  ],
  private: {
    ip_address: 'address',
    user_agent: 'agent',
    url: 'url',
    referrer: 'url',
    utm_source: 'url',
    utm_medium: 'url',
    utm_campaign: 'url',
    utm_content: 'url',
    utm_term: 'url',
    utm_id: 'url',
    click_ids: 'click_ids',
  },
  check: subjectProblem,
  aliases: {
    timestamp: 'occurred_at',
    type: 'touchpoint_type',
    ip: 'ip_address',
    user_id: 'customer_id',
    attributes: 'custom_attributes',
  },
  examples: { one: OPEN, several: [OPEN, VISIT] },
});
