/** Reports under models that were fitted: whose answer it is, what it says of each touch, and who may not answer. */
import { describe, expect, test } from 'vitest';
import { showReceipt } from '../../src/present/receipt.ts';
import { attributionReport } from '../../src/reports/attribution.ts';
import { listModels } from '../../src/reports/models.ts';
import { receiptReport } from '../../src/reports/receipt.ts';
import { compareRun } from '../../src/reports/run-comparison.ts';
import { freezeRun } from '../../src/reports/runs.ts';
import { FLOWING } from '../models/flow-content.ts';
import { ALL_BRANDS, order, touch } from '../support/events.ts';
import { type Json, type Shop, withShop } from '../support/shop.ts';
import { at, MARCH } from '../support/time.ts';
import { effects, keepArtifact } from './artifacts.ts';
import { expectToFit, reportNamed } from './schema.ts';

/** One order of 100 after two emails, a search and a visit from nowhere known. */
async function sendOrder(shop: Shop, brand: object = {}): Promise<void> {
  const visit = (id: string, channel: string, day: number) =>
    touch(id, 'website_visit', at(day, '10:00'), { channel, campaign_id: id, ...brand });
  await shop.send(
    'touchpoints',
    visit('t1', 'email', 1),
    visit('t2', 'paid_search', 2),
    visit('t3', 'email', 3),
    visit('t4', 'billboard', 4),
  );
  await shop.send('conversions', order('o1', '100.00', at(5, '10:00'), { ...brand }));
}

const shares = (report: Json): Record<string, string> =>
  Object.fromEntries(report.channel_attribution.map((row: Json) => [row.campaign_id, row.attributed_revenue]));

describe('a model that was never fitted', () => {
  test('answers with an error that says how to fit it, never with another model', async () => {
    await withShop({}, async (shop) => {
      for (const model of ['data_driven', 'algorithmic', 'algorithmic_incremental'])
        await expect(attributionReport(shop.reports, { ...MARCH, model }, ALL_BRANDS)).rejects.toMatchObject({
          code: 'model_not_fitted',
          status: 409,
          field: 'model',
          message: expect.stringMatching(
            new RegExp(`${model} is not fitted yet .*tributary fit (data_driven|algorithmic)`),
          ),
        });
    });
  });

  test('did not pass its gate, says what it lacks; and an older one that passed goes on answering', async () => {
    await withShop({}, async (shop) => {
      await sendOrder(shop);
      const ask = () => attributionReport(shop.reports, { ...MARCH, model: 'data_driven' }, ALL_BRANDS);
      const refused = await keepArtifact(shop.reports, {
        content: effects({ email: 0.9 }),
        lacks: '3 conversions have a path',
        created_ms: 2,
      });
      await expect(ask()).rejects.toMatchObject({
        code: 'model_not_fitted',
        message: expect.stringContaining(`${refused}) and did not pass its gate: 3 conversions have a path`),
      });
      const passed = await keepArtifact(shop.reports, { content: effects({ email: 0.5 }), created_ms: 1 });
      expect(await ask()).toMatchObject({ artifacts: { data_driven: passed } });
      await expect(
        attributionReport(shop.reports, { ...MARCH, model: 'data_driven', artifact: refused }, ALL_BRANDS),
      ).rejects.toMatchObject({ code: 'model_not_fitted' });
    });
  });
});

describe('data_driven', () => {
  test('gives each channel its effect, shared by its touches, and an unknown channel nothing', async () => {
    await withShop({}, async (shop) => {
      await sendOrder(shop);
      await keepArtifact(shop.reports, { content: effects({ email: 0.5, paid_search: 0.5 }) });
      const report: Json = await attributionReport(shop.reports, { ...MARCH, model: 'data_driven' }, ALL_BRANDS);
      // Email 0.5 in two touches of 0.25, search 0.5: a quarter, a half and a quarter.
      expect(shares(report)).toEqual({ t1: '25.000000', t2: '50.000000', t3: '25.000000', t4: '0.000000' });
      expect(report.reconciliation.attributed_micros).toBe('100000000');
    });
  });

  test('shares equally where nothing in the path has an effect, and says so', async () => {
    await withShop({}, async (shop) => {
      await sendOrder(shop);
      await keepArtifact(shop.reports, { content: effects({ sms: 1 }) });
      const report: Json = await attributionReport(shop.reports, { ...MARCH, model: 'data_driven' }, ALL_BRANDS);
      expect(new Set(Object.values(shares(report)))).toEqual(new Set(['25.000000']));
      expect(report.warnings).toMatchObject([{ code: 'zero_weights', count: 1 }]);
    });
  });

  test('is explained in a receipt: the chance of an order with the channel and without it, and by which artifact', async () => {
    await withShop({}, async (shop) => {
      await sendOrder(shop);
      const artifact_id = await keepArtifact(shop.reports, { content: effects({ email: 0.6, paid_search: 0.2 }) });
      const receipt: Json = await receiptReport(shop.reports, 'o1', { models: 'linear,data_driven' }, ALL_BRANDS);
      const [email, search, , unknown] = receipt.touchpoints.map((touch: Json) => touch.credit.data_driven.because);
      expect(email).toEqual({ artifact_id, measure: 'conversion_probability', with: 0.25, without: 0.1 });
      expect(search).toMatchObject({ with: 0.25, without: 0.2 });
      expect(unknown).toMatchObject({ with: 0.25, without: 0.25 });
      expect(receipt.artifacts).toEqual({ data_driven: artifact_id });
      expect(receipt.touchpoints[0].credit.linear.because).toBeUndefined();
    });
  });
});

