/** Annotations: who may write, see and delete which, and what the program notes by itself. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serve } from '../../src/server/serve.ts';
import { bearer } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { ADMIN, READ, startServer, type TestOptions, type TestServer, WRITE } from './harness.ts';

const PATH = '/v1/annotations';
const NOTE = { day: '2026-11-27', text: 'Black Friday begins' };

/** For requests that change nothing. */
let shared: TestServer;
beforeAll(async () => {
  shared = await startServer({ shared: true });
});
afterAll(() => shared.close());

const texts = async (server: TestServer, query = '', headers = READ): Promise<string[]> =>
  (await server.get(PATH + query, headers)).body.annotations.map(({ text }: { text: string }) => text);

test('a note is listed by its days, and deleted', async () => {
  const server = await startServer();
  const { status, body } = await server.post(PATH, { ...NOTE, last_day: '2026-11-30' }, READ);
  expect([status, body]).toMatchObject([
    201,
    {
      brand_id: null,
      first_day: '2026-11-27',
      last_day: '2026-11-30',
      kind: 'by_hand',
      created_by: 'TRIBUTARY_READ_KEY',
    },
  ]);
  await server.post(PATH, { day: '2026-10-01', text: 'A new theme' }, READ);
  expect(await texts(server)).toEqual(['A new theme', NOTE.text]);
  expect(await texts(server, '?start=2026-11-30&end=2026-12-05')).toEqual([NOTE.text]);
  expect(await texts(server, '?start=2026-12-01')).toEqual([]);
  expect(await texts(server, '?end=2026-11-27')).toEqual(['A new theme']);
  const gone = await server.call('DELETE', `${PATH}/${body.annotation_id}`, { headers: READ });
  expect(gone.body).toEqual({ deleted: body.annotation_id });
  expect(await texts(server)).toEqual(['A new theme']);
  expect((await server.call('DELETE', `${PATH}/${body.annotation_id}`, { headers: READ })).status).toBe(404);
});

test.each([
  ['no day', { text: 'x' }, 'day'],
  ['a day that no calendar has', { ...NOTE, day: '2026-02-30' }, 'day'],
  ['a last day before the first', { ...NOTE, last_day: '2026-11-26' }, 'last_day'],
  ['no text', { ...NOTE, text: ' ' }, 'text'],
  ['a long text', { ...NOTE, text: 'x'.repeat(281) }, 'text'],
  ['two lines', { ...NOTE, text: 'a\nb' }, 'text'],
  ['a kind of the program', { ...NOTE, kind: 'settings' }, 'kind'],
  ['a list', [], 'body'],
])('%s is refused by its field', async (_, body, field) => {
  const answer = await shared.post(PATH, body, READ);
  expect([answer.status, answer.body.error.field]).toEqual([400, field]);
});

test('a key of one brand sees the notes of its brand and of all brands, and changes only its own', async () => {
  const server = await startServer();
  const made = await server.post('/v1/keys', { name: 'a', scope: 'read', brand_id: 'a' }, ADMIN);
  const of_a = bearer(made.body.key);
  const all = await server.post(PATH, { ...NOTE, text: 'of all' }, READ);
  const of_b = await server.post(PATH, { ...NOTE, text: 'of b', brand_id: 'b' }, READ);
  const own = await server.post(PATH, { ...NOTE, text: 'of a' }, of_a);
  expect(own.body.brand_id).toBe('a');
  expect((await server.post(PATH, { ...NOTE, brand_id: 'b' }, of_a)).status).toBe(403);
  expect((await texts(server, '', of_a)).sort()).toEqual(['of a', 'of all']);
  expect((await texts(server, '?brand_id=b')).sort()).toEqual(['of all', 'of b']);
  expect((await server.get(`${PATH}?brand_id=b`, of_a)).status).toBe(403);
  const remove = (id: string): Promise<{ status: number }> => server.call('DELETE', `${PATH}/${id}`, { headers: of_a });
  expect((await remove(of_b.body.annotation_id)).status).toBe(404);
  expect((await remove(all.body.annotation_id)).status).toBe(403);
  expect((await remove(own.body.annotation_id)).status).toBe(200);
  expect((await server.get(PATH, WRITE)).status).toBe(403);
});

test('changed settings and sources are noted once, on the day of the brand', async () => {
  const folder = temporaryFolder();
  // 23:30 in London is the next day in Berlin.
  const clock = (): number => Date.parse('2026-11-27T23:30Z');
  const run = async (config: Record<string, unknown>): Promise<unknown[]> => {
    const options: TestOptions = { folder, config, clock, shared: true };
    const server = await startServer(options);
    const handle = await serve(server.tributary, server.keys, { port: 0, log_level: 'silent' });
    const answer = await fetch(`${handle.address}${PATH}`, { headers: READ });
    const { annotations } = (await answer.json()) as { annotations: Array<Record<string, unknown>> };
    await handle.close();
    return annotations.map(({ text, kind, brand_id, first_day }) => [kind, brand_id, first_day, text]);
  };
  const berlin = { time_zone: 'Europe/Berlin' };
  const sources = {
    mails: {
      provider: 'postmark',
      brand_id: 'shop',
      path_token: 'x'.repeat(30),
      basic_auth: { user: 'u', password: 'x'.repeat(30) },
    },
  };
  expect(await run({ defaults: berlin })).toEqual([]);
  const noted = [
    ['settings', null, '2026-11-28', 'Settings changed: half_life_days from 7 to 14'],
    ['settings', 'shop', '2026-11-28', 'Settings changed: currency from "USD" to "EUR", half_life_days from 7 to 3'],
    ['sources', 'shop', '2026-11-28', 'Source mails (postmark) was added'],
  ];
  const config = {
    defaults: { ...berlin, half_life_days: 14 },
    brands: { shop: { half_life_days: 3, currency: 'EUR' }, other: {} },
    sources,
  };
  expect((await run(config)).sort()).toEqual(noted);
  expect((await run(config)).sort()).toEqual(noted);
  const later = await run({ ...config, sources: {} });
  expect(later).toHaveLength(4);
  expect(later).toContainEqual(['sources', 'shop', '2026-11-28', 'Source mails (postmark) was removed']);
});

test('only an admin deletes what the program wrote', async () => {
  const server = await startServer();
  await server.tributary.noted_changes.noteFit({
    artifact_id: 'art_1',
    model: 'markov',
    brands: ['default'],
    card: { gate: { passed: false, checks: [] } },
  } as never);
  const { annotations } = (await server.get(PATH)).body;
  expect(annotations).toMatchObject([{ kind: 'models', text: expect.stringContaining('did not pass its gate') }]);
  const remove = (headers: Record<string, string>): Promise<{ status: number }> =>
    server.call('DELETE', `${PATH}/${annotations[0].annotation_id}`, { headers });
  expect((await remove(READ)).status).toBe(403);
  expect((await remove(ADMIN)).status).toBe(200);
});
