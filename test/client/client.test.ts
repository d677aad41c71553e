/** What the client sends, when it tries again, and what it says of a failure; the server is a function here. */
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { createClient, RecordRefused, TributaryError } from '../../client/index.ts';

interface Seen {
  method: string;
  url: string;
  body: string | undefined;
  headers: Record<string, string>;
}

/** A client whose server answers each call with the next one of the list; a status alone is a failure. */
function clientOf(
  answers: Array<unknown>,
  options: { retries?: number; max_wait_ms?: number; timeout_ms?: number } = {},
) {
  const seen: Seen[] = [];
  const answer: typeof fetch = async (url, init) => {
    seen.push({
      method: init!.method!,
      url: String(url),
      body: init!.body as string | undefined,
      headers: init!.headers as Record<string, string>,
    });
    const next = answers[seen.length - 1];
    if (next instanceof Error) throw next;
    if (next instanceof Response) return next;
    return Response.json(next);
  };
  const client = createClient({
    url: 'https://tributary.example/',
    key: 'k',
    fetch: answer,
    max_wait_ms: 1,
    ...options,
  });
  return { client, seen };
}

function failure(status: number, code: string, headers: Record<string, string> = {}, field?: string): Response {
  return Response.json({ error: { code, field, message: `why ${code}` }, request_id: 'r-1' }, { status, headers });
}

const RECEIPT = { accepted: 1, ids: ['order-1'], rejected: [] };
const ORDER = {
  conversion_id: 'order-1',
  email: 'anna@example.com',
  conversion_type: 'purchase',
  conversion_value: '10.00',
  occurred_at: '2026-03-02T10:20:00Z',
} as const;
const failed = (call: Promise<unknown>): Promise<TributaryError> =>
  call.then(
    () => expect.unreachable('it succeeded'),
    (error) => error,
  );

test('an order is sent again with the same bytes while the server is away or busy, and then its receipt comes', async () => {
  const { client, seen } = clientOf([new TypeError('connection refused'), failure(503, 'busy'), RECEIPT]);
  expect(await client.send('conversions', ORDER)).toEqual(RECEIPT);
  expect(seen).toHaveLength(3);
  expect(new Set(seen.map(({ body }) => body))).toEqual(new Set([JSON.stringify(ORDER)]));
  expect(seen[0]).toMatchObject({
    method: 'POST',
    url: 'https://tributary.example/v1/conversions',
    headers: { authorization: 'Bearer k', 'content-type': 'application/json' },
  });
});

test.each([
  ['a wrong parameter', failure(400, 'bad_request', {}, 'model')],
  ['a spent budget of noise', failure(429, 'budget_spent')],
  ['a wait that is longer than the client waits', failure(503, 'busy', { 'retry-after': '5' })],
])('%s is not asked again', async (_, answer) => {
  const { client, seen } = clientOf([answer], { max_wait_ms: 1_000 });
  await failed(client.get('/v1/reports/attribution'));
  expect(seen).toHaveLength(1);
});

test('what could happen twice is tried once', async () => {
  const { client, seen } = clientOf([failure(503, 'busy')]);
  expect(await failed(client.post('/v1/models', { body: { model: 'data_driven' } as never }))).toMatchObject({
    status: 503,
  });
  expect(seen).toHaveLength(1);
});

test('a failure tells status, code, field, message and the id of the request', async () => {
  const { client } = clientOf([failure(400, 'bad_request', {}, 'model')]);
  const error = await failed(client.get('/v1/reports/attribution', { query: { model: 'best' } }));
  expect(error).toBeInstanceOf(TributaryError);
  expect(error).toMatchObject({
    status: 400,
    code: 'bad_request',
    field: 'model',
    message: 'why bad_request',
    request_id: 'r-1',
  });
});

test('a refused record fails alone, and is named by the receipt in a list', async () => {
  const rejected = {
    accepted: 0,
    ids: [],
    rejected: [{ index: 0, field: 'occurred_at', reason: 'has no zone; add Z' }],
  };
  const answer = (): Response => Response.json(rejected, { status: 422 });
  const { client } = clientOf([answer(), answer()]);
  const error = await failed(client.send('conversions', ORDER));
  expect(error).toBeInstanceOf(RecordRefused);
  expect(error).toMatchObject({ status: 422, field: 'occurred_at', message: 'occurred_at: has no zone; add Z' });
  expect(await client.send('conversions', [ORDER])).toEqual(rejected);
});

test('ids stay one part of the path, lists are repeated, and what is undefined is left out', async () => {
  const { client, seen } = clientOf([{}, {}]);
  await client.get('/v1/conversions/{conversion_id}/receipt', { path: { conversion_id: 'a/../b?c' } });
  await client.get('/v1/reports/attribution', {
    query: { filter: ['channel:email', 'country:DE'], exclude_direct: true, model: undefined },
  });
  expect(seen.map(({ url }) => url)).toEqual([
    'https://tributary.example/v1/conversions/a%2F..%2Fb%3Fc/receipt',
    'https://tributary.example/v1/reports/attribution?filter=channel%3Aemail&filter=country%3ADE&exclude_direct=true',
  ]);
  for (const customer_id of ['', '.', '..'])
    expect(await failed(client.get('/v1/customers/{customer_id}', { path: { customer_id } }))).toBeInstanceOf(
      TypeError,
    );
});

test('no answer, an answer that is no JSON, and a call that is ended have names of their own', async () => {
  const none = clientOf([new TypeError('connection refused')], { retries: 0 });
  expect(await failed(none.client.get('/health'))).toMatchObject({ status: 0, code: 'unreachable' });
  const page = clientOf([new Response('<html>')]);
  expect(await failed(page.client.get('/health'))).toMatchObject({ code: 'not_json' });
  const slow = createClient({
    url: 'http://tributary.example',
    retries: 0,
    timeout_ms: 1,
    fetch: async (_, init) => {
      if (!init!.signal!.aborted) await once(init!.signal!, 'abort');
      throw init!.signal!.reason;
    },
  });
  expect(await failed(slow.get('/health'))).toMatchObject({ status: 0, code: 'timeout' });
  const ended = AbortSignal.abort(new Error('the caller left'));
  expect(await failed(slow.get('/health', { signal: ended }))).toMatchObject({ message: 'the caller left' });
});

test.each([
  'tributary.example',
  'ftp://tributary.example',
  'https://tributary.example/?a=b',
  'https://user:secret@tributary.example',
])('%s is refused as an address, without repeating it', (url) => {
  expect(() => createClient({ url })).toThrow(/^url: is not the address of a server; give one such as https:/);
});
