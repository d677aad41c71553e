/** The table of campaigns and flows: what was sent, how people answered, what each cost and earned; also those that only cost or only earned. */

import { MICRO_CONVERSIONS } from '../attribution/plan.ts';
import { money, ratio } from '../domain/money.ts';
import { choice } from '../domain/parameter.ts';
import { type Static, Type } from '../domain/typebox.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { answerOnce } from './answers.ts';
import { costAndReturn, DEFINITIONS, spendMoney } from './campaign-metrics.ts';
import { readCampaignsEngagement } from './campaigns/engagement.ts';
import { type CampaignKey, engagementNotFiltered } from './campaigns/engagement-asked.ts';
import { type CampaignRow, campaignRows, engagementCounts } from './campaigns/rows.ts';
import { reportHead } from './config-hash.ts';
import { CONSENT_BOUNDS_PARAMETER, consentBounds, withNotStored } from './consent-bounds.ts';
import { type ReportContext, type ReportJson, type Resolved, readOptions } from './context.ts';
import { checkRows, MAX_ROWS, modelParts } from './credit-groups.ts';
import { readCredits } from './credits.ts';
import { readDenied } from './data-quality.ts';
import { defineReport } from './declare.ts';
import { type Filters, readFilters } from './filters.ts';
import { SPEND_WITHOUT_RATE } from './group-spend.ts';
import { DEFAULT_WEEK_START, type GroupKey, resolveGroupBy, touchColumns } from './groups.ts';
import { creditsWithNoise } from './noisy/credits.ts';
import { ONE_MODEL_PARAMETERS } from './parameters.ts';
import { resolveParameters } from './resolve.ts';
import { CAMPAIGNS_COMPARED, CAMPAIGNS_MEANINGS, CampaignsResult } from './results/campaigns.ts';

/** The keys of rows, by what `by` names. An email has its id within a campaign. */
const KEYS_BY = {
  campaign_id: ['campaign_id'],
  email_id: ['campaign_id', 'email_id'],
  campaign_kind: ['campaign_kind'],
} as const satisfies Record<string, readonly CampaignKey[]>;
const BY = Object.keys(KEYS_BY) as Array<keyof typeof KEYS_BY>;

const CampaignsParameters = Type.Object(
  {
    ...ONE_MODEL_PARAMETERS,
    by: Type.Optional(
      choice(
        BY,
        'What a row is: a campaign or flow, an email of one, or a kind of campaign; campaign_id when left out',
        {
          'x-value': BY.join('|'),
        },
      ),
    ),
    consent_bounds: CONSENT_BOUNDS_PARAMETER,
  },
  { additionalProperties: false },
);

export async function campaignsReport(
  context: ReportContext,
  parameters: Static<typeof CampaignsParameters>,
  options: { key_brand_id: string | null },
): Promise<ReportJson> {
  const { filter, by = 'campaign_id', consent_bounds, ...shared } = parameters;
  const with_bounds = consent_bounds === 'true';
  const filters = readFilters(filter, DEFAULT_WEEK_START);
  const keys = KEYS_BY[by];
  const group_keys = resolveGroupBy(keys.join(','));
  return context.warehouse.read(async (snapshot) => {
    const resolved = await resolveParameters(snapshot, context, shared, {
      ...options,
      extra: { report: 'campaigns', ...(by === 'campaign_id' ? {} : { by }), ...(with_bounds && { consent_bounds }) },
      filters,
      touch_columns: ['campaign_kind', ...touchColumns(group_keys)],
    });
    const answer = await answerOnce(context, resolved, '', async (served_by) =>
      campaignsAnswer(snapshot, { ...context, served_by }, resolved, { keys, group_keys, filters, with_bounds }),
    );
    return with_bounds ? withNotStored(answer, await readDenied(context, resolved.plan)) : answer;
  }, readOptions(context));
}

