/** Destinations of a server, through HTTP: what is sent, where each stands, what was given up, and who sees it. */
import { expect, onTestFinished, test } from 'vitest';
import { startCustom } from '../destinations/fakes/custom.ts';
import { startMeta } from '../destinations/fakes/meta.ts';
import { startWebhook } from '../destinations/fakes/webhook.ts';
import { bearer, order } from '../support/events.ts';
import { ADMIN, type Body, READ, startServer } from './harness.ts';

const KEY = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
const PRIVATE = ['right', KEY, 'wrong-token-of-meta'];
const WAIT = { timeout: 60_000, interval: 100 };

async function started() {
  const [own, hook, vip, south, meta] = await Promise.all([
    startCustom('right'),
    startWebhook(KEY),
    startWebhook(KEY),
    startWebhook(KEY),
    startMeta(Date.now),
  ]);
  onTestFinished(async () => void (await Promise.all([own, hook, vip, south, meta].map((fake) => fake.close()))));
  const start = new Date(Date.now() - 86_400_000).toISOString();
  const common = { send: 'all', start, delay_minutes: 0, private_network: true };
  const webhook = (url: string) => ({
    ...{ ...common, kind: 'webhook' },
    ...{ options: { url: `${url}/hook` }, secrets: { signing_secret: KEY } },
  });
  const ads = (access_token: string) => ({
    ...{ ...common, kind: 'meta', brand_id: 'south' },
    ...{ options: { dataset_id: '123', base_url: meta.url }, secrets: { access_token } },
  });
  const destinations = {
    own: {
      ...{ ...common, kind: 'custom', secrets: { token: 'right' } },
      template: {
        method: 'PUT',
        url: `${own.url}/shop/orders/{{conversion_id}}`,
        headers: { authorization: 'Bearer {{secret.token}}' },
        body: { net: '{{state.net}}', email_credit: '{{state.email_credit}}', revision: '{{revision}}' },
      },
    },
    hook: webhook(hook.url),
    vip: { ...webhook(vip.url), delay_minutes: 1_440, immediate_above: '500.00' },
    south: { ...webhook(south.url), brand_id: 'south' },
    ads: ads('right'),
    lost: ads('wrong-token-of-meta'),
  };
  const server = await startServer({ config: { destinations }, log_level: 'info' });
  const list = async (key = ADMIN): Promise<Body> => {
    const { destinations: all } = (await server.get('/v1/destinations', key)).body;
    return Object.fromEntries(all.map((one: Body) => [one.destination_id, one]));
  };
  const place = (id: string, value: string) =>
    server.post('/v1/conversions', order(id, value, new Date().toISOString()));
  return { server, list, place, own, hook, vip, south };
}

test('orders go out, those of a high value at once; what was refused is listed and sent again, and a stopped one goes on', async () => {
  const { server, list, place, own, hook, vip } = await started();
  // One is refused, and one destination wants no more.
  own.fail({ reply: { status: 422, body: 'no such order of ann@shop.example with right' } });
  hook.goAway();
  await place('o1', '100.00');
  await server.flush();
  server.tributary.followers.start();
  await expect.poll(list, WAIT).toMatchObject({
    own: { status: 'sending', waiting: 0, refused: 1, dead_letters: 1, delivered: 0 },
    hook: { status: 'stopped', retrying: 1, last_error: /410/ },
    vip: { status: 'sending', waiting: 0, delivered: 0 },
  });
  const letters = (await server.get('/v1/destinations/own/dead-letters', ADMIN)).body.dead_letters;
  expect(letters).toMatchObject([
    {
      ...{ kind: 'conversion', conversion_id: 'o1', revision: 1 },
      // Neither the address of a person nor a secret that the server repeats.
      reason: 'answered 422: no such order of [address] with right'.replace('right', '[secret]'),
    },
  ]);

  const replayed = await server.post('/v1/destinations/own/replay', undefined, ADMIN);
  expect(replayed).toMatchObject({ status: 200, body: { messages: 1 } });
  await expect.poll(list, WAIT).toMatchObject({ own: { delivered: 1, dead_letters: 0, retrying: 0 } });
  expect(own.stateByOrder().get('o1')).toMatchObject({ net: 100 });

  // Two orders come. The one of a high value does not wait for a plan of all orders, nor for its touches.
  await place('o2', '40.00');
  await place('o3', '900.00');
  await server.flush();
  await expect.poll(() => [...vip.stateByOrder().keys()], WAIT).toEqual(['o3']);
  await expect.poll(list, WAIT).toMatchObject({ vip: { delivered: 1 }, hook: { status: 'stopped' } });
  expect(await server.post('/v1/destinations/hook/replay', { what: 'nothing' }, ADMIN)).toMatchObject({
    body: { messages: 0 },
  });
  const asked = hook.requests.length;
  await expect.poll(() => hook.requests.length, WAIT).toBeGreaterThan(asked);
  const metrics = (await server.get('/metrics', READ)).text;
  expect(metrics).toContain('tributary_destination_delivered_total{destination="vip"} 1');
  for (const text of [server.log.join(''), metrics, JSON.stringify(await list())])
    for (const secret of [...PRIVATE, 'ann@shop.example']) expect(text.includes(secret)).toBe(false);
});

