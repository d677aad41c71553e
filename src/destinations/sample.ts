/** An order that does not exist, for checks of settings. */
import { type ConversionMessage, NO_DETAILS, NOTHING } from './message.ts';

export const SAMPLE_ORDER: ConversionMessage = {
  kind: 'conversion',
  message_id: 'check',
  revision: 1,
  brand_id: 'default',
  conversion_id: 'check',
  order_id: null,
  conversion_type: 'purchase',
  occurred_at: '2026-01-01T00:00:00.000Z',
  currency: 'USD',
  value_micros: '1000000',
  ...NO_DETAILS,
  attribution_model: 'linear',
  state: { ...NOTHING, net_micros: '1000000' },
  correction: null,
};
