/** The attribution report: what each channel, campaign and email earned, under one model or several models. */

import { creditedTouches } from '../attribution/credits.ts';
import { UNATTRIBUTED_REASONS, type UnattributedReason } from '../attribution/eligibility.ts';
import { makeJourneys } from '../attribution/journeys.ts';
import { MICRO_CONVERSIONS, type Plan } from '../attribution/plan.ts';
import { type Attribution, attribute } from '../attribution/query.ts';
import { readOrganic } from '../attribution/unattributed.ts';
import { TributaryError } from '../domain/errors.ts';
import { microsPer, money, ratio } from '../domain/money.ts';
import { type Static, Type } from '../domain/typebox.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { read } from '../warehouse/read-row.ts';
import type { Row } from '../warehouse/schema.ts';
import { answerOnce } from './answers.ts';
import { reportHead } from './config-hash.ts';
import { type ReportContext, type ReportJson, readOptions } from './context.ts';
import { defineReport } from './declare.ts';
import { type GroupSpend, readGroupSpend, spendOf, withSpend } from './group-spend.ts';
import {
  byRevenue,
  DEFAULT_GROUP_BY,
  formatKey,
  GROUP_KEY_NAMES,
  type GroupKey,
  joinMonths,
  resolveGroupBy,
  touchColumns,
} from './groups.ts';
import { journeyAnalysis } from './journeys.ts';
import { AttributionParameters } from './parameters.ts';
import { resolveParameters } from './resolve.ts';
import { ATTRIBUTION_EXAMPLE, ATTRIBUTION_MEANINGS, AttributionResult } from './results/attribution.ts';
import type { Warning } from './warning.ts';
import { readWarnings } from './warnings.ts';

export const AttributionReportParameters = Type.Object(
  {
    ...AttributionParameters.properties,
    group_by: Type.Optional(
      Type.String({
        maxLength: 500,
        description: `One or more of ${GROUP_KEY_NAMES.join(', ')}, separated by commas; ${DEFAULT_GROUP_BY} when left out`,
        'x-value': 'keys',
      }),
    ),
  },
  { additionalProperties: false },
);
export type AttributionReportParameters = Static<typeof AttributionReportParameters>;

/** The most rows of an answer: groups and emails, for each model. An answer of this size has about 20 MB. */
const MAX_ROWS = 50_000;

/** Totals that are the same for every model. */
interface Totals {
  total_conversions: bigint;
  attributed_conversions: bigint;
  email_conversions: number;
  net_micros: bigint;
  unattributed: Record<UnattributedReason, bigint>;
}

export async function attributionReport(
  context: ReportContext,
  parameters: AttributionReportParameters,
  options: { key_brand_id: string | null },
): Promise<ReportJson> {
  const { group_by = DEFAULT_GROUP_BY, ...shared } = parameters;
  const keys = resolveGroupBy(group_by);
  return context.warehouse.read(async (snapshot) => {
    const resolved = await resolveParameters(snapshot, context, shared, {
      ...options,
      extra: { report: 'attribution', group_by: keys.map((key) => key.field) },
      touch_columns: touchColumns(keys),
    });
    const several = parameters.models !== undefined;
    return answerOnce(context, resolved, several ? 'models' : 'model', async () => {
      const { plan } = resolved;
      const { parts, query, warnings } = await groupsAndReconciliation(snapshot, context, plan, keys);
      const { journeys } = await makeJourneys(snapshot, plan, query);
      const common = {
        ...reportHead(resolved, context.clock()),
        ...(several
          ? { attribution_models: plan.models.map((model) => model.name) }
          : { attribution_model: plan.models[0]!.name }),
        journey_analysis: await journeyAnalysis(snapshot, journeys),
        warnings: [...(await readWarnings(snapshot, plan, query)), ...warnings],
      };
      return several ? { ...common, models: Object.fromEntries(parts) } : { ...common, ...parts[0]![1] };
    });
  }, readOptions(context));
}

