/** Adds the campaign's id that a link carries. Do not edit it; add a new version for a change. */
import type { SchemaVersion } from './version.ts';

export const VERSION_5: SchemaVersion = {
  version: 5,
  columns: { touchpoints: { utm_id: 'text?' } },
};
