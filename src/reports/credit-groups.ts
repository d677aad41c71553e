/** The rows of the attribution report: what each group and email earned, and what no group earned. */
import { MICRO_CONVERSIONS, type Plan } from '../attribution/plan.ts';
import { TributaryError } from '../domain/errors.ts';
import { microsPer, money, ratio } from '../domain/money.ts';
import type { Row } from '../warehouse/schema.ts';
import { mapInTurns } from '../warehouse/work-turns.ts';
import type { ReportJson } from './context.ts';
import { revenueIntervalOf } from './credit-interval.ts';
import type { CreditSource, Group, Grouping, Spread, Totals } from './credit-source.ts';
import { spendOf, withSpend } from './group-spend.ts';
import { byRevenue, type GroupKey, inOrder } from './groups.ts';
import { daysOf, missingTimes, timesOf } from './time-series.ts';
import { named, type Remaining, type Rest, reconciliation, remainingRows, sumOf } from './unattributed-rows.ts';
import type { Warning } from './warning.ts';

/** The most rows of an answer: groups, emails and unattributed value, for each model. An answer of this size has about 20 MB. */
export const MAX_ROWS = 50_000;

type SpentGroup = Group & { spend_micros: bigint | null };

const emptyGroup = (keys: Array<string | null>): Group => ({ keys, touched: 0, touches: 0n, row: null });

/** The parts of the report that differ by model, and warnings about spend and a time series with holes. */
export async function modelParts(
  plan: Plan,
  source: CreditSource,
  grouping: Grouping,
): Promise<{ parts: Array<[string, ReportJson]>; warnings: Warning[] }> {
  const { keys } = grouping;
  const totals = await source.totals();
  const room = Math.floor(MAX_ROWS / plan.models.length);
  const spend = await source.spend(room + 1);
  checkRows(spend.groups?.length ?? 0, plan, 'group_by');
  const found = await withSpend(await source.groups(room), spend, emptyGroup);
  checkRows(found.length, plan, 'group_by');
  const emails = await source.emails(room - found.length);
  checkRows(found.length + emails.length, plan, 'start');
  const order_keys = keys.filter(({ about }) => about !== 'touch');
  let rows = found.length + emails.length;
  const parts: Array<[string, ReportJson]> = [];
  const rests: Array<{ rest: Rest[]; left_out: Rest[] | null }> = [];
  for (const i of plan.models.keys()) {
    // Only a model with absolute weights has unattributed value of its own.
    const first = plan.models.findIndex(({ absolute }) => !absolute);
    const known = first >= 0 && first < i && !plan.models[i]!.absolute;
    const rest = known ? rests[first]!.rest : await source.rest(i, room - rows);
    const left_out = await source.leftOut(i);
    rests.push({ rest, left_out });
    checkRows(rows + rest.length + (left_out?.length ?? 0), plan, 'group_by');
  }
  rows += Math.max(...rests.map(({ rest, left_out }) => rest.length + (left_out?.length ?? 0)));
  const { groups, warnings } = await fillTimes(plan, found, grouping, room - rows);
  const spread = grouping.with_intervals ? await intervalsBy(await source.spread(room)) : null;
  const shown = { keys, groups, emails, totals, has_spend: spend.groups !== null, spread };
  for (const [i, { name }] of plan.models.entries())
    parts.push([name, await modelPart(i, shown, { order_keys, ...rests[i]! })]);
  return { parts, warnings: [...spend.warnings, ...warnings] };
}

/** @throws unprocessable when the answer would have too many rows. It is checked before any row is built. */
export function checkRows(rows: number, { models }: Pick<Plan, 'models'>, field: string): void {
  if (rows * models.length <= MAX_ROWS) return;
  throw new TributaryError(
    'unprocessable',
    `${field}: the answer has more than ${MAX_ROWS} rows of groups and emails for ${models.length} model${models.length === 1 ? '' : 's'}, the limit; group by fewer keys, ask for fewer models or for a shorter period`,
    { field },
  );
}

