/** Events as they arrive: what a stream tells, to whom, how much, and when it ends. */
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { TOUCH } from '../support/events.ts';
import { ADMIN, KEYS, READ, startServer, type TestServer } from './harness.ts';

interface Message {
  id: string | undefined;
  event: string;
  // biome-ignore lint/suspicious/noExplicitAny: messages are looked into by name
  data: any;
}

interface Stream {
  status: number;
  headers: Headers;
  /** The next message; null at the end of the stream. */
  next(): Promise<Message | null>;
  /** Everything that was sent. */
  text(): string;
  close(): void;
}

async function listen(server: TestServer): Promise<string> {
  await server.app.listen({ port: 0, host: '127.0.0.1' });
  // The client keeps connections for a minute, for which a server that stops waits.
  onTestFinished(() => server.app.server.closeAllConnections());
  return `http://127.0.0.1:${(server.app.server.address() as AddressInfo).port}`;
}

async function watch(base: string, headers: Record<string, string> = READ): Promise<Stream> {
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const answer = await fetch(`${base}/v1/live`, { headers, signal: abort.signal });
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let [all, rest] = ['', ''];
  const next = async (): Promise<Message | null> => {
    while (!rest.includes('\n\n')) {
      const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
      if (done || value === undefined) return null;
      all += value;
      rest += value;
    }
    const [block] = rest.split('\n\n', 1);
    rest = rest.slice(block!.length + 2);
    const fields = new Map(block!.split('\n').map((line) => line.split(/: (.*)/s) as [string, string]));
    if (!fields.has('event')) return next();
    return { id: fields.get('id'), event: fields.get('event')!, data: JSON.parse(fields.get('data')!) };
  };
  return { status: answer.status, headers: answer.headers, next, text: () => all, close: () => abort.abort() };
}

const click = (i: number, more: Record<string, unknown> = {}) => ({
  ...TOUCH,
  customer_id: `person-${i}`,
  touchpoint_id: `t-${i}-${more['brand_id'] ?? ''}`,
  ...more,
});

test('a stream tells what is loaded after it began, with verdicts and without persons', async () => {
  const server = await startServer();
  const base = await listen(server);
  await server.post('/v1/touchpoints', click(0));
  await server.flush();
  const stream = await watch(base);
  expect([stream.status, stream.headers.get('content-type'), stream.headers.get('x-accel-buffering')]).toEqual([
    200,
    'text/event-stream; charset=utf-8',
    'no',
  ]);
  expect(await stream.next()).toMatchObject({ event: 'start', data: { resumed: false } });
  await server.post('/v1/touchpoints', [
    click(1, { touchpoint_type: 'email_open', verdict: 'machine' }),
    click(2, { touchpoint_type: 'email_open', verdict: 'human' }),
  ]);
  await server.post('/v1/conversions', {
    conversion_id: 'order-1',
    customer_id: 'person-2',
    conversion_type: 'purchase',
    conversion_value: '20.5',
    currency: 'USD',
    occurred_at: TOUCH.occurred_at,
  });
  await server.flush();
  const told: Message['data'][] = [];
  const counts = new Map<string, number>();
  while ([...counts.values()].reduce((sum, n) => sum + n, 0) < 3) {
    const { data } = (await stream.next())!;
    told.push(...data.events);
    for (const { kind, by, n } of data.counts) counts.set(`${kind} ${by}`, (counts.get(`${kind} ${by}`) ?? 0) + n);
  }
  expect(Object.fromEntries(counts)).toEqual({ 'email_open machine': 1, 'email_open human': 1, 'purchase null': 1 });
  expect(told.map(({ kind, by, amount }) => [kind, by, amount]).sort()).toEqual([
    ['email_open', 'human', null],
    ['email_open', 'machine', null],
    ['purchase', null, '20.500000'],
  ]);
  expect(stream.text()).not.toContain('person-');
});

test('a key of one brand sees its brand, a second has at most 20 events, and all are counted', async () => {
  const server = await startServer();
  const base = await listen(server);
  const { body } = await server.post('/v1/keys', { name: 'north', scope: 'read', brand_id: 'north' }, ADMIN);
  const [all, north] = await Promise.all([watch(base), watch(base, { authorization: `Bearer ${body.key}` })]);
  await Promise.all([all.next(), north.next()]);
  const brands = ['north', 'south'];
  await server.post(
    '/v1/touchpoints',
    Array.from({ length: 90 }, (_, i) => click(i, { brand_id: brands[i % 3 === 0 ? 0 : 1] })),
  );
  await server.flush();
  for (const [stream, wanted] of [
    [all, 90],
    [north, 30],
  ] as const) {
    let [counted, shown, left_out] = [0, 0, 0];
    while (counted < wanted) {
      const { data } = (await stream.next())!;
      expect(data.events.length).toBeLessThanOrEqual(20);
      shown += data.events.length;
      left_out += data.left_out;
      counted += data.counts.reduce((sum: number, { n }: { n: number }) => sum + n, 0);
    }
    expect([counted, shown + left_out]).toEqual([wanted, wanted]);
  }
  expect(north.text()).not.toContain('south');
});

