/** The answers about fitted models: their list, and the card of one. */
import { Type } from '../../domain/typebox.ts';
import { closed, instant, nullable, number, rows, text, textOrNull, texts, yesNo } from './shapes.ts';

export const ModelsResult = closed({
  models: rows({
    artifact_id: text(),
    attribution_model: text(),
    family: text(),
    brands: texts(),
    passed: yesNo(),
    in_use: yesNo(),
    trial: yesNo(),
    pinned_for: texts(),
    created_at: instant(),
    training_ms: number(),
    as_of: text(),
    lacks: text(),
  }),
});

/** An object of any fields: `data`, `metrics`, `settings` and other parts differ by family of models. */
const open = () => Type.Object({});

export const CardResult = Type.Object({
  artifact_id: text(),
  attribution_model: text(),
  family: text(),
  brands: texts(),
  as_of: text(),
  settings: open(),
  training_ms: number(),
  created_at: instant(),
  passed: yesNo(),
  trial: yesNo(),
  channels: Type.Array(Type.Object({ channel: text(), share: number() })),
  data: open(),
  metrics: open(),
  gate: closed({
    passed: yesNo(),
    checks: rows({
      check: text(),
      value: nullable(number()),
      required: text(),
      passed: yesNo(),
      message: text(),
    }),
  }),
  limits: texts(),
  warnings: texts(),
});

export const MODEL_MEANINGS = {
  passed: 'The fit passed every check of its gate, so reports may use it',
  in_use: 'Reports use this artifact: it is pinned, or the newest of its brands that passed',
  trial: 'Only reports that name the artifact use it, until it is adopted',
  pinned_for: 'The brands that an administrator pinned it for; * stands for all brands',
  lacks: 'The checks that did not pass',
  training_ms: 'Time that training took, in milliseconds',
  channels: 'The results of the model by channel',
} as const;

export const PinsResult = closed({
  pins: rows({
    artifact_id: text(),
    attribution_model: text(),
    brand_id: textOrNull(),
    reason: text(),
    pinned_by: text(),
    pinned_at: instant(),
    problem: textOrNull(),
  }),
});

export const PIN_MEANINGS = {
  brand_id: 'The brand whose reports use it; null for the reports of all brands that it was fitted on',
  pinned_by: 'The name of the key or person',
  problem: 'Why reports that need it are refused; null if nothing is wrong',
} as const;

export const FitsResult = closed({
  fits: rows({
    model: text(),
    outcome: text(),
    began_at: instant(),
    ended_at: nullable(instant()),
    took_ms: nullable(number()),
    brand_id: textOrNull(),
    brands: nullable(texts()),
    as_of: textOrNull(),
    artifact_id: textOrNull(),
    reason: text(),
    checks: rows({ check: text(), value: nullable(number()), required: text(), message: text() }),
  }),
});

export const FIT_MEANINGS = {
  outcome:
    'running, passed, refused by its gate, failed, or stopped: the program ended meanwhile, and the fit is tried again',
  took_ms: 'Time from the begin of the run to its end, in milliseconds; null while it runs',
  brand_id: 'The brand that the schedule names; null for all brands',
  brands: 'The brands that it learned from; null where the fit gave no artifact',
  as_of: 'The log position up to which it learned',
  reason: 'Why it gave no artifact that reports may use; empty if it passed',
  checks: 'The checks of the gate that failed, each with its value and bound',
} as const;