/** Adds the times of the period that a series lacks, as groups of zeros, as far as the limit of rows allows. */
async function fillTimes(
  plan: Plan,
  found: readonly SpentGroup[],
  { keys, filters, week_start }: Grouping,
  room: number,
): Promise<{ groups: SpentGroup[]; warnings: Warning[] }> {
  if (!keys.some(({ about }) => about === 'time')) return { groups: [...found], warnings: [] };
  const times = await timesOf(daysOf(plan), keys, week_start, filters.passesDay);
  const missing =
    times &&
    (await missingTimes(
      found.map((group) => group.keys),
      keys,
      times,
      room,
    ));
  if (missing === null) {
    const message = 'time series keeps its holes: with a row for each time the answer would be over the limit of rows';
    return { groups: [...found], warnings: [{ code: 'holes_not_filled', count: 1, message }] };
  }
  return {
    groups: [...found, ...missing.map((values) => ({ ...emptyGroup(values), spend_micros: null }))],
    warnings: [],
  };
}

const amountOf = (row: Row | null, column: string): bigint => (row === null ? 0n : BigInt(row[column] as string));

/** What the parts of all models show. */
interface Shown {
  keys: readonly GroupKey[];
  groups: readonly SpentGroup[];
  emails: readonly Row[];
  totals: Totals;
  has_spend: boolean;
  /** The fields about intervals, by the keys as JSON; null without intervals. */
  spread: ReadonlyMap<string, ReportJson> | null;
}

const intervalsBy = async (spread: readonly Spread[]): Promise<Map<string, ReportJson>> =>
  new Map(
    await mapInTurns(spread, (own): [string, ReportJson] => [
      JSON.stringify(own.keys),
      { ...revenueIntervalOf(own), attributed_revenue_support: own.people },
    ]),
  );
/** Those of a group without a touch in a path. */
const NO_INTERVAL = { attributed_revenue_interval: null, attributed_revenue_support: 0 };

async function modelPart(
  i: number,
  { keys, groups, emails, totals, has_spend, spread }: Shown,
  remaining: Remaining,
): Promise<ReportJson> {
  const rows = await mapInTurns(groups, (group) => ({
    ...group,
    micros: amountOf(group.row, `c${i}`),
    millionths: amountOf(group.row, `m${i}`),
  }));
  const attributed = sumOf(rows);
  const email_rows = emails.map((row) => ({
    keys: [row['email_id'] as string | null, row['campaign_id'] as string | null],
    micros: amountOf(row, `c${i}`),
    row,
  }));
  const email_micros = sumOf(email_rows);
  return {
    channel_attribution: await mapInTurns(rows.sort(inOrder(keys)), (row) => ({
      ...named(keys, row.keys),
      touched_conversions: row.touched,
      credited_conversions: ratio(row.millionths, MICRO_CONVERSIONS),
      ...money('attributed_revenue', row.micros),
      average_attribution_weight: ratio(row.millionths, row.touches * BigInt(MICRO_CONVERSIONS)),
      ...(spread ? (spread.get(JSON.stringify(row.keys)) ?? NO_INTERVAL) : {}),
      ...(has_spend ? spendOf(row) : {}),
    })),
    email_attribution: await mapInTurns(email_rows.sort(byRevenue), ({ row, micros: value }) => ({
      email_id: row['email_id'],
      campaign_id: row['campaign_id'],
      touched_conversions: Number(row['touched']),
      credited_conversions: ratio(amountOf(row, `m${i}`), MICRO_CONVERSIONS),
      ...money('attributed_revenue', value),
      unique_customers: Number(row['people']),
      revenue_per_customer: microsPer(value, Number(row['people'])),
    })),
    ...remainingRows(remaining),
    summary: {
      total_conversions: Number(totals.total_conversions),
      attributed_conversions: Number(totals.attributed_conversions),
      email_conversions: totals.email_conversions,
      ...money('total_revenue', totals.net_micros),
      ...money('total_attributed_revenue', attributed),
      ...money('email_attributed_revenue', email_micros),
      email_share_of_revenue: ratio(email_micros, totals.net_micros),
    },
    reconciliation: reconciliation(totals.net_micros, attributed, remaining),
  };
}
