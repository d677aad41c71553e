/** A key that gets answers with noise only: through the front door it learns no exact figure, and spends no more than its budget. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bearer, type Fields } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { MARCH_QUERY } from '../support/time.ts';
import { ADMIN, type Answer, READ, startServer, type TestServer } from './harness.ts';
import { signIn } from './signed-in.ts';

const CONFIG = { brands: { shop: { differential_privacy: { revenue_per_person: '200' } }, other: {}, fx: {} } };
const BY_CHANNEL = `/v1/reports/attribution?${MARCH_QUERY}&group_by=channel`;
const PEOPLE = 60;

/** The revenue of people is a number that nothing else has, so that a leak is found. */
const VALUE = 123.45;
/** What must not be told: the exact figures of the shop, and how many records it has. */
const EXACT = [String(VALUE), (VALUE * PEOPLE).toFixed(2), (VALUE * PEOPLE * 1e6).toFixed(0), 'main:'];

async function sell(server: TestServer, brand_id = 'shop'): Promise<void> {
  const touches: Fields[] = [];
  const orders: Fields[] = [];
  for (let i = 0; i < PEOPLE; i++) {
    const who = { brand_id, customer_id: `p${i}` };
    const touch = { touchpoint_type: 'email_click', channel: 'email', campaign_id: 'spring' };
    touches.push({ ...who, ...touch, touchpoint_id: `${brand_id}t${i}`, occurred_at: '2026-03-02T09:00:00Z' });
    orders.push({
      ...{
        ...who,
        conversion_id: `${brand_id}o${i}`,
        conversion_type: 'purchase',
        occurred_at: '2026-03-03T09:00:00Z',
      },
      ...{ conversion_value: String(VALUE), currency: 'USD' },
    });
  }
  await server.post('/v1/touchpoints', touches);
  await server.post('/v1/conversions', orders);
  await server.flush();
}

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ config: CONFIG, shared: true });
  for (const brand_id of ['shop', 'other', 'fx']) await sell(server, brand_id);
});
afterAll(() => server.close());

async function partnerOf(server: TestServer, budget: string, rest: Fields = {}): Promise<Record<string, string>> {
  const wanted = { name: 'agency', scope: 'partner', brand_id: 'shop', dp_epsilon_budget: budget, ...rest };
  const made = await server.post('/v1/keys', wanted, ADMIN);
  expect([made.status, made.text]).toEqual([201, expect.any(String)]);
  return bearer(made.body.key);
}

const spentOf = async (server: TestServer, headers: Record<string, string>): Promise<string[]> =>
  (await server.get('/v1/privacy/budgets', headers)).body.budgets.map((own: Fields) => own['epsilon_spent']);

/** Fails if an answer tells an exact figure, in its body or a header. */
function expectNothingExact(answer: Answer, where: string): void {
  const all = answer.text + JSON.stringify(answer.headers);
  for (const secret of EXACT) expect([where, secret, all.includes(secret)]).toEqual([where, secret, false]);
}

