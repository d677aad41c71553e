/** Spend and rates are statements: the latest of an id counts, and every earlier position still reads the earlier one. */
import { expect, test } from 'vitest';
import type { RecordName } from '../../src/domain/index.ts';
import { conflictFindings } from '../../src/log/conflict-counts.ts';
import { attributionReport } from '../../src/reports/attribution.ts';
import { campaignReport } from '../../src/reports/campaign.ts';
import { ALL_BRANDS, type Fields, mail, order, touch } from '../support/events.ts';
import { pick, type Shop, withShop } from '../support/shop.ts';
import { at, MARCH } from '../support/time.ts';

const SPEND = { date: '2026-03-05', channel: 'paid_social', campaign_id: 'spring', currency: 'USD' };
const RATE = { date: '2026-03-04', currency: 'EUR', base: 'USD' };

/** What was spent on the campaign, as of now or of an earlier position. */
async function spent({ reports }: Shop, as_of?: string): Promise<string> {
  const report = await campaignReport(reports, 'spring', as_of ? { ...MARCH, as_of } : MARCH, ALL_BRANDS);
  return pick(report, 'efficiency_metrics', 'spend');
}

async function earned({ reports }: Shop, as_of?: string): Promise<string> {
  const asked = { ...MARCH, currency: 'USD', ...(as_of ? { as_of } : {}) };
  return pick(await attributionReport(reports, asked, ALL_BRANDS), 'summary', 'total_revenue');
}

/** Sends the records in one request, and says how it was answered. */
async function request({ tributary }: Shop, record: RecordName, ...inputs: Fields[]) {
  const drafts = inputs.map((input) => ({ record, input }));
  const receipt = await tributary.collector.accept({ source: 'test', drafts }, ALL_BRANDS);
  await tributary.collector.flush();
  return { ...receipt, as_of: `main:${tributary.collector.health().durable_log_seq}` };
}

test('two equal lines of one request are two, and the same request again changes nothing', () =>
  withShop({}, async (shop) => {
    const lines = [
      { ...SPEND, amount: '750.50' },
      { ...SPEND, amount: '750.5' },
      { ...SPEND, amount: '10', ad_set_id: 'b' },
    ];
    const first = await request(shop, 'spend', ...lines);
    expect(new Set(first.ids).size).toBe(3);
    expect(await spent(shop)).toBe('1511.000000');
    const again = await request(shop, 'spend', ...lines);
    expect(again.ids).toEqual(first.ids);
    expect(await spent(shop)).toBe('1511.000000');
    expect(shop.tributary.collector.health().loader).toMatchObject({ duplicates: 3, conflicts: 0 });
  }));

test('two equal refunds of one request are two, and over two requests one that was sent again', () =>
  withShop({}, async (shop) => {
    await shop.send('conversions', order('c1', '100', at(4), { order_id: 'o1' }));
    const refund = { order_id: 'o1', amount: '-5.00', currency: 'USD', reason: 'refund', occurred_at: at(5) };
    expect(new Set((await request(shop, 'adjustments', refund, refund)).ids).size).toBe(2);
    expect(await earned(shop)).toBe('90.000000');
    for (let i = 0; i < 2; i++) await request(shop, 'adjustments', refund, refund);
    await request(shop, 'adjustments', refund);
    expect(await earned(shop)).toBe('90.000000');
    // Two equal orders without ids are one order that its sender repeats.
    const { conversion_id: _id, ...sale } = order('', '50', at(6));
    await request(shop, 'conversions', sale, sale);
    expect(await earned(shop)).toBe('140.000000');
  }));

test('spend that is stated anew replaces, with an id and without; an earlier position reads what it was', () =>
  withShop({}, async (shop) => {
    const { as_of } = await request(
      shop,
      'spend',
      { ...SPEND, amount: '1000' },
      { ...SPEND, spend_id: 's', amount: '5' },
    );
    const then = await request(shop, 'spend', { ...SPEND, amount: '1100' });
    expect([await spent(shop), then.conflicts]).toEqual(['1105.000000', undefined]);
    await request(shop, 'spend', { ...SPEND, spend_id: 's', amount: '7', channel: 'paid_search' });
    expect(await spent(shop)).toBe('1107.000000');
    expect(await spent(shop, as_of)).toBe('1005.000000');
    expect(await spent(shop, then.as_of)).toBe('1105.000000');
    // Back to what it was at first: the latest counts, not the first with this content.
    await request(shop, 'spend', { ...SPEND, amount: '1000' });
    await request(shop, 'spend', { ...SPEND, amount: '1000' });
    expect(await spent(shop)).toBe('1007.000000');
    expect(shop.tributary.collector.health().loader).toMatchObject({
      duplicates: 1,
      conflicts: 0,
      loaded: { spend: 5 },
    });
  }));

test('what differs in ad set or source is another line; a credit is below zero; a line is withdrawn with 0', () =>
  withShop({}, async (shop) => {
    const lines = [{ amount: '100' }, { amount: '-30.25', source: 'credits' }, { amount: '8', ad_set_id: 'a' }];
    await request(shop, 'spend', ...lines.map((line) => ({ ...SPEND, ...line })));
    expect(await spent(shop)).toBe('77.750000');
    await request(shop, 'spend', { ...SPEND, ad_set_id: 'a', amount: '0' });
    await request(shop, 'spend', { ...SPEND, date: '2026-04-01', amount: '900' });
    expect(await spent(shop)).toBe('69.750000');
  }));

