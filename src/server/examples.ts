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
