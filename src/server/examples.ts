/** Examples for the OpenAPI document; a test sends every one of them. They tell the guide's story: open, visit, order. */
import type { RecordName } from '../domain/index.ts';

export const EXAMPLES: Record<RecordName, Record<string, unknown>> = {
  touchpoints: {
    one: {
      customer_id: 'customer-1',
      touchpoint_type: 'email_open',
      campaign_id: 'spring-sale',
      email_id: 'teaser',
      occurred_at: '2026-03-01T09:00:00Z',
    },
    several: [
      {
        customer_id: 'customer-1',
        touchpoint_type: 'email_open',
        campaign_id: 'spring-sale',
        email_id: 'teaser',
        occurred_at: '2026-03-01T09:00:00Z',
      },
      {
        touchpoint_id: 'visit-1',
        customer_id: 'customer-1',
        touchpoint_type: 'website_visit',
        channel: 'direct',
        url: 'https://shop.example/sale',
        occurred_at: '2026-03-01T10:00:00Z',
      },
    ],
  },
  conversions: {
    order: {
      conversion_id: 'conversion-1',
      customer_id: 'customer-1',
      conversion_type: 'purchase',
      conversion_value: '149.99',
      currency: 'USD',
      order_id: 'order-1',
      occurred_at: '2026-03-01T11:00:00Z',
    },
  },
  email_events: {
    delivered: {
      event_type: 'delivered',
      customer_id: 'customer-1',
      campaign_id: 'spring-sale',
      email_id: 'teaser',
      occurred_at: '2026-03-01T08:00:00Z',
    },
  },
  adjustments: {
    refund: {
      order_id: 'order-1',
      amount: '-20.00',
      currency: 'USD',
      reason: 'refund',
      occurred_at: '2026-03-05T12:00:00Z',
    },
  },
  spend: {
    day: { date: '2026-03-01', channel: 'email', campaign_id: 'spring-sale', amount: '12.50', currency: 'USD' },
  },
  fx_rates: { rate: { date: '2026-03-01', currency: 'EUR', base: 'USD', rate: '1.0843' } },
  identity_links: {
    login: { left_id: 'customer-1', right_id: 'device-7', kind: 'login', occurred_at: '2026-03-01T10:00:00Z' },
  },
  customer_segments: {
    loyal: { customer_id: 'customer-1', segment_name: 'loyal', assigned_at: '2026-02-01T00:00:00Z' },
  },
};

/** The answer for the story above, under linear: the order is shared by the open and the visit. */
export const ATTRIBUTION_EXAMPLE = {
  report_period: { start: '2026-03-01', end: '2026-03-02' },
  currency: 'USD',
  as_of: 'main:4',
  config_hash: '5f0c1d2e3a4b5c6d',
  generated_at: '2026-03-02T08:00:00.000Z',
  attribution_model: 'linear',
  journey_analysis: [],
  warnings: [],
  channel_attribution: [
    {
      channel: 'direct',
      campaign_id: null,
      email_id: null,
      touched_conversions: 1,
      credited_conversions: 0.5,
      attributed_revenue_micros: '74995000',
      attributed_revenue: '74.995000',
      average_attribution_weight: 0.5,
    },
    {
      channel: 'email',
      campaign_id: 'spring-sale',
      email_id: 'teaser',
      touched_conversions: 1,
      credited_conversions: 0.5,
      attributed_revenue_micros: '74995000',
      attributed_revenue: '74.995000',
      average_attribution_weight: 0.5,
    },
  ],
  reconciliation: {
    net_revenue_micros: '149990000',
    attributed_micros: '149990000',
    unattributed_micros: { no_touch: '0', outside_window: '0' },
  },
};
