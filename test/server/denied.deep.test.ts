/** Where a brand keeps only a count of who denies: what is left of such an event, byte by byte, over restarts and retries. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MS_PER_DAY } from '../../src/domain/time.ts';
import { TOUCH } from '../support/events.ts';
import { PAGE, READ, startServer, type TestServer, WRITE } from './harness.ts';

const CONFIG = {
  defaults: { consent: { measurement: 'opt_out', denied: 'count', countries: { US: 'not_needed' } } },
  honor_dnt: true,
};
const SECRETS = ['denier-7', 'msg-of-denier', '203.0.113.77', 'AgentOfDenier', '10:11:12', 'campaign-of-denier'];
const DENIED = {
  touchpoint_id: 'event-of-denier-7',
  touchpoint_type: 'email_click',
  channel: 'email',
  anonymous_id: 'denier-7',
  message_id: 'msg-of-denier',
  campaign_id: 'campaign-of-denier',
  ip_address: '203.0.113.77',
  user_agent: 'AgentOfDenier/1.0',
  occurred_at: '2026-03-01T10:11:12Z',
  consent: { purposes: { measurement: false } },
};

/** The bytes of all files of a data folder. */
function bytesOf(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'latin1'))
    .join('\n');
}

async function counts(server: TestServer): Promise<unknown> {
  const now_ms = server.tributary.reports.clock();
  const [start, end] = [now_ms, now_ms + MS_PER_DAY].map((ms) => new Date(ms).toISOString().slice(0, 10));
  const { body } = await server.get(`/v1/reports/data_quality?start=${start}&end=${end}`, READ);
  return body.denied.map(({ day: _day, ...row }: { day: string }) => row);
}

test('a denied touchpoint leaves a count and nothing else', async () => {
  const server = await startServer({ config: CONFIG });
  const { body, status } = await server.post('/v1/touchpoints', [DENIED, { ...TOUCH, touchpoint_id: 'other' }], WRITE);
  expect(status).toBe(202);
  expect(body).toEqual({ accepted: 1, ids: ['other'], rejected: [], counted: 1 });
  // A retry counts once, another event counts again, and an own channel is not told.
  expect((await server.post('/v1/touchpoints', DENIED, WRITE)).status).toBe(202);
  await server.post('/v1/touchpoints', { ...DENIED, touchpoint_id: 'e2', channel: 'only-denier-7' }, WRITE);
  // A browser that asks not to be tracked denies, with a page's key.
  const { anonymous_id: _nobody, consent: _consent, ...unnamed } = DENIED;
  await server.post('/v1/touchpoints', { ...unnamed, touchpoint_id: 'e3' }, { ...PAGE, dnt: '1' });
  // Where no consent is asked for, the event is stored. Orders are bookkeeping.
  await server.post('/v1/touchpoints', {
    ...TOUCH,
    touchpoint_id: 'us',
    geo_location: { country: 'US' },
    consent: DENIED.consent,
  });
  const left = [
    { record: 'touchpoints', channel: 'email', events: 2 },
    { record: 'touchpoints', channel: 'other', events: 1 },
  ];
  expect(await counts(server)).toEqual(left);
  await server.close();
  const again = await startServer({ config: CONFIG, folder: server.folder });
  expect(await counts(again)).toEqual(left);
  const bounds = await again.get(
    '/v1/reports/attribution?start=2026-01-01&end=2099-01-01&model=linear&consent_bounds=true',
    READ,
  );
  expect(bounds.body.consent_bounds.not_stored_events).toBe(3);
  const bytes = bytesOf(server.folder);
  for (const secret of SECRETS) expect(bytes).not.toContain(secret);
  expect(bytes).toContain('denied_counts');
});

test('a withdrawal of who had consented is kept, so that it holds for what was stored', async () => {
  const server = await startServer({ config: CONFIG });
  const granted = { ...DENIED, touchpoint_id: 'before', consent: { purposes: { measurement: true } } };
  await server.post('/v1/touchpoints', granted, WRITE);
  const { body } = await server.post('/v1/touchpoints', { ...DENIED, occurred_at: '2026-03-02T10:00:00Z' }, WRITE);
  expect(body).toMatchObject({ accepted: 0, counted: 1 });
  await server.flush();
  const rows = await server.tributary.warehouse.read((snapshot) =>
    snapshot.query('select anonymous_id, measurement from consents order by log_seq'),
  );
  expect(rows.map(({ measurement }) => Number(measurement))).toEqual([1, 0]);
});

test('Global Privacy Control is honoured, and said so', async () => {
  const server = await startServer();
  const { status, body } = await server.call('GET', '/.well-known/gpc.json');
  expect(status).toBe(200);
  expect(body).toEqual({ gpc: true, lastUpdate: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) });
});
