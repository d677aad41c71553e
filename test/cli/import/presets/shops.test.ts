/** Exports of shops, payments and CRM: Shopify, WooCommerce, Stripe, HubSpot. The numbers are added up by hand from the files. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXPORTS, Folder } from './exports.ts';

const folder = await Folder.open();
const BERLIN = ['--time-zone', 'Europe/Berlin'];

/** A click in an email, some minutes before an order. */
const clicks = (...all: Array<[customer_id: string, occurred_at: string]>) =>
  all.map(([customer_id, occurred_at]) => ({ customer_id, occurred_at, touchpoint_type: 'email_click' }));

/** A golden file, changed as the vendor's next export would be. */
function changed(file: string, ...changes: Array<[from: string, to: string]>): string {
  const text = changes.reduce(
    (before, [from, to]) => {
      expect(before).toContain(from);
      return before.replace(from, to);
    },
    readFileSync(join(EXPORTS, file), 'utf8'),
  );
  return folder.write(file.replace('.csv', '-next.csv'), text);
}

const sums = (record: string, ...all: Array<[currency: string, amount: string]>) =>
  all.map(([currency, amount]) => ({ record, currency, amount }));

test('Shopify: lines of products, two currencies, refunds, cancelled and test orders, guests without an email', async () => {
  await folder.euro('shopify', '1.10');
  await folder.send(
    'shopify',
    'touchpoints',
    clicks(
      ['anna@example.com', '2026-03-02T15:00:00Z'],
      ['ben@example.com', '2026-03-05T17:00:00Z'],
      ['dora@example.com', '2026-03-08T07:29:00Z'],
      ['+15550100', '2026-03-06T14:01:00Z'],
    ),
  );
  const first = await folder.import('shopify', 'shopify_orders.csv');
  expect(first).toMatchObject({
    exit_code: 0,
    rows_read: 17,
    // Pending (two rows), voided, of the test gateway, and paid in part.
    left_out: 5,
    collected: 4,
    accepted_by_record: { conversions: 8, adjustments: 4 },
    refused: 0,
    in_conflict: 0,
    warnings: [],
    sums: [
      ...sums('conversions', ['USD', '382.290000'], ['EUR', '80.000000']),
      ...sums('adjustments', ['EUR', '-30.000000'], ['USD', '-97.340000']),
    ],
  });
  expect(first.err).toContain('note: orders count once they are paid');
  // 149.90 of Anna, 80 - 30 euros of Ben, and 110.00 of Dora after the clocks changed. The click of the phone came after its order.
  const march = { email: '314.90', no_touch: '25.05', net: '339.95' };
  expect(await folder.earned('shopify')).toEqual(march);
  const again = await folder.import('shopify', 'shopify_orders.csv');
  expect(again).toMatchObject({ exit_code: 0, accepted: 12, in_conflict: 0 });
  expect(await folder.earned('shopify')).toEqual(march);
});

test('Shopify: the next export brings an order that is paid now, and tells a refund that grew; a webhook makes the same ids', async () => {
  const next = changed(
    'shopify_orders.csv',
    ['#1007,dora@example.com,pending', '#1007,dora@example.com,paid'],
    ['vip, newsletter', 'vip, newsletter, shipped'],
    [',30.00,', ',45.00,'],
  );
  expect(await folder.import('shopify', next)).toMatchObject({
    exit_code: 3,
    accepted: 13,
    in_conflict: 1,
  });
  // 99.00 of Dora is new. Her click was hours after it, as the order is of the day before.
  expect(await folder.earned('shopify')).toEqual({ email: '314.90', no_touch: '124.05', net: '438.95' });
  await folder.send('shopify', 'adjustments', [
    { conversion_id: 'shopify:5000000001001', amount: '-9.90', currency: 'USD', occurred_at: '2026-03-10T10:00:00Z' },
    { order_id: '#1011', amount: '-10.00', currency: 'USD', occurred_at: '2026-03-10T10:00:00Z' },
  ]);
  expect(await folder.earned('shopify')).toEqual({ email: '295.00', no_touch: '124.05', net: '419.05' });
});

