/** What histories answer, and what they leave to the engine: either way the answer is the same. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXPRESSION_TOUCHES, HISTORY_LABELS, HISTORY_SUBJECTS, HISTORY_TIES } from '../../src/histories/relations.ts';
import { reclassifyAll } from '../../src/log/reclassify.ts';
import { type AttributionReportParameters, attribution } from '../../src/reports/attribution.ts';
import { campaigns } from '../../src/reports/campaigns.ts';
import { journeys } from '../../src/reports/journeys.ts';
import { askBoth, askReportBoth, filled } from '../support/both-ways.ts';
import { TEST_ENGINE } from '../support/engine.ts';
import { order, touch } from '../support/events.ts';
import { openShop, type Shop } from '../support/shop.ts';
import { at, MARCH } from '../support/time.ts';
import { checking } from '../support/watched.ts';

const MODELS = 'first_touch,last_touch,linear,time_decay,position_based';
const CUSTOM_MODELS = {
  newest: 'k',
  nothing: '0',
  decaying: "case when channel = 'email' then 2 else 1 end * pow(0.5, age_days / 3) + exp(-n) / ln(1 + k)",
  divided: '1 / (k - 1)',
  negative: 'k - 2',
  precise: '0.12345678901234567890',
};
const LINEAR = { ...MARCH, group_by: 'channel,day', model: 'linear' } as const;

let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ defaults: { custom_models: CUSTOM_MODELS } });
  const { channel: _channel, ...own_page } = touch('own', 'website_visit', at(5), {
    referrer: 'https://shop.example/cart',
  });
  await shop.send('touchpoints', own_page, touch('click', 'email_click', at(4), { campaign_id: 'spring' }));
  await shop.send('touchpoints', touch('ad', 'paid_ad_click', at(3), { anonymous_id: 'phone' }));
  await shop.send('conversions', order('o1', '90', at(6)), order('o2', '5', at(7)));
  await shop.send('customer_segments', {
    brand_id: 'default',
    customer_id: 'ann',
    segment_name: 'vip',
    assigned_at: at(6),
  });
  await shop.send('adjustments', {
    adjustment_id: 'a',
    conversion_id: 'o1',
    amount: '-100',
    currency: 'USD',
    occurred_at: at(8),
  });
});
afterAll(() => shop.close());

describe('histories answer', () => {
  test.each<[AttributionReportParameters]>([
    [{ ...MARCH, models: MODELS }],
    [{ ...LINEAR, adjustments: 'own_day' }],
    [{ ...LINEAR, group_by: 'month' }],
    [{ ...LINEAR, exclude_direct: 'true', collapse: 'none' }],
    [{ start: '2020-01-01', end: '2020-02-01', models: MODELS }],
    [{ ...MARCH, models: 'newest,nothing,decaying,precise' }],
    [{ ...LINEAR, filter: ['channel:email'] }],
    [{ ...LINEAR, group_by: 'channel', filter: ['channel:!email', 'utm_term:'] }],
    [{ ...LINEAR, group_by: 'campaign_id', filter: ['campaign_id:', 'campaign_id:spring'], adjustments: 'own_day' }],
    [{ ...LINEAR, filter: ['month:2026-03', 'day:!2026-03-06'] }],
    [{ ...LINEAR, filter: ['day:2026-03-06', 'day:2026-03-08'], adjustments: 'own_day' }],
    [{ ...LINEAR, filter: ['segment:', 'brand:default', 'conversion_type:!lead_generation'] }],
    [{ ...LINEAR, filter: ['segment:vip', 'channel:email'] }],
    [{ ...LINEAR, filter: ['segment:!vip', 'segment:!'], group_by: 'segment,channel' }],
  ])('%j', async (parameters) => {
    expect(await askBoth(shop.reports, parameters)).toMatchObject({ in_sql: false });
  });

  test.each([
    [{ ...MARCH }],
    [{ ...MARCH, filter: ['channel:email'] }],
    [{ ...MARCH, filter: ['day:!2026-03-07', 'channel:!paid_search'], adjustments: 'own_day' as const }],
    [{ ...MARCH, compare: 'previous_period' as const }],
  ])('the reports of campaigns and of journeys: %j', async (parameters) => {
    for (const { run } of [journeys, campaigns, attribution])
      expect(await askReportBoth(run, shop.reports, parameters)).toMatchObject({ in_sql: false });
  });

  test('a value far beyond 2^53 and below zero', async () => {
    await shop.send('conversions', order('big', '9007199254', at(9)), order('big2', '9007199254', at(9)));
    const amount = '-9007199254';
    await shop.send(
      'adjustments',
      ...[1, 2, 3].map((n) => ({
        adjustment_id: `b${n}`,
        conversion_id: 'big',
        amount,
        currency: 'USD',
        occurred_at: at(9 + n),
      })),
    );
    for (const adjustments of ['own_day', 'order_day'] as const) {
      const { in_sql, text } = await askBoth(shop.reports, { ...MARCH, models: MODELS, adjustments });
      expect(in_sql).toBe(false);
      expect(text).toContain('-9007199259');
    }
  });

  test('a value that is too large to be divided, and a rate that is missing, with the error of the query', async () => {
    const occurred_at = '2026-02-03T12:00:00.000Z';
    await shop.send('conversions', { ...order('rich', '9007199254', occurred_at), currency: 'EUR' });
    const february = { start: '2026-02-01', end: '2026-03-01', models: MODELS };
    expect((await askBoth(shop.reports, february)).text).toContain('no rate from EUR to USD on 2026-02-03');
    await shop.send('fx_rates', { date: '2026-02-03', currency: 'EUR', base: 'USD', rate: '9000000' });
    expect((await askBoth(shop.reports, february)).text).toContain('more than reports can divide exactly');
  });

  test('a position before a link of two ids, and after it, with the same arrays', async () => {
    const before = await askBoth(shop.reports, { ...LINEAR });
    await shop.send('identity_links', { link_id: 'l', left_id: 'phone', right_id: 'ann', occurred_at: at(2) });
    const histories = await filled(shop.reports);
    const after = await askBoth(shop.reports, { ...LINEAR }, histories);
    const { as_of } = JSON.parse(before.text);
    const again = await askBoth(shop.reports, { ...LINEAR, as_of }, histories);
    expect([before.in_sql, after.in_sql, again.in_sql]).toEqual([false, false, false]);
    expect(JSON.parse(again.text).channel_attribution).toEqual(JSON.parse(before.text).channel_attribution);
    expect(JSON.parse(after.text).channel_attribution).not.toEqual(JSON.parse(before.text).channel_attribution);
  });
});

test.runIf(TEST_ENGINE === 'duckdb')('the tables of a filling and of a report are as they are declared', async () => {
  const { warehouse, made } = checking(shop.reports.warehouse);
  const context = { ...shop.reports, warehouse };
  await askBoth(
    context,
    { ...MARCH, models: `${MODELS},precise`, group_by: 'segment,channel', filter: ['segment:vip'] },
    await filled(context),
  );
  expect([...made]).toEqual(
    expect.arrayContaining(
      [HISTORY_LABELS, HISTORY_SUBJECTS, HISTORY_TIES, EXPRESSION_TOUCHES].map(({ name }) => name),
    ),
  );
});

describe('histories leave to the engine', () => {
  test.each(['negative', 'divided'])('the refusal of the weights of %s', async (model) => {
    const asked = await askBoth(shop.reports, { ...MARCH, model });
    expect(asked).toMatchObject({ in_sql: true });
    expect(asked.text).toMatch(new RegExp(`${model} gives touchpoint .* the weight`));
  });

  test('a log that has gone on since they were filled', async () => {
    const histories = await filled(shop.reports);
    const { as_of } = JSON.parse((await askBoth(shop.reports, LINEAR, histories)).text);
    await shop.send('touchpoints', touch('late', 'email_click', at(5), { campaign_id: 'late' }));
    expect(await askBoth(shop.reports, LINEAR, histories)).toMatchObject({ in_sql: true });
    expect(await askBoth(shop.reports, { ...LINEAR, as_of }, histories)).toMatchObject({ in_sql: false });
  });

  test('a position before a reclassification; after it they answer', async () => {
    const { as_of } = JSON.parse((await askBoth(shop.reports, LINEAR)).text);
    const enrich_options = { ...shop.tributary.enrich_options, own_domains: ['shop.example'] };
    expect(await reclassifyAll({ ...shop.tributary, enrich_options })).toMatchObject({ changed: 1 });
    const histories = await filled(shop.reports);
    expect(await askBoth(shop.reports, LINEAR, histories)).toMatchObject({ in_sql: false });
    expect(await askBoth(shop.reports, { ...LINEAR, as_of }, histories)).toMatchObject({ in_sql: true });
  });
});