test('a partner opens reports with noise and its own budget, and nothing else, and no answer tells an exact figure', async () => {
  const partner = await partnerOf(server, '30');
  const { paths } = (await server.get('/openapi.json')).body;
  const opened: string[] = [];
  for (const [path, methods] of Object.entries<Record<string, Fields>>(paths))
    for (const [method, operation] of Object.entries(methods)) {
      if (operation['x-scope'] === undefined) continue;
      const answer = await server.call(method.toUpperCase(), path.replace(/\{\w+\}/g, 'none'), {
        headers: { ...partner, 'content-type': 'application/json' },
        ...(method === 'post' ? { payload: '{}' } : {}),
      });
      expectNothingExact(answer, `${method} ${path}`);
      if (![401, 403].includes(answer.status)) opened.push(`${path} ${answer.status}`);
    }
  expect(opened.sort()).toEqual([
    '/v1/privacy/budgets 200',
    '/v1/reports/attribution 400',
    '/v1/reports/campaigns 400',
    '/v1/reports/cohorts 400',
    '/v1/reports/journeys 400',
    '/v1/reports/lags 400',
  ]);
  for (const name of ['attribution', 'campaigns', 'cohorts', 'journeys', 'lags'])
    for (const format of ['json', 'csv', 'text']) {
      const answer = await server.get(`/v1/reports/${name}?${MARCH_QUERY}&dp_epsilon=1&format=${format}`, partner);
      expect([name, format, answer.status]).toEqual([name, format, 200]);
      expectNothingExact(answer, `${name} ${format}`);
      expect(answer.headers['x-tributary-served-by']).toBeUndefined();
      expect(answer.headers['etag']).toBeUndefined();
    }
  // Three formats of one question are one question.
  expect(await spentOf(server, partner)).toEqual(['5']);
  const { body } = await server.get('/v1/privacy/answers', ADMIN);
  expect(body.answers).toHaveLength(5);
  const signed_in = await signIn(server, partner['authorization']!.slice('Bearer '.length));
  expect(signed_in.status).toBe(403);
});

test('the figures are near the truth, and say how near', async () => {
  const partner = await partnerOf(server, '10');
  const { body } = await server.get(`${BY_CHANNEL}&dp_epsilon=10`, partner);
  const email = body.groups.find((row: Fields) => row['channel'] === 'email');
  // Noise of the scale 3 / (10 / 3): ten times that is beyond all chance.
  expect(Math.abs(email.persons - PEOPLE)).toBeLessThan(20);
  expect(email.persons_high - email.persons).toBe(email.persons - email.persons_low);
  expect(body.differential_privacy).toMatchObject({
    ...{ epsilon: '10', delta: 1e-6, confidence: 0.95 },
    bounds: { conversions_per_person: 3, revenue_per_person: '200.000000', groups_per_person: 3 },
  });
  expect(body.groups.map((row: Fields) => row['channel'])).toContain('affiliate');
});

test('the same question has the same bytes for every key, also after new events, a restart and for its day', async () => {
  const folder = temporaryFolder();
  let own = await startServer({ config: CONFIG, folder, shared: true });
  await sell(own);
  const partner = await partnerOf(own, '1');
  const question = `${BY_CHANNEL}&dp_epsilon=0.5`;
  const first = await own.get(question, partner);
  expect(first.status).toBe(200);
  const late = { brand_id: 'shop', customer_id: 'late', conversion_id: 'late', conversion_type: 'purchase' };
  await own.post('/v1/conversions', {
    ...{ ...late, conversion_value: '50', currency: 'USD', occurred_at: '2026-03-09T09:00:00Z' },
  });
  await own.flush();
  expect((await own.get(question, partner)).text).toBe(first.text);
  await own.close();
  own = await startServer({ config: CONFIG, folder });
  const again = await own.get(`${question}&as_of=${first.body.as_of}`, partner);
  expect([again.text, await spentOf(own, partner)]).toEqual([first.text, ['0.5']]);
  // A key that sees exact figures gets the same answer, and pays nothing.
  expect((await own.get(`${question}&as_of=${first.body.as_of}&brand_id=shop`, READ)).text).toBe(first.text);
  // A later instant is another question, and is paid for.
  const now = new Date().toISOString();
  expect((await own.get(`${question}&as_of=${now}`, partner)).text).not.toBe(first.text);
  expect(await spentOf(own, partner)).toEqual(['1']);
});

test('questions at the same time never overspend, and the refusal says what is left and when more comes', async () => {
  const partner = await partnerOf(server, '1', { dp_budget_per: 'month' });
  const answers = await Promise.all(
    ['linear', 'first_touch', 'last_touch', 'time_decay', 'position_based'].map((model) =>
      server.get(`${BY_CHANNEL}&dp_epsilon=0.4&model=${model}`, partner),
    ),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 429, 429, 429]);
  const refused = answers.find(({ status }) => status === 429)!;
  expect(refused.body.error).toMatchObject({ code: 'budget_spent', field: 'dp_epsilon' });
  expect(refused.body.error.message).toMatch(/costs 0\.4, .* budget of 1 a month .* 0\.2 is left; .* renewed at 20/);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect(await spentOf(server, partner)).toEqual(['0.8']);
});

