/** The answers about frozen runs: a new run, the list, and the comparison of a run with today's answer. */
import { Type } from '../../domain/typebox.ts';
import { AttributionParameters } from '../parameters.ts';
import { UNATTRIBUTED } from './attribution.ts';
import {
  byName,
  closed,
  count,
  instant,
  micros,
  money,
  PERIOD,
  rows,
  text,
  textOrNull,
  texts,
  yesNo,
} from './shapes.ts';

export const FrozenResult = closed({
  run_id: text(),
  rows: count(),
  as_of: text(),
  config_hash: text(),
  totals: byName(closed({ ...money('net_revenue'), attributed_micros: micros(), unattributed_micros: UNATTRIBUTED })),
});

const { as_of: _as_of, brand_id: _brand_id, model: _model, ...REQUEST } = AttributionParameters.properties;

export const RunsResult = closed({
  runs: rows({
    run_id: text(),
    brands: texts(),
    as_of: text(),
    config_hash: text(),
    created_at: instant(),
    ...REQUEST,
    start: text(),
    end: text(),
    models: text(),
    currency: text(),
    rows: count(),
  }),
});

/** `other` is the part that the frozen inputs no longer give: records were erased, or this version computes differently. */
export const CAUSES = ['settings', 'identity', 'conversions', 'refunds', 'touches', 'other'] as const;

const LINE = {
  frozen_micros: micros(),
  today_micros: micros(),
  difference_micros: micros(),
  causes_micros: closed(Object.fromEntries(CAUSES.map((cause) => [cause, micros()]))),
};

export const ComparisonResult = closed({
  run_id: text(),
  report_period: PERIOD,
  attribution_model: text(),
  currency: text(),
  group_by: text(),
  frozen_as_of: text(),
  frozen_config_hash: text(),
  as_of: text(),
  generated_at: instant(),
  settings_changed: yesNo(),
  reproducible: yesNo(),
  totals: closed({ net_revenue: closed(LINE), attributed: closed(LINE), unattributed: closed(LINE) }),
  groups: rows({
    channel: Type.Optional(textOrNull()),
    campaign_id: Type.Optional(textOrNull()),
    email_id: Type.Optional(textOrNull()),
    ...LINE,
  }),
  unattributed: rows({ reason: text(), ...LINE }),
});

export const RUN_MEANINGS = {
  rows: 'Stored rows: one per touch and value event, and one per value event that nothing earned',
  causes_micros: 'The difference by cause; the parts add up to it exactly',
  reproducible: 'True if the frozen inputs still give the frozen numbers; if not, the difference is under `other`',
} as const;
