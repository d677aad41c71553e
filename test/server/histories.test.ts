/** A server answers from histories in memory, says so, and compares itself with its warehouse. */
import { expect, test } from 'vitest';
import { order, touch } from '../support/events.ts';
import { at } from '../support/time.ts';
import { startServer, type TestServer } from './harness.ts';

const MARCH = '/v1/reports/attribution?start=2026-03-01&end=2026-04-01&model=linear';
const SERVED_BY = 'x-tributary-served-by';

async function startShop(): Promise<TestServer> {
  const server = await startServer();
  await server.post('/v1/touchpoints', [touch('t1', 'email_click', at(5), { campaign_id: 'spring' })]);
  await server.post('/v1/conversions', [order('o1', '100.00', at(9))]);
  await server.flush();
  return server;
}

test('an answer says what its figures came from, and is the same either way', async () => {
  const server = await startShop();
  const { histories, warehouse } = server.tributary;
  const by_query = await server.get(MARCH);
  await histories.follow(warehouse);
  // Another position, so that the answer is not the one that is kept.
  await server.post('/v1/spend', [{ date: '2026-03-02', channel: 'email', amount: '1.00', currency: 'USD' }]);
  await server.flush();
  const from_memory = await server.get(MARCH);
  expect([by_query.headers[SERVED_BY], from_memory.headers[SERVED_BY]]).toEqual(['sql', 'histories']);
  expect(from_memory.body.channel_attribution).toEqual(by_query.body.channel_attribution);
  const { text } = await server.get('/metrics');
  for (const line of [
    'tributary_report_answers_total{source="histories"} 1',
    'tributary_report_answers_total{source="sql"} 1',
    'tributary_histories_touchpoints 1',
    'tributary_histories_lag_records 0',
  ])
    expect(text.split('\n')).toContain(line);
});

test('an event is in the next report after it was loaded, without waiting for the background', async () => {
  const server = await startShop();
  await server.tributary.histories.follow(server.tributary.warehouse);
  await server.post('/v1/touchpoints', [touch('t2', 'email_click', at(8), { campaign_id: 'late' })]);
  await server.flush();
  const { body, headers } = await server.get(`${MARCH}&group_by=campaign_id`);
  expect(headers[SERVED_BY]).toBe('histories');
  expect(body.channel_attribution.map((row: { campaign_id: string }) => row.campaign_id).sort()).toEqual([
    'late',
    'spring',
  ]);
});

test('an answer that the warehouse does not give is told, counted, and histories are filled again', async () => {
  const server = await startShop();
  const { histories, histories_check, warehouse } = server.tributary;
  await histories.follow(warehouse);
  await server.get(MARCH);
  await histories_check.run();
  // A wrong touchpoint in memory: its instant is after the order.
  const held = (await warehouse.read((snapshot) => histories.at(snapshot, new Map())))!;
  held.at_ms[0] = Date.parse(at(20));
  await server.get(`${MARCH}&group_by=campaign_id`);
  await histories_check.run();
  const { text } = await server.get('/metrics');
  for (const line of [
    'tributary_histories_checks_total 2',
    'tributary_histories_differences_total 1',
    'tributary_histories_touchpoints 0',
  ])
    expect(text.split('\n')).toContain(line);
  const after = await server.get(`${MARCH}&group_by=day`);
  expect(after.headers[SERVED_BY]).toBe('sql');
  await histories.follow(warehouse);
  expect((await server.get(`${MARCH}&group_by=week`)).headers[SERVED_BY]).toBe('histories');
});
