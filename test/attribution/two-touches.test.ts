/** A small case that can be worked out by hand: an email open, a direct visit, an order of 149.99. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { attributionReport } from '../../src/reports/attribution.ts';
import { Engine } from '../support/engine.ts';
import { ALL_BRANDS, order, touch } from '../support/events.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await Engine.open();
  const open = { campaign_id: 'campaign_001', email_id: 'email_001' };
  await engine.load([
    { record: 'touchpoints', event: touch('open', 'email_open', '2026-05-10T09:00:00Z', open) },
    { record: 'touchpoints', event: touch('visit', 'direct_visit', '2026-05-10T11:00:00Z') },
    { record: 'conversions', event: order('order', '149.99', '2026-05-10T12:00:00Z') },
  ]);
});
afterAll(() => engine.close());

interface Report {
  channel_attribution: Array<{ channel: string; attributed_revenue: string; credited_conversions: number }>;
  email_attribution: Array<{ email_id: string; attributed_revenue: string }>;
  summary: Record<string, unknown>;
  reconciliation: { net_revenue_micros: string; attributed_micros: string };
}

const report = async (model: string): Promise<Report> =>
  (await attributionReport(
    engine.reports,
    { start: '2026-05-01', end: '2026-06-01', model },
    ALL_BRANDS,
  )) as unknown as Report;
const earned = async (model: string): Promise<Record<string, string>> =>
  Object.fromEntries((await report(model)).channel_attribution.map((row) => [row.channel, row.attributed_revenue]));

test('linear gives the email and the visit 74.995 each, and half an order each', async () => {
  const { channel_attribution, email_attribution, summary, reconciliation } = await report('linear');
  expect(
    channel_attribution.map(({ channel, attributed_revenue, credited_conversions }) => [
      channel,
      attributed_revenue,
      credited_conversions,
    ]),
  ).toEqual([
    ['direct', '74.995000', 0.5],
    ['email', '74.995000', 0.5],
  ]);
  expect(email_attribution.map((row) => [row.email_id, row.attributed_revenue])).toEqual([['email_001', '74.995000']]);
  expect(summary).toMatchObject({ total_conversions: 1, attributed_conversions: 1, total_revenue_micros: '149990000' });
  expect(reconciliation).toMatchObject({ net_revenue_micros: '149990000', attributed_micros: '149990000' });
});

test.each([
  ['first_touch', { email: '149.990000', direct: '0.000000' }],
  ['last_touch', { email: '0.000000', direct: '149.990000' }],
  ['position_based', { email: '74.995000', direct: '74.995000' }],
])('%s gives %j', async (model, expected) => {
  expect(await earned(model)).toEqual(expected);
});

test('time_decay gives the later visit a little more, and both together the whole order', async () => {
  const { email, direct } = await earned('time_decay');
  expect(Number(direct)).toBeGreaterThan(Number(email));
  expect(Number(direct) - Number(email)).toBeLessThan(1);
  expect(Math.round((Number(email) + Number(direct)) * 1e6)).toBe(149_990_000);
});
