/** The campaign report: sends, engagement, revenue and cost of a campaign, overall and by email. */

import { creditedTouches } from '../attribution/credits.ts';
import type { Plan } from '../attribution/plan.ts';
import { type Attribution, attribute } from '../attribution/query.ts';
import { CAMPAIGN } from '../attribution/touches.ts';
import { formatMicros, ratio } from '../domain/money.ts';
import { MS_PER_HOUR } from '../domain/time.ts';
import { VIEW_TYPES } from '../domain/touchpoint.ts';
import { type Static, Type } from '../domain/typebox.ts';
import { labelOf } from '../enrichment/labels.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { resolvePosition } from '../warehouse/position.ts';
import { read, readAll } from '../warehouse/read-row.ts';
import { materialise } from '../warehouse/relation.ts';
import type { Row } from '../warehouse/schema.ts';
import { oneOf, textList } from '../warehouse/sql-text.ts';
import { answerOnce } from './answers.ts';
import {
  CONVERSION_COUNTS,
  conversionMetrics,
  DEFINITIONS,
  efficiency,
  engagementMetrics,
  engagementOfEvents,
  readEarned,
  readEngagement,
  revenuePer,
} from './campaign-metrics.ts';
import { reportHead } from './config-hash.ts';
import { type ReportContext, type ReportJson, type Resolved, readOptions } from './context.ts';
import { defineReport } from './declare.ts';
import { emailEvents } from './email-events.ts';
import { ONE_CAMPAIGN_PARAMETERS } from './parameters.ts';
import { brandsOf } from './person.ts';
import { CAMPAIGN_EVENTS, CAMPAIGN_TOUCHES, ORDER_NETS } from './relations.ts';
import { resolveParameters } from './resolve.ts';
import { CAMPAIGN_COMPARED, CAMPAIGN_MEANINGS, CampaignResult } from './results/campaign.ts';
import { campaignSpend } from './spend.ts';
import { readWarnings } from './warnings.ts';

export const CampaignReportParameters = Type.Object(ONE_CAMPAIGN_PARAMETERS, { additionalProperties: false });
export type CampaignReportParameters = Static<typeof CampaignReportParameters>;

const MAX_EMAILS = 10_000;

/**
 * Sends and engagement count by the day of the event, conversions by the day of the order, both in [start, end).
 * A touch of any type belongs to the campaign if it has the campaign's id, or no id and a link that names the campaign. Landing
 * visits count, too.
 */
export async function campaignReport(
  context: ReportContext,
  campaign_id: string,
  parameters: CampaignReportParameters,
  options: { key_brand_id: string | null },
): Promise<ReportJson> {
  return context.warehouse.read(async (snapshot) => {
    const position = await resolvePosition(snapshot, parameters.as_of);
    const brand_ids = await brandsOf(
      snapshot,
      position,
      {
        field: 'campaign_id',
        id: campaign_id,
        columns: [
          ['email_events', 'campaign_id'],
          ['touchpoints', 'campaign_id'],
          ['spend', 'campaign_id'],
        ],
        label: labelOf(campaign_id) ?? campaign_id,
        label_columns: [
          ['touchpoints', 'utm_id'],
          ['touchpoints', 'utm_campaign'],
        ],
      },
      { brand_id: parameters.brand_id, ...options },
    );
    const resolved = await resolveParameters(snapshot, context, parameters, {
      ...options,
      brand_ids,
      extra: { report: 'campaign', campaign_id },
      touch_columns: ['sent_campaign_id', 'campaign_kind'],
    });
    return answerOnce(context, resolved, '', () => campaignAnswer(snapshot, context, resolved, campaign_id));
  }, readOptions(context));
}

async function campaignAnswer(
  snapshot: Snapshot,
  context: ReportContext,
  resolved: Resolved,
  campaign_id: string,
): Promise<ReportJson> {
  const { plan } = resolved;
  const query = await attribute(snapshot, plan, context.directory);
  await makeCampaignEvents(snapshot, plan, campaign_id);
  await makeCampaignOrders(snapshot, query, campaign_id);
  const engagement = readEngagement((await queryEngagement(snapshot, ''))[0]);
  const earned = readEarned((await queryEarned(snapshot, ''))[0]);
  return {
    ...reportHead(resolved, context.clock()),
    campaign_id,
    attribution_model: plan.models[0]!.name,
    basic_metrics: engagementMetrics(engagement),
    conversion_metrics: conversionMetrics(earned, engagement),
    efficiency_metrics: efficiency(earned, engagement, await campaignSpend(snapshot, plan, query, campaign_id)),
    conversion_timing: await conversionTiming(snapshot, earned.counts.touched_conversions),
    by_email: await byScope(snapshot, 'email_id'),
    by_campaign_kind: await byScope(snapshot, 'campaign_kind'),
    definitions: DEFINITIONS,
    warnings: await readWarnings(snapshot, plan, query),
  };
}

