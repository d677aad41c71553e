/** Models over HTTP: who may fit, what is answered, and what a card says. */
import type { Piscina } from 'piscina';
import { expect, test, vi } from 'vitest';
import type { TrainingPool } from '../../src/models/training/pool.ts';
import { bearer, ORDER, TOUCH } from '../support/events.ts';
import { connectAndSend, requestHead } from '../support/sockets.ts';
import { MARCH_QUERY } from '../support/time.ts';
import { ADMIN, READ, startServer, type TestServer, WRITE } from './harness.ts';

async function withOrders(config: Record<string, unknown> = {}) {
  const server = await startServer({ config });
  for (let i = 0; i < 12; i++) {
    const customer_id = `customer-${i}`;
    await server.post('/v1/touchpoints', { ...TOUCH, customer_id, channel: i % 3 === 0 ? 'direct' : 'email' });
    if (i % 2 === 0)
      await server.post('/v1/conversions', { ...ORDER, conversion_id: `c-${i}`, order_id: `o-${i}`, customer_id });
  }
  await server.flush();
  return server;
}

test('a fit needs an admin key, answers its card, and is listed with what it lacks', async () => {
  const server = await withOrders();
  for (const headers of [READ, WRITE])
    expect(await server.post('/v1/models', { model: 'markov' }, headers)).toMatchObject({ status: 403 });
  const { status, body: card } = await server.post('/v1/models', { model: 'markov', draws: 5 }, ADMIN);
  expect(status).toBe(201);
  expect(card).toMatchObject({ model: 'markov', order: 1, attribution_model: 'data_driven', passed: false });
  expect(card.channels.map((row: { channel: string }) => row.channel).sort()).toEqual(['direct', 'email']);
  const { body: list } = await server.get('/v1/models', READ);
  expect(list.models).toMatchObject([
    {
      artifact_id: card.artifact_id,
      in_use: false,
      lacks: expect.stringMatching(/conversions have a path; required: at least 100/),
    },
  ]);
  expect((await server.get(`/v1/models/${card.artifact_id}`, READ)).body).toEqual(card);
  const text = await server.get(`/v1/models/${card.artifact_id}?format=text`, READ);
  expect(text.headers['content-type']).toContain('text/plain');
  expect(text.text).toContain('did not pass its gate');
  const refused = await server.get(`/v1/reports/attribution?${MARCH_QUERY}&model=data_driven`, READ);
  expect(refused).toMatchObject({ status: 409, body: { error: { code: 'model_not_fitted', field: 'model' } } });
});

test('a fit that cannot be is refused by its field', async () => {
  const server = await withOrders();
  for (const [body, field] of [
    [[], 'body'],
    [{}, 'model'],
    [{ model: 'crystal_ball' }, 'model'],
    [{ model: 'markov', order: '9' }, 'order'],
    [{ model: 'markov', draws: -1 }, 'draws'],
    [{ model: 'markov', transform: 'magic' }, 'transform'],
    [{ model: 'algorithmic', order: '2' }, 'order'],
    [{ model: 'algorithmic', start: 'yesterday' }, 'start'],
    [{ model: 'markov', colour: 'red' }, 'colour'],
  ] as const)
    expect(await server.post('/v1/models', body, ADMIN), JSON.stringify(body)).toMatchObject({
      status: 400,
      body: { error: { code: 'bad_request', field: expect.stringContaining(field) } },
    });
  expect(await server.get('/v1/models/unknown', READ)).toMatchObject({ status: 404 });
});

test('a key of one brand fits and sees its own brand only', async () => {
  const server = await withOrders();
  const { body: made } = await server.post('/v1/keys', { name: 'eu', scope: 'admin', brand_id: 'shop-eu' }, ADMIN);
  const own = bearer(made.key);
  const { body: all } = await server.post('/v1/models', { model: 'markov', draws: 0 }, ADMIN);
  const { status, body: card } = await server.post('/v1/models', { model: 'markov', draws: 0 }, own);
  expect([status, card.brands, card.data.conversions]).toEqual([201, ['shop-eu'], 0]);
  expect((await server.get('/v1/models', own)).body.models).toHaveLength(1);
  expect(await server.get(`/v1/models/${all.artifact_id}`, own)).toMatchObject({ status: 404 });
  expect(await server.post('/v1/models', { model: 'markov', brand_id: 'default' }, own)).toMatchObject({ status: 403 });
});

