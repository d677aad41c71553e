/** Pulls of a server: they run by themselves, and administrators see where each stands. */
import { expect, test } from 'vitest';
import { ADMIN, READ, startServer } from '../server/harness.ts';
import { FakeGoogleAds } from './fakes/google-ads.ts';

test('a server reads spend by itself, runs again when it is asked to, and says so in its list and its metrics', async () => {
  const fake = await FakeGoogleAds.start();
  const date = new Date().toISOString().slice(0, 10);
  fake.time_zone = 'UTC';
  fake.costs = [{ date, campaign_id: '1', cost_micros: '5000000' }];
  const server = await startServer({ config: { pulls: { ads: { private_network: true, ...fake.file } } } });
  expect((await server.get('/v1/pulls', ADMIN)).body.pulls).toMatchObject([
    { pull_id: 'ads', kind: 'google_ads', status: 'waiting', last_run_at: null, next_run_at: null },
  ]);
  server.tributary.followers.start();
  const pull = async () => (await server.get('/v1/pulls', ADMIN)).body.pulls[0];
  await expect.poll(pull, { timeout: 60_000 }).toMatchObject({ status: 'reading', lines: 1, stated: 1, notes: [] });
  await server.tributary.collector.flush();
  const until = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  const report = await server.get(`/v1/reports/attribution?start=${date}&end=${until}&group_by=channel`, READ);
  expect(report.body.channel_attribution).toMatchObject([{ channel: 'paid_search', spend: '5.000000' }]);
  const metrics = await server.get('/metrics', ADMIN);
  expect(metrics.text).toContain('tributary_pull_failures{pull="ads"} 0');
  expect(metrics.text).toContain('tributary_pull_stated_total{pull="ads"} 1');

  const asked = await server.post('/v1/pulls/ads/run', {}, ADMIN);
  expect(asked).toMatchObject({ status: 200, body: { asked: true } });
  expect(await pull()).toMatchObject({ next_run_at: null });
  expect(await server.post('/v1/pulls/other/run', {}, ADMIN)).toMatchObject({
    status: 404,
    body: { error: { message: 'there is no pull "other"' } },
  });
  await fake.server.close();
});

test('a key of one brand sees and runs the pulls of its brand alone', async () => {
  const pull = (brand_id: string) => ({
    kind: 'spend_sheet',
    brand_id,
    secrets: { url: 'https://shop.example/costs.csv' },
  });
  const server = await startServer({ config: { pulls: { one: pull('north'), two: pull('south') } } });
  const made = await server.post('/v1/keys', { name: 'north', scope: 'admin', brand_id: 'north' }, ADMIN);
  const key = { authorization: `Bearer ${made.body.key}` };
  expect((await server.get('/v1/pulls', key)).body.pulls.map((one: { pull_id: string }) => one.pull_id)).toEqual([
    'one',
  ]);
  expect((await server.post('/v1/pulls/two/run', {}, key)).status).toBe(404);
});
