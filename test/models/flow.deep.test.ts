/** Flows in worlds whose truth is known: found in funnels, and not found where there is none. */
import { describe, expect, test } from 'vitest';
import { fitFlow } from '../../src/models/hazard/flow/fit-flow.ts';
import type { Histories } from '../../src/models/hazard/histories.ts';
import { FIT_DEFAULTS } from '../../src/models/settings.ts';
import { claimHazard } from '../../src/models/training/train-hazard.ts';
import { toHistories } from '../../src/simulation/causal/histories.ts';
import type { Family } from '../../src/simulation/causal/setup.ts';
import { causalWorld } from '../../src/simulation/causal/world.ts';
import { scoreClaim } from '../../src/simulation/scoring.ts';
import { calendarWorld } from './calendar-world.ts';

const flowOf = (histories: Histories, seed = 1) =>
  fitFlow(histories, { channels: histories.states, names: histories.states }, { seed, guard_ms: 1_800_000 });

const worldOf = (family: Family, seed: number) =>
  causalWorld({ family, seed, customers: 6_000, days: 60, end_ms: Date.UTC(2026, 0, 1) });

describe('an email each Tuesday and a visit each Wednesday, which the email does not bring', () => {
  const people = 3_000;
  test.each([
    ['everybody gets the emails and few see them', { seen: 0.35, to_all: true }],
    ['everybody gets the emails and most see them', { seen: 0.9, to_all: true }],
    ['only people with the habit get them and few see them', { seen: 0.35, to_all: false }],
    ['only people with the habit get them and all see them', { seen: 1, to_all: false }],
  ])('are no flow: %s', (_, calendar) => {
    for (const seed of [1, 2, 3]) {
      expect(flowOf(calendarWorld({ people, seed, brings: 0, ...calendar })).found).toEqual([]);
    }
  });

  test('are no flow either when each person’s emails change places after they brought visits', () => {
    for (const seed of [1, 2, 3]) {
      const world = { people, seed, seen: 0.35, to_all: true, brings: 0.3 };
      expect(flowOf(calendarWorld(world)).found).toMatchObject([{ from: 'email', into: 'visit' }]);
      expect(flowOf(calendarWorld({ ...world, shuffled: true })).found).toEqual([]);
    }
  });
});

describe('in a world with a known truth', () => {
  test('the shares of a funnel come closer to the truth, and their sum and the incremental part stay', () => {
    const gains = [1, 2, 4].map((seed) => {
      const world = worldOf('funnel', seed);
      const options = { ...FIT_DEFAULTS, draws: 0, seed: 1, level: 0.9 };
      const made = claimHazard(toHistories(world), { grain: 'channel', split_views: [] }, options);
      const [error, error_without] = [made.claims, made.without_flow_back].map(({ channels }) => {
        expect(channels.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
        const shares = Object.fromEntries(channels.map(({ channel, share }) => [channel, share]));
        return scoreClaim({ channels: shares }, world.truth).share_error!;
      });
      expect(made.claims.incremental_fraction).toBeCloseTo(made.without_flow_back.incremental_fraction, 9);
      return error_without! - error!;
    });
    expect(gains.filter((gain) => gain > 0).length).toBeGreaterThanOrEqual(2);
    expect(gains.reduce((sum, gain) => sum + gain, 0) / gains.length).toBeGreaterThan(0.01);
  });

  test('the flows of a funnel are those that the world has, and an additive world has none', () => {
    const { found } = flowOf(toHistories(worldOf('funnel', 1)));
    const large = found.filter(({ share }) => share > 0.1).map(({ from, into }) => `${from} brings ${into}`);
    expect(large.sort()).toEqual([
      'email brings direct',
      'paid_social brings organic_search',
      'paid_social brings paid_search',
    ]);
    const additive = [1, 2, 3].map((seed) =>
      flowOf(toHistories(worldOf('additive', seed))).found.reduce((sum, { share }) => sum + share, 0),
    );
    expect(additive.sort((a, b) => a - b)[1]).toBe(0);
  });
});
