/** Spend of Meta Ads: all pages, campaigns that were deleted, reports in the background, and failures that say what to do. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openShop, type Shop } from '../support/shop.ts';
import { FakeMetaAds, metaError } from './fakes/meta-ads.ts';
import { PullHouse } from './house.ts';

let shop: Shop;
let fake: FakeMetaAds;
let house: PullHouse;
beforeAll(async () => {
  shop = await openShop();
  for (const date of ['2026-03-01', '2026-03-02', '2026-03-03', '2026-03-04'])
    await shop.send('fx_rates', { date, currency: 'EUR', base: 'USD', rate: '2' });
  fake = await FakeMetaAds.start();
  house = await PullHouse.open(shop, fake.file);
});
afterAll(async () => {
  house.close();
  await fake.server.close();
  await shop.close();
});

const spend = (date: string, campaign_id: string, amount: string, more = {}) => ({
  date,
  campaign_id,
  spend: amount,
  ...more,
});

test('is read over all pages, with campaigns that were deleted, in the currency of the account', async () => {
  fake.currency = 'EUR';
  fake.costs = [
    spend('2026-03-01', '1', '10.01'),
    spend('2026-03-01', '2', '0.5'),
    spend('2026-03-02', '1', '1'),
    spend('2026-03-02', '2', '2'),
    spend('2026-03-03', '3', '4', { is_deleted: true }),
  ];
  expect(await house.look()).toMatchObject({
    status: 'reading',
    lines: 5,
    notes: [expect.stringMatching(/Europe\/Berlin/), expect.stringMatching(/EUR.*USD.*fx_rates/)],
  });
  // At the rate of 2 USD.
  expect((await house.spent()).total).toBe('35020000');
  for (const { path, query } of fake.server.requests) expect(`${path}?${query}`).not.toContain('EAAB');
});

test('is made in the background where an answer would be too large', async () => {
  fake.most_days = 10;
  fake.costs = [...fake.costs, spend('2026-03-04', '1', '100')];
  house.waits.length = 0;
  expect(await house.look(6)).toMatchObject({ status: 'reading', lines: 6, stated: 6 });
  expect(house.waits.filter((ms) => ms === 5_000).length).toBeGreaterThanOrEqual(3);
  expect((await house.spent()).total).toBe('235020000');
  fake.most_days = 100;
});

test('slows down when its limit is nearly used up', async () => {
  fake.headers = { 'x-fb-ads-insights-throttle': JSON.stringify({ app_id_util_pct: 20, acc_id_util_pct: 93.5 }) };
  house.waits.length = 0;
  expect(await house.look(6)).toMatchObject({ status: 'reading' });
  expect(house.waits).toContain(30_000);
  fake.headers = {};
});

const usage = {
  42: [
    { type: 'ads_insights', call_count: 100, total_cputime: 30, total_time: 30, estimated_time_to_regain_access: 90 },
  ],
};
test.each([
  [
    'a limit of calls',
    metaError(400, 80_000, 'There have been too many calls', { 'x-business-use-case-usage': JSON.stringify(usage) }),
    /code 80000/,
    5_400,
  ],
  ['an expired token', metaError(401, 190, 'Error validating access token'), /make a new access token/, 21_600],
  ['no permission', metaError(403, 200, 'Ad account owner has NOT grant ads_read'), /needs ads_read/, 21_600],
  ['a broken page', { status: 200, body: '{"data":[{"camp' }, /not whole/, null],
])('%s changes nothing that was read, and says what it is', async (_name, reply, message, wait_s) => {
  const { total } = await house.spent();
  fake.costs = fake.costs.map((one) => ({ ...one, spend: '1' }));
  fake.instead.push(reply);
  const asked_ms = house.now_ms + 6 * 3_600_000;
  const failed = await house.look(6);
  expect(failed).toMatchObject({ status: 'failing', last_error: expect.stringMatching(message) });
  if (wait_s !== null) expect(Date.parse(failed.next_run_at!) - asked_ms).toBe(wait_s * 1_000);
  expect((await house.spent()).total).toBe(total);
});
