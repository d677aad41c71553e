/**
 * Claims: what an email provider or an advertising platform says that it earned. A claim is a statement: the latest one of a
 * claimant, day, campaign and channel counts. Claims of one request about the same add up, as lines of spend do. A claim never becomes revenue; the report on claims sets it beside orders and credit.
 */
import {
  Amount,
  BRAND_ID,
  CalendarDate,
  Currency,
  GroupId,
  MAX_CHANNEL_LENGTH,
  MAX_URL_LENGTH,
  Name,
  OneOf,
  OWN_DATA,
  Quantity,
  RecordId,
  Text,
} from './fields.ts';
import { defineRecord } from './record.ts';
import { statedId } from './statement.ts';
import { isTimeZone } from './time.ts';
import { Type } from './typebox.ts';

/** The largest number of conversions of one claim, so that sums of millionths fit 64 bits. */
const MAX_CLAIMED_CONVERSIONS = 1_000_000_000;
const MAX_ZONE_LENGTH = 64;

/** Whose day a claim is stated on. */
export const COUNTED_ON = ['order', 'touch'] as const;

export const ClaimSchema = Type.Object(
  {
    claim_id: Type.Optional(
      RecordId(
        'Names this claim: the latest claim with this id counts. When left out it is made from brand, claimant, date, campaign and channel, and from the number of the claim among those of the request that share them',
      ),
    ),
    brand_id: BRAND_ID,
    claimant: Name('Who claims it, such as klaviyo or meta_ads', MAX_CHANNEL_LENGTH),
    date: CalendarDate("The day, in the brand's time zone"),
    campaign_id: Type.Optional(GroupId('The campaign; left out where the claim is about a whole channel')),
    channel: Type.Optional(Name('The channel', MAX_CHANNEL_LENGTH)),
    conversions: Quantity(
      'How many conversions are claimed; parts of one are allowed, and below zero takes back an earlier claim',
      -MAX_CLAIMED_CONVERSIONS,
      MAX_CLAIMED_CONVERSIONS,
    ),
    revenue: Amount('The revenue that is claimed, in major units, up to six decimals', {
      currency: 'currency',
      decimals: 6,
      signed: true,
    }),
    currency: Type.Optional(Currency("ISO 4217; the brand's currency when left out")),
    attribution_window: Type.Optional(
      Text('The window by which the claimant counts, as it names it, such as "5-day click, 1-day open"', 200),
    ),
    counted_on: Type.Optional(
      OneOf(COUNTED_ON, 'Whose day the date is: that of the order, or that of the click or view (touch)'),
    ),
    time_zone: Type.Optional(
      Name("The IANA time zone of the claimant's days, if it is not that of the brand", MAX_ZONE_LENGTH),
    ),
    source_url: Type.Optional(Text('Where the claim can be looked up', MAX_URL_LENGTH)),
    custom_properties: OWN_DATA,
  },
  { additionalProperties: false, $id: 'Claim' },
);

export const claims = defineRecord({
  name: 'claims',
  singular: 'claim',
  id_field: 'claim_id',
  id_prefix: 'cl_',
  schema: ClaimSchema,
  since: 6,
  kept: 'latest',
  lines: true,
  derived: [statedId('claim_id')],
  private: { source_url: 'url' },
  key_fields: ['brand_id', 'claimant', 'date', 'campaign_id', 'channel'],
  examples: {
    campaign: {
      claimant: 'klaviyo',
      date: '2026-03-01',
      campaign_id: 'spring-sale',
      channel: 'email',
      conversions: 12,
      revenue: '1499.90',
      currency: 'USD',
      attribution_window: '5-day click, 1-day open',
    },
  },
  aliases: {
    provider: 'claimant',
    platform: 'claimant',
    source: 'claimant',
    day: 'date',
    orders: 'conversions',
    value: 'revenue',
    conversion_value: 'revenue',
    window: 'attribution_window',
  },
  check: ({ claimant, time_zone }) => {
    if (claimant === '') return { field: 'claimant', reason: 'is empty; name who claims it, such as klaviyo' };
    if (time_zone === undefined || isTimeZone(String(time_zone))) return undefined;
    return { field: 'time_zone', reason: 'is not an IANA time zone; use one such as Europe/Berlin' };
  },
});