test('a key of one brand sees, checks and replays the destinations of its brand alone, and others see none', async () => {
  const { server, list, south } = await started();
  const keyOf = async (scope: string, brand_id?: string): Promise<typeof ADMIN> => {
    const made = await server.post('/v1/keys', { name: 'one', scope, ...(brand_id ? { brand_id } : {}) }, ADMIN);
    return bearer(made.body.key);
  };
  const own = await keyOf('admin', 'south');
  expect(Object.keys(await list(own)).sort()).toEqual(['ads', 'lost', 'south']);
  const calls = [
    ['GET', 'dead-letters'],
    ['POST', 'check'],
    ['POST', 'replay'],
  ] as const;
  const statusOf = async (method: string, path: string, key: Record<string, string>): Promise<Body> =>
    (await server.call(method, `/v1/destinations${path}`, { headers: key })).status;
  for (const [method, call] of calls) {
    // As if it were not there.
    expect([call, await statusOf(method, `/own/${call}`, own)]).toEqual([call, 404]);
    expect([call, await statusOf(method, `/none/${call}`, own)]).toEqual([call, 404]);
    expect([call, await statusOf(method, `/south/${call}`, own)]).toEqual([call, 200]);
    for (const scope of ['view', 'read', 'write'])
      expect([call, scope, await statusOf(method, `/south/${call}`, await keyOf(scope))]).toEqual([call, scope, 403]);
  }
  for (const scope of ['view', 'read']) expect(await statusOf('GET', '', await keyOf(scope))).toBe(403);
  const text = JSON.stringify([
    await list(own),
    (await server.post('/v1/destinations/own/check', undefined, own)).body,
  ]);
  for (const other of ['o1', 'hook', 'vip', 'default']) expect(text.includes(`"${other}"`)).toBe(false);
  // A check sends no message.
  expect(south.requests).toEqual([]);
});

test('a check says what is right, what is wrong and what to do, and what nobody can tell', async () => {
  const { server, south } = await started();
  const check = async (id: string): Promise<Body> =>
    (await server.post(`/v1/destinations/${id}/check`, undefined, ADMIN)).body;
  expect(await check('ads')).toMatchObject({
    destination_id: 'ads',
    kind: 'meta',
    result: 'ok',
    field: null,
    fix: null,
  });
  expect(await check('lost')).toEqual({
    ...{ destination_id: 'lost', kind: 'meta', result: 'problem', field: 'secrets.access_token' },
    ...{ message: 'Meta says: Invalid OAuth access token', fix: 'make a new access token for the dataset' },
  });
  expect(await check('own')).toMatchObject({
    result: 'not_checked',
    message: /can be reached; an API of your own has no/,
  });
  await south.close();
  expect(await check('south')).toMatchObject({ result: 'problem', field: 'options.url', message: /ECONNREFUSED/ });
});
