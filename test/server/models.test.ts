/** Models over HTTP: who may fit, what is answered, and what a card says. */
import { expect, test } from 'vitest';
import { bearer, ORDER, TOUCH } from '../support/events.ts';
import { MARCH_QUERY } from '../support/time.ts';
import { ADMIN, READ, startServer, WRITE } from './harness.ts';

async function withOrders() {
  const server = await startServer();
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
