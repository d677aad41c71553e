/** The table of campaigns: what each cost and earned, also campaigns that only cost or only earned. */

import { MICRO_CONVERSIONS } from '../attribution/plan.ts';
import { money, ratio } from '../domain/money.ts';
import { type Static, Type } from '../domain/typebox.ts';
import { answerOnce } from './answers.ts';
import { groupsAndReconciliation } from './attribution.ts';
import { costAndReturn, spendMoney } from './campaign-metrics.ts';
import { reportHead } from './config-hash.ts';
import { type ReportContext, type ReportJson, readOptions } from './context.ts';
import { defineReport } from './declare.ts';
import { resolveGroupBy, touchColumns } from './groups.ts';
import { ONE_MODEL_PARAMETERS } from './parameters.ts';
import { resolveParameters } from './resolve.ts';
import { CAMPAIGNS_MEANINGS, CampaignsResult } from './results/campaigns.ts';
import { readWarnings } from './warnings.ts';

const CampaignsParameters = Type.Object(ONE_MODEL_PARAMETERS, { additionalProperties: false });

const KEYS = resolveGroupBy('campaign_id');

/** A row of the attribution report by campaign. */
interface CampaignRow extends ReportJson {
  credited_conversions: number;
  attributed_revenue_micros: string;
  spend_micros: string | null;
}

async function campaignsReport(
  context: ReportContext,
  parameters: Static<typeof CampaignsParameters>,
  options: { key_brand_id: string | null },
): Promise<ReportJson> {
  return context.warehouse.read(async (snapshot) => {
    const resolved = await resolveParameters(snapshot, context, parameters, {
      ...options,
      extra: { report: 'campaigns' },
      touch_columns: touchColumns(KEYS),
    });
    return answerOnce(context, resolved, '', async () => {
      const { plan } = resolved;
      const { parts, query, warnings } = await groupsAndReconciliation(snapshot, context, plan, KEYS);
      const [[, part]] = parts as [[string, { channel_attribution: CampaignRow[] }]];
      const rows = part.channel_attribution;
      return {
        ...reportHead(resolved, context.clock()),
        attribution_model: plan.models[0]!.name,
        campaigns: rows.map(({ average_attribution_weight: _weight, ...row }) => row),
        totals: totalsOf(rows, warnings.length === 0),
        warnings: [...(await readWarnings(snapshot, plan, query)), ...warnings],
      };
    });
  }, readOptions(context));
}

/** All campaigns together. Spend is null if no campaign has any, or if that of some campaign is not known. */
function totalsOf(campaigns: readonly CampaignRow[], spend_is_known: boolean): ReportJson {
  const sum = (values: readonly bigint[]): bigint => values.reduce((all, value) => all + value, 0n);
  const spends = campaigns.flatMap(({ spend_micros }) => (spend_micros === null ? [] : [BigInt(spend_micros)]));
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
  explain: CAMPAIGNS_MEANINGS,
  run: campaignsReport,
});
