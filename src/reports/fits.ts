/** The last runs of the scheduled fits: when, on what, and what became of them. */
import { Type } from '../domain/typebox.ts';
import type { ReportJson } from './context.ts';
import { defineReport } from './declare.ts';
import { type FitRun, MAX_FIT_RUNS } from './fit-log.ts';
import { FIT_MEANINGS, FitsResult } from './results/models.ts';

function fitJson({ fit: _fit, lacks, error, ...run }: FitRun): ReportJson {
  return { ...run, reason: error ?? lacks.map(({ message }) => message.replace(/\.$/, '')).join('; '), checks: lacks };
}

export const fits = defineReport({
  name: 'fits',
  command: 'models fits',
  tag: 'models',
  path: '/v1/models/fits',
  summary: 'Scheduled fits, newest first',
  description: `The last ${MAX_FIT_RUNS} runs of the fits that the configuration repeats: what each learned from, its artifact, or the checks of the gate that it failed with value and bound, or why it failed. Only keys for all brands see fits of several brands.`,
  parameters: Type.Object({}, { additionalProperties: false }),
  result: FitsResult,
  main_table: { rows: 'fits' },
  explain: FIT_MEANINGS,
  run: async (context, _asked, { key_brand_id }) => ({
    fits: ((await context.fit_log?.list(key_brand_id)) ?? []).map(fitJson),
  }),
});
