/** Trains the algorithmic model on histories: the fit, its gate, and the totals of each channel with intervals. */
import { MS_PER_DAY, MS_PER_MINUTE } from '../../domain/time.ts';
import type { Card } from '../artifacts/artifact.ts';
import { channelOf, type Naming } from '../grain.ts';
import { diagnoseHazard } from '../hazard/diagnostics.ts';
import { type HazardFit, type HazardWork, workHazard } from '../hazard/fit.ts';
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
}

const LIMITS = [
  NOT_CAUSAL,
  'shares and incremental parts on this card are sums over all touches up to the greatest age, and an effect in them may be negative; reports credit only touches within their windows, order by order, and never below 0; so the two differ',
  'touches within the guard before an order have no effect by definition, so the fit does not see effects within minutes',
  'an effect is a link between a touch and later orders; people who are about to buy anyway also have more touches, and the fit may take that for an effect',
];

export function trainHazard(histories: Histories, naming: Naming, options: TrainHazardOptions): Trained {
  const { fit, work } = workHazard(histories, hazardOptions(options));
  const totals = channelTotals(fit, histories);
  const { held_out, exposed_cases, incremental_fraction, ...figures } = diagnoseHazard(fit, work, histories);
  const gate = judgeHazard({ held_out, exposed_cases, incremental_fraction, ...figures });
  const card: Card = {
    model: 'algorithmic',
    ...claimsOf(totals, fit, work, histories, naming, options),
    conversions: totals.orders,
    value: totals.value,
    data: dataOf(fit, histories),
    metrics: {
      ...figures,
      effective_parameters: fit.effective_parameters,
      half_lives_days: fit.plan.half_lives_days,
      curvature: work.linear.bend.curvature,
      held_out,
      exposed_cases,
    },
    limits: [...LIMITS, sensitivityLine(totals)],
    warnings: warningsOf(fit),
    gate,
  };
  return { family: options.family, content: { form: 'hazard', naming, fit }, card };
}

function sensitivityLine({ incremental_fraction, exposed_fraction }: HazardTotals): string {
  const strength = eValue(incremental_fraction / exposed_fraction);
  if (strength === 1) return 'sensitivity: nothing is claimed';
  return `sensitivity: an unseen cause that made people ${strength === null ? 'any number of' : strength.toFixed(1)} times as likely both to be touched and to order would explain all that is claimed; each channel has its own number`;
}

function hazardOptions({ family, seed, guard_minutes, max_age_days }: TrainHazardOptions) {
  return { family, seed, guard_ms: guard_minutes * MS_PER_MINUTE, most_age_ms: max_age_days * MS_PER_DAY };
}

/** The totals of a fit without its gate, to compare with worlds whose truth is known. */
export function claimHazard(histories: Histories, naming: Naming, options: TrainHazardOptions) {
  const { fit, work } = workHazard(histories, hazardOptions(options));
  return claimsOf(channelTotals(fit, histories), fit, work, histories, naming, options);
}

function claimsOf(
  totals: HazardTotals,
  fit: HazardFit,
  work: HazardWork,
  histories: Histories,
  naming: Naming,
  options: TrainHazardOptions,
) {
  const { channels, incremental_fraction } = withIntervals(fit, work, histories, naming, options);
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
  fit: HazardFit,
  work: HazardWork,
  histories: Histories,
  naming: Naming,
  { draws, seed, level }: TrainHazardOptions,
) {
  const names = fit.plan.groups.map((group) => channelOf(group, naming));
  const found = draws === 0 ? null : hazardIntervals(fit, work, histories, { draws, seed, level, names });
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
