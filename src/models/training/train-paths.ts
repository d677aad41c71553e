/** Trains the data-driven model on paths: a Markov chain or Shapley values, with intervals over people and a gate. */
import { Random } from '../../domain/random.ts';
import { middleOf, peopleWeights } from '../../learning/bootstrap.ts';
import type { Card } from '../artifacts/artifact.ts';
import { answerMarkov, answerShapley, fitInput } from '../fit-answer.ts';
import { check, gateOf } from '../gate.ts';
import type { Naming } from '../grain.ts';
import { channelCredit } from '../markov/fit.ts';
import type { Paths } from '../paths/paths.ts';
import { parseTransforms } from '../paths/transforms.ts';
import { fitShapley } from '../shapley/closed-form.ts';
import { NOT_CAUSAL, type Trained } from './trained.ts';

export interface TrainPathsOptions {
  /** The order of the Markov chain; null for Shapley values. */
  order: number | 'auto' | null;
  transform: string;
  seed: number;
  draws: number;
  level: number;
  /** Orders without a touch. */
  pathless: number;
}

/** With fewer conversions the shares of five channels are mostly noise. A hazard needs ten times as many. */
const MIN_CONVERSIONS = 100;
const MIN_CONVERSIONS_PER_STATE = 10;
/** The difference of the shares between two halves of the people: half the sum of the absolute differences. */
const MAX_HALVES_DIFFERENCE = 0.15;

const LIMITS = {
  markov: [
    'channel totals are shares of removal effects; touch totals, which reports use, share every conversion among its own touches; so the two differ',
    'a removal effect assumes that a path ends where the channel is removed, and that nobody would have come another way',
  ],
  shapley: [
    'the closed form is an equal split over the unique channels of each converting path',
    'it learns nothing from people who did not convert',
  ],
} as const;

type Shares = (paths: Paths) => Float64Array;

export function trainPaths(raw: Paths, naming: Naming, options: TrainPathsOptions): Trained {
  const input = fitInput(raw, parseTransforms(options.transform), []);
  const { paths } = input;
  const { order, seed } = options;
  const answer = order === null ? answerShapley(input, false) : answerMarkov(input, { order, seed });
  const chosen = answer.order;
  const shares: Shares = (weighted) =>
    normalised(chosen === undefined ? fitShapley(weighted).conversions : channelCredit(weighted, chosen));
  const people = peopleIn(paths);
  const bounds = intervals(paths, people, shares, options);
  const whole = shares(paths);
  const own = new Map(paths.states.map((state, code) => [state, { share: whole[code]!, ...bounds[code] }]));
  const { channels, warnings, orders, ...summary } = answer;
  const { gate, stability } = judge(paths, people, shares, options);
  const card: Card = {
    ...summary,
    data: dataOf(raw, options),
    metrics: { stability, ...(orders ? { orders } : {}) },
    channels: channels.map((row) => ({ ...row, ...own.get(row.channel) })),
    limits: [...LIMITS[answer.model], NOT_CAUSAL],
    warnings,
    gate,
  };
  return {
    family: answer.model,
    content: {
      form: 'effects',
      naming,
      states: channels.map(({ channel }) => channel),
      // Shapley's credit is an equal split over the channels of a path, so every channel has the same effect.
      effects: channels.map(({ removal_effect_conversions }) => removal_effect_conversions ?? 1),
      conversion_probability: answer.conversion_probability,
    },
    card,
  };
}

const totalOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

function normalised(credits: Float64Array): Float64Array {
  const total = totalOf(credits);
  return credits.map((credit) => (total === 0 ? 0 : credit / total));
}

function dataOf({ conversions, nulls, value, codes, people, states }: Paths, { pathless }: TrainPathsOptions) {
  return {
    conversions: totalOf(conversions),
    value: totalOf(value),
    null_journeys: totalOf(nulls),
    conversions_without_a_touch: pathless,
    touches: codes.length,
    people: people ? new Set(people).size : null,
    channels: states.length,
  };
}

/** The paths, with the counts of each person multiplied by that person's weight. */
function weighted(paths: Paths, weights: Float64Array): Paths {
  const times = (counts: Float64Array): Float64Array => counts.map((count, j) => count * weights[paths.people![j]!]!);
  return { ...paths, conversions: times(paths.conversions), value: times(paths.value), nulls: times(paths.nulls) };
}

function peopleIn({ people }: Paths): number {
  return people!.reduce((most, person) => Math.max(most, person + 1), 0);
}

/** The interval of each state's share over draws of people. Each draw is fitted again. */
function intervals(paths: Paths, people: number, shares: Shares, { draws, seed, level }: TrainPathsOptions) {
  const drawn = paths.states.map((): number[] => []);
  const random = new Random(seed, 'bootstrap paths');
  for (let draw = 0; draw < draws; draw++) {
    const weights = peopleWeights(people, random);
    shares(weighted(paths, weights)).forEach((share, code) => {
      drawn[code]!.push(share);
    });
  }
  return drawn.map((values) => {
    if (values.length === 0) return {};
    const { low, high } = middleOf(values, level);
    return { share_low: low, share_high: high };
  });
}

function judge(paths: Paths, people: number, shares: Shares, { seed }: TrainPathsOptions) {
  const conversions = totalOf(paths.conversions);
  const random = new Random(seed, 'halves');
  const half = new Float64Array(people).map(() => (random.chance(0.5) ? 1 : 0));
  const [one, other] = [
    shares(weighted(paths, half)),
    shares(
      weighted(
        paths,
        half.map((in_first) => 1 - in_first),
      ),
    ),
  ];
  const halves_difference = one.reduce((sum, share, code) => sum + Math.abs(share - other[code]!), 0) / 2;
  const per_state = conversions / Math.max(1, paths.states.length);
  const gate = gateOf([
    check('conversions', conversions, { at_least: MIN_CONVERSIONS }, saying(`${conversions} conversions have a path`)),
    check(
      'conversions_per_channel',
      per_state,
      { at_least: MIN_CONVERSIONS_PER_STATE },
      saying(`${per_state.toFixed(1)} conversions for each name of a touch at this grain`),
    ),
    check(
      'stability',
      halves_difference,
      { at_most: MAX_HALVES_DIFFERENCE },
      saying(`two halves of the people differ by ${(halves_difference * 100).toFixed(1)} % of the credit`),
    ),
  ]);
  return { gate, stability: { halves_difference } };
}

const saying = (finding: string) => (_passed: boolean, required: string) => `${finding}; required: ${required}`;
