/** Trains the algorithmic model on histories: the fit, its gate, and the totals of each channel with intervals. */
import { MS_PER_DAY, MS_PER_MINUTE } from '../../domain/time.ts';
import type { Card } from '../artifacts/artifact.ts';
import { channelOf, type Naming } from '../grain.ts';
import { lostAlone } from '../hazard/alone.ts';
import { diagnoseHazard } from '../hazard/diagnostics.ts';
import { type HazardFit, type HazardWork, workHazard } from '../hazard/fit.ts';
import { fitFlow } from '../hazard/flow/fit-flow.ts';
import type { UncertainFlow } from '../hazard/flow/flow-of-orders.ts';
import { judgeHazard } from '../hazard/gate.ts';
import { type Histories, peopleOf } from '../hazard/histories.ts';
import { hazardIntervals } from '../hazard/intervals.ts';
import { eValue } from '../hazard/sensitivity.ts';
import { type ChannelTotal, channelTotals, type HazardTotals } from '../hazard/totals.ts';
import type { HazardFamily } from '../settings.ts';
import { NOT_CAUSAL, type Trained } from './trained.ts';

export interface TrainHazardOptions {
  family: HazardFamily;
  seed: number;
  draws: number;
  level: number;
  guard_minutes: number;
  max_age_days: number;
  /** Whether touches share credit with the touches of other channels that brought them. */
  flow_back: 'on' | 'off';
}

const LIMITS = [
  NOT_CAUSAL,
  'shares and incremental parts on this card are sums over all touches up to the greatest age, and an effect in them may be negative; reports credit only touches within their windows, order by order, and never below 0; so the two differ',
  'touches within the guard before an order have no effect by definition, so the fit does not see effects within minutes',
  'a touch shares credit with a touch of another channel that brought it where the card lists such a flow; a flow within the guard, or over more than a week, is not seen',
  'an effect is a link between a touch and later orders; people who are about to buy anyway also have more touches, and the fit may take that for an effect',
];

/** The limit that says how strong an unseen cause would have to be starts with this. */
export const SENSITIVITY = 'sensitivity';

export function trainHazard(histories: Histories, naming: Naming, options: TrainHazardOptions): Trained {
  const { fit, work } = workHazard(histories, hazardOptions(options));
  const flow = flowOf(histories, naming, options);
  const totals = channelTotals(fit, histories, flow?.flow);
  const { held_out, exposed_cases, incremental_fraction, ...figures } = diagnoseHazard(fit, work, histories);
  const gate = judgeHazard({ held_out, exposed_cases, incremental_fraction, ...figures });
  const card: Card = {
    model: 'algorithmic',
    ...claimsOf(totals, { fit, work, flow }, histories, naming, options),
    ...(flow && { flows: flow.found }),
    conversions: totals.orders,
    value: totals.value,
    data: dataOf(fit, histories),
    metrics: {
      ...figures,
      effective_parameters: fit.effective_parameters,
      half_lives_days: fit.plan.half_lives_days,
      curvature: work.linear.bend.curvature,
      adds: work.linear.bend.adds ?? 0,
      held_out,
      exposed_cases,
    },
    limits: [...LIMITS, sensitivityLine(totals)],
    warnings: warningsOf(fit),
    gate,
  };
  return { family: options.family, content: { form: 'hazard', naming, fit, ...(flow && { flow: flow.flow }) }, card };
}

function sensitivityLine({ incremental_fraction, exposed_fraction }: HazardTotals): string {
  const strength = eValue(incremental_fraction / exposed_fraction);
  if (strength === 1) return `${SENSITIVITY}: nothing is claimed`;
  return `${SENSITIVITY}: an unseen cause that made people ${strength === null ? 'any number of' : strength.toFixed(1)} times as likely both to be touched and to order would explain all that is claimed; each channel has its own number`;
}

function hazardOptions({ family, seed, guard_minutes, max_age_days }: TrainHazardOptions) {
  return { family, seed, guard_ms: guard_minutes * MS_PER_MINUTE, most_age_ms: max_age_days * MS_PER_DAY };
}

/**
 * The totals of a fit without its gate, to compare with worlds whose truth is known: with flows, and without them. `alone` finds what is
 * lost without each channel alone.
 */
export function claimHazard(histories: Histories, naming: Naming, options: TrainHazardOptions) {
  const { fit, work } = workHazard(histories, hazardOptions(options));
  const flow = flowOf(histories, naming, options);
  const claims = (used: UncertainFlow | null) =>
    claimsOf(channelTotals(fit, histories, used?.flow), { fit, work, flow: used }, histories, naming, options);
  const alone = () => lostAlone(fit, histories, flow?.flow, (state) => channelOf(state, naming));
  return { claims: claims(flow), without_flow_back: claims(null), alone };
}

