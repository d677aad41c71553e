/** Lineage through the front door: an answer leads to its settings, fits, rows and hash, and the hash tells whether it still holds. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { order, touch } from '../support/events.ts';
import { at, MARCH_QUERY } from '../support/time.ts';
import { ADMIN, type Body, READ, startServer, type TestServer, WRITE } from './harness.ts';

const QUESTION = `/v1/reports/attribution?${MARCH_QUERY}&group_by=channel`;
const CAMPAIGN = 'spring/sale ü';
let server: TestServer;
beforeAll(async () => {
  server = await startServer({ shared: true });
  await server.post('/v1/touchpoints', [
    touch('t1', 'email_click', at(1), { campaign_id: CAMPAIGN }),
    touch('t2', 'paid_ad_click', at(2), { channel: 'paid_search' }),
  ]);
  await server.post('/v1/conversions', [order('c1', '100', at(3)), order('c2', '9', at(3), { customer_id: 'cy' })]);
  await server.post('/v1/adjustments', [
    { adjustment_id: 'r1', conversion_id: 'c1', amount: '-30', currency: 'USD', occurred_at: at(4) },
  ]);
  await server.flush();
});
afterAll(() => server.close());

const lineage = async (address: string, headers?: Record<string, string>, more = ''): Promise<Body> => {
  const { status, body } = await server.get(`/v1/lineage?address=${encodeURIComponent(address)}${more}`, headers);
  return status === 200 ? body : { status, ...body.error };
};

/** The hash as the description of the route says it is made, without the code of the product. */
function hashOf({ generated_at: _, ...answer }: Body): string {
  const ordered = (value: Body): Body =>
    Array.isArray(value)
      ? value.map(ordered)
      : value !== null && typeof value === 'object'
        ? Object.fromEntries(
            Object.keys(value)
              .sort()
              .map((name) => [name, ordered(value[name])]),
          )
        : value;
  return createHash('sha256')
    .update(JSON.stringify(ordered(answer)))
    .digest('hex');
}

test('an answer names its question, settings and log, and its rows add up to it', async () => {
  const { body: answer } = await server.get(QUESTION);
  const found = await lineage(QUESTION);
  expect(found).toMatchObject({
    as_of: answer.as_of,
    config_hash: answer.config_hash,
    models: ['linear'],
    artifacts: [],
  });
  expect(found.answer_sha256).toBe(hashOf(answer));
  expect(found.settings.default.time_zone).toBe('UTC');
  expect(found.log.map(({ record, row_count }: Body) => `${record} ${row_count}`).sort()).toEqual([
    'adjustments 1',
    'conversions 2',
    'touchpoints 2',
  ]);
  const { body: rows } = await server.get((await lineage(`${QUESTION}`, READ, '&filter=channel:email')).rows_address);
  const [email] = answer.channel_attribution.filter(({ channel }: Body) => channel === 'email');
  expect(rows.totals.attributed_revenue).toBe(email.attributed_revenue);
  expect(rows.credits).toEqual([
    expect.objectContaining({
      touchpoint_id: 't1',
      order_row: { collector_id: 'main', log_seq: expect.any(Number) },
      attributed_revenue: '35.000000',
    }),
  ]);
});

test('ids in the path, also with slashes and signs, are those of the report', async () => {
  const found = await lineage(`/v1/reports/campaigns/${encodeURIComponent(CAMPAIGN)}?${MARCH_QUERY}`);
  expect(found.address).toContain(`/v1/reports/campaigns/${encodeURIComponent(CAMPAIGN)}?`);
  expect(await lineage('/v1/conversions/c2/receipt')).toMatchObject({ rows_address: null, as_of: expect.any(String) });
});

test('the fixed address has the same answer after more of the log came, and after an erasure another', async () => {
  const before = await lineage(QUESTION);
  await server.post('/v1/conversions', [order('c3', '50', at(5))]);
  await server.flush();
  expect((await lineage(QUESTION)).answer_sha256).not.toBe(before.answer_sha256);
  const again = await lineage(before.address);
  expect([again.answer_sha256, again.address]).toEqual([before.answer_sha256, before.address]);
  await server.call('DELETE', '/v1/customers/ann', { headers: ADMIN });
  await server.tributary.erasures.work();
  expect((await lineage(before.address)).answer_sha256).not.toBe(before.answer_sha256);
});

test.each([
  ['/v1/reports/campaigns/50%', 'write % as %25'],
  ['/v1/reports/nothing', 'there is no such report'],
  ['/v1/models', 'is not computed from the log'],
  [`${QUESTION}&dp_epsilon=1`, 'an answer with noise'],
  [`${QUESTION}&modle=linear`, 'is not a parameter'],
  ['https://elsewhere.example/v1/reports/attribution', 'must be a path'],
  ['/v1/runs/x/compare', 'ask for the lineage of the report itself'],
])('%s is refused with the reason', async (address, reason) => {
  const { status, message } = await lineage(address);
  expect([status, message]).toEqual([400, expect.stringContaining(reason)]);
});

test('a key of another scope gets nothing', async () => {
  expect((await lineage(QUESTION, WRITE)).status).toBe(403);
  expect((await lineage(QUESTION, READ)).status).toBe(undefined);
});