/** The parts of the report that differ by model: group rows, email rows, summary and reconciliation. */
export async function groupsAndReconciliation(
  snapshot: Snapshot,
  context: ReportContext,
  plan: Plan,
  keys: readonly GroupKey[],
): Promise<{ parts: Array<[string, ReportJson]>; query: Attribution; warnings: Warning[] }> {
  const query = await attribute(snapshot, plan, context.directory);
  const totals = await readTotals(snapshot, query);
  const room = Math.floor(MAX_ROWS / plan.models.length);
  const spend = await readGroupSpend(snapshot, plan, keys, room + 1);
  checkRows(spend?.groups.length ?? 0, plan, 'group_by');
  const parts = await modelParts(snapshot, plan, query, keys, { totals, spend, room });
  return { parts, query, warnings: spend?.warnings ?? [] };
}

async function readTotals(snapshot: Snapshot, query: Attribution): Promise<Totals> {
  const [row] = await snapshot.query(
    `select e.*, m.*, u.*
     from (
       select count_where(e.event = 'order') as total_conversions, count_where(e.event = 'order' and t.order_no is not null) as attributed_conversions,
         text128(coalesce(sum128(e.after_micros - e.before_micros), int128(0))) as net_micros
       from ${query.events.name} e left join (select distinct order_no from ${query.credits.name}) t on t.order_no = e.order_no) e
     cross join (
       select count(distinct case when c.counted = 1 then c.order_no end) as email_conversions from ${creditedTouches(query)} where t.is_email = 1) m
     cross join (
       select ${UNATTRIBUTED_REASONS.map((reason) => `text128(coalesce(sum128(case when reason = '${reason}' then micros end), int128(0))) as ${reason}`).join(', ')}
       from ${query.unattributed.name}) u`,
  );
  const by_reason = Object.fromEntries(UNATTRIBUTED_REASONS.map((reason) => [reason, 'bigint' as const]));
  return {
    ...read(row, {
      total_conversions: 'bigint',
      attributed_conversions: 'bigint',
      email_conversions: 'number',
      net_micros: 'bigint',
    }),
    unattributed: read(row, by_reason) as Record<UnattributedReason, bigint>,
  };
}

/** Reads the group rows, email rows and sums of all models, in two queries. */
async function modelParts(
  snapshot: Snapshot,
  plan: Plan,
  query: Attribution,
  keys: readonly GroupKey[],
  { totals, spend, room }: { totals: Totals; spend: GroupSpend | null; room: number },
): Promise<Array<[string, ReportJson]>> {
  const sums = plan.models
    .map((_, i) => `text128(sum128(c.c${i})) as c${i}, text128(sum128(c.m${i})) as m${i}`)
    .join(', ');
  const months = await joinMonths(snapshot, keys, query.bounds);
  const groups = await snapshot.query(
    `select ${keys.map((key, i) => `${key.sql} as g${i}`).join(', ')}, count(distinct case when c.counted = 1 then c.order_no end) as touched,
       sum(c.counted) as touches, ${sums}
     from ${creditedTouches(query)} ${months} group by ${keys.map((key) => key.sql).join(', ')} limit ${room + 1}`,
  );
  checkRows(groups.length, plan, 'group_by');
  const emails = await snapshot.query(
    `select t.email_id as email_id, t.campaign_id as campaign_id, count(distinct case when c.counted = 1 then c.order_no end) as touched,
       count(distinct case when c.counted = 1 then o.person_key end) as people, ${sums}
     from ${creditedTouches(query)} join ${query.orders.name} o on o.order_no = c.order_no where t.is_email = 1 group by t.email_id, t.campaign_id
     limit ${room - groups.length + 1}`,
  );
  checkRows(groups.length + emails.length, plan, 'start');
  const parts: Array<[string, ReportJson]> = [];
  for (const [i, { name }] of plan.models.entries()) {
    const organic = await readOrganic(snapshot, plan, query, i);
    parts.push([name, modelPart(i, keys, groups, emails, totals, organic, spend)]);
  }
  return parts;
}

