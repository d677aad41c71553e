/** The attribution report: what each channel, campaign and email earned, under one model or several models. */

import { badRequest } from '../domain/errors.ts';
import { choice, flag } from '../domain/parameter.ts';
import type { WeekStart } from '../domain/time.ts';
import { type Static, Type } from '../domain/typebox.ts';
import { answerOnce } from './answers.ts';
import { reportHead } from './config-hash.ts';
import { CONSENT_BOUNDS_PARAMETER, consentBounds, withNotStored } from './consent-bounds.ts';
import { type ReportContext, type ReportJson, readOptions } from './context.ts';
import { modelParts } from './credit-groups.ts';
import { readCredits } from './credits.ts';
import { readDenied } from './data-quality.ts';
import { defineReport } from './declare.ts';
import { readFilters } from './filters.ts';
import {
  DEFAULT_GROUP_BY,
  DEFAULT_WEEK_START,
  GROUP_KEY_NAMES,
  type GroupKey,
  resolveGroupBy,
  touchColumns,
  WEEK_STARTS,
} from './groups.ts';
import { withIdentityDifference } from './identity-difference.ts';
import { creditsWithNoise } from './noisy/credits.ts';
import { PERIOD_REPORT_PARAMETERS } from './parameters.ts';
import { resolveParameters } from './resolve.ts';
import {
  ATTRIBUTION_COMPARED,
  ATTRIBUTION_EXAMPLE,
  ATTRIBUTION_MEANINGS,
  AttributionResult,
} from './results/attribution.ts';

/** The parameter `group_by`. @param otherwise the keys when it is left out. */
export const groupByParameter = (otherwise: string) =>
  Type.Optional(
    Type.String({
      maxLength: 500,
      description: `One or more of ${GROUP_KEY_NAMES.join(', ')}, separated by commas; ${otherwise} when left out`,
      'x-value': 'keys',
    }),
  );

export const AttributionReportParameters = Type.Object(
  {
    ...PERIOD_REPORT_PARAMETERS,
    group_by: groupByParameter(DEFAULT_GROUP_BY),
    week_start: Type.Optional(choice(WEEK_STARTS, `First day of a week; ${DEFAULT_WEEK_START} when left out`)),
    intervals: Type.Optional(
      flag(
        'Adds the 90 % interval of the revenue of each row, from a bootstrap over people; for one model and one key of `group_by`',
      ),
    ),
    consent_bounds: CONSENT_BOUNDS_PARAMETER,
  },
  { additionalProperties: false },
);
export type AttributionReportParameters = Static<typeof AttributionReportParameters>;

export async function attributionReport(
  context: ReportContext,
  parameters: AttributionReportParameters,
  options: { key_brand_id: string | null },
): Promise<ReportJson> {
  const answer = await attributionAnswer(context, parameters, options);
  if (parameters.identity === undefined || context.earlier !== undefined) return answer;
  const { resolved: _resolved, ...beside } = context;
  return withIdentityDifference(answer, beside, parameters.identity, (other, identity, as_of) =>
    attributionAnswer(other, { ...parameters, identity, as_of }, options),
  );
}

async function attributionAnswer(
  context: ReportContext,
  parameters: AttributionReportParameters,
  options: { key_brand_id: string | null },
): Promise<ReportJson> {
  const {
    group_by = DEFAULT_GROUP_BY,
    week_start = DEFAULT_WEEK_START,
    filter,
    intervals,
    consent_bounds,
    ...shared
  } = parameters;
  const keys = resolveGroupBy(group_by, week_start);
  const with_intervals = intervals === 'true';
  if (with_intervals) checkIntervals(parameters, keys);
  const with_bounds = consent_bounds === 'true';
  if (with_bounds && parameters.models !== undefined)
    throw badRequest('consent_bounds', 'is for one model; give model instead of models');
  const filters = readFilters(filter, week_start);
  return context.warehouse.read(async (snapshot) => {
    const resolved = await resolveParameters(snapshot, context, shared, {
      ...options,
      extra: {
        report: 'attribution',
        group_by: keys.map((key) => key.field),
        ...(week_start === DEFAULT_WEEK_START ? {} : { week_start }),
        ...(with_intervals ? { intervals } : {}),
        ...(with_bounds ? { consent_bounds } : {}),
      },
      filters,
      touch_columns: touchColumns(keys),
    });
    const several = parameters.models !== undefined;
    const answer = await answerOnce(context, resolved, several ? 'models' : 'model', async (served_by) => {
      const { plan } = resolved;
      const grouping = { keys, filters, week_start, has_spread: with_intervals, with_intervals };
      const own = { ...context, served_by };
      const source = await readCredits(snapshot, own, plan, grouping);
      const { parts, warnings } = await modelParts(plan, source, grouping);
      const common = {
        ...reportHead(resolved, context.clock()),
        ...(several
          ? { attribution_models: plan.models.map((model) => model.name) }
          : { attribution_model: plan.models[0]!.name }),
        journey_analysis: await source.journeys(),
        warnings: [...(await source.warnings()), ...warnings],
      };
      if (several) return { ...common, models: Object.fromEntries(parts) };
      const part = parts[0]![1];
      const bounds = with_bounds ? { consent_bounds: await consentBounds(snapshot, own, plan, grouping, part) } : {};
      return { ...common, ...part, ...bounds };
    });
    return with_bounds ? withNotStored(answer, await readDenied(context, resolved.plan)) : answer;
  }, readOptions(context));
}

/** An interval takes sums of 256 groups of people for each row, and is of one model. @throws bad_request. */
function checkIntervals({ models }: AttributionReportParameters, keys: readonly GroupKey[]): void {
  if (models !== undefined) throw badRequest('intervals', 'is for one model; give model instead of models');
  if (keys.length > 1)
    throw badRequest('intervals', `is for one key of group_by; got ${keys.map(({ field }) => field).join(', ')}`);
}

export const attribution = defineReport({
  name: 'attribution',
  command: 'report attribution',
  path: '/v1/reports/attribution',
  summary: 'What each channel, campaign and email earned',
  description:
    'Under one model, or under several side by side (`models`). Credits plus unattributed revenue equal net revenue exactly.',
  parameters: AttributionReportParameters,
  result: AttributionResult,
  main_table: {
    rows: 'channel_attribution',
    also: ['unattributed', 'filtered'],
    parts: { field: 'models', column: 'attribution_model' },
  },
  compared: ATTRIBUTION_COMPARED,
  explain: ATTRIBUTION_MEANINGS,
  example: ATTRIBUTION_EXAMPLE,
  noisy: creditsWithNoise(
    'people, credited conversions and attributed revenue of each group of `group_by`, and what no touch earned',
    ({ group_by = DEFAULT_GROUP_BY, week_start = DEFAULT_WEEK_START, filter, intervals: _intervals, ...shared }) => ({
      ...{ report: 'attribution', shared, filter: filter as string[] | undefined, week_start: week_start as WeekStart },
      keys: resolveGroupBy(group_by as string, week_start as WeekStart),
    }),
  ),
  run: attributionReport,
});
