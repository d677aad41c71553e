import { describe, expect, it } from 'vitest';
import { attributionReport } from '../../src/reports/attribution.ts';
import { compareRun } from '../../src/reports/run-comparison.ts';
import { freezeRun, listRuns } from '../../src/reports/runs.ts';
import { ALL_BRANDS, order, touch } from '../support/events.ts';
import { type Json, pick, type Shop, withShop } from '../support/shop.ts';
import { at, MARCH } from '../support/time.ts';

const ALL_RULES = 'first_touch,last_touch,linear,time_decay,position_based';

async function sendMarch(shop: Shop): Promise<void> {
  await shop.send(
    'touchpoints',
    touch('ad', 'paid_ad_click', at(2), { channel: 'paid_search', campaign_id: 'brand' }),
    touch('mail', 'email_click', at(8), { campaign_id: 'spring', email_id: 'e1' }),
    touch('bob-1', 'organic_search', at(9), { customer_id: 'bob', channel: 'organic_search' }),
    touch('phone', 'sms_click', at(8), { anonymous_id: 'p', channel: 'sms' }),
  );
  await shop.send(
    'conversions',
    order('o1', '100.01', at(10)),
    order('o2', '49.99', at(11), { customer_id: 'bob' }),
    order('o3', '10.00', at(12), { customer_id: 'zoe' }),
  );
}

/** Every line's causes add up to its difference, and the lines of each kind to their total. */
function expectExact(comparison: Json): void {
  const sum = (values: Iterable<string>): bigint => [...values].reduce((total, value) => total + BigInt(value), 0n);
  const lines = [...comparison.groups, ...comparison.unattributed];
  for (const line of [...lines, ...Object.values<Json>(comparison.totals)]) {
    expect(sum(Object.values(line.causes_micros))).toBe(BigInt(line.difference_micros));
    expect(BigInt(line.today_micros) - BigInt(line.frozen_micros)).toBe(BigInt(line.difference_micros));
  }
  for (const name of ['frozen_micros', 'today_micros', 'difference_micros']) {
    expect(sum(lines.map((line: Json) => line[name]))).toBe(BigInt(comparison.totals.net_revenue[name]));
  }
}

const causes = (line: Json) =>
  Object.fromEntries(Object.entries(line.causes_micros).filter(([, micros]) => micros !== '0'));
const group = (comparison: Json, channel: string) => comparison.groups.find((line: Json) => line.channel === channel);