/** @throws unprocessable when the answer would have too many rows. It is checked before any row is built. */
function checkRows(rows: number, { models }: Plan, field: string): void {
  if (rows * models.length <= MAX_ROWS) return;
  throw new TributaryError(
    'unprocessable',
    `${field}: the answer has more than ${MAX_ROWS} rows of groups and emails for ${models.length} model${models.length === 1 ? '' : 's'}, the limit; group by fewer keys, ask for fewer models or for a shorter period`,
    { field },
  );
}

function modelPart(
  i: number,
  keys: readonly GroupKey[],
  groups: readonly Row[],
  emails: readonly Row[],
  totals: Totals,
  organic: bigint | null,
  spend: GroupSpend | null,
): ReportJson {
  const credited = groups.map((row) => ({
    keys: keys.map((key, g) => formatKey(row[`g${g}`]!, key)),
    micros: micros(row, i),
    touched: Number(row['touched']),
    touches: BigInt(row['touches']!),
    millionths: BigInt(row[`m${i}`] as string),
  }));
  const rows = withSpend(credited, spend, (own) => ({
    keys: own,
    micros: 0n,
    touched: 0,
    touches: 0n,
    millionths: 0n,
  }));
  const attributed = rows.reduce((sum, row) => sum + row.micros, 0n);
  const email_rows = emails.map((row) => ({
    keys: [row['email_id'] as string | null, row['campaign_id'] as string | null],
    micros: micros(row, i),
    row,
  }));
  const email_micros = email_rows.reduce((sum, row) => sum + row.micros, 0n);
  return {
    channel_attribution: rows.sort(byRevenue).map((row) => ({
      ...Object.fromEntries(keys.map((key, g) => [key.field, row.keys[g]])),
      touched_conversions: row.touched,
      credited_conversions: ratio(row.millionths, MICRO_CONVERSIONS),
      ...money('attributed_revenue', row.micros),
      average_attribution_weight: ratio(row.millionths, row.touches * BigInt(MICRO_CONVERSIONS)),
      ...spendOf(row, spend),
    })),
    email_attribution: email_rows.sort(byRevenue).map(({ row, micros: value }) => ({
      email_id: row['email_id'],
      campaign_id: row['campaign_id'],
      touched_conversions: Number(row['touched']),
      credited_conversions: ratio(BigInt(row[`m${i}`] as string), MICRO_CONVERSIONS),
      ...money('attributed_revenue', value),
      unique_customers: Number(row['people']),
      revenue_per_customer: microsPer(value, Number(row['people'])),
    })),
    summary: {
      total_conversions: Number(totals.total_conversions),
      attributed_conversions: Number(totals.attributed_conversions),
      email_conversions: totals.email_conversions,
      ...money('total_revenue', totals.net_micros),
      ...money('total_attributed_revenue', attributed),
      ...money('email_attributed_revenue', email_micros),
      email_share_of_revenue: ratio(email_micros, totals.net_micros),
    },
    reconciliation: {
      net_revenue_micros: totals.net_micros.toString(),
      attributed_micros: attributed.toString(),
      unattributed_micros: {
        ...Object.fromEntries(UNATTRIBUTED_REASONS.map((reason) => [reason, totals.unattributed[reason].toString()])),
        ...(organic === null ? {} : { organic: organic.toString() }),
      },
    },
  };
}

function micros(row: Row, i: number): bigint {
  return BigInt(row[`c${i}`] as string);
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
  main_table: { rows: 'channel_attribution', parts: { field: 'models', column: 'attribution_model' } },
  explain: ATTRIBUTION_MEANINGS,
  example: ATTRIBUTION_EXAMPLE,
  run: attributionReport,
});
