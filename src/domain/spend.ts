/** Two statements: what marketing cost on a day, and the exchange rate of a day. The latest of each counts. */

import {
  Amount,
  BRAND_ID,
  CalendarDate,
  Currency,
  GroupId,
  MAX_CHANNEL_LENGTH,
  Name,
  Rate,
  RecordId,
} from './fields.ts';
import { defineRecord } from './record.ts';
import { STATED_ID, statedId } from './statement.ts';
import { type Static, Type } from './typebox.ts';

export const SpendSchema = Type.Object(
  {
    spend_id: Type.Optional(
      RecordId(
        'Names this line: the latest row with this id counts. When left out it is made from brand, date, channel, campaign, ad set and source, and from the number of the line among those of the request that share them',
      ),
    ),
    brand_id: BRAND_ID,
    date: CalendarDate("The day, in the brand's time zone"),
    channel: Name('The channel', MAX_CHANNEL_LENGTH),
    campaign_id: Type.Optional(GroupId('The campaign')),
    amount: Amount('In major units, up to six decimals; below zero for a credit', {
      currency: 'currency',
      decimals: 6,
      signed: true,
    }),
    currency: Type.Optional(Currency("ISO 4217; the brand's currency when left out")),
    ad_set_id: Type.Optional(GroupId('The ad set or ad group within the campaign')),
    source: Type.Optional(Name('Who says so, such as the advertising platform', MAX_CHANNEL_LENGTH)),
  },
  { additionalProperties: false, $id: 'Spend' },
);

export type SpendInput = Static<typeof SpendSchema>;

/** An id that was made from the content of a line has this prefix and so many characters. Versions before schema 4 made it from the whole content. */
export const MADE_SPEND_ID = { prefix: 'sp_', length: 35 } as const;

export const spend = defineRecord({
  name: 'spend',
  singular: 'spend row',
  id_field: 'spend_id',
  id_prefix: MADE_SPEND_ID.prefix,
  schema: SpendSchema,
  since: 1,
  fields_since: { ad_set_id: 4, source: 4, [STATED_ID]: 4 },
  kept: 'latest',
  lines: true,
  derived: [statedId('spend_id')],
  key_fields: ['brand_id', 'date', 'channel', 'campaign_id', 'ad_set_id', 'source'],
  examples: {
    day: { date: '2026-03-01', channel: 'email', campaign_id: 'spring-sale', amount: '12.50', currency: 'USD' },
  },
  aliases: {
    cost: 'amount',
    day: 'date',
    adset_id: 'ad_set_id',
    ad_group_id: 'ad_set_id',
    platform: 'source',
  },
});

export const FxRateSchema = Type.Object(
  {
    brand_id: Type.Optional(
      GroupId(
        'The brand of the key when left out, or `default` when the key is for all brands. Rates of `default` are used by every brand',
      ),
    ),
    date: CalendarDate('The day'),
    currency: Currency('The currency that is converted'),
    base: Currency('The currency that it is converted into'),
    rate: Rate('How many units of `base` one unit of `currency` is worth, with up to nine decimals'),
  },
  {
    additionalProperties: false,
    $id: 'FxRate',
    description: 'One EUR is 1.0843 USD: currency EUR, base USD, rate 1.0843',
  },
);
export type FxRateInput = Static<typeof FxRateSchema>;

export const fxRates = defineRecord({
  name: 'fx_rates',
  singular: 'fx rate',
  id_field: 'fx_rate_id',
  id_prefix: 'fx_',
  schema: FxRateSchema,
  since: 1,
  fields_since: { [STATED_ID]: 4 },
  kept: 'latest',
  derived: [statedId('fx_rate_id')],
  examples: { rate: { date: '2026-03-01', currency: 'EUR', base: 'USD', rate: '1.0843' } },
  key_fields: ['brand_id', 'date', 'currency', 'base'],
  check: (record) =>
    record['currency'] === record['base']
      ? { field: 'base', reason: 'equals currency; send two different currencies' }
      : undefined,
});
