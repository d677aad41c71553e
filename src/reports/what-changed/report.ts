/** What changed: the attribution report beside an earlier period, with the change of each group by cause. docs/semantics.md 20. */
import { choice } from '../../domain/parameter.ts';
import { type Static, Type } from '../../domain/typebox.ts';
import { mapInTurns } from '../../warehouse/work-turns.ts';
import { AttributionReportParameters, attribution, groupByParameter } from '../attribution.ts';
import type { Asker, ReportContext, ReportJson } from '../context.ts';
import { defineReport } from '../declare.ts';
import { COMPARES, type Compare } from '../earlier-period.ts';
import { DEFAULT_WEEK_START, resolveGroupBy } from '../groups.ts';
import { WHAT_CHANGED_MEANINGS, WhatChangedResult } from '../results/what-changed.ts';
import { largestFirst } from './causes.ts';
import { type ComparedRow, groupOf, reasonRows, rowOf, totalsOf } from './rows.ts';
import { earlierInWords, moversOf } from './words.ts';

const DEFAULT_COMPARE: Compare = 'previous_period';
const DEFAULT_GROUP_BY = 'channel';
const DEFAULT_MOVERS = 5;

const { models: _models, intervals: _intervals, ...ONE_MODEL } = AttributionReportParameters.properties;

const WhatChangedParameters = Type.Object(
  {
    ...ONE_MODEL,
    group_by: groupByParameter(DEFAULT_GROUP_BY),
    compare: Type.Optional(
      choice(
        COMPARES,
        `The earlier period: of the same length before, or the same dates a year earlier; ${DEFAULT_COMPARE} when left out`,
        { 'x-value': COMPARES.join('|') },
      ),
    ),
    movers: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 100,
        description: `The most changes that are put in words; ${DEFAULT_MOVERS} when left out`,
        'x-value': 'number',
      }),
    ),
  },
  { additionalProperties: false },
);

export async function whatChangedReport(
  context: ReportContext,
  parameters: Static<typeof WhatChangedParameters>,
  asker: Asker,
): Promise<ReportJson> {
  const { movers = DEFAULT_MOVERS, compare = DEFAULT_COMPARE, group_by = DEFAULT_GROUP_BY, ...asked } = parameters;
  const keys = resolveGroupBy(group_by, asked.week_start ?? DEFAULT_WEEK_START);
  const answer = await attribution.run(context, { ...asked, group_by, compare }, asker);
  const fields = keys.map(({ field }) => field);
  const groups = await mapInTurns(answer['channel_attribution'] as ComparedRow[], (row) => groupOf(row, fields));
  const in_time = keys.some(({ about }) => about === 'time');
  const { comparison, attribution_model, warnings, ...rest } = answer;
  const earlier = (comparison as { report_period: { start: string; end: string } }).report_period;
  const words = { than: earlierInWords(compare, earlier), currency: answer['currency'] as string };
  return {
    ...headOf(rest),
    comparison,
    attribution_model,
    group_by: fields,
    totals: totalsOf(rest, groups),
    movers: moversOf(groups, movers, words),
    changes: await mapInTurns(in_time ? groups : largestFirst(groups), rowOf),
    unattributed: reasonRows(answer['unattributed'] as ComparedRow[]),
    warnings,
  };
}

const HEAD_FIELDS = [
  'report_period',
  'artifacts',
  'pinned_models',
  'filters',
  'currency',
  'as_of',
  'config_hash',
  'generated_at',
];

const headOf = (answer: ReportJson): ReportJson =>
  Object.fromEntries(HEAD_FIELDS.filter((name) => name in answer).map((name) => [name, answer[name]]));

export const whatChanged = defineReport({
  name: 'changes',
  command: 'report changes',
  path: '/v1/reports/changes',
  summary: 'What changed against an earlier period, and why',
  description:
    'Splits the change of what each group earned by cause: more orders touched, a larger part of each credited, each worth more. The parts add up to the change exactly, and the changes to that of net revenue. Says the largest in words.',
  parameters: WhatChangedParameters,
  result: WhatChangedResult,
  main_table: { rows: 'changes', also: ['unattributed'] },
  explain: WHAT_CHANGED_MEANINGS,
  run: whatChangedReport,
});
