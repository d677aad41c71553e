/**
 * Two servers hold the same of brand b, and as many but other records of brand a. Whoever has a key of b gets the same answers from both, to the byte:
 * so nothing of a, not even that an id exists, reaches them, from any route, cache, run, link or error.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bearer, mail, order, touch } from '../support/events.ts';
import { at, LAST_DAY_OF_MARCH_MS } from '../support/time.ts';
import { ADMIN, type Answer, startServer, type TestServer, WRITE } from './harness.ts';
import { cookieOf, signIn } from './signed-in.ts';

const CONFIG = {
  brands: { a: { currency: 'EUR', custom_models: { of_a: '1' } }, b: {} },
  behavioural_segments: { a: {} },
  rate_limit_per_minute: 1_000_000,
};
const SCOPES = ['view', 'read', 'sql', 'persons', 'admin'] as const;

/** What is different about brand a on the two servers. */
const VARIANTS = [
  { word: 'zebra', amount: '987.65', channel: 'email_click', days: 3 },
  { word: 'quagga', amount: '1.23', channel: 'organic_search', days: 9 },
] as const;
type Variant = (typeof VARIANTS)[number];

/** Ids that brand a has on the first server only. */
const idOf = (word: string, what: string): string => `${word}-${what}`;
const PLACES = {
  customer_id: 'customer',
  conversion_id: 'order',
  campaign_id: 'campaign',
  run_id: 'run',
  artifact_id: 'artifact',
  annotation_id: 'annotation',
  view_id: 'view',
  link_id: 'link',
} as const;

interface Side {
  server: TestServer;
  /** Headers by scope of a key of b. */
  headers: Map<string, Record<string, string>>;
  /** Ids that the first server gave to things of brand a. The other server has never heard of them. */
  made: Record<string, string>;
}

async function send(server: TestServer, path: string, items: unknown[]): Promise<void> {
  const { status, body } = await server.post(path, items, WRITE);
  expect([path, status, body.rejected]).toEqual([path, 202, []]);
}

async function sendBrandA(
  server: TestServer,
  { word, amount, channel, days }: Variant,
): Promise<Record<string, string>> {
  const of = { brand_id: 'a', customer_id: idOf(word, 'customer') };
  const named = { ...of, campaign_id: idOf(word, 'campaign') };
  await send(server, '/v1/touchpoints', [
    touch(idOf(word, 'touch'), channel, at(days), named),
    touch(idOf(word, 'other'), 'website_visit', at(2), of),
  ]);
  await send(server, '/v1/conversions', [order(idOf(word, 'order'), amount, at(days + 1), { ...of, currency: 'EUR' })]);
  await send(server, '/v1/email_events', [
    mail('delivered', of.customer_id, { ...named, message_id: idOf(word, 'message') }),
  ]);
  await send(server, '/v1/customer_segments', [{ ...of, segment_name: idOf(word, 'segment'), assigned_at: at(1) }]);
  await send(server, '/v1/identity_links', [
    { brand_id: 'a', left_id: of.customer_id, right_id: idOf(word, 'device'), occurred_at: at(1) },
  ]);
  await send(server, '/v1/spend', [
    { brand_id: 'a', channel: word, campaign_id: named.campaign_id, date: '2026-03-02', amount, currency: 'EUR' },
  ]);
  // A record that conflicts, so that lists of faults hold something of a.
  await server.post('/v1/conversions', [order(idOf(word, 'order'), '5', at(1), { ...of, currency: 'EUR' })], WRITE);
  await server.flush();
  const made: Record<string, string> = {};
  const make = async (name: string, path: string, body: object): Promise<void> => {
    const answer = await server.post(path, body, ADMIN);
    expect([path, answer.status]).toEqual([path, 201]);
    made[name] = answer.body[name];
  };
  await make('run_id', '/v1/runs', {
    start: '2026-03-01',
    end: '2026-04-01',
    brand_id: 'a',
    run_id: idOf(word, 'run'),
  });
  await make('annotation_id', '/v1/annotations', { text: `${word} began`, day: '2026-03-10', brand_id: 'a' });
  await make('link_id', '/v1/share-links', {
    name: word,
    address: '/channels?brand_id=a',
    kind: 'page',
    days: 3,
    brand_id: 'a',
  });
  await make('view_id', '/v1/saved-views', { name: word, address: '/channels?brand_id=a', brand_id: 'a' });
  // What is asked for all brands and for a lies in the caches.
  for (const brand of ['', '&brand_id=a'])
    for (const report of ['attribution', 'journeys', 'campaigns', 'paths', 'today', 'data_quality'])
      await server.get(`/v1/reports/${report}?start=2026-03-01&end=2026-04-01${brand}`, ADMIN);
  return made;
}