test('WooCommerce: marks of thousands, statuses, refunds that every line repeats, and a clock that skipped an hour', async () => {
  await folder.euro('woo', '1.10');
  await folder.send(
    'woo',
    'touchpoints',
    clicks(['anna@example.com', '2026-03-03T08:00:00Z'], ['carl@example.com', '2026-03-29T01:29:00Z']),
  );
  const first = await folder.import('woo', 'woocommerce_orders.csv', BERLIN);
  expect(first).toMatchObject({
    exit_code: 0,
    rows_read: 11,
    left_out: 3,
    collected: 2,
    accepted_by_record: { conversions: 6, adjustments: 3 },
    sums: [
      ...sums('conversions', ['EUR', '1300.000000'], ['USD', '68.500000']),
      ...sums('adjustments', ['USD', '-8.250000'], ['EUR', '-30.000000']),
    ],
  });
  expect(first.warnings).toMatchObject([{ kind: 'clock_change', rows: 1 }]);
  // 1,250 and 20 euros by email; 45.50 - 5.25, 10.00 and 13.00 - 3.00 dollars without a touch.
  const march = { email: '1397.00', no_touch: '60.25', net: '1457.25' };
  expect(await folder.earned('woo')).toEqual(march);
  expect(await folder.import('woo', 'woocommerce_orders.csv', BERLIN)).toMatchObject({ accepted: 9, in_conflict: 0 });
  expect(await folder.earned('woo')).toEqual(march);
});

test('WooCommerce by Advanced Order Export: no currency, lines of products and a total below', async () => {
  const flags = [...BERLIN, '--set', 'currency=USD'];
  const first = await folder.import('advanced', 'woocommerce_orders-advanced.csv', flags);
  expect(first).toMatchObject({
    exit_code: 0,
    rows_read: 5,
    left_out: 3,
    accepted_by_record: { conversions: 2, adjustments: 1 },
    sums: [...sums('conversions', ['USD', '100.100000']), ...sums('adjustments', ['USD', '-9.000000'])],
  });
  expect(await folder.earned('advanced')).toEqual({ no_touch: '91.10', net: '91.10' });
  const again = await folder.import('advanced', 'woocommerce_orders-advanced.csv', flags);
  expect(again).toMatchObject({ accepted: 3, in_conflict: 0 });
});

test('WooCommerce Analytics: each refund is a row of its own time, and a shorter export repeats what is known', async () => {
  const flags = [...BERLIN, '--set', 'currency=USD'];
  const first = await folder.import('analytics', 'woocommerce_analytics.csv', flags);
  expect(first).toMatchObject({
    exit_code: 0,
    rows_read: 7,
    left_out: 2,
    accepted_by_record: { conversions: 2, adjustments: 3 },
    sums: [...sums('conversions', ['USD', '150.000000']), ...sums('adjustments', ['USD', '-90.000000'])],
  });
  expect(await folder.earned('analytics')).toEqual({ no_touch: '60.00', net: '60.00' });
  const small = await folder.import('analytics', 'woocommerce_analytics-small.csv', flags);
  expect(small).toMatchObject({ exit_code: 0, accepted: 2, in_conflict: 0 });
  expect(await folder.import('analytics', 'woocommerce_analytics.csv', flags)).toMatchObject({
    accepted: 5,
    in_conflict: 0,
  });
  expect(await folder.earned('analytics')).toEqual({ no_touch: '60.00', net: '60.00' });
});

test('Stripe payments: two currencies, refunds at their own time, lost and won disputes, and what was never captured', async () => {
  await folder.euro('stripe', '1.10');
  await folder.send('stripe', 'touchpoints', clicks(['anna@example.com', '2026-03-02T15:00:00Z']));
  const first = await folder.import('stripe', 'stripe_payments.csv');
  expect(first).toMatchObject({
    exit_code: 0,
    rows_read: 9,
    // Failed, not captured, and of the test mode.
    left_out: 3,
    accepted_by_record: { conversions: 6, adjustments: 3 },
    sums: [
      ...sums('conversions', ['USD', '223.000000'], ['EUR', '40.000000']),
      ...sums('adjustments', ['EUR', '-15.000000'], ['USD', '-85.000000']),
    ],
  });
  // 120 of Anna. 40 - 15 euros of Ben, 10 of Dora whose dispute was won, and 8 of a guest.
  const march = { email: '120.00', no_touch: '45.50', net: '165.50' };
  expect(await folder.earned('stripe')).toEqual(march);
  expect(await folder.import('stripe', 'stripe_payments.csv')).toMatchObject({ accepted: 9, in_conflict: 0 });
  expect(await folder.earned('stripe')).toEqual(march);
  const older = await folder.import('stripe', 'stripe_payments-older.csv');
  expect(older).toMatchObject({ exit_code: 0, accepted_by_record: { conversions: 1, adjustments: 1 } });
  const comma = changed('stripe_payments-older.csv', ['12.00,2.00', '"1.012,50","2,50"'], ['ch_old1', 'ch_old2']);
  expect(await folder.import('stripe', comma, ['--decimal', ','])).toMatchObject({
    exit_code: 0,
    sums: [...sums('conversions', ['USD', '1012.500000']), ...sums('adjustments', ['USD', '-2.500000'])],
  });
});

