/** Adds the artifacts of fitted models. Do not edit it; add a new version for a change. */
import type { SchemaVersion } from './version.ts';

export const VERSION_2: SchemaVersion = {
  version: 2,
  tables: {
    model_artifacts: {
      key: ['artifact_id'],
      columns: {
        artifact_id: 'text',
        model: 'text',
        family: 'text',
        brands: 'text',
        passed: 'int64',
        as_of: 'text',
        settings: 'text',
        card: 'text',
        content: 'text',
        training_ms: 'int64',
        created_at: 'instant',
      },
    },
  },
};
