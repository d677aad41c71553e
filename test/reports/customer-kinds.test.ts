/** New and returning customers: whether an order is the first of its person. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { campaignsReport } from '../../src/reports/campaigns.ts';
import { journeysReport } from '../../src/reports/journeys.ts';
import { askBoth, askReportBoth, filled } from '../support/both-ways.ts';
import { order, touch } from '../support/events.ts';
import { type Json, openShop, type Shop } from '../support/shop.ts';
import { at, MARCH } from '../support/time.ts';

const FEBRUARY = '2026-02-10T12:00:00Z';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  const click = (customer_id: string) => touch(`t-${customer_id}`, 'email_click', at(2), { customer_id });
  await shop.send('touchpoints', click('ann'), click('bob'), click('dee'));
  await shop.send(
    'conversions',
    // Ann ordered before the period, and got all her money back.
    order('ann-1', '40', FEBRUARY),
    order('ann-2', '100', at(4)),
    // Two orders at one instant are in order of their ids.
    order('bob-2', '20', at(5), { customer_id: 'bob' }),
    order('bob-1', '10', at(5), { customer_id: 'bob' }),
    // Cy subscribed on a device that nobody knew, and logged in later.
    order('cy-1', '5', FEBRUARY, { customer_id: null, anonymous_id: 'device', conversion_type: 'subscription' }),
    order('cy-2', '6', at(6), { customer_id: 'cy', conversion_type: 'renewal' }),
    // Dee left her address before she bought.
    order('dee-0', '0', FEBRUARY, { customer_id: 'dee', conversion_type: 'lead_generation' }),
    order('dee-1', '70', at(7), { customer_id: 'dee' }),
  );
  await shop.send('identity_links', { left_id: 'cy', right_id: 'device', kind: 'login', occurred_at: at(1) });
  await shop.send('adjustments', {
    conversion_id: 'ann-1',
    amount: '-40',
    currency: 'USD',
    reason: 'refund',
    occurred_at: at(3),
  });
  await shop.send('spend', { date: '2026-03-01', channel: 'email', amount: '5', currency: 'USD' });
});
afterAll(() => shop.close());

/** The answer, which is the same from histories. */
async function ask(question: object): Promise<Json> {
  const { text, in_sql } = await askBoth(shop.reports, { ...MARCH, ...question }, await filled(shop.reports));
  expect(in_sql).toBe(false);
  return JSON.parse(text);
}

/** Net revenue of new and of returning customers. */
async function revenue(question: object = {}): Promise<unknown[]> {
  const kinds = ['new', 'returning'].map(async (kind) => {
    const { summary } = await ask({ filter: [`customer_kind:${kind}`], ...question });
    return [summary.total_conversions, Number(summary.total_revenue)];
  });
  return Promise.all(kinds);
}

test('an order is new if its person has no order before, at any time; a refund does not undo an order', async () => {
  expect(await revenue()).toEqual([
    [1, 10],
    [4, 196],
  ]);
});

test('as a key it divides each group and what no touch earned', async () => {
  const { channel_attribution, unattributed, reconciliation } = await ask({ group_by: 'customer_kind,channel' });
  expect(channel_attribution.map((row: Json) => [row.customer_kind, row.channel, row.attributed_revenue])).toEqual([
    ['returning', 'email', '190.000000'],
    ['new', 'email', '10.000000'],
  ]);
  expect(unattributed.map((row: Json) => [row.customer_kind, row.reason, row.unattributed_revenue])).toEqual([
    ['returning', 'no_touch', '6.000000'],
  ]);
  expect(reconciliation.net_revenue_micros).toBe('206000000');
});

test('only the conversion types of the report count as orders before', async () => {
  // Among purchases alone Dee is new, and Cy has none.
  expect(await revenue({ conversion_type: 'purchase' })).toEqual([
    [2, 80],
    [2, 120],
  ]);
  expect(await revenue({ conversion_type: 'renewal' })).toEqual([
    [1, 6],
    [0, 0],
  ]);
  // A filter by type chooses what is shown, and does not change what counts.
  expect(await revenue({ filter: ['customer_kind:new', 'conversion_type:purchase'] })).toEqual([
    [1, 10],
    [1, 10],
  ]);
});

test('a refund on its own day belongs to the kind of its order', async () => {
  expect(await revenue({ adjustments: 'own_day' })).toEqual([
    [1, -30],
    [4, 196],
  ]);
});

test('lookback to the order before changes nothing about it', async () => {
  expect(await revenue({ lookback: 'since_previous_conversion' })).toEqual(await revenue());
});

test('spend has no customers, so none is shown beside it', async () => {
  const asked = await ask({ group_by: 'channel', filter: ['customer_kind:new'] });
  expect(asked.warnings.map(({ code }: Json) => code)).toContain('spend_not_filtered');
  expect((await ask({ group_by: 'customer_kind' })).channel_attribution[0]).not.toHaveProperty('spend');
});

test('the reports on campaigns and journeys filter by it, too', async () => {
  for (const run of [campaignsReport, journeysReport]) {
    const question = { ...MARCH, filter: ['customer_kind:new'] };
    const answer = await askReportBoth(run, shop.reports, question, await filled(shop.reports));
    expect(answer).toMatchObject({ in_sql: false });
    expect(answer.text).toContain('"10.000000"');
  }
});

test('another value is refused with those that exist', async () => {
  const { text } = await askBoth(shop.reports, { ...MARCH, filter: ['customer_kind:old'] });
  expect(text).toMatch(/filter: customer_kind:"old" is not one of new, returning/);
});