test('Stripe payments: what Stripe describes as the update of a subscription is a renewal', async () => {
  await folder.send('renewals', 'touchpoints', clicks(['anna@example.com', '2026-03-02T15:00:00Z']));
  const renewed = changed('stripe_payments.csv', [',Order,', ',Subscription update,']);
  await folder.import('renewals', renewed, ['--where', 'id=ch_3Nv1']);
  expect(await folder.earned('renewals', 'last_touch', 'conversion_type')).toEqual({
    renewal: '120.00',
    net: '120.00',
  });
});

test('Stripe balance: charges, refunds, disputes and their reversals count; fees and payouts do not', async () => {
  await folder.euro('balance', '1.10');
  await folder.send('balance', 'touchpoints', clicks(['anna@example.com', '2026-03-02T09:00:00Z']));
  const first = await folder.import('balance', 'stripe_balance.csv');
  expect(first).toMatchObject({
    exit_code: 0,
    rows_read: 10,
    left_out: 2,
    accepted_by_record: { conversions: 3, adjustments: 5 },
    sums: [...sums('conversions', ['EUR', '240.000000']), ...sums('adjustments', ['EUR', '-30.500000'])],
  });
  // Anna: 100 - 25.50 + 5 euros. Ben: 80, which were disputed and came back. A guest: 60 - 10.
  const march = { email: '87.45', no_touch: '143.00', net: '230.45' };
  expect(await folder.earned('balance')).toEqual(march);
  expect(await folder.import('balance', 'stripe_balance.csv')).toMatchObject({ accepted: 8, in_conflict: 0 });
  expect(await folder.earned('balance')).toEqual(march);
});

test('HubSpot: a deal that is won is of its first contact, whom the export of contacts joins with the email', async () => {
  const new_york = ['--time-zone', 'America/New_York'];
  await folder.send('hubspot', 'touchpoints', clicks(['anna@example.com', '2026-03-02T18:00:00Z']));
  const deals = await folder.import('hubspot', 'hubspot_deals.csv', [...new_york, '--set', 'currency=USD']);
  expect(deals).toMatchObject({
    exit_code: 0,
    rows_read: 5,
    left_out: 2,
    accepted_by_record: { conversions: 3 },
    sums: sums('conversions', ['USD', '12750.500000']),
  });
  expect(await folder.earned('hubspot')).toEqual({ no_touch: '12750.50', net: '12750.50' });
  const contacts = await folder.import('hubspot', 'hubspot_contacts.csv', new_york);
  expect(contacts).toMatchObject({
    exit_code: 0,
    left_out: 1,
    accepted_by_record: { conversions: 1, identity_links: 2 },
  });
  // Anna became a lead an hour after her click and signed three days later.
  const march = { email: '12500.00', no_touch: '250.50', net: '12750.50' };
  expect(await folder.earned('hubspot')).toEqual(march);
  for (const file of ['hubspot_deals.csv', 'hubspot_contacts.csv']) {
    const again = await folder.import('hubspot', file, [
      ...new_york,
      ...(file.includes('deals') ? ['--set', 'currency=USD'] : []),
    ]);
    expect(again).toMatchObject({ exit_code: 0, accepted: 3, in_conflict: 0 });
  }
  expect(await folder.earned('hubspot')).toEqual(march);
  const own = await folder.import('hubspot', 'hubspot_deals-currency.csv', new_york);
  expect(own).toMatchObject({ left_out: 1, sums: sums('conversions', ['EUR', '100.000000']) });
});