async function campaignsAnswer(
  snapshot: Snapshot,
  context: ReportContext,
  resolved: Resolved,
  asked: { keys: readonly CampaignKey[]; group_keys: readonly GroupKey[]; filters: Filters; with_bounds: boolean },
): Promise<ReportJson> {
  const { plan } = resolved;
  const { keys, group_keys, filters, with_bounds } = asked;
  const grouping = { keys: group_keys, filters, week_start: DEFAULT_WEEK_START, has_spread: true };
  const source = await readCredits(snapshot, context, plan, grouping);
  const { parts, warnings } = await modelParts(plan, source, grouping);
  const [[, part]] = parts as unknown as [[string, ReportJson & { channel_attribution: CampaignRow[] }]];
  const credited = part.channel_attribution;
  const spread = await source.spread(credited.length);
  const kinds = await source.kinds();
  const not_filtered = engagementNotFiltered(filters);
  const named = credited.flatMap(({ campaign_id }) => (typeof campaign_id === 'string' ? [campaign_id] : []));
  const engagement =
    not_filtered === null
      ? await readCampaignsEngagement(snapshot, context, plan, { keys, filters, named, limit: MAX_ROWS + 1 })
      : null;
  const { rows, ...average } = await campaignRows(keys, { credited, spread, kinds, engagement });
  checkRows(rows.length, plan, 'start');
  return {
    ...reportHead(resolved, context.clock()),
    attribution_model: plan.models[0]!.name,
    campaigns: rows,
    ...average,
    totals: {
      ...engagementCounts(engagement?.all ?? null),
      ...totalsOf(credited, !warnings.some(({ code }) => code === SPEND_WITHOUT_RATE)),
    },
    definitions: DEFINITIONS,
    ...(with_bounds && { consent_bounds: await consentBounds(snapshot, context, plan, grouping, part) }),
    warnings: [...(await source.warnings()), ...warnings, ...(not_filtered === null ? [] : [not_filtered])],
  };
}

/** All campaigns together. Spend is null if no campaign has any, or if that of some campaign is not known. */
function totalsOf(campaigns: readonly CampaignRow[], spend_is_known: boolean): ReportJson {
  const sum = (values: readonly bigint[]): bigint => values.reduce((all, value) => all + value, 0n);
  const spends = campaigns.flatMap(({ spend_micros = null }) => (spend_micros === null ? [] : [BigInt(spend_micros)]));
  const spend_micros = spends.length === 0 || !spend_is_known ? null : sum(spends);
  const revenue_micros = sum(campaigns.map((row) => BigInt(row.attributed_revenue_micros)));
  const credited_millionths = sum(
    campaigns.map((row) => BigInt(Math.round(row.credited_conversions * MICRO_CONVERSIONS))),
  );
  return {
    credited_conversions: ratio(credited_millionths, MICRO_CONVERSIONS),
    ...money('attributed_revenue', revenue_micros),
    ...spendMoney(spend_micros),
    ...costAndReturn({ revenue_micros, credited_millionths }, spend_micros),
  };
}

export const campaigns = defineReport({
  name: 'campaigns',
  command: 'report campaigns',
  path: '/v1/reports/campaigns',
  summary: 'What each campaign and flow sent, cost and earned',
  description:
    'Sends, deliveries, human opens and clicks, influenced orders, credit, revenue per recipient with an interval, cost and return of every campaign and flow. Campaigns with only spend, only touches or only emails have rows too.',
  parameters: CampaignsParameters,
  result: CampaignsResult,
  main_table: { rows: 'campaigns' },
  compared: CAMPAIGNS_COMPARED,
  explain: { ...CAMPAIGNS_MEANINGS, ...DEFINITIONS },
  noisy: creditsWithNoise(
    'people, credited conversions and attributed revenue of each row of `by`; sends, opens, clicks and costs are not in it',
    ({ by = 'campaign_id', filter, consent_bounds: _bounds, ...shared }) => ({
      ...{ report: 'campaigns', shared, filter: filter as string[] | undefined, week_start: DEFAULT_WEEK_START },
      keys: resolveGroupBy(KEYS_BY[by as keyof typeof KEYS_BY].join(',')),
    }),
  ),
  run: campaignsReport,
});