test('the comparison of models answers as JSON and as CSV', async () => {
  const server = await withOrders();
  const path = `/v1/reports/models?${MARCH_QUERY}&draws=20`;
  const { body } = await server.get(path, READ);
  expect(body).toMatchObject({ group_by: 'channel', intervals: { level: 0.9, draws: 20, over: 'people' } });
  expect(body.attribution_models).toEqual(['first_touch', 'last_touch', 'linear', 'time_decay', 'position_based']);
  const csv = await server.get(`${path}&format=csv`, READ);
  expect(csv.text.split('\r\n')[0]).toContain('models.linear.share_low');
});

/** Makes training take longer than any test, and tells how many reads of the warehouse and how many trainings run. */
async function slowTraining({ tributary: { reports, warehouse } }: TestServer) {
  const { training } = reports;
  const small = { people: 1, groups: 1, person: Uint32Array.of(0), group: Uint32Array.of(0), amounts: [] };
  // Starting a thread from TypeScript takes seconds.
  await training.run({}, 'bootstrapShares', small, { draws: 1, seed: 1, level: 0.9 });
  const { pool } = training as unknown as { pool: Piscina };
  const seen = {
    asked: 0,
    reads: 0,
    /** A thread that trains for hours is there until it is stopped. */
    threads: () => (seen.asked === 1 && pool.queueSize === 0 ? pool.threads.length : Number.NaN),
  };
  const { read } = warehouse;
  vi.spyOn(warehouse, 'read').mockImplementation((async (...asked: Parameters<typeof read>) => {
    seen.reads += 1;
    return read.apply(warehouse, asked).finally(() => {
      seen.reads -= 1;
    });
  }) as typeof read);
  const run = training.run.bind(training) as (...task: unknown[]) => Promise<unknown>;
  vi.spyOn(training, 'run').mockImplementation(((limits, task, input, ...options) => {
    seen.asked += 1;
    const last = options.at(-1) as { draws: number };
    const slow = 'people' in input && typeof input.people === 'number' ? { ...input, people: 2_000_000 } : input;
    return run(limits, task, slow, ...options.slice(0, -1), { ...last, draws: 1_000_000 });
  }) as TrainingPool['run']);
  return seen;
}

test('a comparison of models ends within query_timeout_ms, its thread too, and holds no read while it draws', async () => {
  // On a busy machine, all the time may be over before a thread draws. Then more time is given.
  for (const query_timeout_ms of [3_000, 30_000, 120_000]) {
    const server = await withOrders({ query_timeout_ms });
    const seen = await slowTraining(server);
    let [ended, drew] = [false, false];
    const asked = server.get(`/v1/reports/models?${MARCH_QUERY}&draws=2000`, READ).finally(() => {
      ended = true;
    });
    await vi.waitFor(() => {
      drew ||= !ended && seen.threads() === 1 && seen.reads === 0;
      expect(drew || ended).toBe(true);
    }, 150_000);
    const { status, body, headers } = await asked;
    expect([status, body.error.code, headers['retry-after']]).toEqual([503, 'timeout', '5']);
    if (!drew) continue;
    expect(body.error.message).toMatch(/^the query took longer than \d+ ms; ask for a shorter period or fewer groups$/);
    await vi.waitFor(() => expect(seen.threads()).toBe(0), 60_000);
    return;
  }
  expect.fail('no thread drew');
});

const COMPARISON = requestHead('GET', `/v1/reports/models?${MARCH_QUERY}&draws=2000`, READ);
const FIT = JSON.stringify({ model: 'markov' });
const FIT_REQUEST =
  requestHead('POST', '/v1/models', {
    ...ADMIN,
    'content-type': 'application/json',
    'content-length': String(FIT.length),
  }) + FIT;

test.each([
  ['a comparison', COMPARISON],
  ['a fit', FIT_REQUEST],
])('the training of %s ends when its client hangs up, and stores nothing', async (_what, request) => {
  const server = await withOrders();
  const seen = await slowTraining(server);
  const address = await server.app.listen({ host: '127.0.0.1', port: 0 });
  const socket = await connectAndSend(address, request);
  await vi.waitFor(() => expect(seen.threads()).toBe(1), 60_000);
  socket.destroy();
  await vi.waitFor(() => expect(seen.threads()).toBe(0), 60_000);
  expect((await server.get('/v1/models', READ)).body.models).toEqual([]);
});