async function sendBrandB(server: TestServer): Promise<void> {
  const of = { brand_id: 'b', customer_id: 'ben' };
  await send(server, '/v1/touchpoints', [touch('t1', 'email_click', at(2), { ...of, campaign_id: 'spring' })]);
  await send(server, '/v1/conversions', [order('c1', '10', at(3), of)]);
  await send(server, '/v1/email_events', [mail('delivered', 'ben', { ...of, message_id: 'm1' })]);
  await server.flush();
}

async function open(variant: Variant): Promise<Side> {
  const server = await startServer({ shared: true, config: CONFIG, clock: () => LAST_DAY_OF_MARCH_MS });
  const made = await sendBrandA(server, variant);
  await sendBrandB(server);
  const headers = new Map<string, Record<string, string>>();
  for (const scope of SCOPES) {
    const key = await server.keys.create({ name: `b ${scope}`, scope, brand_id: 'b' });
    headers.set(scope, bearer(key.key));
    if (scope === 'read') headers.set('session', cookieOf(await signIn(server, key.key)));
  }
  const write = await server.keys.create({ name: 'b write', scope: 'write', brand_id: 'b' });
  headers.set('write', bearer(write.key));
  return { server, headers, made };
}

let sides: [Side, Side];
beforeAll(async () => {
  sides = [await open(VARIANTS[0]), await open(VARIANTS[1])];
});
afterAll(async () => {
  for (const { server } of sides) await server.close();
});

/** What may differ between any two servers: names that each makes for itself. */
function comparable({ status, text, headers }: Answer, { server }: Side): object {
  const { 'set-cookie': _cookie, date: _date, ...rest } = headers;
  const own = (value: string): string =>
    value
      .replaceAll(server.folder, 'FOLDER')
      .replace(/\bkey_[0-9a-f]{12}\b/g, 'KEY')
      .replace(/\bera_[0-9a-f]{16}\b/g, 'ERASURE')
      .replace(/"last4":"[^"]{4}"/g, '"last4":"LAST"');
  // Keys are listed by their ids, which are random.
  const shown = text.startsWith('{"keys":[')
    ? JSON.stringify(
        JSON.parse(own(text))
          .keys.map((key: object) => JSON.stringify(key))
          .sort(),
      )
    : own(text);
  return { status, text: shown, headers: JSON.parse(own(JSON.stringify(rest))) };
}

const REQUEST = { 'x-request-id': 'same' };

/** Makes one call on both servers, and compares. */
async function compare(call: string, who: string, method: string, path: string, payload?: string): Promise<void> {
  const answers: object[] = [];
  for (const side of sides) {
    const answer = await side.server.call(method, path, {
      headers: {
        ...side.headers.get(who),
        ...REQUEST,
        ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(payload === undefined ? {} : { payload }),
    });
    expect(answer.status).not.toBe(500);
    expect([call, who, path, answer.text.includes('quagga')]).toEqual([call, who, path, false]);
    // A name may come back that the request has itself.
    if (call !== 'after sending' && !path.includes('zebra') && !payload?.includes('zebra'))
      expect([call, who, path, answer.text.includes('zebra')]).toEqual([call, who, path, false]);
    answers.push(comparable(answer, side));
  }
  expect([call, who, path, answers[0]]).toEqual([call, who, path, answers[1]]);
}

interface Documented {
  method: string;
  path: string;
  names: string[];
}

async function documented(): Promise<Documented[]> {
  const { paths } = (await sides[0].server.get('/openapi.json')).body;
  return Object.entries<Record<string, Record<string, unknown>>>(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]): Documented[] => {
      if (operation['x-scope'] === undefined || /^\/v1\/(?:live|doctor|audit)/.test(path)) return [];
      const parameters = (operation['parameters'] ?? []) as Array<{ name: string; in: string }>;
      const names = parameters.filter((one) => one.in === 'query').map(({ name }) => name);
      return [{ method: method.toUpperCase(), path, names }];
    }),
  );
}

/** A path with ids of brand a, with ids that nobody has, and with those of b. */
function pathsOf(path: string): string[] {
  const { made } = sides[0];
  const filled = (idFor: (name: string) => string): string =>
    path.replace(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(idFor(name)));
  const of_a = (name: string): string => made[name] ?? idOf('zebra', PLACES[name as keyof typeof PLACES] ?? name);
  const of_b: Record<string, string> = { customer_id: 'ben', conversion_id: 'c1', campaign_id: 'spring' };
  return [...new Set([filled(of_a), filled((name) => of_b[name] ?? 'none'), filled(() => 'none')])];
}

const PERIOD = 'start=2026-03-01&end=2026-04-01';

