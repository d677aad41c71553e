/** Adds what sources of events tell, and what providers claim to have earned. Do not edit it; add a new version for a change. */
import type { SchemaVersion } from './version.ts';

export const VERSION_6: SchemaVersion = {
  version: 6,
  tables: {
    claims: {
      key: ['brand_id', 'claim_id'],
      columns: {
        brand_id: 'text',
        claim_id: 'text',
        claimant: 'text?',
        date: 'text?',
        campaign_id: 'text?',
        channel: 'text?',
        conversions: 'float64?',
        revenue_micros: 'int64?',
        currency: 'text?',
        attribution_window: 'text?',
        counted_on: 'text?',
        time_zone: 'text?',
        source_url: 'text?',
        custom_properties: 'text?',
        stated_id: 'text?',
        content_hash: 'int64',
        received_at: 'instant',
        loaded_at: 'instant',
        collector_id: 'text',
        log_seq: 'int64',
      },
    },
  },
  columns: {
    touchpoints: { campaign_kind: 'text?' },
    email_events: {
      campaign_kind: 'text?',
      bounce_kind: 'text?',
      provider: 'text?',
      provider_event: 'text?',
      reason: 'text?',
    },
    conversions: { match_method: 'text?', match_confidence: 'float64?' },
  },
};
