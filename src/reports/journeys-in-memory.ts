/** The journeys report from histories in memory. */
import type { Plan } from '../attribution/plan.ts';
import type { JourneySums } from '../histories/journey-sums.ts';
import type { Snapshot } from '../warehouse/port.ts';
import type { ReportContext, ReportJson } from './context.ts';
import { askHistories, journeysOf, warningsInMemory } from './credits-in-memory.ts';
import type { Filters } from './filters.ts';
import { DEFAULT_WEEK_START } from './groups.ts';
import { mixOf, summaryOf, touchpointRows } from './journey-rows.ts';

/** The parts of the report; undefined if histories do not hold what is asked for. */
export async function journeysInMemory(
  snapshot: Snapshot,
  context: ReportContext,
  plan: Plan,
  filters: Filters,
): Promise<ReportJson | undefined> {
  const grouping = { keys: [], filters, week_start: DEFAULT_WEEK_START };
  const credit = await askHistories(snapshot, context, plan, grouping, true);
  if (credit === null) return undefined;
  context.served_by?.('histories');
  const { journeys } = credit.sums;
  const details = journeys.details!;
  return {
    summary: summaryOf({ ...totalsOf(journeys), with_email: details.with_email[0]!, days: BigInt(journeys.days) }),
    journey_lengths: journeysOf(credit),
    touchpoints_per_journey: touchpointRows(journeys.byTouchpoints()),
    channel_mix: channelMix(details, credit.names.channels),
    warnings: warningsInMemory(plan, credit),
  };
}

/** The sums of all journeys. */
function totalsOf(sums: JourneySums) {
  const all = sums.byLength(() => 0).get(0);
  const { journeys = 0, orders = 0, micros = 0n, touchpoints = 0, email_touchpoints = 0 } = all ?? {};
  return {
    journeys: BigInt(journeys),
    orders: BigInt(orders),
    micros,
    touchpoints: BigInt(touchpoints),
    email_touchpoints: BigInt(email_touchpoints),
  };
}

function channelMix(
  { channel_touchpoints, channel_journeys }: NonNullable<JourneySums['details']>,
  channels: ReadonlyArray<string | null>,
): ReportJson[] {
  const all = channels.map((channel, i) => ({
    channel: channel!,
    touchpoints: channel_touchpoints[i]!,
    journeys: channel_journeys[i]!,
  }));
  return mixOf(all.filter(({ touchpoints }) => touchpoints > 0));
}