test('a partner has one brand, and sees no other, not even whether it is there', async () => {
  const partner = await partnerOf(server, '5');
  const ask = async (brand: string): Promise<Answer> =>
    server.get(`${BY_CHANNEL}&dp_epsilon=1&brand_id=${brand}`, partner);
  const [there, not_there] = [await ask('other'), await ask('nowhere')];
  expect([there.status, not_there.status]).toEqual([403, 403]);
  expect(there.body.error.message.replaceAll('other', 'X')).toBe(
    not_there.body.error.message.replaceAll('nowhere', 'X'),
  );
  expect((await ask('shop')).status).toBe(200);
  await partnerOf(server, '5', { brand_id: 'other' });
  expect(await spentOf(server, partner)).toEqual(['1']);
  expect(await spentOf(server, ADMIN)).toContain('1');
});

test('a failure that the data causes tells a partner nothing of it', async () => {
  await server.post('/v1/conversions', {
    ...{ brand_id: 'fx', customer_id: 'p1', conversion_id: 'eur', conversion_type: 'purchase' },
    ...{ conversion_value: '10', currency: 'EUR', occurred_at: '2026-03-04T09:00:00Z' },
  });
  await server.flush();
  const partner = await partnerOf(server, '5', { brand_id: 'fx' });
  const { status, body, text } = await server.get(`${BY_CHANNEL}&dp_epsilon=1`, partner);
  expect([status, body.error.code]).toEqual([422, 'unprocessable']);
  expect(text).not.toMatch(/EUR|2026-03-04/);
  const exact = await server.get(`${BY_CHANNEL}&dp_epsilon=1&brand_id=fx`);
  expect(exact.body.error.message).toContain('EUR');
});

test.each([
  [{ scope: 'partner', brand_id: 'shop' }, 'dp_epsilon_budget: is required for a key of scope partner'],
  [{ scope: 'partner', dp_epsilon_budget: '3' }, 'brand_id: is required for a key of scope partner'],
  [{ scope: 'partner', brand_id: 'shop', dp_epsilon_budget: 3 }, 'dp_epsilon_budget: must be a string'],
  [{ scope: 'partner', brand_id: 'shop', dp_epsilon_budget: '0' }, 'dp_epsilon_budget: 0 is not within 0.01 and 100'],
  [
    { scope: 'partner', brand_id: 'shop', dp_epsilon_budget: '3', dp_budget_per: 'year' },
    'dp_budget_per: must be one of day, month, total',
  ],
  [{ scope: 'read', dp_epsilon_budget: '3' }, 'dp_epsilon_budget: is for keys of scope partner'],
])('a key %j is refused: %s', async (wanted, message) => {
  const { status, body } = await server.post('/v1/keys', { name: 'agency', ...wanted }, ADMIN);
  expect([status, body.error.message]).toEqual([400, expect.stringContaining(message)]);
});

test('reports that cannot bound a person say so, and a partner is told that its questions need an epsilon', async () => {
  const refused = async (path: string): Promise<string> => {
    const { status, body } = await server.get(path);
    expect(status).toBe(400);
    return body.error.message;
  };
  expect(await refused('/v1/reports/paths?dp_epsilon=1')).toBe(
    'dp_epsilon: this report has figures in which what one person contributes has no bound, so it has no answers with noise; ask attribution, journeys, lags, campaigns, cohorts with it, or leave it out',
  );
  expect(await refused('/v1/customers/ann?dp_epsilon=1')).toContain('whom no noise protects');
  const partner = await partnerOf(server, '1');
  expect((await server.get(BY_CHANNEL, partner)).body.error.message).toContain(
    'dp_epsilon: is required: this key gets answers with noise only',
  );
});
