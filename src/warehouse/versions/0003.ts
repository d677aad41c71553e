/** Adds the id that a page claims with a conversion. Do not edit it; add a new version for a change. */
import type { SchemaVersion } from './version.ts';

export const VERSION_3: SchemaVersion = {
  version: 3,
  columns: { conversions: { claimed_id: 'text?' } },
};
