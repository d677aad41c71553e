/** Models fitted on a log: the same from the same events, judged before they are used, exact in every report. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { MS_PER_HOUR } from '../../src/domain/time.ts';
import { Followers } from '../../src/log/followers.ts';
import type { TrainingPool } from '../../src/models/training/pool.ts';
import { showAttribution } from '../../src/present/attribution.ts';
import { showReceipt } from '../../src/present/receipt.ts';
import { attributionReport } from '../../src/reports/attribution.ts';
import type { ScheduledFit } from '../../src/reports/fit-log.ts';
import { fitModel } from '../../src/reports/fitting.ts';
import { modelComparison } from '../../src/reports/model-comparison.ts';
import { listModels } from '../../src/reports/models.ts';
import { receiptReport } from '../../src/reports/receipt.ts';
import { scheduledFits } from '../../src/reports/scheduled-fits.ts';
import { FileState } from '../../src/state/file.ts';
import type { State } from '../../src/state/port.ts';
import { Engine, TEST_ENGINE } from '../support/engine.ts';
import { ALL_BRANDS } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import type { Json } from '../support/shop.ts';
import { END_MS, PERIOD, shopEvents, train } from './fit-shop.ts';
import { expectToFit, reportNamed } from './schema.ts';

describe('a fit of the log', () => {
  const events = shopEvents(9_000);
  let engine: Engine;
  let markov: Json;
  let algorithmic: Json;

  beforeAll(async () => {
    engine = await Engine.open(TEST_ENGINE);
    await engine.load(events, 20_000);
    markov = await train(engine, { model: 'markov' });
    algorithmic = await train(engine, { model: 'algorithmic' });
  });
  afterAll(() => engine.close());

  test('is judged, and says what it learned from', () => {
    for (const card of [markov, algorithmic]) {
      for (const name of ['fit', 'card']) expectToFit(reportNamed(name), card);
      expect(card.gate.checks.filter((check: Json) => !check.passed)).toEqual([]);
      expect(card.passed).toBe(true);
      expect(card.limits.join(' ')).toContain('model-based, not causal');
    }
    expect(markov).toMatchObject({ model: 'markov', order: 1, attribution_model: 'data_driven', family: 'markov' });
    expect(markov.data.conversions).toBeGreaterThan(500);
    expect(algorithmic).toMatchObject({ model: 'algorithmic', attribution_model: 'algorithmic', family: 'logistic' });
    expect(algorithmic.incremental_fraction).toBeGreaterThan(0.1);
    for (const card of [markov, algorithmic]) {
      const total = card.channels.reduce((sum: number, row: Json) => sum + row.share, 0);
      expect(total).toBeCloseTo(1, 9);
      for (const { share } of card.channels) expect(share).toBeGreaterThanOrEqual(0);
      // Channels that are too rare to be learned by themselves have no bounds of their own.
      const bounded = card.channels.filter((row: Json) => row.share_low !== undefined);
      expect(bounded.length).toBeGreaterThan(2);
      for (const { share_low, share_high } of bounded) expect(share_low).toBeLessThanOrEqual(share_high);
    }
  });

  test('again on the same log is the same artifact, kept once', async () => {
    const again = await train(engine, { model: 'algorithmic' });
    expect(again).toEqual(algorithmic);
    const { models }: Json = await listModels(engine.reports, ALL_BRANDS);
    expect(models.map((row: Json) => row.artifact_id).sort()).toEqual(
      [algorithmic.artifact_id, markov.artifact_id].sort(),
    );
    expect((await train(engine, { model: 'markov', order: '2' })).artifact_id).not.toBe(markov.artifact_id);
  });

  test('reconciles to the micro in every reading, and the incremental one leaves the rest organic', async () => {
    const models = 'data_driven,algorithmic,algorithmic_incremental';
    const report: Json = await attributionReport(
      engine.reports,
      { ...PERIOD, models, group_by: 'channel' },
      ALL_BRANDS,
    );
    expectToFit(reportNamed('attribution'), report);
    for (const part of Object.values<Json>(report.models)) {
      const { net_revenue_micros, attributed_micros, unattributed_micros } = part.reconciliation;
      const rest = Object.values<string>(unattributed_micros).reduce((sum, micros) => sum + BigInt(micros), 0n);
      expect(BigInt(attributed_micros) + rest).toBe(BigInt(net_revenue_micros));
      const rows = part.channel_attribution.reduce(
        (sum: bigint, row: Json) => sum + BigInt(row.attributed_revenue_micros),
        0n,
      );
      expect(rows).toBe(BigInt(attributed_micros));
    }
    const { organic } = report.models.algorithmic_incremental.reconciliation.unattributed_micros;
    expect(BigInt(organic)).toBeGreaterThan(0n);
    expect(report.models.algorithmic.reconciliation.unattributed_micros.organic).toBeUndefined();
    // On the terminal, too, each column adds up: what is attributed, what is not and what is organic.
    const page = showAttribution(report, 5);
    expect(page).toMatch(/unattributed: organic +0\.\d+ +0\.\d+ +[1-9]/);
    expect(report.artifacts).toEqual({
      data_driven: expect.stringMatching(/^markov_/),
      algorithmic: algorithmic.artifact_id,
      algorithmic_incremental: algorithmic.artifact_id,
    });
  });

  test('is explained touch by touch in a receipt: the hazard with the channel and without it', async () => {
    const order = events.find(({ record }) => record === 'conversions')!.event as { conversion_id: string };
    const receipt: Json = await receiptReport(
      engine.reports,
      order.conversion_id,
      { models: 'algorithmic,algorithmic_incremental' },
      ALL_BRANDS,
    );
    expectToFit(reportNamed('receipt'), receipt);
    for (const touch of receipt.touchpoints.filter(({ credit }: Json) => credit)) {
      const { artifact_id, measure, ...hazard } = touch.credit.algorithmic.because;
      expect([artifact_id, measure]).toEqual([algorithmic.artifact_id, 'relative_hazard']);
      expect(hazard.with).toBeGreaterThan(0);
      expect(hazard.without).toBeGreaterThan(0);
    }
    const { attributed_revenue_micros, organic_revenue_micros } =
      receipt.reconciliation.attributed.algorithmic_incremental;
    expect(showReceipt(receipt, 5)).toMatch(/\n +organic +/);
    expect(
      BigInt(attributed_revenue_micros) +
        BigInt(organic_revenue_micros) +
        BigInt(receipt.reconciliation.unattributed_micros),
    ).toBe(BigInt(receipt.reconciliation.net_revenue_micros));
  });

  test('stands beside the rules in one report, with intervals, and the largest disagreements are explained', async () => {
    const models = 'first_touch,last_touch,data_driven,algorithmic';
    const report: Json = await modelComparison(engine.reports, { ...PERIOD, models, draws: 50 }, ALL_BRANDS);
    for (const model of models.split(',')) {
      const shares = report.groups.map((row: Json) => row.models[model].share);
      expect(shares.reduce((sum: number, share: number) => sum + share, 0)).toBeCloseTo(1, 4);
      const ranks = report.groups.map((row: Json) => row.models[model].rank).sort((a: number, b: number) => a - b);
      expect(ranks).toEqual(ranks.map((_: number, i: number) => i + 1));
    }
    const differences = report.disagreements.map((found: Json) => found.difference);
    expect(differences).toEqual([...differences].sort((a, b) => b - a));
    for (const { because, highest, lowest } of report.disagreements) {
      expect(because).toContain(`${highest.model} gives it most`);
      expect(because).toContain(`${lowest.model} gives it least`);
    }
    expect(await modelComparison(engine.reports, { ...PERIOD, models, draws: 50 }, ALL_BRANDS)).toEqual(report);
  });

  test('refuses settings of another model, and transforms that reports cannot follow, by name', async () => {
    await expect(train(engine, { model: 'shapley', order: '2' })).rejects.toMatchObject({
      code: 'bad_request',
      field: 'order',
    });
    await expect(train(engine, { model: 'markov', guard_minutes: 5 })).rejects.toMatchObject({
      code: 'bad_request',
      field: 'guard_minutes',
    });
    await expect(train(engine, { model: 'algorithmic', transform: 'first' })).rejects.toMatchObject({
      code: 'bad_request',
      field: 'transform',
    });
    await expect(train(engine, { model: 'markov', transform: 'frequency' })).rejects.toMatchObject({
      code: 'bad_request',
    });
  });
});

describe('a thin log', () => {
  test('is learned from, and reports get the refusal with the numbers it lacks', async () => {
    const engine = await Engine.open(TEST_ENGINE);
    await engine.load(shopEvents(300), 20_000);
    const card = await train(engine, { model: 'algorithmic' });
    expect(card.passed).toBe(false);
    await expect(
      attributionReport(engine.reports, { ...PERIOD, model: 'algorithmic' }, ALL_BRANDS),
    ).rejects.toMatchObject({
      code: 'model_not_fitted',
      message: expect.stringMatching(
        /did not pass its gate: Only \d+ conversions in the period; at least 1000 are needed/,
      ),
    });
    await engine.close();
  });

  test('without any order, or without anything, gives a fit that is refused and not a failure', async () => {
    const engine = await Engine.open(TEST_ENGINE);
    for (const events of [[], shopEvents(50).filter(({ record }) => record === 'touchpoints')]) {
      await engine.load(events);
      for (const model of ['markov', 'shapley', 'algorithmic'] as const) {
        const card = await train(engine, { model });
        expect([model, card.passed]).toEqual([model, false]);
      }
    }
    await engine.close();
  });
});

describe('scheduled fits', () => {
  const MARKOV = { every_hours: 24, parameters: { model: 'markov', draws: 0 } as const };
  let now_ms = END_MS;

  function counting(pool: TrainingPool, onRun: () => void): TrainingPool {
    const run = pool.run.bind(pool) as (...task: unknown[]) => Promise<unknown>;
    return Object.assign(Object.create(pool) as TrainingPool, {
      run: (...task: unknown[]) => {
        onRun();
        return run(...task);
      },
    }) as TrainingPool;
  }

  /** Runs what is due. @returns how many fits were trained, and what failed. */
  async function runDue(engine: Engine, state: State, fits: readonly ScheduledFit[]) {
    let trained = 0;
    const training = counting(engine.reports.training, () => {
      trained += 1;
    });
    const failures: string[] = [];
    const context = { ...engine.reports, training, clock: () => now_ms };
    const follower = scheduledFits(context, fits, (_error, what) => failures.push(what));
    await follower.run({ transaction: (work) => state.transaction(work) }, new AbortController().signal);
    return { trained, failures };
  }

  async function openStore(): Promise<State> {
    const state = await FileState.open(join(temporaryFolder(), 'state.db'));
    onTestFinished(() => state.close());
    return state;
  }

  async function openShop(customers: number): Promise<Engine> {
    const engine = await Engine.open(TEST_ENGINE);
    onTestFinished(() => engine.close());
    await engine.load(shopEvents(customers), 20_000);
    return engine;
  }

  test('a fit by a key of one brand does not stand for the scheduled one of all', async () => {
    const engine = await openShop(60);
    await fitModel(engine.reports, { model: 'markov', draws: 0 }, { key_brand_id: 'other' });
    expect(await runDue(engine, await openStore(), [MARKOV])).toEqual({ trained: 1, failures: [] });
  });

  test('are made when they are due, once, and tell of what fails', async () => {
    const engine = await openShop(200);
    const state = await openStore();
    now_ms = END_MS;
    // There are no rates.
    const euros = { every_hours: 24, parameters: { model: 'markov', currency: 'EUR', draws: 0 } as const };
    const fits = [MARKOV, euros];
    expect(await runDue(engine, state, fits)).toEqual({ trained: 1, failures: ['scheduled fit of markov'] });
    expect(await runDue(engine, state, fits)).toEqual({ trained: 0, failures: [] });
    // A process with a state of its own sees what was made, and tries only what was not.
    expect(await runDue(engine, await openStore(), fits)).toEqual({
      trained: 0,
      failures: ['scheduled fit of markov'],
    });
    now_ms += 25 * MS_PER_HOUR;
    expect(await runDue(engine, state, fits)).toEqual({ trained: 1, failures: ['scheduled fit of markov'] });
  });

  test('are found due without reading any artifact, for as long as state knows when they were made', async () => {
    const engine = await openShop(60);
    const state = await openStore();
    now_ms = END_MS;
    await runDue(engine, state, [MARKOV]);
    const asked: string[] = [];
    const read = engine.warehouse.read.bind(engine.warehouse);
    engine.warehouse.read = (work, options) => {
      asked.push('read');
      return read(work, options);
    };
    await runDue(engine, state, [MARKOV]);
    expect(asked).toEqual([]);
  });

  test('are made by one of two processes on one state, and not again after a restart', async () => {
    const engine = await openShop(60);
    const state = await openStore();
    now_ms = END_MS;
    let trained = 0;
    const start = (): Followers => {
      const followers = new Followers({ warehouse: engine.warehouse, state, poll_ms: 10, clock: () => now_ms });
      const training = counting(engine.reports.training, () => {
        trained += 1;
      });
      followers.add(scheduledFits({ ...engine.reports, training, clock: () => now_ms }, [MARKOV], () => undefined));
      followers.start();
      return followers;
    };
    const both = [start(), start()];
    await expect.poll(async () => (await state.list('fits')).length).toBe(1);
    await Promise.all(both.map((followers) => followers.stop()));
    now_ms += MS_PER_HOUR;
    const again = start();
    await expect.poll(async () => (await state.get<{ ran_ms: number }>('cursors', 'fits'))?.ran_ms).toBe(now_ms);
    await again.stop();
    expect(trained).toBe(1);
  });
});
