/** The synergies report: which channels are on the same paths, and how such paths do. docs/semantics.md 17. */
import { choice } from '../../domain/parameter.ts';
import { type Static, Type } from '../../domain/typebox.ts';
import type { LabelColumn } from '../../histories/relations.ts';
import { answerOnce } from '../answers.ts';
import { reportHead } from '../config-hash.ts';
import { type ReportContext, type ReportJson, readOptions } from '../context.ts';
import { defineReport } from '../declare.ts';
import { readFilters } from '../filters.ts';
import { DEFAULT_WEEK_START, groupKey, TOUCH_KEY_NAMES } from '../groups.ts';
import { NO_MODEL_PARAMETERS } from '../parameters.ts';
import { reportPaths } from '../report-paths.ts';
import { resolveParameters } from '../resolve.ts';
import { SYNERGIES_COMPARED, SYNERGIES_MEANINGS, SynergiesResult } from '../results/synergies.ts';
import { countSynergies } from './count.ts';
import { pathsToCount } from './order-paths.ts';

const MIN_SUPPORT = 30;
const LIMIT = 100;

const SynergiesParameters = Type.Object(
  {
    ...NO_MODEL_PARAMETERS,
    by: Type.Optional(choice(TOUCH_KEY_NAMES, 'The key about the touch that is combined; channel when left out')),
    min_support: Type.Optional(
      Type.Integer({
        minimum: 10,
        maximum: 1_000_000,
        description: `The fewest paths that an interval is made of, with a third as many people; ${MIN_SUPPORT} when left out`,
      }),
    ),
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000,
        description: `The most combinations that are listed; the others are one row; ${LIMIT} when left out`,
        'x-flag': 'combinations',
      }),
    ),
  },
  { additionalProperties: false },
);

export async function synergiesReport(
  context: ReportContext,
  parameters: Static<typeof SynergiesParameters>,
  options: { key_brand_id: string | null },
): Promise<ReportJson> {
  const { filter, by = 'channel', min_support = MIN_SUPPORT, limit = LIMIT, ...shared } = parameters;
  const filters = readFilters(filter, DEFAULT_WEEK_START);
  const column = groupKey('by', by).touch_column as LabelColumn;
  return context.warehouse.read(async (snapshot) => {
    const resolved = await resolveParameters(snapshot, context, shared, {
      ...options,
      extra: { report: 'synergies', by, min_support, limit },
      filters,
      touch_columns: [column],
    });
    return answerOnce(context, resolved, '', async (served_by) => {
      const own = { ...context, served_by };
      const { plan } = resolved;
      const read = await reportPaths(snapshot, own, plan, {
        states: { column },
        filters,
        week_start: DEFAULT_WEEK_START,
        alike: { likeness: 'same_members', by_group: true },
      });
      const { observed, apart } = await pathsToCount(read, by);
      const signal = context.cancellation?.signal;
      return {
        ...reportHead(resolved, context.clock()),
        by,
        ...(await countSynergies(observed, apart, { min_support, limit, signal })),
      };
    });
  }, readOptions(context));
}

export const synergies = defineReport({
  name: 'synergies',
  command: 'report synergies',
  path: '/v1/reports/synergies',
  summary: 'Which channels are on the same paths, and how such paths do',
  description:
    'Combinations of channels of paths with and without an order, the interaction of each pair of channels against what both add up to, and the people that each channel reached. It describes paths. It does not say that one channel caused anything.',
  parameters: SynergiesParameters,
  result: SynergiesResult,
  main_table: { rows: 'combinations', also: ['other_combinations', 'apart'] },
  compared: SYNERGIES_COMPARED,
  explain: SYNERGIES_MEANINGS,
  run: synergiesReport,
});
