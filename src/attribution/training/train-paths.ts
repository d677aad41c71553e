/** Trains the data-driven model on paths: a Markov chain or Shapley values, with intervals over people and a gate. */
import { Random } from '../../domain/random.ts';
import type { Card } from '../artifacts/artifact.ts';
import type { Naming } from '../grain.ts';
import { fitMarkov, type MarkovFit } from '../markov/fit.ts';
import { markovJson } from '../markov/json.ts';
import type { Paths } from '../paths/paths.ts';
import { parseTransforms, transformPaths } from '../paths/transforms.ts';
import { fitShapley } from '../shapley/closed.ts';
import { shapleyJson } from '../shapley/json.ts';
import { middle } from '../uncertainty.ts';
import { check, gateOf, type Trained } from './trained.ts';

export interface TrainPathsOptions {
  model: string;
  seed: number;
  draws: number;
  level: number;
  /** Orders without a touch. */
  pathless: number;
  [setting: string]: unknown;
}

/** Below this the shares of a handful of channels are noise; learned hazards need ten times as much. */
const MIN_CONVERSIONS = 100;
const MIN_CONVERSIONS_PER_STATE = 10;
/** Of the shares between two halves of the people: half the sum of the absolute differences. */
const MAX_HALVES_DIFFERENCE = 0.15;

const LIMITS = {
  markov: [
    'channel totals are shares of removal effects; touch totals, which reports credit, give every conversion to its own touches: they are different answers',
    'a removal effect supposes that a journey without the channel would have ended there, and that nobody would have come another way',
  ],
  shapley: [
    'the closed form is an equal split over the unique channels of each converting path',
    'it learns nothing from people who did not convert',
  ],
} as const;

type Shares = (paths: Paths) => Float64Array;

export function trainPaths(raw: Paths, naming: Naming, options: TrainPathsOptions): Trained {
  const paths = transformPaths(raw, parseTransforms(options['transform'] as string));
  const markov = options.model === 'markov';
  const fit = markov
    ? fitMarkov(paths, { order: options['order'] as number | 'auto', seed: options.seed })
    : fitShapley(paths);
  const order = markov ? (fit as MarkovFit).order : 0;
  const shares: Shares = (weighted) =>
    normalised((markov ? fitMarkov(weighted, { order, seed: options.seed }) : fitShapley(weighted)).conversions);
  const { channels, warnings, ...summary } = markov ? markovJson(paths, fit as MarkovFit) : shapleyJson(paths, fit);
  const own = normalised(fit.conversions);
  const bounds = intervals(paths, shares, options);
  const effects = markov ? Array.from((fit as MarkovFit).removal_effect_conversions) : paths.states.map(() => 1);
  const { gate, stability } = judge(paths, shares, options);
  const card: Card = {
    ...summary,
    data: dataOf(raw, options),
    metrics: { stability, ...(markov ? { orders: (fit as MarkovFit).orders } : {}) },
    channels: channels.map((row, code) => ({ ...row, share: own[code], ...bounds[code] })),
    limits: [
      ...(markov ? LIMITS.markov : LIMITS.shapley),
      'model-based, not causal: nothing here was checked against holdouts',
    ],
    warnings: warnings as string[],
    gate,
  };
  const probability = totalOf(paths.conversions) / Math.max(1, totalOf(paths.conversions) + totalOf(paths.nulls));
  return {
    family: options.model,
    content: { form: 'effects', naming, states: [...paths.states], effects, conversion_probability: probability },
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

/** The paths with each person's journeys counted so often. */
function weighted(paths: Paths, weights: Float64Array): Paths {
  const times = (counts: Float64Array): Float64Array => counts.map((count, j) => count * weights[paths.people![j]!]!);
  return { ...paths, conversions: times(paths.conversions), value: times(paths.value), nulls: times(paths.nulls) };
}

function peopleIn({ people }: Paths): number {
  return people!.reduce((most, person) => Math.max(most, person + 1), 0);
}

/** By state: the bounds of its share over draws of people, each of them fitted again. */
function intervals(paths: Paths, shares: Shares, { draws, seed, level }: TrainPathsOptions) {
  const drawn = paths.states.map((): number[] => []);
  const random = new Random(seed, 'bootstrap paths');
  for (let draw = 0; draw < draws; draw++) {
    const weights = new Float64Array(peopleIn(paths)).map(() => random.poisson(1));
    shares(weighted(paths, weights)).forEach((share, code) => {
      drawn[code]!.push(share);
    });
  }
  return drawn.map((values) => {
    if (values.length === 0) return {};
    const [share_low, share_high] = middle(values, level);
    return { share_low, share_high };
  });
}

function judge(paths: Paths, shares: Shares, { seed }: TrainPathsOptions) {
  const conversions = totalOf(paths.conversions);
  const random = new Random(seed, 'halves');
  const half = new Float64Array(peopleIn(paths)).map(() => (random.chance(0.5) ? 1 : 0));
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
    check('conversions', conversions, { at_least: MIN_CONVERSIONS }, `${conversions} conversions have a path`),
    check(
      'conversions_per_channel',
      per_state,
      { at_least: MIN_CONVERSIONS_PER_STATE },
      `${per_state.toFixed(1)} conversions per name that touches have at this grain`,
    ),
    check(
      'stability',
      halves_difference,
      { at_most: MAX_HALVES_DIFFERENCE },
      `two halves of the people differ by ${(halves_difference * 100).toFixed(1)} % of the credit`,
    ),
  ]);
  return { gate, stability: { halves_difference } };
}
