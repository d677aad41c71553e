/** Bad input: every refusal names the field, the problem of the value and the fix. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ORDER, TOUCH } from '../support/events.ts';
import { MARCH_QUERY } from '../support/time.ts';
import { READ, startServer, type TestServer, WRITE } from './harness.ts';

/** For requests whose answers do not depend on what was sent before. */
let shared: TestServer;
beforeAll(async () => {
  shared = await startServer({ shared: true });
});
afterAll(() => shared.close());

interface Case {
  name: string;
  path: string;
  item: Record<string, unknown>;
  field: string;
  says: RegExp;
}

const CASES: Case[] = [
  {
    name: 'unknown type',
    path: 'touchpoints',
    item: { ...TOUCH, touchpoint_type: 'telepathy' },
    field: 'touchpoint_type',
    says: /"telepathy" is not one of .*email_open/,
  },
  { name: 'wrong currency', path: 'conversions', item: { ...ORDER, currency: 'XQQ' }, field: 'currency', says: /XQQ/ },
  {
    name: '0.001 USD',
    path: 'conversions',
    item: { ...ORDER, conversion_value: '0.001' },
    field: 'conversion_value',
    says: /decimals/,
  },
  {
    name: 'negative value',
    path: 'conversions',
    item: { ...ORDER, conversion_value: -5 },
    field: 'conversion_value',
    says: /negative.*adjustment/,
  },
  {
    name: 'NaN as text',
    path: 'conversions',
    item: { ...ORDER, conversion_value: 'NaN' },
    field: 'conversion_value',
    says: /NaN/,
  },
  {
    name: 'a number over its range',
    path: 'conversions',
    item: { ...ORDER, conversion_value: '1e300' },
    field: 'conversion_value',
    says: /./,
  },
  {
    name: 'date without zone',
    path: 'touchpoints',
    item: { ...TOUCH, occurred_at: '2026-03-01T09:00:00' },
    field: 'occurred_at',
    says: /no zone; add Z/,
  },
  {
    name: 'date without time',
    path: 'touchpoints',
    item: { ...TOUCH, occurred_at: '2026-03-01' },
    field: 'occurred_at',
    says: /without a time/,
  },
  {
    name: 'far future',
    path: 'touchpoints',
    item: { ...TOUCH, occurred_at: '2226-03-01T09:00:00Z' },
    field: 'occurred_at',
    says: /24 hours ahead/,
  },
  {
    name: 'missing time',
    path: 'touchpoints',
    item: { customer_id: 'c', touchpoint_type: 'email_open' },
    field: 'occurred_at',
    says: /required/,
  },
  {
    name: 'nobody',
    path: 'touchpoints',
    item: { touchpoint_type: 'email_open', occurred_at: '2026-03-01T09:00:00Z' },
    field: 'customer_id',
    says: /one of customer_id and anonymous_id/,
  },
  {
    name: 'an id of 10 kB',
    path: 'touchpoints',
    item: { ...TOUCH, customer_id: 'x'.repeat(10_000) },
    field: 'customer_id',
    says: /10000 characters long; the limit is 200/,
  },
  {
    name: 'an unknown field',
    path: 'touchpoints',
    item: { ...TOUCH, timestamp: '2026-03-01T09:00:00Z' },
    field: 'timestamp',
    says: /did you mean occurred_at/,
  },
  {
    name: 'deep JSON',
    path: 'touchpoints',
    item: { ...TOUCH, custom_attributes: nested(50) },
    field: 'custom_attributes',
    says: /levels deep/,
  },
  {
    name: 'a NUL in an id',
    path: 'touchpoints',
    item: { ...TOUCH, campaign_id: 'a\0b' },
    field: 'campaign_id',
    says: /control characters/,
  },
];

function nested(depth: number): Record<string, unknown> {
  let value: Record<string, unknown> = {};
  for (let i = 0; i < depth; i++) value = { a: value };
  return value;
}

test.each(CASES)('$name is refused, and the good item beside it is kept', async ({ path, item, field, says }) => {
  const good = path === 'touchpoints' ? TOUCH : { ...ORDER, conversion_id: 'good' };
  const { status, body } = await shared.post(`/v1/${path}`, [item, good]);
  expect(status).toBe(202);
  expect(body.accepted).toBe(1);
  expect(body.rejected).toHaveLength(1);
  expect(body.rejected[0]).toMatchObject({ index: 0, field });
  expect(body.rejected[0].reason).toMatch(says);
});

