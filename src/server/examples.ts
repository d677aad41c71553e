/** The example answer of the OpenAPI document, to the examples that the records themselves declare: open, visit, order. */

/** Under linear: the order is shared by the open and the visit. */
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
