/** Adds what people consent to. Do not edit it; add a new version for a change. */
import type { SchemaVersion } from './version.ts';

export const VERSION_7: SchemaVersion = {
  version: 7,
  tables: {
    consents: {
      key: ['brand_id', 'consent_id'],
      columns: {
        brand_id: 'text',
        consent_id: 'text',
        customer_id: 'text?',
        anonymous_id: 'text?',
        purposes: 'text?',
        tcf: 'text?',
        gpp: 'text?',
        gpp_sid: 'text?',
        gcm: 'text?',
        gpc: 'int64?',
        country: 'text?',
        source: 'text?',
        occurred_at: 'instant?',
        measurement: 'int64?',
        sharing: 'int64?',
        profiling: 'int64?',
        basis: 'text',
        subject_key: 'int64',
        content_hash: 'int64',
        received_at: 'instant',
        loaded_at: 'instant',
        collector_id: 'text',
        log_seq: 'int64',
      },
    },
  },
};
