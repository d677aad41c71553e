/** Adds ad set and source of spend, and the id of statements that are made anew. Do not edit it; add a new version for a change. */
import type { SchemaVersion } from './version.ts';

export const VERSION_4: SchemaVersion = {
  version: 4,
  columns: {
    spend: { ad_set_id: 'text?', source: 'text?', stated_id: 'text?' },
    fx_rates: { stated_id: 'text?' },
  },
};
