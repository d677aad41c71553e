/** The calibrated fit on the log of a world with holdouts: the product's own path from assignments to credit. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { simulateCausal } from '../../src/simulation/causal/events.ts';
import { setupOf } from '../../src/simulation/causal/world.ts';
import { END_MS, PERIOD, train } from '../reports/fit-shop.ts';
import { expectToFit, reportNamed } from '../reports/schema.ts';
import { Engine } from '../support/engine.ts';
import { ALL_BRANDS } from '../support/events.ts';
import type { Json } from '../support/shop.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await Engine.open();
  const world = { family: 'short_paths', customers: 2_500, days: 60, seed: 2, end_ms: END_MS } as const;
  const setup = setupOf({ ...world, holdouts: { email: 0.3, paid_search: 0.3 } });
  await engine.load(
    Array.from(simulateCausal(setup), ({ record, event }) => ({ record, event })),
    20_000,
  );
}, 120_000);
afterAll(() => engine.close());

test('holdouts change the channels that they are about, in a model of its own', async () => {
  const raw = await train(engine, { model: 'algorithmic', draws: 20 });
  const card = await train(engine, { model: 'algorithmic_calibrated', draws: 20 });
  expectToFit(reportNamed('fit'), card);
  expect(card).toMatchObject({
    attribution_model: 'algorithmic_calibrated',
    calibrated_by: 'calibrated by 2 holdouts',
  });
  expect(card.experiments.map((one: Json) => one.experiment_id).sort()).toEqual([
    'holdout_email',
    'holdout_paid_search',
  ]);
  expect(card.experiments[0]).toMatchObject({ analysis_version: '3', as_of: card.as_of });
  const of = (rows: Json[], channel: string): Json => rows.find((row) => row.channel === channel);
  for (const row of card.channels) {
    const before = of(raw.channels, row.channel);
    expect(row.uncalibrated_share).toBeCloseTo(before.share, 9);
    const measured = card.experiments.find((one: Json) => one.channel === row.channel);
    // A channel without a holdout follows what the others show of all claims.
    const common = card.common_factor * before.incremental_conversions;
    if (measured === undefined) expect(row.incremental_conversions).toBeCloseTo(common, 6);
    else {
      // Between the two; credit is at least half and at most twice what is lost without the channel alone.
      const others = [0.5, 1, 2].map((credit) => Math.max(0, measured.orders) * credit);
      expect(row.incremental_conversions).toBeGreaterThanOrEqual(Math.min(common, ...others) - 1e-6);
      expect(row.incremental_conversions).toBeLessThanOrEqual(Math.max(common, ...others) + 1e-6);
    }
  }
});

test('the experiments of the world are in the reports', async () => {
  const report = reportNamed('incrementality');
  const asked = { ...PERIOD, by: 'channel' };
  const answer = (await report.run(engine.reports, asked, ALL_BRANDS)) as Json;
  expectToFit(report, answer, asked);
  const measured = answer.rows.filter((row: Json) => row.basis === 'experiment');
  expect(measured.map((row: Json) => row.channel).sort()).toEqual(['email', 'paid_search']);
});

test('without an experiment there is nothing to calibrate by', async () => {
  const other = await Engine.open();
  await other.load([]);
  await expect(train(other, { model: 'algorithmic_calibrated' })).rejects.toThrow();
  await other.close();
});
