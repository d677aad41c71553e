/** Asks the rules of a brand: for the report with advice, and for monitors. */
import { MS_PER_DAY, parseBound } from '../../domain/time.ts';
import { NOW_WEEKS } from '../../learning/response/weeks.ts';
import { attribution } from '../attribution.ts';
import { campaigns } from '../campaigns.ts';
import type { ReportContext } from '../context.ts';
import { lags } from '../lags/report.ts';
import { type RuleFinding, ruleFindings } from './rules.ts';
import { spendWeeks, wholeWeeks } from './weekly.ts';

/** Spend of so many weeks before the last ones may have brought orders in them. */
const LAG_WEEKS = 5;

export interface AskedRules {
  brand_id: string;
  /** The period of the table of campaigns; the weeks end with it. */
  period: { start: string; end: string };
  as_of?: string | undefined;
  model?: string | undefined;
}

/** What the rules of the brand find; empty without rules. */
export async function brandRules(
  context: ReportContext,
  { brand_id, period, as_of, model }: AskedRules,
): Promise<RuleFinding[]> {
  const rules = context.adviceRules?.(brand_id) ?? {};
  if (Object.keys(rules).length === 0) return [];
  const { time_zone } = context.settings(brand_id);
  const asker = { key_brand_id: brand_id };
  const position = as_of === undefined ? {} : { as_of };
  const credit = { ...position, ...(model === undefined ? {} : { model }) };
  const weeks = (count: number) => wholeWeeks(period.end, time_zone, context.clock(), count);
  const long = weeks(NOW_WEEKS + LAG_WEEKS);
  const times_to_order = await lags.run(context, { ...long, ...position }, asker);
  const weekly = await attribution.run(context, { ...long, ...credit, group_by: 'channel,week' }, asker);
  return ruleFindings(rules, {
    weeks: spendWeeks(weekly, times_to_order, long),
    channels: await attribution.run(
      context,
      { ...weeks(NOW_WEEKS), ...credit, group_by: 'channel', intervals: 'true' },
      asker,
    ),
    campaigns: await campaigns.run(context, { ...period, ...credit }, asker),
    lags: times_to_order,
    days: (parseBound('end', period.end, time_zone) - parseBound('start', period.start, time_zone)) / MS_PER_DAY,
  });
}