describe('algorithmic', () => {
  test('shares the credit of a search with the email that brought it, to the micro, and a receipt says how much', async () => {
    await withShop({}, async (shop) => {
      await sendOrder(shop);
      await keepArtifact(shop.reports, { content: FLOWING, model: 'algorithmic', family: 'logistic' });
      const models = 'algorithmic,algorithmic_incremental';
      const report: Json = await attributionReport(shop.reports, { ...MARCH, model: 'algorithmic' }, ALL_BRANDS);
      // Only the search has an effect. The email of the day before brought half of it, and gets half of that.
      const [t1, t2, t3, t4] = ['t1', 't2', 't3', 't4'].map((id) => Number(shares(report)[id]));
      expect([t1, t2, t3, t4]).toEqual([expect.closeTo(25, 5), expect.closeTo(75, 5), 0, 0]);
      expect(report.reconciliation.attributed_micros).toBe('100000000');
      const receipt: Json = await receiptReport(shop.reports, 'o1', { models }, ALL_BRANDS);
      expectToFit(reportNamed('receipt'), receipt);
      const [email, search, later] = receipt.touchpoints.map((touch: Json) => touch.credit.algorithmic.because);
      expect(email).toMatchObject({ own_weight: 0, brings: [{ touchpoint_id: 't2', brought: 0.5, weight: 0.25 }] });
      expect(search).toMatchObject({
        own_weight: 1,
        brought_by: [{ touchpoint_id: 't1', brought: 0.5, weight: 0.25 }],
      });
      expect(later.own_weight).toBeUndefined();
      const { attributed_revenue, organic_revenue } = receipt.reconciliation.attributed.algorithmic_incremental;
      expect(Number(attributed_revenue) + Number(organic_revenue)).toBeCloseTo(100, 9);
      const own = receipt.touchpoints.map((touch: Json) => touch.credit.algorithmic_incremental);
      expect(own[0].weight * 3).toBeCloseTo(own[1].weight, 9);
      expect(own[1].because.own_weight).toBeCloseTo(own[0].weight + own[1].weight, 9);
      expect(showReceipt(receipt, 5)).toContain('50.0 % of touch 2 came from touch 1');
    });
  });
});