describe('a frozen run', () => {
  it('keeps every credit and every unattributed value, in every model', () =>
    withShop({}, async (shop) => {
      await sendMarch(shop);
      const run = await freezeRun(shop.reports, { ...MARCH, models: ALL_RULES, run_id: 'march' }, ALL_BRANDS);
      expect(run).toMatchObject({ run_id: 'march', rows: 20 });
      const report = await attributionReport(shop.reports, { ...MARCH, models: ALL_RULES }, ALL_BRANDS);
      for (const model of ALL_RULES.split(',')) {
        expect(pick(run, 'totals', model)).toMatchObject({
          net_revenue_micros: '160000000',
          attributed_micros: pick(report, 'models', model, 'reconciliation', 'attributed_micros'),
          unattributed_micros: pick(report, 'models', model, 'reconciliation', 'unattributed_micros'),
        });
      }
      await expect(freezeRun(shop.reports, { run_id: 'march' }, ALL_BRANDS)).rejects.toMatchObject({
        code: 'conflict',
      });
      const twice = await Promise.allSettled(
        ['x', 'x'].map((run_id) => freezeRun(shop.reports, { run_id }, ALL_BRANDS)),
      );
      expect(twice.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
      await expect(freezeRun(shop.reports, { run_id: 'a b' }, ALL_BRANDS)).rejects.toMatchObject({
        code: 'bad_request',
      });
    }));

  it('stores the days that a default period meant', () =>
    withShop({}, async (shop) => {
      await sendMarch(shop);
      await freezeRun(shop.reports, { run_id: 'default' }, ALL_BRANDS);
      const { runs } = (await listRuns(shop.reports, ALL_BRANDS)) as Json;
      expect(runs).toMatchObject([
        { run_id: 'default', start: '2026-03-02', end: '2026-04-01', models: 'linear', brands: ['default'], rows: 4 },
      ]);
    }));

  it('is read only by keys of its brands', () =>
    withShop({}, async (shop) => {
      await shop.send(
        'conversions',
        order('o', '1', at(2), { brand_id: 'a' }),
        order('o', '1', at(2), { brand_id: 'b' }),
      );
      await freezeRun(shop.reports, { ...MARCH, run_id: 'both' }, ALL_BRANDS);
      await freezeRun(shop.reports, { ...MARCH, run_id: 'mine' }, { key_brand_id: 'a' });
      expect(pick(await listRuns(shop.reports, { key_brand_id: 'a' }), 'runs').map((run: Json) => run.run_id)).toEqual([
        'mine',
      ]);
      await expect(compareRun(shop.reports, 'both', {}, { key_brand_id: 'a' })).rejects.toMatchObject({
        code: 'not_found',
      });
      await expect(compareRun(shop.reports, 'mine', { model: 'last_touch' }, ALL_BRANDS)).rejects.toThrow(
        'is not in this run; it has linear',
      );
    }));
});

describe('the list of runs', () => {
  it('shows the runs of a brand, however many other brands have that are newer', () =>
    withShop({}, async (shop) => {
      const run = (run_id: string, brands: string[], created_at: number) => ({
        run_id,
        brands: JSON.stringify(brands),
        request: '{}',
        settings: '{}',
        as_of: '',
        config_hash: '',
        created_at,
      });
      const others = Array.from({ length: 1_000 }, (_, i) => run(`other-${i}`, ['b'], Date.parse(at(3)) + i));
      await shop.tributary.warehouse.append({
        attribution_runs: [
          run('mine', ['a'], Date.parse(at(2))),
          run('both', ['a', 'b'], Date.parse(at(2))),
          run('quoted', ['"a"'], Date.parse(at(2))),
          ...others,
        ],
      });
      const listed = async (key_brand_id: string | null) =>
        pick(await listRuns(shop.reports, { key_brand_id }), 'runs').map((listed: Json) => listed.run_id);
      expect(await listed('a')).toEqual(['mine']);
      expect(await listed('b')).toHaveLength(1_000);
      expect((await listed(null))[0]).toBe('other-999');
    }));
});

describe('a frozen run beside today', () => {
  it('does not differ while nothing happens', () =>
    withShop({}, async (shop) => {
      await sendMarch(shop);
      await freezeRun(shop.reports, { ...MARCH, models: ALL_RULES, run_id: 'r' }, ALL_BRANDS);
      for (const model of ALL_RULES.split(',')) {
        const comparison: Json = await compareRun(shop.reports, 'r', { model }, ALL_BRANDS);
        expect(comparison).toMatchObject({ reproducible: true, settings_changed: false });
        expect(comparison.totals.net_revenue).toMatchObject({ frozen_micros: '160000000', difference_micros: '0' });
        expectExact(comparison);
      }
    }));

  it('names another half-life alone, and a late touch alone', () =>
    withShop({}, async (shop) => {
      await sendMarch(shop);
      await freezeRun(shop.reports, { ...MARCH, model: 'time_decay', run_id: 'r' }, ALL_BRANDS);
      const slow = shop.configured({ defaults: { half_life_days: 700 } });
      const settings: Json = await compareRun(slow, 'r', {}, ALL_BRANDS);
      expect(Object.keys(causes(group(settings, 'paid_search')))).toEqual(['settings']);
      expect(settings).toMatchObject({ reproducible: true, settings_changed: true });
      expectExact(settings);

      await shop.send(
        'touchpoints',
        touch('late', 'organic_search', at(3), { customer_id: 'zoe', channel: 'organic_search' }),
      );
      const late: Json = await compareRun(shop.reports, 'r', {}, ALL_BRANDS);
      expect(causes(group(late, 'organic_search'))).toEqual({ touches: '10000000' });
      expect(causes(late.unattributed[0])).toEqual({ touches: '-10000000' });
      expect(late.totals.net_revenue.difference_micros).toBe('0');
      expectExact(late);
    }));

  it('splits one difference among all causes, exactly', () =>
    withShop({}, async (shop) => {
      await sendMarch(shop);
      const frozen: Json = await freezeRun(
        shop.reports,
        { ...MARCH, models: 'time_decay,linear', run_id: 'r' },
        ALL_BRANDS,
      );
      await shop.send('identity_links', { left_id: 'p', right_id: 'ann', occurred_at: at(20) });
      await shop.send('conversions', order('o4', '77.77', at(15)));
      await shop.send('adjustments', { conversion_id: 'o1', amount: '-33.33', currency: 'USD', occurred_at: at(18) });
      await shop.send('adjustments', { conversion_id: 'o4', amount: '-7.00', currency: 'USD', occurred_at: at(18) });
      await shop.send('touchpoints', touch('late', 'paid_ad_click', at(9), { channel: 'affiliate' }));
      const slow = shop.configured({ defaults: { half_life_days: 1 } });
      const comparison: Json = await compareRun(slow, 'r', {}, ALL_BRANDS);
      expect(comparison).toMatchObject({ reproducible: true, settings_changed: true, frozen_as_of: frozen.as_of });
      expectExact(comparison);
      expect(causes(comparison.totals.net_revenue)).toEqual({ conversions: '77770000', refunds: '-40330000' });
      expect(Object.keys(causes(group(comparison, 'sms')))).toEqual(['identity', 'conversions', 'refunds', 'touches']);
      expect(Object.keys(causes(group(comparison, 'email')))).toEqual([
        'settings',
        'identity',
        'conversions',
        'refunds',
        'touches',
      ]);
      expect(Object.keys(causes(group(comparison, 'affiliate')))).toEqual(['touches']);

      const today: Json = await attributionReport(
        slow,
        { ...MARCH, model: 'time_decay', group_by: 'channel' },
        ALL_BRANDS,
      );
      for (const row of today.channel_attribution)
        expect(group(comparison, row.channel).today_micros).toBe(row.attributed_revenue_micros);
      for (const group_by of ['campaign_id', 'email_id'] as const) {
        expectExact(await compareRun(slow, 'r', { group_by, model: 'linear' }, ALL_BRANDS));
      }
    }));

  it('adds up with refunds on their own day, and in another currency', () =>
    withShop({}, async (shop) => {
      await sendMarch(shop);
      await shop.send('adjustments', {
        adjustment_id: 'a1',
        conversion_id: 'o1',
        amount: '-0.01',
        currency: 'USD',
        occurred_at: at(12),
      });
      await shop.send('fx_rates', { date: '2026-03-08', currency: 'EUR', base: 'USD', rate: '1.0843' });
      await freezeRun(
        shop.reports,
        { ...MARCH, run_id: 'r', adjustments: 'own_day', currency: 'EUR', model: 'position_based' },
        ALL_BRANDS,
      );
      await shop.send('adjustments', {
        adjustment_id: 'a0',
        conversion_id: 'o1',
        amount: '-50',
        currency: 'USD',
        occurred_at: at(11),
      });
      await shop.send('fx_rates', { date: '2026-03-10', currency: 'EUR', base: 'USD', rate: '1.2' });
      const comparison: Json = await compareRun(shop.reports, 'r', {}, ALL_BRANDS);
      expect(comparison).toMatchObject({ reproducible: true, currency: 'EUR' });
      expect(Object.keys(causes(comparison.totals.net_revenue))).toEqual(['conversions', 'refunds']);
      expectExact(comparison);
    }));

  it('says when the frozen state can no longer be reproduced, and still adds up', () =>
    withShop({}, async (shop) => {
      await sendMarch(shop);
      await freezeRun(shop.reports, { ...MARCH, run_id: 'r' }, ALL_BRANDS);
      const [row] = await shop.tributary.warehouse.read((s) => s.query('select * from attribution_results limit 1'));
      await shop.tributary.warehouse.append({
        attribution_results: [
          { ...row, occurred_at: Date.parse(at(10)), conversion_id: 'gone', attributed_value_micros: 5_000_000n },
        ],
      });
      const comparison: Json = await compareRun(shop.reports, 'r', {}, ALL_BRANDS);
      expect(comparison.reproducible).toBe(false);
      expect(causes(comparison.totals.net_revenue)).toEqual({ other: '-5000000' });
      expectExact(comparison);
    }));
});
