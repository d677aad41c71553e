/** Two statements: what marketing cost on a day, and the exchange rate of a day. */

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
import { type Static, Type } from './typebox.ts';

export const SpendSchema = Type.Object(
  {
    spend_id: Type.Optional(RecordId('Made from the content when left out')),
    brand_id: BRAND_ID,
    date: CalendarDate("The day, in the brand's time zone"),
    channel: Name('The channel', MAX_CHANNEL_LENGTH),
    campaign_id: Type.Optional(GroupId('The campaign')),
    amount: Amount('In major units, up to six decimals', { currency: 'currency', decimals: 6 }),
    currency: Type.Optional(Currency("ISO 4217; the brand's currency when left out")),
  },
  { additionalProperties: false, $id: 'Spend' },
);

export const spend = defineRecord({
  name: 'spend',
  singular: 'spend row',
  id_field: 'spend_id',
  id_prefix: 'sp_',
  schema: SpendSchema,
  since: 1,
  kept: 'latest',
  examples: {
    day: { date: '2026-03-01', channel: 'email', campaign_id: 'spring-sale', amount: '12.50', currency: 'USD' },
  },
  aliases: { cost: 'amount', day: 'date' },
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
  kept: 'latest',
  examples: { rate: { date: '2026-03-01', currency: 'EUR', base: 'USD', rate: '1.0843' } },
  key_fields: ['brand_id', 'date', 'currency', 'base'],
  check: (record) =>
    record['currency'] === record['base']
      ? { field: 'base', reason: 'equals currency; send two different currencies' }
      : undefined,
});