describe('an artifact', () => {
  test('is named by the report; an older one can be asked for, and a frozen run keeps its own', async () => {
    await withShop({}, async (shop) => {
      await sendOrder(shop);
      const older = await keepArtifact(shop.reports, { content: effects({ email: 1 }), created_ms: 1 });
      await freezeRun(shop.reports, { ...MARCH, run_id: 'before', models: 'data_driven' }, ALL_BRANDS);
      const newer = await keepArtifact(shop.reports, { content: effects({ paid_search: 1 }), created_ms: 2 });
      const ask = (parameters: object): Promise<Json> =>
        attributionReport(shop.reports, { ...MARCH, model: 'data_driven', ...parameters }, ALL_BRANDS);
      const [newest, asked] = [await ask({}), await ask({ artifact: older })];
      expect([newest.artifacts.data_driven, asked.artifacts.data_driven]).toEqual([newer, older]);
      expect([shares(newest)['t2'], shares(asked)['t1']]).toEqual(['100.000000', '50.000000']);
      expect(newest.config_hash).not.toBe(asked.config_hash);
      const compared: Json = await compareRun(shop.reports, 'before', {}, ALL_BRANDS);
      expect(compared).toMatchObject({ reproducible: true, settings_changed: false });
      expect(compared.totals.attributed.difference_micros).toBe('0');
    });
  });

  test('of more brands than the report does not tell what it lacks', async () => {
    await withShop({}, async (shop) => {
      await sendOrder(shop);
      await keepArtifact(shop.reports, {
        content: effects({ email: 1 }),
        brands: ['default', 'shop-eu'],
        lacks: '312 conversions',
      });
      await expect(
        attributionReport(shop.reports, { ...MARCH, model: 'data_driven' }, { key_brand_id: 'default' }),
      ).rejects.toMatchObject({ message: expect.stringMatching(/^(?!.*312).*is not fitted yet/) });
    });
  });

  test('of a frozen run with several models explains each of them', async () => {
    await withShop({}, async (shop) => {
      await sendOrder(shop);
      await keepArtifact(shop.reports, { content: effects({ email: 1 }) });
      await freezeRun(shop.reports, { ...MARCH, run_id: 'both', models: 'linear,data_driven' }, ALL_BRANDS);
      for (const model of ['linear', 'data_driven'])
        expect(await compareRun(shop.reports, 'both', { model }, ALL_BRANDS)).toMatchObject({
          attribution_model: model,
          reproducible: true,
        });
    });
  });

  test('that is unknown, of another model or of other brands is refused by name', async () => {
    await withShop({}, async (shop) => {
      await sendOrder(shop);
      const artifact = await keepArtifact(shop.reports, { content: effects({ email: 1 }) });
      const others = await keepArtifact(shop.reports, { content: effects({ email: 1 }), brands: ['shop-eu'] });
      for (const parameters of [
        { model: 'data_driven', artifact: 'markov_0' },
        { model: 'linear', artifact },
        { model: 'data_driven', artifact: others },
      ])
        await expect(attributionReport(shop.reports, { ...MARCH, ...parameters }, ALL_BRANDS)).rejects.toMatchObject({
          code: 'bad_request',
          field: 'artifact',
        });
    });
  });

  test('of several brands is listed for keys of all of them, and says whether reports use it', async () => {
    await withShop({}, async (shop) => {
      await keepArtifact(shop.reports, { content: effects({ email: 1 }), created_ms: 1 });
      await keepArtifact(shop.reports, { content: effects({ email: 0.5 }), created_ms: 2 });
      await keepArtifact(shop.reports, { content: effects({ email: 0.4 }), created_ms: 3, lacks: 'too few' });
      await keepArtifact(shop.reports, { content: effects({ email: 1 }), brands: ['a', 'default'], created_ms: 4 });
      const listed = async (key_brand_id: string | null): Promise<Json[]> =>
        ((await listModels(shop.reports, { key_brand_id })) as Json).models;
      expect((await listed(null)).map(({ in_use, passed, lacks }) => [in_use, passed, lacks])).toEqual([
        [true, true, ''],
        [false, false, 'too few'],
        [true, true, ''],
        [false, true, ''],
      ]);
      expect(await listed('default')).toHaveLength(3);
      expect(await listed('a')).toHaveLength(0);
    });
  });
});

test('a fit of all brands goes on answering when a brand is added, says so, and is refused when this brand has grown', async () => {
  await withShop({}, async (shop) => {
    await sendOrder(shop);
    const orders = (brand_id: string, from: number, count: number) =>
      shop.send(
        'conversions',
        ...Array.from({ length: count }, (_, i) => order(`${brand_id}-${from + i}`, '10.00', at(6), { brand_id })),
      );
    await orders('default', 0, 8);
    const artifact = await keepArtifact(shop.reports, {
      content: effects({ email: 1 }),
      settings: { request: { model: 'markov' } },
    });
    const ask = (parameters: object = {}): Promise<Json> =>
      attributionReport(shop.reports, { ...MARCH, model: 'data_driven', ...parameters }, ALL_BRANDS);
    expect((await ask()).warnings).toEqual([]);
    await orders('shop-eu', 0, 1);
    const grown = await ask();
    expect(grown.artifacts).toEqual({ data_driven: artifact });
    expect(grown.warnings).toEqual([
      {
        code: 'brands_not_in_fit',
        count: 1,
        message: expect.stringMatching(/shop-eu; 10 % of all.*tributary fit data_driven/),
      },
    ]);
    expect(grown.reconciliation.net_revenue_micros).toBe('190000000');
    // It has learned nothing of a report on the new brand alone.
    await expect(ask({ brand_id: 'shop-eu' })).rejects.toMatchObject({
      code: 'model_not_fitted',
      message: expect.stringMatching(/not fitted yet for these brands \(shop-eu\).*tributary fit data_driven/),
    });
    await freezeRun(shop.reports, { ...MARCH, run_id: 'both-brands', models: 'data_driven' }, ALL_BRANDS);
    await orders('shop-eu', 1, 3);
    await expect(ask()).rejects.toMatchObject({
      code: 'model_not_fitted',
      message: expect.stringMatching(/before the brands shop-eu came, which have 31 %.*up to 20 %.*tributary fit/),
    });
    expect(await ask({ brand_id: 'default' })).toMatchObject({ artifacts: { data_driven: artifact }, warnings: [] });
    // Who names it gets it, and so does a frozen run.
    expect((await ask({ artifact })).warnings).toMatchObject([{ code: 'brands_not_in_fit' }]);
    expect(await compareRun(shop.reports, 'both-brands', {}, ALL_BRANDS)).toMatchObject({ reproducible: true });
    const both = await keepArtifact(shop.reports, { content: effects({ email: 1 }), brands: ['default', 'shop-eu'] });
    expect(await ask()).toMatchObject({ artifacts: { data_driven: both }, warnings: [] });
  });
});
