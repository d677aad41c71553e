/** A share is a part of the total in every report, also where refunds took more than the orders brought. */
import { expect, test } from 'vitest';
import { showReport } from '../../src/present/tables.ts';
import { attributionReport } from '../../src/reports/attribution.ts';
import { modelComparison } from '../../src/reports/model-comparison.ts';
import { ALL_BRANDS, type Fields, order, touch } from '../support/events.ts';
import { type Json, type Shop, withShop } from '../support/shop.ts';
import { at, MARCH } from '../support/time.ts';
import { reportNamed } from './schema.ts';

const refund = (conversion_id: string, amount: string): Fields => ({
  ...{ conversion_id, amount, currency: 'USD', reason: 'refund', occurred_at: at(6) },
});

/** Two orders: 100 for paid_search, 50 for email. */
async function fill(shop: Shop, ...refunds: [string, string]): Promise<void> {
  await shop.send(
    'touchpoints',
    touch('t1', 'paid_ad_click', at(3), { channel: 'paid_search' }),
    touch('t2', 'email_click', at(3), { customer_id: 'bob' }),
  );
  await shop.send('conversions', order('c1', '100', at(4)), order('c2', '50', at(4), { customer_id: 'bob' }));
  await shop.send('adjustments', refund('c1', refunds[0]), refund('c2', refunds[1]));
}

/** The shares of email and paid_search: as the terminal shows the attribution report, and in the comparison of models. */
async function shares({
  reports,
}: Shop): Promise<{ shown: string[]; shares: unknown[]; models: string; rows: Json[] }> {
  const attribution = await attributionReport(reports, { ...MARCH, group_by: 'channel' }, ALL_BRANDS);
  const lines = showReport(reportNamed('attribution'), attribution, 10).split('\n');
  const shown = ['email', 'paid_search'].map((channel) => lines.find((line) => line.trim().startsWith(channel))!);
  const compared = await modelComparison(reports, { ...MARCH, models: 'linear,first_touch', draws: 40 }, ALL_BRANDS);
  const rows = compared['groups'] as Json[];
  return {
    shown: shown.map((line) => /(\S+ %|–|-)\s*$/.exec(line)?.[1] ?? line),
    shares: rows.map(({ models }) => models.linear.share),
    models: showReport(reportNamed('models'), compared, 10),
    rows,
  };
}

test('it is the same below zero in both', () =>
  withShop({}, async (shop) => {
    await fill(shop, '-130', '-60');
    const found = await shares(shop);
    expect(found.shown).toEqual(['25.0 %', '75.0 %']);
    expect(found.shares).toEqual([0.25, 0.75]);
    for (const { models } of found.rows)
      expect(models.linear.share_high).toBeGreaterThanOrEqual(models.linear.share_low);
    expect(found.rows.map(({ models }) => models.first_touch.rank)).toEqual([2, 1]);
    expect(found.models).toMatch(/75\.0 \(/);
  }));

test('it is above 1 where another group lost', () =>
  withShop({}, async (shop) => {
    await fill(shop, '-20', '-70');
    const found = await shares(shop);
    expect(found.shown).toEqual(['-33.3 %', '133.3 %']);
    expect(found.shares).toEqual([-0.333333, 1.333333]);
  }));

test('of nothing it is nothing', () =>
  withShop({}, async (shop) => {
    await fill(shop, '-110', '-40');
    const found = await shares(shop);
    expect(found.shares).toEqual([null, null]);
    expect(found.models).not.toContain('%  (');
    expect(found.models).not.toContain('NaN');
    for (const line of found.shown) expect(line).not.toContain('%');
  }));
