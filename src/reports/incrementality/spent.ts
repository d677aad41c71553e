/** What campaigns and channels cost, by day. */
import type { Plan } from '../../attribution/plan.ts';
import type { Attribution } from '../../attribution/query.ts';
import type { Design } from '../../domain/experiment.ts';
import { dayOf } from '../../domain/time.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { readAll } from '../../warehouse/read-row.ts';
import { withoutRates } from '../group-spend.ts';
import { makeSpend, makeSpendLines } from '../spend.ts';
import { readCreditedNames, withCampaigns } from '../spend-campaigns.ts';
import type { Warning } from '../warning.ts';

interface Line {
  brand_id: string;
  day_number: number;
  channel: string;
  campaign_id: string | null;
  /** Null if the rate of some amount is missing. */
  micros: bigint | null;
}

export interface Spent {
  lines: readonly Line[];
  warnings: Warning[];
}

/** Days and campaigns that are read. Further ones are left out with a warning. */
const MAX_LINES = 200_000;

/** Reads the spend of the plan's brands from its start until `end_ms`. */
export async function readSpent(snapshot: Snapshot, plan: Plan, query: Attribution, end_ms: number): Promise<Spent> {
  const until: Plan = {
    ...plan,
    brands: plan.brands.map((brand) => ({ ...brand, end_ms: Math.max(end_ms, brand.start_ms + 1) })),
  };
  const lines = await makeSpendLines(snapshot, until);
  const named = (await withCampaigns(snapshot, lines, () => readCreditedNames(snapshot, query))) ?? lines;
  const spend = await makeSpend(snapshot, until, named);
  if (spend === null) return { lines: [], warnings: [] };
  const rows = await snapshot.query(
    `select brand_id, day_number, channel, campaign_id, text128(sum128(micros)) as micros, count_where(is_known = 0) as unknown_ones
     from ${spend.amounts.name} group by brand_id, day_number, channel, campaign_id order by day_number, brand_id, channel, campaign_id limit ${MAX_LINES + 1}`,
  );
  const shape = {
    brand_id: 'text',
    day_number: 'number',
    channel: 'text',
    campaign_id: 'text?',
    micros: 'bigint',
    unknown_ones: 'number',
  } as const;
  const read = readAll(rows, shape).map(({ unknown_ones, micros, ...line }) => ({
    ...line,
    micros: unknown_ones > 0 ? null : micros,
  }));
  const warnings = [...withoutRates(plan, spend.missing)];
  if (read.length > MAX_LINES)
    warnings.push({
      code: 'spend_left_out',
      count: 1,
      message: `only ${MAX_LINES} days and campaigns of spend were read`,
    });
  return { lines: read.slice(0, MAX_LINES), warnings };
}

/** Spend of a campaign or channel on the days of a time; null where there is none or a rate is missing. */
export function spentOn(
  { lines }: Spent,
  { brands }: Plan,
  what: {
    brand_id: string | null;
    field: 'campaign_id' | 'channel';
    name: string | null;
    start_ms: number;
    end_ms: number;
  },
): bigint | null {
  let sum: bigint | null = null;
  const days = new Map(
    brands.map(({ brand_id, settings: { time_zone } }) => [
      brand_id,
      { from: dayOf(time_zone, what.start_ms), to: dayOf(time_zone, what.end_ms - 1) },
    ]),
  );
  for (const line of lines) {
    const { from, to } = days.get(line.brand_id)!;
    if (line[what.field] !== what.name || line.day_number < from || line.day_number > to) continue;
    if (what.brand_id !== null && line.brand_id !== what.brand_id) continue;
    if (line.micros === null) return null;
    sum = (sum ?? 0n) + line.micros;
  }
  return sum;
}

/** What the spend of an experiment is found by. */
export function spendOfDesign({ brand_id, scope, campaign_id, channel, start_ms, end_ms }: Design) {
  const by_channel = scope === 'channel' || scope === 'global';
  return {
    ...{ brand_id, start_ms, end_ms },
    field: by_channel ? ('channel' as const) : ('campaign_id' as const),
    name: by_channel ? (channel ?? 'email') : campaign_id,
  };
}