test('a credit in another currency is rounded away from zero, as an amount is', () =>
  withShop({}, async (shop) => {
    await shop.send('fx_rates', { ...RATE, rate: '0.5' });
    await shop.send('spend', { ...SPEND, currency: 'EUR', amount: '-0.000001' });
    expect(await spent(shop)).toBe('-0.000001');
  }));

test('a rate that is stated anew replaces the first one, and reports as of an earlier position keep theirs', () =>
  withShop({}, async (shop) => {
    await shop.send('conversions', order('c1', '100', at(4), { currency: 'EUR' }));
    const { as_of, ids } = await request(shop, 'fx_rates', { ...RATE, rate: '1.1' });
    expect(await earned(shop)).toBe('110.000000');
    const again = await request(shop, 'fx_rates', { ...RATE, rate: '1.2' });
    expect([again.ids, again.conflicts]).toEqual([ids, undefined]);
    expect([await earned(shop), await earned(shop, as_of)]).toEqual(['120.000000', '110.000000']);
    await request(shop, 'fx_rates', { ...RATE, rate: '1.1' });
    expect(await earned(shop)).toBe('110.000000');
    // Of two in one request the later one counts.
    await request(shop, 'fx_rates', { ...RATE, rate: '1.3' }, { ...RATE, rate: '1.4' });
    expect(await earned(shop)).toBe('140.000000');
  }));

test('other records stay first-wins, and the receipt says how many were conflicts', () =>
  withShop({}, async (shop) => {
    await shop.send('conversions', order('c1', '100', at(4)));
    await shop.send('touchpoints', touch('t1', 'email_click', at(3)));
    await shop.send('email_events', mail('sent', 'ann', { event_id: 'e1' }));
    const orders = await request(shop, 'conversions', order('c1', '70', at(4)), order('c2', '1', at(4)));
    expect(orders.conflicts).toMatchObject([{ index: 0, id: 'c1' }]);
    const touches = await request(shop, 'touchpoints', touch('t1', 'email_open', at(3)));
    expect(touches.conflicts).toMatchObject([{ index: 0, id: 't1' }]);
    expect(await earned(shop)).toBe('101.000000');
    const { tributary, reports } = shop;
    expect(await conflictFindings(tributary.warehouse, reports.clock())).toEqual({
      problems: [],
      warnings: [expect.stringMatching(/^2 conflicts in the last hour: 1 conversions of brand default, 1 touchpoints/)],
    });
  }));

test('of what two collectors state the one that was received last counts, whatever its position', () =>
  withShop({}, async ({ tributary, reports }) => {
    const line = { brand_id: 'default', date: '2026-03-05', channel: 'paid_social', campaign_id: 'spring' };
    const row = (collector_id: string, log_seq: number, received_at: number, amount: number) => ({
      ...line,
      spend_id: `s\u001f${collector_id}:${log_seq}`,
      stated_id: 's',
      amount_micros: amount * 1_000_000,
      currency: 'USD',
      ad_set_id: null,
      source: null,
      content_hash: 1n,
      received_at,
      loaded_at: received_at,
      collector_id,
      log_seq,
    });
    const rows = [row('a', 900, 1_000, 1), row('a', 901, 900, 2), row('b', 3, 5_000, 3), row('c', 7, 4_000, 4)];
    const commits = rows.map(({ collector_id, log_seq }) => ({ collector_id, log_seq, committed_at: 5_000 }));
    await tributary.warehouse.append({ spend: rows, commits });
    expect(await spent({ reports } as Shop)).toBe('3.000000');
    // Of one collector the position counts, also where its clock went back.
    expect(await spent({ reports } as Shop, 'a:901')).toBe('2.000000');
    expect(await spent({ reports } as Shop, 'a:900')).toBe('1.000000');
  }));

test('a line without an id of an earlier version counts until its day, channel and campaign are stated anew', () =>
  withShop({}, async (shop) => {
    const old = (spend_id: string, amount: number, log_seq: number, campaign_id: string | null = 'spring') => ({
      brand_id: 'default',
      spend_id,
      date: '2026-03-05',
      channel: 'paid_social',
      campaign_id,
      amount_micros: amount * 1_000_000,
      currency: 'USD',
      ad_set_id: null,
      source: null,
      stated_id: null,
      content_hash: BigInt(log_seq),
      received_at: 1_000,
      loaded_at: 1_000,
      collector_id: 'older',
      log_seq,
    });
    const made = (digit: string) => `sp_${digit.repeat(32)}`;
    const rows = [old(made('a'), 100, 1), old(made('b'), 200, 2), old('own-id', 5, 3), old(made('c'), 7, 4, null)];
    await shop.tributary.warehouse.append({
      spend: rows,
      commits: [{ collector_id: 'older', log_seq: 4, committed_at: 1_000 }],
    });
    expect(await spent(shop)).toBe('305.000000');
    await shop.send('spend', { ...SPEND, ad_set_id: 'x', amount: '1' }, { ...SPEND, channel: 'x', amount: '2' });
    expect(await spent(shop)).toBe('308.000000');
    await shop.send('spend', { ...SPEND, amount: '350' }, { ...SPEND, spend_id: 'own-id', amount: '6' });
    expect(await spent(shop)).toBe('359.000000');
    expect(await spent(shop, 'older:4')).toBe('305.000000');
  }));

test('no spend is not a spend of 0', () =>
  withShop({}, async (shop) => {
    await shop.send('touchpoints', touch('t1', 'email_click', at(3), { campaign_id: 'spring' }));
    expect(await spent(shop)).toBe(null);
  }));
