/**
 * Intervals of the synergies report, on simulated paths whose interaction is known. Each person has one to four paths and a
 * willingness to order of its own, so paths of one person depend on each other.
 */
import { Random } from '../../src/domain/random.ts';
import { RANDOM_GROUPS } from '../../src/learning/random-groups.ts';
import { countSynergies } from '../../src/reports/synergies/count.ts';
import type { ObservedPaths } from '../../src/reports/synergies/observed-paths.ts';
import { MEASURES } from '../../src/reports/synergies/pair-effects.ts';
import { noFigures } from '../../src/reports/synergies/set-sums.ts';
import type { CoverageOptions, IntervalCheck } from '../intervals.ts';

interface PathWorld {
  people: number;
  /** The chance that a path has each channel. */
  channels: readonly number[];
  base_rate: number;
  /** What each channel adds to the rate. */
  adds: readonly number[];
  /** What the first two channels add together, beyond what both add. */
  interaction: number;
  /**
   * What a step in length adds to the rate. Longer paths also have more channels, so paths of all lengths together seem to interact, and
   * those of like length do not. Null if length has nothing to do with channels and orders.
   */
  adds_by_length: number | null;
  mean_value: number;
}

/** One in each of three strata of the report. */
const LENGTHS = [5, 8, 12] as const;

/** Draws the paths of a world. */
function drawPaths(world: PathWorld, seed: number): ObservedPaths {
  const random = new Random(seed, 'paths with a known interaction');
  const codes: number[] = [];
  const offsets = [0];
  const is_order: number[] = [];
  const micros: number[] = [];
  const person: number[] = [];
  const organic = world.channels.length;
  for (let p = 0; p < world.people; p++) {
    const willing = random.between(-0.6, 0.6) * world.base_rate;
    for (let path = random.integer(1, 4); path > 0; path--) {
      const step = random.integer(-1, 1);
      const more = world.adds_by_length === null ? 1 : 1 + 0.4 * step;
      const members = world.channels.flatMap((chance, code) => (random.chance(more * chance) ? [code] : []));
      if (members.length === 0) members.push(organic);
      // Each length has room for all channels, so within a length no channel takes the place of another.
      while (members.length < LENGTHS[step + 1]!) members.push(random.pick(members));
      codes.push(...members);
      offsets.push(codes.length);
      const rate =
        world.base_rate +
        willing +
        world.adds.reduce((sum, add, code) => sum + (members.includes(code) ? add : 0), 0) +
        (members.includes(0) && members.includes(1) ? world.interaction : 0) +
        step * (world.adds_by_length ?? 0);
      const orders = random.chance(rate);
      is_order.push(Number(orders));
      micros.push(orders ? Math.round(random.lognormal(world.mean_value, 0.8) * 1_000_000) : 0);
      person.push(p);
    }
  }
  return {
    names: [...world.channels.keys(), organic].map((code) => `channel ${code}`),
    codes: Uint16Array.from(codes),
    offsets: Uint32Array.from(offsets),
    weight: new Uint32Array(is_order.length).fill(1),
    is_order: Uint8Array.from(is_order),
    micros: Float64Array.from(micros),
    large: new Map(),
    person: Uint32Array.from(person),
    people: world.people,
    random_group: Uint16Array.from({ length: world.people }, () => random.integer(0, RANDOM_GROUPS - 1)),
  };
}

const NOTHING_APART = { without_path: noFigures(), filtered: noFigures(), only_refunds: noFigures() };
const WORLD: PathWorld = {
  people: 1_500,
  channels: [0.4, 0.4, 0.3, 0.3, 0.2],
  base_rate: 0.1,
  adds: [0.05, 0.03, 0.02, 0, 0.04],
  interaction: 0.06,
  adds_by_length: null,
  mean_value: 50,
};
/** The channel of paths without another. It is on no path with them, so its pairs add up in no simple way. */
const ORGANIC = `channel ${WORLD.channels.length}`;

const BY_LENGTH: PathWorld = { ...WORLD, adds_by_length: 0.08 };