test('a key for all brands sees what is different, so the comparison can find it', async () => {
  for (const path of [
    `/v1/reports/attribution?${PERIOD}&brand_id=a&group_by=campaign_id`,
    '/v1/customers/zebra-customer?brand_id=a',
    '/v1/runs',
    '/v1/annotations',
    '/v1/conflicts',
  ]) {
    const [one, other] = await Promise.all(sides.map(({ server }) => server.get(path, ADMIN)));
    expect([path, one!.text.includes('zebra')]).toEqual([path, true]);
    expect(other!.text).not.toBe(one!.text);
  }
});

describe('a key of brand b', () => {
  test('gets the same answer to every question, whatever brand a has', async () => {
    for (const { method, path, names } of await documented()) {
      if (method !== 'GET') continue;
      const period = names.includes('start') ? PERIOD : '';
      const queries = [period];
      if (names.includes('brand_id'))
        queries.push(`${period}&brand_id=a`, `${period}&brand_id=b`, `${period}&brand_id=none`);
      if (names.includes('format')) queries.push(`${period}&format=csv`, `${period}&format=text`);
      if (names.includes('filter'))
        queries.push(`${period}&filter=campaign_id:zebra-campaign`, `${period}&filter=segment:zebra-segment`);
      if (names.includes('group_by')) queries.push(`${period}&group_by=segment`, `${period}&group_by=campaign_id`);
      if (names.includes('model')) queries.push(`${period}&model=of_a`);
      if (names.includes('person')) queries.push('person=zebra-customer');
      // The weakest key is asked all, the others only what differs for them.
      for (const who of ['view', 'read', 'persons', 'admin', 'session'])
        for (const filled of pathsOf(path))
          for (const query of queries)
            if (who === 'read' || query === period || query.includes('brand_id=a'))
              await compare(
                `${method} ${path}`,
                who,
                method,
                `${filled}${query === '' ? '' : `?${query.replace(/^&/, '')}`}`,
              );
    }
  });

  test('finds nothing of brand a in the views for SQL', async () => {
    const { views } = (await sides[0].server.get('/v1/views', sides[0].headers.get('sql')!)).body;
    expect(views.length).toBeGreaterThan(3);
    for (const { view, name } of views)
      for (const who of ['sql', 'persons'])
        await compare(
          'POST /v1/sql',
          who,
          'POST',
          '/v1/sql',
          JSON.stringify({
            sql: `select * from ${view ?? name} order by all`,
            start: '2026-03-01',
            end: '2026-04-01',
            ...(who === 'persons' ? { persons: 'true' } : {}),
          }),
        );
  });

  test('gets the same answer to every change, whatever brand a has', async () => {
    const bodies = [
      {},
      { brand_id: 'a' },
      { run_id: 'zebra-run', ...{ start: '2026-03-01', end: '2026-04-01' } },
      { name: 'x', address: '/channels?brand_id=a', kind: 'page', brand_id: 'a' },
    ];
    for (const { method, path } of await documented()) {
      if (method === 'GET' || /\/v1\/(?:models|sql|email|backup)/.test(path)) continue;
      // With an id that nobody has, or with what exists on the first server only.
      const filled = pathsOf(path)[0]!;
      for (const who of ['read', 'admin'])
        for (const body of method === 'DELETE' ? [undefined] : bodies)
          await compare(
            `${method} ${path}`,
            who,
            method,
            filled,
            body === undefined ? undefined : JSON.stringify(body),
          );
    }
  });

  test('gets the same answer when it sends an id that brand a has', async () => {
    const of = { customer_id: 'zebra-customer', campaign_id: 'zebra-campaign' };
    const sent: Array<[string, object]> = [
      ['/v1/touchpoints', touch('zebra-touch', 'email_click', at(4), of)],
      ['/v1/conversions', order('zebra-order', '3', at(5), of)],
      [
        '/v1/adjustments',
        { conversion_id: 'zebra-order', adjustment_id: 'r', amount: '-1', currency: 'USD', occurred_at: at(6) },
      ],
      ['/v1/touchpoints', touch('brand-a', 'email_click', at(4), { ...of, brand_id: 'a' })],
    ];
    for (const [path, item] of sent) await compare(`POST ${path}`, 'write', 'POST', path, JSON.stringify([item]));
    for (const { server } of sides) await server.flush();
    for (const path of [
      '/v1/customers/zebra-customer',
      '/v1/conversions/zebra-order/receipt',
      `/v1/reports/attribution?${PERIOD}`,
      '/v1/conflicts',
    ])
      await compare('after sending', 'admin', 'GET', path);
  });
});

test('log lines about requests with a key of b name nothing of a', () => {
  for (const { server } of sides) expect(server.log.join('').includes('quagga')).toBe(false);
});