/** Makes `campaign_events`: the events of the campaign's emails in the period, each with its person. */
async function makeCampaignEvents(snapshot: Snapshot, plan: Plan, campaign_id: string): Promise<void> {
  const parameters = named(campaign_id);
  const of_campaign = {
    of_events: 'e.campaign_id = $campaign_id',
    of_touches: isOf('t.campaign_id', CAMPAIGN),
    parameters,
  };
  const events = await emailEvents(snapshot, plan, of_campaign);
  await materialise(
    snapshot,
    CAMPAIGN_EVENTS,
    `select email_id, campaign_kind, kind, verdict, person, is_human from (${events}) events`,
    parameters,
  );
}

/** SQL that is true for touchpoints of the campaign: of those without a campaign that was sent, the campaign is a label. */
const isOf = (sent: string, campaign: string): string =>
  `(${sent} = $campaign_id or (${sent} is null and ${campaign} in ($campaign_id, $label)))`;
const named = (campaign_id: string) => ({ campaign_id, label: labelOf(campaign_id) ?? campaign_id });

/**
 * Makes `campaign_touches` (the campaign's touches in the paths of the period, with their credit) and
 * `order_nets` (the net value of each order of the period).
 */
async function makeCampaignOrders(snapshot: Snapshot, query: Attribution, campaign_id: string): Promise<void> {
  await materialise(
    snapshot,
    CAMPAIGN_TOUCHES,
    `select c.order_no as order_no, o.person_key as person_key, t.email_id as email_id, t.campaign_kind as campaign_kind, c.counted as counted, c.c0 as micros, c.m0 as millionths,
       c.age_ms as age_ms, case when c.k = 1 then 1 else 0 end as is_first, case when c.k = c.n then 1 else 0 end as is_last,
       case when t.touchpoint_type in (${textList(VIEW_TYPES)}) then 1 else 0 end as is_view
     from ${creditedTouches(query)} join ${query.orders.name} o on o.order_no = c.order_no
     where ${isOf('t.sent_campaign_id', 't.campaign_id')}`,
    named(campaign_id),
  );
  await materialise(
    snapshot,
    ORDER_NETS,
    `select order_no, sum128(after_micros - before_micros) as net_micros from ${query.events.name} group by order_no`,
  );
}

/** The columns by which the figures of a campaign are split; '' is the campaign as a whole. */
const SCOPES = ['', 'email_id', 'campaign_kind'] as const;
type Scope = (typeof SCOPES)[number];

const listedBy = (scope: Scope): string => (scope === '' ? '' : `${oneOf(scope, SCOPES)}, `);

/** SQL for one row per order and scope. */
function perOrder(scope: Scope): string {
  const by = listedBy(scope);
  return `select ${by}order_no, person_key, max(counted) as counted, max(is_first) as is_first, max(is_last) as is_last, min(is_view) as only_views,
      min(age_ms) as age_ms, sum128(micros) as micros, sum128(millionths) as millionths
    from ${CAMPAIGN_TOUCHES.name} group by ${by}order_no, person_key`;
}

function queryEngagement(snapshot: Snapshot, scope: Scope): Promise<Row[]> {
  return snapshot.query(engagementOfEvents(CAMPAIGN_EVENTS.name, scope === '' ? [] : [oneOf(scope, SCOPES)]));
}

