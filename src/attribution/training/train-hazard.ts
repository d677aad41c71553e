/** Trains the algorithmic model on histories, and says of each channel what it brought and how sure that is. */
import { MS_PER_DAY, MS_PER_MINUTE } from '../../domain/time.ts';
import type { Card } from '../artifacts/artifact.ts';
import { channelOf, type Naming } from '../grain.ts';
import { workHazard } from '../hazard/fit.ts';
import { type Histories, peopleOf } from '../hazard/histories.ts';
import type { HazardFamily } from '../hazard/options.ts';
import { type ChannelTotal, channelTotals } from '../hazard/totals.ts';
import { check, gateOf, NOT_CAUSAL, type Trained } from './trained.ts';

export interface TrainHazardOptions {
  family: HazardFamily;
  seed: number;
  draws: number;
  level: number;
  guard_minutes: number;
  max_age_days: number;
}

export function trainHazard(histories: Histories, naming: Naming, options: TrainHazardOptions): Trained {
  const { family, seed } = options;
  const { fit } = workHazard(histories, {
    family,
    seed,
    guard_ms: options.guard_minutes * MS_PER_MINUTE,
    most_age_ms: options.max_age_days * MS_PER_DAY,
  });
  const totals = channelTotals(fit, histories);
  const card: Card = {
    model: 'algorithmic',
    incremental_fraction: totals.incremental_fraction,
    incremental_value_fraction: totals.incremental_value_fraction,
    conversions: totals.orders,
    value: totals.value,
    data: {
      orders: totals.orders,
      orders_learnt_from: fit.cases,
      rows: fit.rows,
      people: peopleOf(histories),
      touches: histories.touch_ms.length,
      people_leave_after_an_order: fit.people_leave,
    },
    metrics: {},
    channels: byChannel(totals.channels, naming),
    limits: [NOT_CAUSAL],
    warnings:
      fit.merged.length > 0
        ? [`too rare to be learnt by themselves, and fitted as \`other\`: ${fit.merged.join(', ')}`]
        : [],
    gate: gateOf([check('conversions', fit.cases, { at_least: 1_000 }, `${fit.cases} orders to learn from`)]),
  };
  return { family, content: { form: 'hazard', naming, fit }, card };
}

/** Adds up the states of each channel; largest share first. */
function byChannel(states: readonly ChannelTotal[], naming: Naming): ChannelTotal[] {
  const channels = new Map<string, ChannelTotal>();
  for (const state of states) {
    const channel = channelOf(state.channel, naming);
    const known = channels.get(channel);
    const sum = (name: Exclude<keyof ChannelTotal, 'channel'>): number => (known?.[name] ?? 0) + state[name];
    channels.set(channel, {
      channel,
      share: sum('share'),
      incremental: sum('incremental'),
      conversions: sum('conversions'),
      value: sum('value'),
      incremental_conversions: sum('incremental_conversions'),
      incremental_value: sum('incremental_value'),
    });
  }
  return [...channels.values()].sort((a, b) => b.share - a.share || (a.channel < b.channel ? -1 : 1));
}
