/** One good record of every kind, as a sender would write it. */
import type { RecordName } from '../../src/domain/index.ts';

const AT = '2026-05-01T00:00:00Z';

export const GOOD: Record<RecordName, Record<string, unknown>> = {
  touchpoints: {
    touchpoint_type: 'email_click',
    customer_id: 'c1',
    occurred_at: AT,
    campaign_id: 'spring',
    custom_attributes: { a: 1, b: [true, null] },
  },
  conversions: {
    conversion_type: 'purchase',
    customer_id: 'c1',
    conversion_value: '149.99',
    currency: 'USD',
    occurred_at: AT,
    order_id: 'o1',
    product_ids: ['p1', 'p2'],
    quantity: 2,
  },
  email_events: { event_type: 'sent', customer_id: 'c1', occurred_at: AT },
  adjustments: { conversion_id: 'cv1', amount: '-20.00', currency: 'USD', reason: 'refund', occurred_at: AT },
  spend: { date: '2026-05-01', channel: 'email', amount: '12.345678', currency: 'USD' },
  fx_rates: { date: '2026-05-01', currency: 'EUR', base: 'USD', rate: '1.0843' },
  claims: { claimant: 'klaviyo', date: '2026-05-01', conversions: 2.5, revenue: '12.345678', currency: 'USD' },
  consents: { customer_id: 'c1', purposes: { measurement: false }, source: 'cmp', occurred_at: AT },
  experiments: {
    name: 'Does the newsletter do anything?',
    scope: 'campaign',
    arms: { holdout: 0.1, treated: 0.9 },
    control: 'holdout',
    starts_at: AT,
    ends_at: '2026-06-01T00:00:00Z',
    planned_people: 1000,
  },
  assignments: { experiment_id: 'e1', arm: 'holdout', customer_id: 'c1', occurred_at: AT },
  exposures: { experiment_id: 'e1', arm: 'treated', customer_id: 'c1', occurred_at: AT },
  identity_links: { left_id: 'a1', right_id: 'c1', kind: 'login', probability: 0.9, occurred_at: AT },
  customer_segments: { customer_id: 'c1', segment_name: 'loyal', assigned_at: AT, expires_at: '2027-01-01T00:00:00Z' },
};
