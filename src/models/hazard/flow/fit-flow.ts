/**
 * Learns which channels bring touches of which, with the method that learns what brings orders (see risk-sets.ts): each touch of
 * a channel is compared with people who had none at the same instant, with their usual rates, recent touches and passing intent
 * as controls. A mailing to everybody, a season and the hours of the day cancel, because all people of a set are compared at one
 * instant. Habits of single people (an email each Tuesday, a visit each Wednesday) are measured by moving touches by whole weeks.
 */
import { MS_PER_DAY } from '../../../domain/time.ts';
import type { Interval } from '../../../learning/bootstrap.ts';
import { HAZARD_DEFAULTS } from '../../settings.ts';
import { type HazardFit, type HazardWork, workHazard } from '../fit.ts';
import type { Histories } from '../histories.ts';
import { hazardIntervals } from '../intervals.ts';
import { channelTotals } from '../totals.ts';
import type { Flow, FlowInto, FoundFlow } from './flow.ts';
import { asOutcome, type FlowNames, sampledPeople, withWeeksTurned } from './touch-histories.ts';

const SETTINGS = {
  ...HAZARD_DEFAULTS,
  family: 'logistic',
  controls: 5,
  most_cases: 2_500,
  most_age_ms: 7 * MS_PER_DAY,
  half_lives_days: [[0.25, 1.5]],
  // Credit that flows back multiplies the rate of touches (see flow.ts).
  forms: [{ curvature: 0 }],
} as const;

type FlowOptions = typeof SETTINGS & { seed: number; guard_ms: number };

/** A channel with fewer touches, or behind so many larger ones, is not looked at. They bound the time of a fit. */
const LEAST_TOUCHES = 300;
const MOST_CHANNELS = 20;
const MOST_TOUCHES = 300_000;

/** A flow must be at least this share, and above 0 in this middle part of the draws over people: two standard errors. */
const LEAST_SHARE = 0.02;
const LEVEL = 0.9545;
const DRAWS = 60;

/**
 * @param guard_ms a touch this close before another one belongs to the same visit and does not bring it.
 * @returns the flow of an artifact, null if there is none, and what was found for the card.
 */
export function fitFlow(
  all: Histories,
  named: FlowNames,
  { seed, guard_ms }: { seed: number; guard_ms: number },
): { flow: Flow | null; found: FoundFlow[] } {
  const histories = sampledPeople(all, MOST_TOUCHES, seed);
  const channels = [...new Set(named.channels)];
  const options = { ...SETTINGS, seed, guard_ms };
  const learnt = largest(histories, named, channels).map((channel) =>
    learnInto(channel, histories, named, channels, options),
  );
  const into = learnt.flatMap(({ into }) => (into.proven.some((part) => part > 0) ? [into] : []));
  const flow: Flow = {
    version: 1,
    guard_ms,
    most_age_ms: options.most_age_ms,
    half_lives_days: options.half_lives_days[0],
    channels,
    channel_of: named.channels.map((name) => channels.indexOf(name)),
    into,
  };
  return { flow: into.length > 0 ? flow : null, found: learnt.flatMap(({ found }) => found) };
}

/** The channels that have enough touches, largest first. */
function largest(histories: Histories, { channels: channel_of }: FlowNames, channels: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const state of histories.touch_state) counts.set(channel_of[state]!, (counts.get(channel_of[state]!) ?? 0) + 1);
  const count = (name: string): number => counts.get(name) ?? 0;
  const enough = channels.filter((name) => count(name) >= LEAST_TOUCHES);
  return enough.sort((a, b) => count(b) - count(a) || (a < b ? -1 : 1)).slice(0, MOST_CHANNELS);
}

function learnInto(
  channel: string,
  histories: Histories,
  named: FlowNames,
  channels: readonly string[],
  options: FlowOptions,
): { into: FlowInto; found: FoundFlow[] } {
  const outcome = asOutcome(histories, named, channel);
  const channelOf = (name: string): string => named.channels[named.names.indexOf(name)] ?? name;
  const { fit, work } = workHazard(outcome, options);
  const shares = sharesBy(fit, outcome, channelOf);
  const large = channels.filter((from) => (shares.get(from) ?? 0) >= LEAST_SHARE);
  const bounds = large.length > 0 ? boundsBy(fit, work, outcome, channelOf, options.seed) : new Map<string, Interval>();
  const sure = large.filter((from) => (bounds.get(from)?.low ?? 0) > 0);
  const habits = sure.length > 0 ? habitsBy(outcome, channelOf, options) : new Map<string, number>();
  const found = sure.flatMap((from): FoundFlow[] => {
    const habit_share = habits.get(from) ?? 0;
    const share = shares.get(from)! - habit_share;
    const { low, high } = bounds.get(from)!;
    const bounded = { share_low: Math.max(0, low - habit_share), share_high: high - habit_share };
    return share >= LEAST_SHARE && bounded.share_low > 0
      ? [{ from, into: channel, share, ...bounded, habit_share }]
      : [];
  });
  const proven = channels.map((name) => {
    const flow = found.find(({ from }) => from === name);
    return flow === undefined ? 0 : Math.min(1, flow.share / shares.get(name)!);
  });
  return { into: { channel: channels.indexOf(channel), effects: effectsOf(fit, named), proven }, found };
}

type ByChannel<T> = Map<string, T>;

/** The share of the outcomes that each channel brought. */
function sharesBy(fit: HazardFit, outcome: Histories, channelOf: (name: string) => string): ByChannel<number> {
  const shares: ByChannel<number> = new Map();
  for (const { channel: name, incremental } of channelTotals(fit, outcome).channels)
    shares.set(channelOf(name), (shares.get(channelOf(name)) ?? 0) + incremental);
  return shares;
}

/** The shares that a fit finds where only habits of the week are left. */
function habitsBy(outcome: Histories, channelOf: (name: string) => string, options: FlowOptions): ByChannel<number> {
  const turned = withWeeksTurned(outcome, options.seed);
  return sharesBy(workHazard(turned, options).fit, turned, channelOf);
}

function boundsBy(
  fit: HazardFit,
  work: HazardWork,
  outcome: Histories,
  channelOf: (name: string) => string,
  seed: number,
): ByChannel<Interval> {
  const names = fit.plan.groups.map(channelOf);
  const { groups } = hazardIntervals(fit, work, outcome, { seed, draws: DRAWS, level: LEVEL, names })!;
  return new Map(groups.map(({ group, incremental }) => [group, incremental]));
}

/** The effects of a fit by half-life and by state of the fit of orders. */
function effectsOf({ plan, model }: HazardFit, { names }: FlowNames): number[][] {
  const exposures = model.kind === 'log_linear' ? model.exposures : [];
  const groups = plan.groups.length;
  return plan.half_lives_days.map((_, h) =>
    names.map((name) => {
      const group = plan.group_of[plan.states.indexOf(name)];
      return group === undefined ? 0 : exposures[h * groups + group]!;
    }),
  );
}
