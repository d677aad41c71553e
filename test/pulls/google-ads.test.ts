/** Spend of Google Ads: what is read is what reports count, also after days were restated, and failures say what to do. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openShop, type Shop } from '../support/shop.ts';
import { runsOf } from '../support/tier.ts';
import { FakeGoogleAds, googleError } from './fakes/google-ads.ts';
import { PullHouse } from './house.ts';

let shop: Shop;
let fake: FakeGoogleAds;
let house: PullHouse;
beforeAll(async () => {
  shop = await openShop();
  fake = await FakeGoogleAds.start();
  house = await PullHouse.open(shop, fake.file);
});
afterAll(async () => {
  house.close();
  await fake.server.close();
  await shop.close();
});

const cost = (date: string, campaign_id: string, cost_micros: string) => ({ date, campaign_id, cost_micros });

test('is read by day and campaign, restated days replace what was read, and a campaign that is gone costs nothing', async () => {
  fake.costs = [
    cost('2026-03-01', '11', '1250000'),
    cost('2026-03-01', '12', '3000000'),
    cost('2026-03-02', '11', '10'),
  ];
  expect(await house.look()).toMatchObject({
    status: 'reading',
    first_date: '2026-02-09',
    last_date: '2026-03-20',
    lines: 3,
    stated: 3,
    notes: [expect.stringMatching(/^its days are those of America\/New_York/)],
  });
  const { total, rows } = await house.spent();
  expect(total).toBe('4250010');
  expect(rows.map(({ channel, campaign_id, spend }) => [channel, campaign_id, spend]).sort()).toEqual([
    ['paid_search', '11', '1.250010'],
    ['paid_search', '12', '3.000000'],
  ]);
  fake.costs = [cost('2026-03-01', '11', '1000000'), cost('2026-03-02', '11', '10')];
  const before = fake.server.requests.length;
  await house.look(1);
  expect(fake.server.requests.length).toBe(before);
  expect(await house.look(6)).toMatchObject({ lines: 2, stated: 5 });
  expect((await house.spent()).total).toBe('1000010');
  expect(await house.look(6)).toMatchObject({ stated: 5 });
});

test.each([
  [
    'a quota',
    googleError(429, 'RESOURCE_EXHAUSTED', 'quotaError', 'RESOURCE_EXHAUSTED', {
      quotaErrorDetails: { rateScope: 'DEVELOPER', retryDelay: '43122s' },
    }),
    /RESOURCE_EXHAUSTED/,
    43_122,
  ],
  ['an outage', { status: 503, body: 'upstream connect error' }, /status 503/, null],
  ['half an answer', { status: 200, body: '[{"results":[{"campaign":' }, /not whole/, null],
  [
    'no permission',
    googleError(403, 'PERMISSION_DENIED', 'authorizationError', 'USER_PERMISSION_DENIED'),
    /login_customer_id/,
    21_600,
  ],
  [
    'a version that is gone',
    googleError(400, 'INVALID_ARGUMENT', 'requestError', 'UNSUPPORTED_VERSION'),
    /options\.version/,
    21_600,
  ],
])('%s changes nothing that was read, says what it is, and is tried again', async (_name, reply, message, wait_s) => {
  const { total } = await house.spent();
  fake.instead.push(reply);
  const asked_ms = house.now_ms + 6 * 3_600_000;
  const failed = await house.look(6);
  expect(failed).toMatchObject({ status: 'failing', failures: 1, last_error: expect.stringMatching(message) });
  if (wait_s !== null) expect(Date.parse(failed.next_run_at!) - asked_ms).toBe(wait_s * 1_000);
  expect((await house.spent()).total).toBe(total);
  expect(await house.look(13)).toMatchObject({ status: 'reading', failures: 0, last_error: null });
});

test('an error after some rows is a failure of all', async () => {
  const { total } = await house.spent();
  const { body } = googleError(500, 'INTERNAL', 'internalError', 'INTERNAL_ERROR');
  const rows = {
    results: [{ campaign: { id: '11' }, metrics: { costMicros: '99' }, segments: { date: '2026-03-01' } }],
  };
  fake.instead.push({ status: 200, body: [rows, ...(body as object[])] });
  expect(await house.look(6)).toMatchObject({ status: 'failing', last_error: expect.stringMatching(/INTERNAL_ERROR/) });
  expect((await house.spent()).total).toBe(total);
});

test('the sum of spend is that of the newest answers, after any runs, failures and deaths of the process in between', async () => {
  const own = await openShop();
  const other = await PullHouse.open(own, fake.file);
  const accept = own.tributary.collector.accept.bind(own.tributary.collector);
  const dates = ['2026-03-01', '2026-03-02'];
  const Costs = fc.array(
    fc.record({
      date: fc.constantFrom(...dates),
      campaign_id: fc.constantFrom('1', '2', '3'),
      cost_micros: fc.bigInt(0n, 1n << 40n).map(String),
    }),
    { maxLength: 5 },
  );
  const Run = fc.record({ costs: Costs, fate: fc.constantFrom('ends', 'ends', 'fails', 'dies before', 'dies after') });
  await fc.assert(
    fc.asyncProperty(fc.array(Run, { minLength: 1, maxLength: 4 }), Costs, async (runs, last) => {
      for (const { costs, fate } of runs) {
        fake.costs = costs;
        if (fate === 'fails') fake.instead.push({ status: 500, body: '' });
        other.restarted(async (envelope, caller) => {
          if (fate === 'dies before') throw new Error('killed');
          const answer = await accept(envelope, caller);
          if (fate === 'dies after') throw new Error('killed');
          return answer;
        });
        await other.ask();
        await other.look(1).catch(() => undefined);
        fake.instead.length = 0;
      }
      other.restarted();
      fake.costs = last;
      await other.ask();
      expect(await other.look(1)).toMatchObject({ status: 'reading' });
      const sum = last.reduce((all, { cost_micros }) => all + BigInt(cost_micros), 0n);
      expect((await other.spent()).total).toBe(String(sum));
    }),
    { numRuns: runsOf('TRIBUTARY_PULL_RUNS', 8, 100), endOnFailure: true },
  );
  other.close();
  await own.close();
});

test('no status and no URL of a request holds a secret', async () => {
  fake.instead.push({ status: 403, body: 'the developer token dev-token-1 of client-1 with access secret-1 may not' });
  await house.ask();
  const { last_error } = await house.look(0);
  expect(last_error).toMatch(/the developer token \[secret\]/);
  for (const secret of ['dev-token-1', 'client-1', 'secret-1', 'refresh-1']) expect(last_error).not.toContain(secret);
  for (const { path, query } of fake.server.requests)
    expect(`${path}?${query}`).not.toMatch(/token-1|secret-1|refresh-1|access-1/);
});