/** The flows between channels, or null where there are none or they are not asked for. */
function flowOf(histories: Histories, naming: Naming, options: TrainHazardOptions): UncertainFlow | null {
  if (options.flow_back === 'off') return null;
  const channels = histories.states.map((state) => channelOf(state, naming));
  // Campaigns are too many and too small to learn flows between them. All campaigns of a channel flow alike.
  const names = naming.grain === 'campaign' ? channels : histories.states;
  const guard_ms = options.guard_minutes * MS_PER_MINUTE;
  const { flow, found } = fitFlow(histories, { channels, names }, { seed: options.seed, guard_ms });
  return flow && { flow, found };
}

interface Fitted {
  fit: HazardFit;
  work: HazardWork;
  flow: UncertainFlow | null;
}

function claimsOf(
  totals: HazardTotals,
  fitted: Fitted,
  histories: Histories,
  naming: Naming,
  options: TrainHazardOptions,
) {
  const { channels, incremental_fraction } = withIntervals(fitted, histories, naming, options);
  return {
    incremental_fraction: totals.incremental_fraction,
    ...incremental_fraction,
    incremental_value_fraction: totals.incremental_value_fraction,
    channels: channels(byChannel(totals.channels, naming, totals.exposed_fraction)).map((row) => ({
      ...row,
      sensitivity: eValue(row.incremental / row.exposed_fraction),
    })),
  };
}

function dataOf(fit: HazardFit, histories: Histories): Card['data'] {
  return {
    orders: fit.orders,
    orders_learnt_from: fit.cases,
    rows: fit.rows,
    people: peopleOf(histories),
    touches: histories.touch_ms.length,
    people_leave_after_an_order: fit.people_leave,
  };
}

function warningsOf({ merged }: HazardFit): string[] {
  if (merged.length === 0) return [];
  return [`these channels are too rare to be fitted alone, so they are fitted together as other: ${merged.join(', ')}`];
}

/** Adds up the states of each channel. The largest share comes first. */
function byChannel(states: readonly ChannelTotal[], naming: Naming, most_exposed: number): ChannelTotal[] {
  const channels = new Map<string, ChannelTotal>();
  for (const state of states) {
    const channel = channelOf(state.channel, naming);
    const known = channels.get(channel);
    const sum = (name: Exclude<keyof ChannelTotal, 'channel'>): number => (known?.[name] ?? 0) + state[name];
    channels.set(channel, {
      channel,
      share: sum('share'),
      incremental: sum('incremental'),
      // An order may have touches of several states of the channel; then this is too high, and the sensitivity too low.
      exposed_fraction: Math.min(most_exposed, sum('exposed_fraction')),
      conversions: sum('conversions'),
      value: sum('value'),
      incremental_conversions: sum('incremental_conversions'),
      incremental_value: sum('incremental_value'),
    });
  }
  return [...channels.values()].sort((a, b) => b.share - a.share || (a.channel < b.channel ? -1 : 1));
}

/** Intervals for channels with no state in `other`. Families without draws have none. */
function withIntervals(
  { fit, work, flow }: Fitted,
  histories: Histories,
  naming: Naming,
  { draws, seed, level }: TrainHazardOptions,
) {
  const names = fit.plan.groups.map((group) => channelOf(group, naming));
  const found =
    draws === 0 ? null : hazardIntervals(fit, work, histories, { draws, seed, level, names, flow: flow ?? undefined });
  if (found === null) return { channels: (rows: ChannelTotal[]) => rows, incremental_fraction: {} };
  const merged = new Set(fit.merged.map((state) => channelOf(state, naming)));
  const bounds = new Map(found.groups.filter(({ group }) => !merged.has(group)).map((row) => [row.group, row]));
  return {
    channels: (rows: ChannelTotal[]) =>
      rows.map((row) => {
        const own = bounds.get(row.channel);
        if (own === undefined) return row;
        const { share, incremental } = own;
        return {
          ...row,
          share_low: share.low,
          share_high: share.high,
          incremental_low: incremental.low,
          incremental_high: incremental.high,
        };
      }),
    incremental_fraction: {
      incremental_fraction_low: found.incremental_fraction.low,
      incremental_fraction_high: found.incremental_fraction.high,
    },
  };
}
