/**
 * A server that is killed again and again while it removes what is old: the work goes on, and at its end no byte of it is left, neither in
 * the log nor in what waits for a destination nor in the events of a source that could not be used.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { Random } from '../../../src/domain/random.ts';
import { launch, Server } from '../../faults/server.ts';
import { found } from '../../support/bytes.ts';
import { TEST_ENGINE } from '../../support/engine.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { eventsOf, orderOf } from '../shop.ts';

const APRIL = Date.parse('2026-04-01T12:00:00Z');
const JUNE = Date.parse('2026-06-15T12:00:00Z');
const KILLS = 4;
const MOST_MS = 2_000;
const DAYS = 60;
const RETENTION = { touchpoints: DAYS, orders: DAYS, email_events: DAYS, source_letters: DAYS };
const HOOK = {
  ...{ provider: 'postmark', path_token: 'a-token-of-more-than-twenty-characters', brand_id: 'default' },
  basic_auth: { user: 'postmark', password: 'secret' },
};
/** Nothing listens there, so whatever is told waits. */
const AWAY = {
  kind: 'jitsu',
  brand_id: 'default',
  ...{ start: '2026-03-01', send: 'all', delay_minutes: 0, private_network: true },
  options: { base_url: 'http://127.0.0.1:9' },
  secrets: { write_key: 'a:b' },
};

// biome-ignore lint/suspicious/noExplicitAny: an answer is read by path
type Json = any;
const json = async (server: Server, path: string): Promise<Json> => (await server.request('GET', path)).json();

async function send(server: Server, events: Record<string, object[]>): Promise<void> {
  for (const [record, list] of Object.entries(events))
    expect((await server.request('POST', `/v1/${record}`, JSON.stringify(list))).status, record).toBe(202);
}

const ofBrand = (events: Record<string, object[]>, brand_id: string): Record<string, object[]> =>
  Object.fromEntries(Object.entries(events).map(([name, list]) => [name, list.map((one) => ({ ...one, brand_id }))]));

test.skipIf(TEST_ENGINE !== 'duckdb')('kill -9 at any moment of a removal leaves no byte of what is old', async () => {
  const random = new Random(50, 'kills of retention');
  const data = temporaryFolder();
  const config = join(data, 'tributary.json');
  const start = async (now_ms: number, defaults: object): Promise<Server> => {
    const brands = { keeper: { retention: { touchpoints: null, orders: null, email_events: null } } };
    const content = { defaults, brands, sources: { hook: HOOK }, destinations: { away: AWAY }, threads: 1 };
    writeFileSync(config, JSON.stringify(content), { mode: 0o600 });
    const env = { TRIBUTARY_CLOCK_MS: String(now_ms - Date.now()), TRIBUTARY_LOG_LEVEL: 'silent' };
    const child = launch({ data, config, preload: 'moved-clock.mjs', env });
    onTestFinished(() => void child.kill('SIGKILL'));
    return Server.listening(child, data);
  };
  let server = await start(APRIL, {});
  await send(server, eventsOf('anna'));
  await send(server, ofBrand(eventsOf('dora'), 'keeper'));
  const bounce = { RecordType: 'Bounce', MessageID: 'letter-of-anna', Type: 'HardBounce', BouncedAt: 'never' };
  const posted = await fetch(`${server.address}/v1/sources/hook/${HOOK.path_token}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from('postmark:secret').toString('base64')}`,
    },
    body: JSON.stringify(bounce),
  });
  expect(posted.status).toBe(200);
  await server.request('POST', '/v1/flush');
  await expect.poll(async () => (await json(server, '/v1/sources')).sources[0].letters).toBe(1);
  await expect.poll(async () => (await json(server, '/v1/destinations')).destinations[0].retrying).toBeGreaterThan(0);
  await server.kill();
  const old = ['anna-t1', 'anna-t2', 'anna-e1', 'anna-m1', 'anna-note', 'letter-of-anna', ...orderOf('anna')];
  expect(found(data, old).length).toBeGreaterThan(0);

  for (let kill = 0; kill < KILLS; kill++) {
    server = await start(JUNE, { retention: RETENTION });
    await server.request('POST', '/v1/retention');
    await sleep(random.between(0, MOST_MS));
    await server.kill();
  }
  server = await start(JUNE, { retention: RETENTION });
  await server.request('POST', '/v1/retention');
  const status = (): Promise<Json> => json(server, '/v1/retention');
  await expect.poll(async () => (await status()).running).toBe(false);
  const { last_error, would_remove } = await status();
  expect([last_error, would_remove]).toEqual([null, []]);
  expect((await json(server, '/v1/sources')).sources[0].letters).toBe(0);
  const { waiting, retrying } = (await json(server, '/v1/destinations')).destinations[0];
  expect(waiting + retrying).toBe(0);
  const report = '/v1/reports/attribution?start=2026-03-01&end=2026-04-01&model=linear';
  expect((await json(server, `${report}&brand_id=keeper`)).reconciliation.net_revenue_micros).toBe('40000000');
  expect((await json(server, `${report}&brand_id=default`)).reconciliation.net_revenue_micros).toBe('0');
  server.signal('SIGTERM');
  await server.gone;
  expect(found(data, old)).toEqual([]);
});
