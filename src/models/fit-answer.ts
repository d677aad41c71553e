/** The answer of a fit of paths: one row for each channel, the totals, and the warnings. */
import { fitMarkov, type MarkovFit } from './markov/fit.ts';
import type { Paths, Totals } from './paths/paths.ts';
import { type Transform, transformPaths, unknownChannels, withoutFrequency } from './paths/transforms.ts';
import { fitOrderedShapley, fitShapley, type OrderedShapleyFit } from './shapley/closed-form.ts';

/** Paths after their transforms, with the warnings about them. */
export interface FitInput {
  paths: Paths;
  /** The name of a state in the answer. States that differ only by `frequency` are one channel. */
  channelOf: (state: string) => string;
  warnings: string[];
}

/** Applies transforms to paths. A channel that they name and no path has gives a warning. */
export function fitInput(paths: Paths, transforms: readonly Transform[], warnings: readonly string[]): FitInput {
  const unknown = unknownChannels(paths, transforms).map(
    (channel) => `no path has the channel ${channel} of --transform`,
  );
  const counted = transforms.some(({ kind }) => kind === 'frequency');
  return {
    paths: transformPaths(paths, transforms),
    channelOf: counted ? withoutFrequency : (state) => state,
    warnings: [...warnings, ...unknown],
  };
}

export interface EarnedAtPosition {
  /** 1 is the first touch. */
  position: number;
  conversions: number;
  value: number;
}

export interface FittedChannel {
  channel: string;
  conversions: number;
  value: number;
  /** Null where a channel is several states: each was removed alone, and their effects do not add up. */
  removal_effect_conversions?: number | null;
  removal_effect_value?: number | null;
  touch_weighted_conversions?: number;
  touch_weighted_value?: number;
  /** The channel's credit from touches at the first position, the second, and so on. */
  positions?: EarnedAtPosition[];
}

export interface FitAnswer extends Totals {
  model: 'markov' | 'shapley';
  order?: number;
  channels: FittedChannel[];
  /** The share of the paths that converted, and the value per path, converted or not. */
  conversion_probability: number;
  value_per_journey: number;
  paths: number;
  warnings: string[];
  ordered?: boolean;
  states?: number;
  transitions?: number;
  iterations?: number;
  residual?: number;
  orders?: MarkovFit['orders'];
}

export function answerMarkov(input: FitInput, options: { order: number | 'auto'; seed: number }): FitAnswer {
  const fit = fitMarkov(input.paths, options);
  const channels = input.paths.states.map(
    (state, code): FittedChannel => ({
      channel: input.channelOf(state),
      conversions: fit.conversions[code]!,
      value: fit.value[code]!,
      removal_effect_conversions: fit.removal_effect_conversions[code]!,
      removal_effect_value: fit.removal_effect_value[code]!,
      touch_weighted_conversions: fit.touch_totals.conversions[code]!,
      touch_weighted_value: fit.touch_totals.value[code]!,
    }),
  );
  const { states, transitions, iterations, residual, orders } = fit;
  return {
    model: 'markov',
    order: fit.order,
    channels: inOrder(merged(channels)),
    ...shared(fit.totals, input, fit.warnings),
    states,
    transitions,
    iterations,
    residual,
    ...(orders ? { orders } : {}),
  };
}

export function answerShapley(input: FitInput, ordered: boolean): FitAnswer {
  const by_position = ordered ? fitOrderedShapley(input.paths) : undefined;
  const fit = by_position ?? fitShapley(input.paths);
  const channels = input.paths.states.map(
    (state, code): FittedChannel => ({
      channel: input.channelOf(state),
      conversions: fit.conversions[code]!,
      value: fit.value[code]!,
      ...(by_position ? { positions: positionsOf(by_position, code) } : {}),
    }),
  );
  const warnings = fit.totals.conversions === 0 ? ['no path converted: there is nothing to credit'] : [];
  return { model: 'shapley', ordered, channels: inOrder(merged(channels)), ...shared(fit.totals, input, warnings) };
}

/** The positions up to the last one at which the channel earned something. */
function positionsOf(fit: OrderedShapleyFit, code: number): EarnedAtPosition[] {
  const at = code * fit.positions;
  const rows = Array.from({ length: fit.positions }, (_, q) => ({
    position: q + 1,
    conversions: fit.position_conversions[at + q]!,
    value: fit.position_value[at + q]!,
  }));
  return rows.slice(0, rows.findLastIndex((row) => row.conversions !== 0 || row.value !== 0) + 1);
}

function shared(totals: Totals, input: FitInput, warnings: readonly string[]) {
  const per_path = (amount: number): number => (totals.journeys === 0 ? 0 : amount / totals.journeys);
  return {
    ...totals,
    conversion_probability: per_path(totals.conversions),
    value_per_journey: per_path(totals.value),
    paths: input.paths.conversions.length,
    warnings: [...input.warnings, ...warnings],
  };
}

/** Joins the rows of each channel into one. Credits add up; effects of several states do not. */
function merged(rows: readonly FittedChannel[]): FittedChannel[] {
  const by_channel = new Map<string, FittedChannel>();
  for (const row of rows) {
    const known = by_channel.get(row.channel);
    by_channel.set(row.channel, known === undefined ? row : mergedRow(known, row));
  }
  return [...by_channel.values()];
}

function mergedRow(one: FittedChannel, other: FittedChannel): FittedChannel {
  const row: FittedChannel = {
    channel: one.channel,
    conversions: one.conversions + other.conversions,
    value: one.value + other.value,
  };
  if (one.removal_effect_conversions !== undefined) {
    row.removal_effect_conversions = null;
    row.removal_effect_value = null;
    row.touch_weighted_conversions = one.touch_weighted_conversions! + other.touch_weighted_conversions!;
    row.touch_weighted_value = one.touch_weighted_value! + other.touch_weighted_value!;
  }
  if (one.positions && other.positions) {
    const [long, short] = one.positions.length > other.positions.length ? [one, other] : [other, one];
    row.positions = long.positions!.map((cell, q) => ({
      position: cell.position,
      conversions: cell.conversions + (short.positions![q]?.conversions ?? 0),
      value: cell.value + (short.positions![q]?.value ?? 0),
    }));
  }
  return row;
}

/** Most conversions first, then by name. */
function inOrder(rows: FittedChannel[]): FittedChannel[] {
  return rows.sort((a, b) => b.conversions - a.conversions || (a.channel < b.channel ? -1 : 1));
}