test('field names such as __proto__ are refused and change no object', async () => {
  const inside = JSON.stringify({ ...TOUCH, custom_attributes: 'HERE' }).replace(
    '"HERE"',
    '{"__proto__": {"polluted": 1}}',
  );
  const outside = `{"__proto__": {"polluted": 1}, ${JSON.stringify(TOUCH).slice(1)}`;
  const { body } = await shared.post(
    '/v1/touchpoints',
    `[${inside}, ${outside}, {"constructor": {"prototype": {"polluted": 1}}}]`,
  );
  expect(body.accepted).toBe(0);
  expect(body.rejected.map((item: { field: string }) => item.field)).toEqual([
    'custom_attributes',
    '__proto__',
    'constructor',
  ]);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test('a body nested hundreds of thousands of levels deep is refused, and the process goes on', async () => {
  const deep = `{"customer_id": ${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
  expect((await shared.post('/v1/touchpoints', deep)).status).toBe(422);
  const open = await shared.post('/v1/touchpoints', '['.repeat(500_000));
  expect(open).toMatchObject({ status: 400, body: { error: { field: 'body' } } });
  expect((await shared.post('/v1/touchpoints', TOUCH)).status).toBe(202);
});

test('invalid UTF-8 is refused where it stands, and the rest of the batch is kept', async () => {
  const text = JSON.stringify([
    { ...TOUCH, campaign_id: 'BAD' },
    { ...TOUCH, campaign_id: 'größer' },
  ]);
  const bytes = Buffer.from(text);
  bytes[bytes.indexOf('BAD') + 1] = 0xff;
  const { status, body } = await shared.post('/v1/touchpoints', bytes);
  expect(status).toBe(202);
  expect(body.rejected).toMatchObject([{ index: 0, field: 'campaign_id' }]);
  expect(body.rejected[0].reason).toContain('UTF-8');
});

test.each([
  ['[{"conversion_value": NaN}]', /line 1, column 23: NaN is not a JSON number/],
  ['{"conversion_value": -Infinity}', /-Infinity is not a JSON number/],
  ['{"a": 1,\n "b": }', /line 2, column 7: a value was expected/],
  ['{"a": 1,}', /column 9: there is a comma before }/],
  ["{'a': 1}", /field name in double quotes/],
  ['{"a": "b', /a string is not closed/],
  ['', /is empty; send a touchpoint/],
  ['[]', /array is empty/],
])('the body %j is refused with its place', async (payload, says) => {
  const { status, body } = await shared.post('/v1/touchpoints', payload);
  expect(status).toBe(400);
  expect(body.error).toMatchObject({ code: 'bad_request', field: 'body' });
  expect(body.error.message).toMatch(says);
});

test('a body of 10 MB and one of 100,000 items are refused with their limits', async () => {
  const server = await startServer({ config: { limits: { max_body_bytes: 8_000_000 } } });
  const large = await server.post('/v1/touchpoints', `[${' '.repeat(10_000_000)}]`);
  expect(large).toMatchObject({ status: 413, body: { error: { code: 'too_large', field: 'body' } } });
  expect(large.body.error.message).toContain('8000000 bytes');
  const many = await server.post('/v1/touchpoints', JSON.stringify(Array(100_000).fill({ customer_id: 'c' })));
  expect(many).toMatchObject({ status: 413, body: { error: { code: 'too_large' } } });
  expect(many.body.error.message).toContain('the limit is 1000');
});

test('what is not JSON in UTF-8 is refused with what to send', async () => {
  const payload = JSON.stringify(TOUCH);
  const form = await shared.call('POST', '/v1/touchpoints', {
    headers: { ...WRITE, 'content-type': 'application/x-www-form-urlencoded' },
    payload,
  });
  expect(form).toMatchObject({ status: 415, body: { error: { code: 'unsupported_media_type' } } });
  expect(form.body.error.message).toContain('application/json');
  const latin = await shared.call('POST', '/v1/touchpoints', {
    headers: { ...WRITE, 'content-type': 'application/json; charset=iso-8859-1' },
    payload,
  });
  expect(latin.status).toBe(415);
});

test('an adjustment for an unknown order is kept, and applied when the order arrives', async () => {
  const server = await startServer();
  await server.post('/v1/touchpoints', TOUCH);
  await server.post('/v1/adjustments', {
    order_id: 'order-1',
    amount: '-49.99',
    currency: 'USD',
    reason: 'refund',
    occurred_at: '2026-03-02T09:00:00Z',
  });
  await server.flush();
  expect(await netRevenue(server)).toBe('0');
  await server.post('/v1/conversions', ORDER);
  await server.flush();
  expect(await netRevenue(server)).toBe('100000000');
});

async function netRevenue(server: TestServer): Promise<string> {
  const { body } = await server.get(`/v1/reports/attribution?${MARCH_QUERY}`);
  return body.reconciliation.net_revenue_micros;
}

test('an order, or spend, in a currency without a rate is accepted, and the report names currency and day', async () => {
  const server = await startServer();
  await server.post('/v1/touchpoints', TOUCH);
  expect(
    (
      await server.post('/v1/spend', {
        date: '2026-03-01',
        channel: 'email',
        campaign_id: 'spring',
        amount: '12.50',
        currency: 'CHF',
      })
    ).status,
  ).toBe(202);
  await server.post('/v1/conversions', ORDER);
  await server.flush();
  const spend = await server.get(`/v1/reports/campaigns/spring?${MARCH_QUERY}&currency=USD`);
  expect(spend).toMatchObject({ status: 422, body: { error: { code: 'missing_fx_rate' } } });
  expect(spend.body.error.message).toMatch(/CHF.*2026-03-01/);
  await server.post('/v1/conversions', { ...ORDER, conversion_id: 'euros', order_id: 'order-2', currency: 'EUR' });
  await server.flush();
  const order = await server.get(`/v1/reports/attribution?${MARCH_QUERY}&currency=USD`);
  expect(order).toMatchObject({ status: 422, body: { error: { code: 'missing_fx_rate' } } });
  expect(order.body.error.message).toMatch(/EUR.*2026-03-01/);
});

test.each([
  ['mode=linear', 'mode', /is not a parameter of this call; known parameters are start, end, model/],
  ['collapse=everything', 'collapse', /"everything" is not one of interaction, none/],
  ['model=magic', 'model', /"magic" is unknown; known models are first_touch/],
  ['group_by=mood', 'group_by', /"mood" is unknown; known keys are/],
  ['start=yesterday', 'start', /./],
  ['start=2026-03-02&end=2026-03-01', 'end', /must come after start/],
  ['model=linear&model=first_touch', 'model', /given more than once/],
  ['format=pdf', 'format', /not one of json, csv/],
  ['start=', 'start', /is empty/],
  ['as_of=main:999', 'as_of', /later than the last committed position/],
])('the report parameter %s is refused by name', async (query, field, says) => {
  const { status, body } = await shared.get(`/v1/reports/attribution?${query}`);
  expect(status).toBe(400);
  expect(body.error.field).toBe(field);
  expect(body.error.message).toMatch(says);
});

test('a model that is not fitted is a conflict, never another model under its name', async () => {
  const server = await startServer();
  expect(await server.get('/v1/reports/attribution?model=data_driven', READ)).toMatchObject({
    status: 409,
    body: { error: { code: 'model_not_fitted' } },
  });
});

test('a text that begins with U+FEFF is refused, because engines read it back without it', async () => {
  for (const field of ['conversion_id', 'order_id', 'customer_id', 'session_id']) {
    const { status, body } = await shared.post('/v1/conversions', { ...ORDER, [field]: '\ufefforder-1' });
    expect([field, status, body.rejected]).toEqual([
      field,
      422,
      [{ index: 0, field, reason: 'holds the invisible character U+FEFF; remove it' }],
    ]);
  }
  expect((await shared.post('/v1/touchpoints', { ...TOUCH, channel: '\ufeffemail' })).status).toBe(422);
});

test('no browser takes an answer for anything but what its type says', async () => {
  for (const [method, path] of [
    ['GET', '/health'],
    ['GET', '/openapi.json'],
    ['GET', `/v1/reports/attribution?${MARCH_QUERY}&format=csv`],
    ['GET', '/nowhere'],
    ['GET', '/v1/keys'],
    ['POST', '/v1/touchpoints'],
  ] as const) {
    const { headers } = await shared.call(method, path, { headers: READ });
    expect([path, headers['x-content-type-options']]).toEqual([path, 'nosniff']);
  }
});
