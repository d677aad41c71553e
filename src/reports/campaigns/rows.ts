/** The rows of the table of campaigns: credit and spend, what was influenced, and engagement, put together by their keys. */
import { formatMicros, microsPer, money, ratio } from '../../domain/money.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import { type Kinds, kindOf } from '../campaign-kinds.ts';
import {
  costAndReturn,
  ENGAGEMENT_COUNTS,
  ENGAGEMENT_RATES,
  type Engagement,
  engagementMetrics,
  LOSSES,
  lossesPer,
  spendMoney,
} from '../campaign-metrics.ts';
import type { ReportJson } from '../context.ts';
import type { Spread } from '../credit-source.ts';
import { byRevenue } from '../groups.ts';
import type { CampaignKey, CampaignsEngagement } from './engagement-asked.ts';
import { type AverageRevenue, averageRevenue, revenueIntervals } from './revenue-interval.ts';

/** A row of the attribution report by the keys. The fields of spend are missing if the filters are about what spend does not have. */
export interface CampaignRow extends ReportJson {
  touched_conversions: number;
  credited_conversions: number;
  attributed_revenue_micros: string;
  spend_micros?: string | null;
}

interface Parts {
  credited: readonly CampaignRow[];
  spread: readonly Spread[];
  /** The kinds that credited touches say. */
  kinds: ReadonlyMap<string, ReadonlySet<string>>;
  /** Null if the filters leave no engagement to show. */
  engagement: CampaignsEngagement | null;
}

const nulls = (names: readonly string[]): ReportJson => Object.fromEntries(names.map((name) => [name, null]));
const NO_ENGAGEMENT = nulls([...Object.keys(ENGAGEMENT_COUNTS), ...Object.keys(ENGAGEMENT_RATES)]);
const NO_LOSSES = nulls(LOSSES);
const NO_SPEND = { ...spendMoney(null), ...costAndReturn({ revenue_micros: 0n, credited_millionths: 0n }, null) };
const NO_REVENUE = { attributed_revenue_micros: '0', attributed_revenue: formatMicros(0n) };
const NO_CREDIT: CampaignRow = { touched_conversions: 0, credited_conversions: 0, ...NO_REVENUE };

/** Counts and rates of engagement; null if there were no emails. */
export function engagementOf(engagement: Engagement | null): ReportJson {
  return engagement === null ? NO_ENGAGEMENT : engagementMetrics(engagement);
}

/** The counts alone. Of several campaigns people get several emails each, so rates of people by emails would be too low. */
export function engagementCounts(engagement: Engagement | null): ReportJson {
  return engagement ?? nulls(Object.keys(ENGAGEMENT_COUNTS));
}

interface Rows {
  rows: ReportJson[];
  /** Null with fewer than two rows with recipients. */
  average_revenue_per_recipient: string | null;
}

/** All rows, most revenue first. */
export async function campaignRows(keys: readonly CampaignKey[], parts: Parts): Promise<Rows> {
  const { credited, spread, engagement } = parts;
  const nameOf = (values: ReadonlyArray<string | null>): string => JSON.stringify(values);
  const spreads = new Map(spread.map((own) => [nameOf(own.keys), own]));
  const valuesOf = (row: ReportJson): Array<string | null> => keys.map((key) => row[key] as string | null);
  const credits = new Map(credited.map((row) => [nameOf(valuesOf(row)), row]));
  const groups = [...credited.map((row) => ({ keys: valuesOf(row) }))];
  for (const [name, { keys: values }] of engagement?.groups ?? [])
    if (!credits.has(name)) groups.push({ keys: values });
  const average = averageRevenue(
    [...(engagement?.groups ?? [])].flatMap(
      ([
        name,
        {
          engagement: { unique_recipients: recipients },
        },
      ]) => (recipients === 0 ? [] : [{ recipients, credited: spreads.get(name)?.credited ?? new Map() }]),
    ),
  );
  const kinds = joined(parts.kinds, engagement?.kinds ?? new Map());
  const rows: Array<{ keys: Array<string | null>; micros: bigint; row: ReportJson }> = [];
  const turns = new WorkTurns();
  for (const { keys: values } of groups) {
    if (turns.ends(1)) await turns.next();
    const name = nameOf(values);
    const credit = credits.get(name) ?? NO_CREDIT;
    const own = engagement?.groups.get(name)?.engagement ?? null;
    const named = Object.fromEntries(keys.map((key, k) => [key, values[k]]));
    rows.push({
      keys: values,
      micros: BigInt(credit.attributed_revenue_micros),
      row: {
        campaign_kind: kindOf(kinds, (named['campaign_id'] as string | null | undefined) ?? null),
        ...named,
        ...rowOf(credit, own, spreads.get(name), average),
      },
    });
  }
  return {
    rows: rows.sort(byRevenue).map(({ row }) => row),
    average_revenue_per_recipient: average === null ? null : average.revenue,
  };
}

function rowOf(
  credit: CampaignRow,
  engagement: Engagement | null,
  spread: Spread | undefined,
  average: AverageRevenue | null,
): ReportJson {
  const { average_attribution_weight: _weight, ...credited } = credit;
  const { people = 0, touched_micros = 0n, credited: by_people = new Map() } = spread ?? {};
  const recipients = engagement?.unique_recipients ?? null;
  return {
    ...NO_SPEND,
    ...credited,
    ...money('influenced_revenue', touched_micros),
    converting_customers: people,
    ...engagementOf(engagement),
    conversion_rate: recipients === null ? null : ratio(people, recipients),
    revenue_per_recipient: recipients === null ? null : microsPer(BigInt(credit.attributed_revenue_micros), recipients),
    ...revenueIntervals(recipients, people, by_people, average),
    ...(engagement === null ? NO_LOSSES : lossesPer(engagement, credit.touched_conversions)),
  };
}

function joined(...all: ReadonlyArray<ReadonlyMap<string, ReadonlySet<string>>>): Kinds {
  const kinds: Kinds = new Map();
  for (const own of all)
    for (const [campaign_id, names] of own)
      kinds.set(campaign_id, new Set([...(kinds.get(campaign_id) ?? []), ...names]));
  return kinds;
}
