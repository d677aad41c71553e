/** The result of one experiment for a marketing mix model, or why it has none. */
import type { Plan } from '../../../attribution/plan.ts';
import type { Design } from '../../../domain/experiment.ts';
import { isSendOrder } from '../../../domain/send-order.ts';
import { dayText } from '../../../domain/time.ts';
import { normalBound } from '../../../learning/distributions.ts';
import { twoSidedChance } from '../../../learning/normal.ts';
import type { ReportContext, ReportJson } from '../../context.ts';
import { HOLDOUT } from '../../incrementality/lift.ts';
import { spendOfDesign } from '../../incrementality/spent.ts';
import type { Warning } from '../../warning.ts';
import { ORDERS_UNPRICED } from '../unpriced.ts';
import { spendOf } from './spend.ts';
import type { LeftOut, Lift, Measure, Target } from './targets.ts';

export interface Refused {
  reason: LeftOut;
  message: string;
}

/** What an experiment is about that names no channel. */
export const EMAIL = 'email';

interface Arm {
  arm: string;
  people: number;
}
interface Effect {
  arm: string;
  metric: string;
  difference: number;
  low: number;
  high: number;
  chance: number;
  always_valid_low: number;
  always_valid_high: number;
}

const METRICS: Record<Measure, string> = { revenue: 'net_revenue', orders: 'orders' };

/** @param result the answer of the report on the experiment. @param channel the channel of the log that the experiment has to be about. */
export async function liftOf(
  context: ReportContext,
  plan: Plan,
  { design, result }: { design: Design; result: () => Promise<ReportJson> },
  { target, measure, channel }: { target: Target; measure: Measure; channel: string },
): Promise<Lift | Refused> {
  if (isSendOrder(design))
    return refused(
      'send_order',
      'everyone gets the emails, only at another time; ask for the report on the effects of sends',
    );
  if (design.arms.length !== 2)
    return refused('several_arms', `it has ${design.arms.length} arms; a row needs one arm beside the control`);
  if (design.control !== HOLDOUT)
    return refused(
      'no_holdout',
      `its control is ${design.control} and not ${HOLDOUT}, so the difference of two treatments says nothing of what the channel brings`,
    );
  const about = channelOf(design);
  if (about !== channel)
    return refused('other_channel', `it is about the channel ${about}; ask with experiment_channel=${about}`);
  const days = daysOf(plan, design);
  if (days.first_day >= days.last_day)
    return refused('one_day', 'it began and ended on one day; a model needs two or more');
  const answer = await result();
  const conclusion = (answer['conclusions'] as Array<{ conclusion: string }>)[0]!.conclusion;
  if (answer['is_over'] !== true) return refused('running', `it ends at ${answer['ends_at']}`);
  if (conclusion === 'sample_ratio_alarm')
    return refused('sample_ratio_alarm', 'the arms do not have the shares of the plan, so there is no result');
  const effect = (answer['effects'] as Effect[]).find(({ metric }) => metric === METRICS[measure]);
  const unpriced = (answer['warnings'] as Warning[]).find(({ code }) => code === ORDERS_UNPRICED);
  if (effect === undefined && unpriced !== undefined && measure === 'revenue')
    return refused('rate_missing', unpriced.message);
  if (conclusion === 'too_few' || effect === undefined)
    return refused('too_few', 'it has too few people or orders for a result');
  const { people } = (answer['arms'] as Arm[]).find(({ arm }) => arm === effect.arm)!;
  const spend = await spendOf(context, plan, design);
  if (spend === null) return refused('no_spend', noSpend(design, days));
  const lift = effect.difference * people;
  // Whoever stopped it could see the result, so only the always-valid interval holds.
  const was_stopped = answer['stopped_at'] !== null;
  const [low, high] = was_stopped ? [effect.always_valid_low, effect.always_valid_high] : [effect.low, effect.high];
  // An interval is 2 z standard errors wide; that of a t with many degrees of freedom is hardly wider.
  const error = ((high - low) / 2 / normalBound(1 - (answer['confidence'] as number))) * people;
  const chance = was_stopped ? twoSidedChance(lift / error) : effect.chance;
  if (target === 'meridian' && lift + normalBound(0.05) * error < 0)
    return refused('negative', 'its 95 % interval lies below 0, which Meridian refuses');
  return { ...days, lift, error, chance, spend };
}

const refused = (reason: LeftOut, message: string): Refused => ({ reason, message });

/** The days of an experiment in the zone of its brand. */
function daysOf({ brands }: Plan, { brand_id, start_ms, end_ms }: Design): { first_day: string; last_day: string } {
  const { time_zone } = brands.find((brand) => brand.brand_id === brand_id)!.settings;
  return { first_day: dayText(time_zone, start_ms), last_day: dayText(time_zone, end_ms - 1) };
}

/** The channel that an experiment is about. Campaigns and flows are emails. */
const channelOf = ({ scope, channel }: Design): string => (scope === 'channel' ? channel! : EMAIL);

function noSpend(design: Design, { first_day, last_day }: { first_day: string; last_day: string }): string {
  const { field, name } = spendOfDesign(design);
  const what = field === 'channel' || name === null ? `the channel ${name ?? EMAIL}` : `the campaign ${name}`;
  return `spend is missing: the log has no spend above 0 on ${what} from ${first_day} to ${last_day}; send it to POST /v1/spend, then ask again`;
}