function queryEarned(snapshot: Snapshot, scope: Scope): Promise<Row[]> {
  const counts = Object.entries(CONVERSION_COUNTS).map(([name, sql]) => `${sql} as ${name}`);
  const by = listedBy(scope);
  const sum = (name: string, column: string): string => `text128(coalesce(sum128(${column}), int128(0))) as ${name}`;
  return snapshot.query(
    `select ${by}${counts.join(', ')}, ${sum('micros', 'w.micros')}, ${sum('millionths', 'w.millionths')},
       ${sum('net_micros', 'case when w.counted = 1 then n.net_micros else int128(0) end')}
     from (${perOrder(scope)}) w join ${ORDER_NETS.name} n on n.order_no = w.order_no ${scope === '' ? '' : `group by ${scope}`}`,
  );
}

/** One row per email or kind of campaign, most revenue first. Touches without one are a row of their own. */
async function byScope(snapshot: Snapshot, scope: Exclude<Scope, ''>): Promise<ReportJson[]> {
  const key = (row: Row): string | null => read(row, { [scope]: 'text?' })[scope] ?? null;
  const engagements = new Map((await queryEngagement(snapshot, scope)).map((row) => [key(row), row]));
  const earned = new Map((await queryEarned(snapshot, scope)).map((row) => [key(row), readEarned(row)]));
  const rows = [...new Set([...engagements.keys(), ...earned.keys()])].map((name) => ({
    name,
    engagement: readEngagement(engagements.get(name)),
    earned: earned.get(name) ?? readEarned(undefined),
  }));
  rows.sort((a, b) => {
    const [x, y] = [a.earned.revenue_micros, b.earned.revenue_micros];
    if (x !== y) return x > y ? -1 : 1;
    return (a.name ?? '') < (b.name ?? '') ? -1 : 1;
  });
  return rows.slice(0, MAX_EMAILS).map(({ name, engagement, earned: own }) => ({
    [scope]: name,
    ...engagementMetrics(engagement),
    ...conversionMetrics(own, engagement),
    ...revenuePer(own, engagement),
  }));
}

/** Upper ends of the buckets, in hours. One more bucket has no upper end. */
const TIMING_HOURS = [1, 6, 24, 72, 168, 336, 720] as const;

/** Time from the campaign's latest touch in a path to the order. Each conversion counts once. */
async function conversionTiming(snapshot: Snapshot, conversions: number): Promise<ReportJson> {
  const bucket = `case ${TIMING_HOURS.map((hours, i) => `when age_ms < ${hours * MS_PER_HOUR} then ${i}`).join(' ')} else ${TIMING_HOURS.length} end`;
  const timed = `(${perOrder('')}) w where counted = 1`;
  const rows = await snapshot.query(
    `select ${bucket} as bucket, count(*) as conversions, text128(sum128(micros)) as micros from ${timed} group by ${bucket}`,
  );
  const found = new Map(
    readAll(rows, { bucket: 'number', conversions: 'number', micros: 'bigint' }).map((row) => [row.bucket, row]),
  );
  const [middle] = await snapshot.query(
    `select coalesce(sum(age_ms), 0) as total_ms, count(*) as n
     from (select age_ms, row_number() over (order by age_ms, order_no) as place, count(*) over () as places from ${timed}) ranked
     where 2 * place >= places and 2 * place <= places + 2`,
  );
  const { total_ms, n } = read(middle, { total_ms: 'bigint', n: 'bigint' });
  return {
    conversions,
    median_hours: ratio(total_ms, n * BigInt(MS_PER_HOUR)),
    buckets: [...TIMING_HOURS, null].map((until_hours, i) => {
      const row = found.get(i);
      return {
        from_hours: i === 0 ? 0 : TIMING_HOURS[i - 1]!,
        until_hours,
        conversions: row?.conversions ?? 0,
        attributed_revenue: formatMicros(row?.micros ?? 0n),
      };
    }),
  };
}

export const campaign = defineReport({
  name: 'campaign',
  command: 'report campaign',
  path: '/v1/reports/campaigns/:campaign_id',
  path_parameters: { campaign_id: 'The campaign' },
  summary: 'Sends, engagement, revenue and cost of a campaign',
  description:
    'Overall, by email and by kind of campaign. Every metric comes with its definition; a rate without a denominator is null.',
  parameters: CampaignReportParameters,
  result: CampaignResult,
  main_table: { rows: 'by_email' },
  compared: CAMPAIGN_COMPARED,
  explain: { ...CAMPAIGN_MEANINGS, ...DEFINITIONS },
  run: (context, { campaign_id, ...parameters }, asker) => campaignReport(context, campaign_id, parameters, asker),
});
