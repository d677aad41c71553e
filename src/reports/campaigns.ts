/** The table of campaigns: what each cost and earned, also campaigns that only cost or only earned. */

import { MICRO_CONVERSIONS } from '../attribution/plan.ts';
import { money, ratio } from '../domain/money.ts';
import { type Static, Type } from '../domain/typebox.ts';
import { mapInTurns } from '../warehouse/work-turns.ts';
import { answerOnce } from './answers.ts';
import { costAndReturn, spendMoney } from './campaign-metrics.ts';
import { reportHead } from './config-hash.ts';
import { type ReportContext, type ReportJson, readOptions } from './context.ts';
import { modelParts } from './credit-groups.ts';
import { readCredits } from './credits.ts';
import { defineReport } from './declare.ts';
import { readFilters } from './filters.ts';
import { SPEND_WITHOUT_RATE } from './group-spend.ts';
import { DEFAULT_WEEK_START, resolveGroupBy, touchColumns } from './groups.ts';
import { ONE_MODEL_PARAMETERS } from './parameters.ts';
import { resolveParameters } from './resolve.ts';
import { CAMPAIGNS_COMPARED, CAMPAIGNS_MEANINGS, CampaignsResult } from './results/campaigns.ts';

const CampaignsParameters = Type.Object(ONE_MODEL_PARAMETERS, { additionalProperties: false });

const KEYS = resolveGroupBy('campaign_id');

/** A row of the attribution report by campaign. The fields of spend are missing if the filters are about what spend does not have. */
interface CampaignRow extends ReportJson {
  credited_conversions: number;
  attributed_revenue_micros: string;
  spend_micros?: string | null;
}

export async function campaignsReport(
  context: ReportContext,
  parameters: Static<typeof CampaignsParameters>,
  options: { key_brand_id: string | null },
): Promise<ReportJson> {
  const { filter, ...shared } = parameters;
  const filters = readFilters(filter, DEFAULT_WEEK_START);
  return context.warehouse.read(async (snapshot) => {
    const resolved = await resolveParameters(snapshot, context, shared, {
      ...options,
      extra: { report: 'campaigns' },
      filters,
      touch_columns: touchColumns(KEYS),
    });
    return answerOnce(context, resolved, '', async (served_by) => {
      const { plan } = resolved;
      const grouping = { keys: KEYS, filters, week_start: DEFAULT_WEEK_START };
      const source = await readCredits(snapshot, { ...context, served_by }, plan, grouping);
      const { parts, warnings } = await modelParts(plan, source, grouping);
      const [[, part]] = parts as [[string, { channel_attribution: CampaignRow[] }]];
      const rows = part.channel_attribution;
      return {
        ...reportHead(resolved, context.clock()),
        attribution_model: plan.models[0]!.name,
        campaigns: await mapInTurns(rows, ({ average_attribution_weight: _weight, ...row }) => ({
          ...NO_SPEND,
          ...row,
        })),
        totals: totalsOf(rows, !warnings.some(({ code }) => code === SPEND_WITHOUT_RATE)),
        warnings: [...(await source.warnings()), ...warnings],
      };
    });
  }, readOptions(context));
}

const NO_SPEND = { ...spendMoney(null), ...costAndReturn({ revenue_micros: 0n, credited_millionths: 0n }, null) };

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
  summary: 'What each campaign cost and earned',
  description:
    'Spend, credit, cost per conversion and return on spend of every campaign. Campaigns with spend and no touch, and with touches and no spend, have rows too.',
  parameters: CampaignsParameters,
  result: CampaignsResult,
  main_table: { rows: 'campaigns' },
  compared: CAMPAIGNS_COMPARED,
  explain: CAMPAIGNS_MEANINGS,
  run: campaignsReport,
});
