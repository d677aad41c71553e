/** Experiments through HTTP: one person and a send list, what is final, who may do what, and what a key of another brand learns. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ORDER } from '../support/events.ts';
import { ADMIN, type Body, PAGE, READ, startServer, type TestServer, WRITE } from './harness.ts';

const DAY_MS = 86_400_000;
const iso = (ms: number): string => new Date(ms).toISOString();
const PLAN = {
  experiment_id: 'spring',
  name: 'Does the newsletter do anything?',
  scope: 'campaign',
  arms: { holdout: 0.2, treated: 0.8 },
  control: 'holdout',
  starts_at: iso(Date.now() - DAY_MS),
  ends_at: iso(Date.now() + 7 * DAY_MS),
  planned_people: 10_000,
};
const ASSIGN = '/v1/experiments/spring/assign';

let server: TestServer;
let of_b: Record<string, Record<string, string>>;
beforeAll(async () => {
  server = await startServer({ shared: true });
  const key = async (scope: string) => {
    const { body } = await server.post('/v1/keys', { name: `${scope} of b`, scope, brand_id: 'b' }, ADMIN);
    return { authorization: `Bearer ${body.key}` };
  };
  of_b = { read: await key('read'), write: await key('write'), admin: await key('admin') };
});
afterAll(() => server.close());

test('one person and a list of 10,000 get their arms; asked again they get the same, and count once', async () => {
  expect((await server.post('/v1/experiments', PLAN)).status).toBe(202);
  const one = await server.post(ASSIGN, { customer_id: 'c-0' });
  expect(one.status).toBe(200);
  expect(one.body).toMatchObject({ experiment_id: 'spring', held_out_by: null });
  // As long as ids may be.
  const people = Array.from({ length: 10_000 }, (_, i) => ({ customer_id: `c-${i}`.padEnd(i === 0 ? 0 : 200, '-') }));
  const list = await server.post(ASSIGN, { people });
  expect([list.status, list.status === 200 || list.text.slice(0, 500)]).toEqual([200, true]);
  const arms = list.body.assignments.map(({ arm }: Body) => arm);
  expect(arms[0]).toBe(one.body.arm);
  expect(arms.filter((arm: string) => arm === 'holdout').length).toBeGreaterThan(1_800);
  expect(arms.filter((arm: string) => arm === 'holdout').length).toBeLessThan(2_200);
  const again = await server.post(ASSIGN, { people: people.slice(0, 500) });
  expect(again.body.assignments.map(({ arm }: Body) => arm)).toEqual(arms.slice(0, 500));
  await server.flush();
  const { body } = await server.get('/v1/experiments/spring');
  expect(body.people).toBe(10_000);
  expect(body.arms.map(({ people: n }: Body) => n)).toEqual(
    ['holdout', 'treated'].map((name) => arms.filter((arm: string) => arm === name).length),
  );
  const over = await server.post(ASSIGN, { people: [...people, { customer_id: 'one more' }] });
  expect([over.status, over.body.error.field]).toEqual([400, 'people']);
  expect((await server.post(ASSIGN, { people: [] })).body.error.field).toBe('people');
  expect((await server.post(ASSIGN, { customer_id: 'a', people })).body.error.field).toBe('people');
  expect((await server.post(ASSIGN, {})).body.error.field).toMatch(/customer_id|^$/);
}, 120_000);

test('after the first assignment only the name changes', async () => {
  const changed = await server.post('/v1/experiments', { ...PLAN, arms: { holdout: 0.5, treated: 0.5 } });
  expect([changed.status, changed.body.rejected[0].field]).toEqual([422, 'arms']);
  expect(changed.body.rejected[0].reason).toContain('plan a new experiment');
  const metric = await server.post('/v1/experiments', { ...PLAN, metric: 'orders' });
  expect([metric.status, metric.body.rejected[0].field]).toEqual([422, 'metric']);
  expect((await server.post('/v1/experiments', { ...PLAN, name: 'Another name' })).status).toBe(202);
  const { body } = await server.get('/v1/experiments');
  expect(body.experiments).toMatchObject([{ name: 'Another name', frozen_at: expect.any(String), stopped_at: null }]);
});

test('a page may do nothing with experiments, a reader only read, a sender not stop', async () => {
  for (const path of ['/v1/experiments', '/v1/assignments', '/v1/exposures', ASSIGN])
    expect([path, (await server.post(path, PLAN, PAGE)).status]).toEqual([path, 403]);
  expect((await server.post(ASSIGN, { customer_id: 'x' }, READ)).status).toBe(403);
  expect((await server.get('/v1/experiments', WRITE)).status).toBe(403);
  expect((await server.post('/v1/experiments/spring/stop', { reason: 'x' }, WRITE)).status).toBe(403);
});

test('a key of another brand finds an experiment as little as one that is not there', async () => {
  const told = async (id: string) => [
    await server.get(`/v1/experiments/${id}`, of_b['read']),
    await server.post(`/v1/experiments/${id}/assign`, { customer_id: 'x' }, of_b['write']),
    await server.post(`/v1/experiments/${id}/stop`, { reason: 'x' }, of_b['admin']),
  ];
  const [spring, unknown] = [await told('spring'), await told('nobody')];
  expect(spring.map(({ status }) => status)).toEqual([404, 404, 404]);
  expect(spring.map(({ body }) => body.error.message.replace('spring', 'nobody'))).toEqual(
    unknown.map(({ body }) => body.error.message),
  );
  expect((await server.get('/v1/experiments', of_b['read'])).body).toEqual({ experiments: [] });
  // The same id is another experiment there.
  expect(
    (await server.post('/v1/experiments', { ...PLAN, arms: { holdout: 0.5, treated: 0.5 } }, of_b['write'])).status,
  ).toBe(202);
  expect((await server.get('/v1/experiments?brand_id=b', READ)).body.experiments).toHaveLength(1);
});

test('a result as of a position stays the same to the byte when events come, a plan is renamed, and it is stopped', async () => {
  const { body } = await server.get('/v1/experiments/spring?brand_id=default');
  const same = async () => {
    const { text } = await server.get(
      `/v1/experiments/spring?brand_id=default&as_of=${encodeURIComponent(body.as_of)}`,
    );
    return text.replace(/"generated_at":"[^"]*"/, '');
  };
  const first = await same();
  const bought = { ...ORDER, customer_id: 'c-0', conversion_id: 'later', occurred_at: iso(Date.now()) };
  expect((await server.post('/v1/conversions', bought)).status).toBe(202);
  await server.post(ASSIGN, { customer_id: 'somebody new' });
  await server.post('/v1/experiments', { ...PLAN, name: 'A third name' });
  const reason = 'The offer sold out';
  const stopped = await server.post('/v1/experiments/spring/stop', { reason }, ADMIN);
  expect([stopped.status, stopped.body.stop_reason]).toEqual([200, reason]);
  await server.flush();
  expect(await same()).toBe(first);
  const now = (await server.get('/v1/experiments/spring?brand_id=default')).body;
  expect(now).toMatchObject({ people: 10_001, stop_reason: reason, is_over: true, name: 'A third name' });
  expect(now.stopped_at).toBe(stopped.body.stopped_at);
});

test('a stop is for good', async () => {
  const again = await server.post('/v1/experiments/spring/stop', { reason: 'Another one' }, ADMIN);
  expect([again.status, again.body.stop_reason]).toEqual([200, 'The offer sold out']);
  const late = await server.post(ASSIGN, { customer_id: 'too late' });
  expect([late.status, late.body.error.message]).toEqual([409, expect.stringContaining('was stopped at')]);
  expect((await server.post('/v1/experiments/spring/stop', {}, ADMIN)).body.error.field).toBe('reason');
});
