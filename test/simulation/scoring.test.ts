import { describe, expect, it } from 'vitest';
import { causalWorld } from '../../src/simulation/causal/world.ts';
import { averageScores, type ScoredTruth, scoreClaim } from '../../src/simulation/scoring.ts';

const channel = (share: number, touches = 10) => ({
  ...{ share, touches, shapley_conversions: share, removal_conversions: share, removal_effect: share },
  caused_value: share,
});
const truth: ScoredTruth = {
  placebo: false,
  incremental_fraction: 0.3,
  channels: { email: channel(0.5), search: channel(0.3), social: channel(0.2), coupons: channel(0) },
  campaigns: {},
  channels_without_effect: ['coupons'],
  campaigns_without_effect: ['spring'],
};

describe('a score', () => {
  it('is perfect for the truth, however it is scaled', () => {
    const score = scoreClaim({ channels: { email: 50, search: 30, social: 20 }, incremental_fraction: 0.3 }, truth);
    expect(score).toMatchObject({
      largest_error: 0,
      rank_correlation: 1,
      incremental_error: 0,
      idle_channel_credit: 0,
    });
    expect(score.share_error).toBeCloseTo(0, 12);
  });

  it('is what one works out by hand', () => {
    const score = scoreClaim(
      {
        channels: { email: 4, search: 1, social: 3, coupons: 2 },
        campaigns: { spring: 1, autumn: 3 },
        incremental_fraction: 0.5,
        intervals: { email: { low: 0.3, high: 0.5 }, search: { low: 0.05, high: 0.2 } },
      },
      truth,
    );
    expect(score.share_error).toBeCloseTo((0.1 + 0.2 + 0.1 + 0.2) / 4, 12);
    expect(score.largest_error).toBeCloseTo(0.2, 12);
    // Claimed ranks 4 1 3 2 against true ranks 4 3 2 1: 1 - 6 * (0 + 4 + 1 + 1) / (4 * 15).
    expect(score.rank_correlation).toBeCloseTo(0.4, 12);
    expect(score.uniform_error).toBeCloseTo((0.25 + 0.05 + 0.05 + 0.25) / 4, 12);
    expect(score.incremental_error).toBeCloseTo(0.2, 12);
    expect(score.idle_channel_credit).toBeCloseTo(0.2, 12);
    expect(score.idle_campaign_credit).toBeCloseTo(0.25, 12);
    expect(score.coverage).toBe(0.5);
  });

  it('counts a channel that only one side knows', () => {
    const score = scoreClaim({ channels: { email: 1, fax: 1 } }, truth);
    expect(score.share_error).toBeCloseTo((0 + 0.3 + 0.2 + 0 + 0.5) / 5, 12);
    expect(score.claimed_incremental_fraction).toBeNull();
  });

  it('gives equal claims the mean of their ranks, and none to claims that are all equal', () => {
    expect(scoreClaim({ channels: { email: 1, search: 1 } }, truth).rank_correlation).toBeCloseTo(
      0.8 / Math.sqrt(0.8),
      12,
    );
    const flat = { email: 1, search: 1, social: 1, coupons: 1 };
    expect(scoreClaim({ channels: flat }, truth).rank_correlation).toBeNull();
    expect(scoreClaim({ channels: flat }, truth).share_error).toBe(scoreClaim({ channels: flat }, truth).uniform_error);
  });

  it('has no shares to compare in a placebo world, where the claimed total says it all', () => {
    const world = causalWorld({ family: 'placebo', customers: 50, days: 20, seed: 1, end_ms: Date.UTC(2026, 2, 1) });
    const score = scoreClaim({ channels: { email: 1 }, incremental_fraction: 0.1 }, world.truth);
    expect(score).toMatchObject({ share_error: null, uniform_error: null, rank_correlation: null });
    expect(score).toMatchObject({ incremental_error: 0.1, idle_channel_credit: 1 });
  });

  it('is zero for the truth of a made world', () => {
    const world = causalWorld({ family: 'additive', customers: 50, days: 20, seed: 1, end_ms: Date.UTC(2026, 2, 1) });
    const names = Object.entries(world.truth.channels);
    const channels = Object.fromEntries(names.map(([name, one]) => [name, one.shapley_conversions]));
    expect(scoreClaim({ channels }, world.truth).largest_error).toBeCloseTo(0, 12);
  });

  it('refuses credits that are none', () => {
    expect(() => scoreClaim({ channels: { email: -1 } }, truth)).toThrow(/credit of email is -1/);
    expect(() => scoreClaim({ channels: { email: Number.NaN } }, truth)).toThrow(/credit of email is NaN/);
  });
});

it('averages over the worlds in which a figure has a meaning', () => {
  const placebo = { ...truth, placebo: true, incremental_fraction: 0 };
  const claim = { channels: { email: 1, search: 1, social: 1, coupons: 1 } };
  const scores = [
    scoreClaim({ ...claim, incremental_fraction: 0.2 }, truth),
    scoreClaim({ ...claim, incremental_fraction: 0.1 }, placebo),
  ];
  const average = averageScores(scores);
  expect(average).toMatchObject({ worlds: 2, share_error: scores[0]!.share_error, coverage: null });
  expect(average.incremental_error).toBeCloseTo(0, 12);
  expect(average.mean_absolute_incremental_error).toBeCloseTo(0.1, 12);
});
