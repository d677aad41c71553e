/** Attempts to change who is in which arm, or the plan, once people were assigned or treated. Each goes through the front door. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { designOf } from '../../src/domain/experiment.ts';
import { armOf } from '../../src/experiments/arm-of.ts';
import { ADMIN, type Body, startServer, type TestServer } from './harness.ts';

const DAY_MS = 86_400_000;
const NOW_MS = Date.parse('2026-03-10T12:00:00Z');
const iso = (ms: number): string => new Date(ms).toISOString();
const PLAN = {
  ...{ name: 'An experiment', scope: 'campaign', arms: { holdout: 0.5, treated: 0.5 }, control: 'holdout' },
  ...{ starts_at: iso(NOW_MS - 5 * DAY_MS), ends_at: iso(NOW_MS + 20 * DAY_MS), planned_people: 100 },
};

let server: TestServer;
let now_ms = NOW_MS;
beforeAll(async () => {
  server = await startServer({ shared: true, clock: () => now_ms });
});
afterAll(() => server.close());

const plan = (experiment_id: string, rest: object = {}) =>
  server.post('/v1/experiments', { experiment_id, ...PLAN, ...rest });
const planned = async (experiment_id: string, rest: object = {}): Promise<void> => {
  const { status, text } = await plan(experiment_id, rest);
  expect([status, text]).toEqual([202, text]);
};
const assign = (experiment_id: string, body: unknown) => server.post(`/v1/experiments/${experiment_id}/assign`, body);
const armsOf = async (experiment_id: string, ids: string[]): Promise<string[]> => {
  const { body, text } = await assign(experiment_id, { people: ids.map((customer_id) => ({ customer_id })) });
  expect([body.assignments?.length, text]).toEqual([ids.length, text]);
  return body.assignments.map(({ arm }: Body) => arm);
};
const own = (experiment_id: string, customer_id: string, arm: string, rest: object = {}) =>
  server.post('/v1/assignments', {
    ...{ experiment_id, arm, customer_id, occurred_at: iso(NOW_MS - DAY_MS) },
    ...rest,
  });
const expose = (experiment_id: string, customer_id: string, arm = 'treated') =>
  server.post('/v1/exposures', { experiment_id, arm, customer_id, occurred_at: iso(now_ms) });
const result = async (experiment_id: string, query = ''): Promise<Body> => {
  await server.flush();
  const { status, body, text } = await server.get(`/v1/experiments/${experiment_id}${query}`);
  expect([status, text]).toEqual([200, text]);
  return body;
};
const people = (answer: Body): Record<string, number> =>
  Object.fromEntries(answer.arms.map((row: Body) => [row.arm, row.people]));
const ids = (n: number, prefix: string): string[] => Array.from({ length: n }, (_, i) => `${prefix}-${i}`);
const hashed = (experiment_id: string, id: string, arms: object = PLAN.arms): string =>
  armOf(
    designOf({ ...PLAN, experiment_id, brand_id: 'default', arms: JSON.stringify(arms), starts_at: 0, ends_at: 1 }),
    id,
  );

test('an earlier assignment of somebody else moves nobody whom the product assigned', async () => {
  await planned('backdated');
  const everyone = ids(40, 'b');
  const arms = await armsOf('backdated', everyone);
  const before = await result('backdated');
  const other = (arm: string): string => (arm === 'treated' ? 'holdout' : 'treated');
  for (const [i, id] of everyone.slice(0, 3).entries()) {
    const sent = await own('backdated', id, other(arms[i]!));
    expect([sent.status, sent.body.rejected[0].field]).toEqual([422, 'experiment_id']);
    expect(sent.body.rejected[0].reason).toContain('POST /v1/experiments/ID/assign');
  }
  // Not even with the same arm: an earlier time would count other orders.
  expect((await own('backdated', everyone[0]!, arms[0]!)).status).toBe(422);
  // In a list, the others are accepted.
  const list = await server.post('/v1/assignments', [
    { experiment_id: 'backdated', arm: 'treated', customer_id: 'x', occurred_at: iso(NOW_MS - DAY_MS) },
    { experiment_id: 'another', arm: 'treated', customer_id: 'x', occurred_at: iso(NOW_MS - DAY_MS) },
  ]);
  expect([list.status, list.body.accepted, list.body.rejected.map(({ index }: Body) => index)]).toEqual([202, 1, [0]]);
  expect(people(await result('backdated'))).toEqual(people(before));
});

test('whoever assigns people elsewhere makes the plan final, and so does an exposure', async () => {
  for (const [id, make] of [
    ['own', () => own('own', 'o-1', 'treated')],
    ['shown', () => expose('shown', 's-1')],
  ] as const) {
    await planned(id);
    await planned(id, { metric: 'orders' });
    expect((await make()).status).toBe(202);
    for (const change of [
      { arms: { holdout: 0.4, treated: 0.6 } },
      { scope: 'flow' },
      { starts_at: iso(NOW_MS - 9 * DAY_MS) },
      { ends_at: iso(NOW_MS + 9 * DAY_MS) },
      { unit: 'device' },
      { metric: 'net_revenue' },
      { control: 'treated' },
      { planned_people: 99 },
      { alpha: 0.1 },
      { window_days: 3 },
      { before_days: 3 },
      { pool: 'a pool' },
      { campaign_id: 'another' },
    ]) {
      const { status, body } = await plan(id, { metric: 'orders', ...change });
      expect([id, change, status, body.rejected[0]?.field]).toEqual([id, change, 422, Object.keys(change)[0]]);
    }
    await planned(id, { metric: 'orders', name: 'Another name' });
    expect(await result(id)).toMatchObject({ metric: 'orders', name: 'Another name', warnings: [] });
  }
});

test('of people who were assigned elsewhere, the product assigns others, and from then on nobody else does', async () => {
  await planned('both');
  expect((await own('both', 'm-0', 'treated')).status).toBe(202);
  expect((await own('both', 'm-1', 'holdout')).status).toBe(202);
  const arms = await armsOf('both', ids(10, 'new'));
  expect((await own('both', 'm-2', 'treated')).body.rejected[0].field).toBe('experiment_id');
  const counted = people(await result('both'));
  expect(counted).toEqual({
    holdout: 1 + arms.filter((arm) => arm === 'holdout').length,
    treated: 1 + arms.filter((arm) => arm === 'treated').length,
  });
});

test('a plan that comes after assignments is that of the first one, whatever is planned and assigned later', async () => {
  for (let i = 0; i < 4; i++)
    expect((await own('late', `l-${i}`, i % 2 === 0 ? 'treated' : 'holdout')).status).toBe(202);
  now_ms += 3_600_000;
  await planned('late', { metric: 'orders' });
  now_ms += 3_600_000;
  await planned('late', { metric: 'net_revenue' });
  await armsOf('late', ['l-9']);
  const answer = await result('late');
  expect(answer.metric).toBe('orders');
  expect(answer.warnings.map(({ code }: Body) => code)).toContain('plan_changed');
});

test('an earlier assignment that comes after an exposure moves nobody, and the first of all does before it', async () => {
  await planned('treated');
  await own('treated', 'e-1', 'treated', { occurred_at: iso(NOW_MS - DAY_MS) });
  await own('treated', 'e-2', 'treated', { occurred_at: iso(NOW_MS - DAY_MS) });
  await expose('treated', 'e-1');
  now_ms += 1_000;
  for (const id of ['e-1', 'e-2'])
    expect((await own('treated', id, 'holdout', { occurred_at: iso(NOW_MS - 2 * DAY_MS) })).status).toBe(202);
  const answer = await result('treated');
  expect(people(answer)).toEqual({ holdout: 1, treated: 1 });
  expect(answer.arms.map((row: Body) => [row.arm, row.exposed_people, row.crossed_people])).toEqual([
    ['holdout', 0, 1],
    ['treated', 1, 1],
  ]);
});

test('two customers in different arms who become one person count once, in the first arm, and part again', async () => {
  await planned('merge');
  const list = ids(60, 'g');
  const arms = await armsOf('merge', list);
  const treated = list.find((_, i) => arms[i] === 'treated')!;
  const holdout = list.find((_, i) => arms[i] === 'holdout')!;
  now_ms += 60_000;
  // Asked again later, the second one is the same.
  expect(await armsOf('merge', [holdout, treated])).toEqual(['holdout', 'treated']);
  await expose('merge', treated);
  const apart = await result('merge');
  const link = (state: string, occurred_at: string) =>
    server.post('/v1/identity_links', { left_id: treated, right_id: holdout, kind: 'login', state, occurred_at });
  expect((await link('linked', iso(now_ms))).status).toBe(202);
  const joined = await result('merge');
  expect(joined.people).toBe(59);
  expect(joined.arms.reduce((sum: number, row: Body) => sum + row.crossed_people, 0)).toBe(1);
  // Asked for by either id, everyone gets the arm of that id, as before.
  expect(await armsOf('merge', [treated, holdout])).toEqual(['treated', 'holdout']);
  now_ms += 60_000;
  expect((await link('unlinked', iso(now_ms))).status).toBe(202);
  expect(people(await result('merge'))).toEqual(people(apart));
  const before = await result('merge', `?as_of=${encodeURIComponent(apart.as_of)}`);
  expect({ ...before, generated_at: '' }).toEqual({ ...apart, generated_at: '' });
});

test('an erased person who is asked for again gets the same arm and counts no more', async () => {
  await planned('erased');
  const list = ids(20, 'r');
  const arms = await armsOf('erased', list);
  expect((await result('erased')).people).toBe(20);
  const { body } = await server.call('DELETE', '/v1/customers/r-3', { headers: ADMIN });
  const done = await server.get(`/v1/erasures/${body.erasure_id}?wait_s=60`, ADMIN);
  expect(done.body.status).toBe('done');
  expect(await armsOf('erased', list)).toEqual(arms);
  expect((await result('erased')).people).toBe(19);
});

test('an id is its characters: what looks alike is another person, and what nobody sees is refused', async () => {
  await planned('names');
  const odd = [
    'é',
    'e\u0301',
    '\u03a9',
    '\u2126',
    '👩‍👩‍👧',
    'نور',
    'a"\\b',
    '{"a":1}',
    "'; drop table",
    'a'.repeat(200),
    '𝒜',
    '__proto__',
  ];
  const arms = await armsOf('names', odd);
  expect(arms).toEqual(odd.map((id) => hashed('names', id)));
  for (const id of ['a\u200bb', '\ud800', 'a\nb', '', ' ', 'a'.repeat(201), 'null', 7, null])
    expect([id, (await assign('names', { customer_id: id })).status]).toEqual([id, 400]);
  expect((await result('names')).people).toBe(odd.length);
  // The same people twice in one list, and by two ids of which one decides.
  const twice = await assign('names', { people: [{ customer_id: 'é' }, { customer_id: 'é', anonymous_id: 'd' }] });
  expect(twice.body.assignments.map(({ arm }: Body) => arm)).toEqual([arms[0], arms[0]]);
  expect((await result('names')).people).toBe(odd.length);
});

test('arms have names that an assignment can say, and shares that add up to one', async () => {
  for (const [arms, control] of [
    [{ 'hold\u200bout': 0.5, treated: 0.5 }, 'treated'],
    [{ 'hold\nout': 0.5, treated: 0.5 }, 'treated'],
    [{ holdout: 0.333333, a: 0.333333, b: 0.333333 }, 'holdout'],
    [{ holdout: 0.1, treated: 0.9000001 }, 'holdout'],
    [{ holdout: 0, treated: 1 }, 'holdout'],
    [{ holdout: -0.5, treated: 1.5 }, 'holdout'],
    [{ holdout: 1e-7, treated: 1 }, 'holdout'],
    [{ holdout: '0.5', treated: 0.5 }, 'holdout'],
    [JSON.parse('{"__proto__":0.5,"treated":0.5}'), 'treated'],
  ] as const) {
    const { status, body } = await plan('wrong', { arms, control });
    expect([arms, status, body.rejected[0]?.field]).toEqual([arms, 422, 'arms']);
  }
  const odd = JSON.parse('{"constructor_":0.25,"2":0.25,"10":0.25,"é 👩":0.25}') as Record<string, number>;
  await planned('odd', { arms: odd, control: '2' });
  const list = ids(80, 'a');
  const arms = await armsOf('odd', list);
  expect(arms).toEqual(
    list.map((id) =>
      armOf(
        designOf({
          ...PLAN,
          experiment_id: 'odd',
          brand_id: 'default',
          arms: JSON.stringify(odd),
          control: '2',
          starts_at: 0,
          ends_at: 1,
        }),
        id,
      ),
    ),
  );
  expect(people(await result('odd'))).toEqual(
    Object.fromEntries(Object.keys(odd).map((name) => [name, arms.filter((arm) => arm === name).length])),
  );
});

test('a result is the same to the byte when it is asked for again, after a restart, and later as of its position', async () => {
  await planned('bytes', { metric: 'conversion_rate', arms: { holdout: 0.3, a: 0.3, b: 0.4 } });
  const list = ids(400, 'y');
  const arms = await armsOf('bytes', list);
  const buyers = list.filter((_, i) => i % (arms[i] === 'holdout' ? 7 : 4) === 0);
  const orders = buyers.map((customer_id, i) => ({
    ...{ customer_id, conversion_id: `y-${i}`, conversion_type: 'purchase', currency: 'USD' },
    ...{ conversion_value: `${(i * 37) % 91}.0${i % 10}`, occurred_at: iso(now_ms + 1_000) },
  }));
  now_ms += 60_000;
  expect((await server.post('/v1/conversions', orders)).body.accepted).toBe(orders.length);
  const first = await result('bytes');
  expect(first.analysis_version).toMatch(/^\d+$/);
  expect(first.effects.length).toBeGreaterThan(4);
  const query = `?as_of=${encodeURIComponent(first.as_of)}`;
  const text = async (): Promise<string> => {
    const answer = await server.get(`/v1/experiments/bytes${query}`);
    return answer.text.replace(/"generated_at":"[^"]*"/, '');
  };
  const told = await text();
  expect(JSON.parse(told.replace(',,', ',').replace('{,', '{')).effects).toEqual(first.effects);
  await expose('bytes', 'y-1');
  await server.flush();
  expect(await text()).toBe(told);
  const { folder } = server;
  await server.close();
  server = await startServer({ shared: true, folder, clock: () => now_ms });
  expect(await text()).toBe(told);
});