type Bounds = { low: number | string; high: number | string } | null;
interface Counted {
  pairs: Array<Record<string, { interval: Bounds; finding: string }> & { a: string; b: string }>;
  combinations: Array<{ channels: string[]; conversion_rate_interval: Bounds; revenue_per_path_interval: Bounds }>;
}

/** The answers of many worlds. They are kept, because every check reads the same. */
const answered = new Map<string, Promise<Counted[]>>();

function answersOf(world: PathWorld, { runs, seed }: CoverageOptions): Promise<Counted[]> {
  const key = JSON.stringify([world, runs, seed]);
  const known = answered.get(key) ?? countAll(world, runs, seed);
  answered.set(key, known);
  return known;
}

async function countAll(world: PathWorld, runs: number, seed: number): Promise<Counted[]> {
  const answers: Counted[] = [];
  for (let run = 0; run < runs; run++) {
    const paths = drawPaths(world, seed * 1_000_003 + run);
    const answer = await countSynergies(paths, NOTHING_APART, { min_support: 30, limit: 100 });
    answers.push(answer as unknown as Counted);
  }
  return answers;
}

const holds = (bounds: NonNullable<Bounds>, truth: number): boolean =>
  Number(bounds.low) <= truth && truth <= Number(bounds.high);

/** Pairs without the channel of all other paths, and the interaction of each. */
function knownPairs({ pairs }: Counted, world: PathWorld) {
  const known = pairs.filter(({ a, b }) => a !== ORGANIC && b !== ORGANIC);
  return known.map((pair) => ({
    pair,
    interaction: [pair.a, pair.b].sort().join() === 'channel 0,channel 1' ? world.interaction : 0,
  }));
}

function ofPairs(name: string, is_money: boolean, world: PathWorld): IntervalCheck['run'] {
  return async (options) => {
    const counts = { runs: 0, covered: 0 };
    for (const answer of await answersOf(world, options))
      for (const { pair, interaction } of knownPairs(answer, world)) {
        const { interval } = pair[name]!;
        if (interval === null) continue;
        counts.runs += 1;
        counts.covered += Number(holds(interval, interaction * (is_money ? world.mean_value : 1)));
      }
    return counts;
  };
}

/** Of the combination of the first two channels alone. */
function ofCombination(name: 'conversion_rate_interval' | 'revenue_per_path_interval'): IntervalCheck['run'] {
  const rate = WORLD.base_rate + WORLD.adds[0]! + WORLD.adds[1]! + WORLD.interaction;
  const truth = name === 'conversion_rate_interval' ? rate : rate * WORLD.mean_value;
  return async (options) => {
    const counts = { runs: 0, covered: 0 };
    for (const { combinations } of await answersOf(WORLD, options)) {
      const own = combinations.find(({ channels }) => channels.join() === 'channel 0,channel 1')?.[name] ?? null;
      if (own === null) continue;
      counts.runs += 1;
      counts.covered += Number(holds(own, truth));
    }
    return counts;
  };
}

/** Worlds without any interaction, in which no pair of known channels is a finding. The correction promises 90 % or more. */
function withoutFinding(name: string, some: PathWorld): IntervalCheck['run'] {
  const world = { ...some, people: 1_000, interaction: 0 };
  return async (options) => {
    const answers = await answersOf(world, options);
    const quiet = answers.filter((answer) =>
      knownPairs(answer, world).every(({ pair }) => !/^(more|less) together$/.test(pair[name]!.finding)),
    );
    return { runs: answers.length, covered: quiet.length };
  };
}

export const SYNERGY_INTERVALS: readonly IntervalCheck[] = [
  ...MEASURES.map(({ name, figure, by_length }) => ({
    name: `synergies: ${name} of pairs`,
    run: ofPairs(name, figure === 2, by_length ? BY_LENGTH : WORLD),
  })),
  { name: 'synergies: conversion_rate of a combination', run: ofCombination('conversion_rate_interval') },
  { name: 'synergies: revenue_per_path of a combination', run: ofCombination('revenue_per_path_interval') },
  ...MEASURES.map(({ name, by_length }) => ({
    name: `synergies: no ${name} found where there is none`,
    run: withoutFinding(name, by_length ? BY_LENGTH : WORLD),
  })),
];