test('who comes back is told what it missed; a position that is none, or is later, begins anew', async () => {
  const server = await startServer();
  const base = await listen(server);
  const first = await watch(base);
  const { id } = (await first.next())!;
  first.close();
  await server.post('/v1/touchpoints', [click(1), click(2)]);
  await server.flush();
  const again = await watch(base, { ...READ, 'last-event-id': id! });
  expect(await again.next()).toMatchObject({ event: 'start', data: { resumed: true } });
  expect((await again.next())!.data.events.map(({ kind }: { kind: string }) => kind)).toEqual([
    TOUCH.touchpoint_type,
    TOUCH.touchpoint_type,
  ]);
  for (const wrong of ['main:999999', "main:1' or 1=1", '2026-03-01T00:00:00Z', 'x'.repeat(2_000)]) {
    const stream = await watch(base, { ...READ, 'last-event-id': wrong });
    expect(await stream.next()).toMatchObject({ event: 'start' });
    stream.close();
  }
});

test('a stream ends with its session, with its key, and with the server', async () => {
  const server = await startServer();
  const base = await listen(server);
  const { body } = await server.post('/v1/keys', { name: 'watcher', scope: 'read' }, ADMIN);
  const page = { origin: base, 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' };
  const signed = await fetch(`${base}/v1/session`, {
    method: 'POST',
    headers: page,
    body: JSON.stringify({ key: KEYS.TRIBUTARY_READ_KEY }),
  });
  const cookie = { ...page, cookie: signed.headers.get('set-cookie')!.split(';')[0]! };
  const [by_session, by_key, other] = await Promise.all([
    watch(base, cookie),
    watch(base, { authorization: `Bearer ${body.key}` }),
    watch(base),
  ]);
  for (const stream of [by_session, by_key, other]) expect((await stream.next())!.event).toBe('start');
  await fetch(`${base}/v1/session`, { method: 'DELETE', headers: cookie });
  expect(await by_session.next()).toMatchObject({ event: 'end', data: { reason: 'signed_out' } });
  expect(await by_session.next()).toBe(null);
  await server.call('DELETE', `/v1/keys/${body.key_id}`, { headers: ADMIN });
  expect(await by_key.next()).toMatchObject({ event: 'end', data: { reason: 'signed_out' } });
  const closed = server.app.close();
  expect(await other.next()).toMatchObject({ event: 'end', data: { reason: 'closing' } });
  await closed;
});

test('a key that may not read opens no stream, nor does a key that has too many', async () => {
  const server = await startServer();
  const base = await listen(server);
  const refused = await fetch(`${base}/v1/live`, {
    headers: { authorization: `Bearer ${KEYS.TRIBUTARY_WRITE_KEY}` },
  });
  expect([refused.status, await refused.json()]).toMatchObject([403, { error: { code: 'forbidden' } }]);
  const head = await fetch(`${base}/v1/live`, { method: 'HEAD', headers: READ });
  expect(head.status).toBe(200);
  const streams = await Promise.all(Array.from({ length: 20 }, () => watch(base)));
  expect(streams.map(({ status }) => status)).toEqual(streams.map(() => 200));
  const one_more = await fetch(`${base}/v1/live`, { headers: READ });
  expect([one_more.status, one_more.headers.get('retry-after')]).toEqual([503, '30']);
  expect(await one_more.json()).toMatchObject({ error: { code: 'busy' } });
  streams[0]!.close();
  await expect
    .poll(async () => {
      const stream = await watch(base);
      stream.close();
      return stream.status;
    })
    .toBe(200);
});

test('nothing is read while nobody listens', async () => {
  const server = await startServer();
  const base = await listen(server);
  let reads = 0;
  const { warehouse } = server.tributary.reports;
  const { read } = warehouse;
  const mine = (args: Parameters<typeof read>): boolean => args[1]?.owner === 'live';
  warehouse.read = ((...args: Parameters<typeof read>) => {
    if (mine(args)) reads += 1;
    return read.apply(warehouse, args);
  }) as typeof read;
  const stream = await watch(base);
  await stream.next();
  await expect.poll(() => reads, { timeout: 10_000 }).toBeGreaterThan(1);
  stream.close();
  await sleep(1_200);
  const before = reads;
  await sleep(1_300);
  expect(reads).toBe(before);
});
