/** The answer of the export of experiments for marketing mix models. The names in rows are those of the other program. */

import { choice } from '../../domain/parameter.ts';
import { Type } from '../../domain/typebox.ts';
import { LEFT_OUT, TARGETS } from '../experiments/calibration/targets.ts';
import { closed, HEAD, HEAD_MEANINGS, nullable, number, rows, text, textOrNull } from './shapes.ts';

const date = () => Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\d$' });
const RobynRow = closed({
  channel: text(),
  liftStartDate: date(),
  liftEndDate: date(),
  liftAbs: number(),
  spend: number(),
  confidence: number(),
  metric: text(),
  calibration_scope: text(),
});
const MeridianRow = closed({
  channel_name: text(),
  point_estimate: number(),
  standard_error: number(),
  experiment_kpi_type: text(),
  experiment_total_spend: number(),
  experiment_start_date: date(),
  experiment_end_date: date(),
  roi_mu: nullable(number()),
  roi_sigma: nullable(number()),
});

export const CalibrationResult = closed({
  ...HEAD,
  for: choice(TARGETS, 'The program'),
  analysis_version: text(),
  calibration: Type.Array(Type.Union([RobynRow, MeridianRow])),
  experiments: rows({ experiment_id: text(), brand_id: text(), name: text(), campaign_id: textOrNull() }),
  left_out: rows({
    experiment_id: text(),
    brand_id: text(),
    reason: choice(LEFT_OUT, 'Why it is left out'),
    message: text(),
  }),
});

export const CALIBRATION_MEANINGS = {
  ...HEAD_MEANINGS,
  analysis_version: 'How the figures of the experiments are computed',
  calibration: 'The rows for the program: one for each experiment that is over and has a result',
  experiments: 'The experiments of these rows, in the same order',
  liftAbs: 'What the treated people brought in all, beyond what they would have brought without the emails',
  spend: 'Spend of the campaign in the days of the experiment, from the log',
  confidence: '1 less the p-value of the difference',
  metric: 'The name of the dependent variable of the model',
  calibration_scope: 'immediate or total, as Robyn takes it',
  point_estimate: 'What a unit of spend brought: incremental revenue / spend, or incremental orders / spend',
  standard_error: 'The standard error of the point estimate',
  experiment_kpi_type: 'revenue or non-revenue, as Meridian takes it',
  experiment_total_spend: 'Spend of the campaign in the days of the experiment, from the log',
  roi_mu:
    'The location of the lognormal distribution with this mean and standard deviation; null if the estimate is not above 0',
  roi_sigma: 'Its scale',
  left_out: 'Experiments without a row, with the reason',
} as const;
