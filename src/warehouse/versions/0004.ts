/** Adds the campaign's id that a link carries. Do not edit it; add a new version for a change. */
import type { SchemaVersion } from './version.ts';

export const VERSION_4: SchemaVersion = {
  version: 4,
  columns: { touchpoints: { utm_id: 'text?' } },
};
