/** The answer on what an answer was made of. */
import { Type } from '../../domain/typebox.ts';
import {
  byName,
  closed,
  count,
  described,
  instant,
  nullable,
  PERIOD,
  rows,
  text,
  textOrNull,
  texts,
  yesNo,
} from './shapes.ts';

const anything = () => byName(Type.Unknown());

export const LineageResult = closed({
  address: described(text(), 'The call, with its days and its log position: it has the same answer on every later day'),
  answer_sha256: described(text(), 'SHA-256 of the answer as canonical JSON, without `generated_at`'),
  as_of: described(text(), 'The log position of the answer'),
  config_hash: described(textOrNull(), 'The hash of the question and the settings, as the answer has it'),
  report_period: nullable(PERIOD),
  settings: described(
    nullable(byName(anything())),
    'The settings that decided, by brand; null for a report that uses none',
  ),
  models: texts(),
  rows_address: described(
    textOrNull(),
    'The call that lists the rows behind the sums of this question; null if there are none',
  ),
  artifacts: described(
    rows({
      artifact_id: text(),
      model: text(),
      family: text(),
      brands: texts(),
      as_of: text(),
      settings: anything(),
      created_at: instant(),
      passed: yesNo(),
    }),
    'The fits that were used, each with the log position and the settings that it learned with',
  ),
  log: described(
    rows({
      record: text(),
      collector_id: text(),
      row_count: count(),
      first_log_seq: count(),
      last_log_seq: count(),
      first_received_at: instant(),
      last_received_at: instant(),
    }),
    'What the log holds of these brands at the position, by kind of record and by the collector that took it in',
  ),
  generated_at: instant(),
});
