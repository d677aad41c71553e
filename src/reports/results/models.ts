/** The answers about fitted models: their list, and the card of one. */
import { Type } from '../../domain/typebox.ts';
import { closed, instant, nullable, number, rows, text, texts, yesNo } from './shapes.ts';

export const ModelsResult = closed({
  models: rows({
    artifact_id: text(),
    attribution_model: text(),
    family: text(),
    brands: texts(),
    passed: yesNo(),
    in_use: yesNo(),
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
  in_use: 'Reports of these brands use this artifact',
  lacks: 'The checks that did not pass',
  training_ms: 'Time that training took, in milliseconds',
  channels: 'The results of the model by channel',
} as const;
