/** Adds experiments: plans, who was put into which arm, and who was treated. Do not edit it; add a new version for a change. */
import type { SchemaVersion } from './version.ts';

/** The columns of who was put into an arm, and of who was treated. */
const OF_ARM = {
  brand_id: 'text',
  experiment_id: 'text?',
  arm: 'text?',
  customer_id: 'text?',
  anonymous_id: 'text?',
  occurred_at: 'instant?',
  subject_key: 'int64',
  content_hash: 'int64',
  received_at: 'instant',
  loaded_at: 'instant',
  collector_id: 'text',
  log_seq: 'int64',
} as const;

export const VERSION_8: SchemaVersion = {
  version: 8,
  tables: {
    experiments: {
      key: ['brand_id', 'experiment_id'],
      columns: {
        experiment_id: 'text',
        brand_id: 'text',
        name: 'text?',
        scope: 'text?',
        campaign_id: 'text?',
        channel: 'text?',
        unit: 'text?',
        arms: 'text?',
        control: 'text?',
        metric: 'text?',
        starts_at: 'instant?',
        ends_at: 'instant?',
        window_days: 'int64?',
        before_days: 'int64?',
        planned_people: 'int64?',
        alpha: 'float64?',
        pool: 'text?',
        frozen_at: 'instant?',
        stopped_at: 'instant?',
        stop_reason: 'text?',
        stated_id: 'text?',
        content_hash: 'int64',
        received_at: 'instant',
        loaded_at: 'instant',
        collector_id: 'text',
        log_seq: 'int64',
      },
    },
    assignments: {
      key: ['brand_id', 'assignment_id'],
      columns: { assignment_id: 'text', ...OF_ARM },
    },
    exposures: {
      key: ['brand_id', 'exposure_id'],
      columns: { exposure_id: 'text', ...OF_ARM },
    },
  },
};
