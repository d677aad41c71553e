/** Saved views: names for pages of this dashboard, of one key or for all who see the brand. */
import { expect, test } from 'vitest';
import { bearer } from '../support/events.ts';
import { ADMIN, type Answer, READ, startServer, type TestServer } from './harness.ts';

const PATH = '/v1/saved-views';
const VIEW = { name: 'Channels', address: '/channels?model=last_touch' };

const names = async (server: TestServer, headers: Record<string, string>): Promise<string[]> =>
  (await server.get(PATH, headers)).body.views.map(({ name }: { name: string }) => name);

test('a view is of its maker, or of all who see the brand', async () => {
  const server = await startServer();
  const keyOf = async (brand_id: string): Promise<Record<string, string>> =>
    bearer((await server.post('/v1/keys', { name: brand_id, scope: 'read', brand_id }, ADMIN)).body.key);
  const [of_a, of_b] = [await keyOf('a'), await keyOf('b')];
  const own = await server.post(PATH, VIEW, READ);
  expect(own.body).toMatchObject({ ...VIEW, shared: false, own: true, created_by: 'TRIBUTARY_READ_KEY' });
  await server.post(PATH, { ...VIEW, name: 'For all', shared: true, period: 'last_7_days' }, READ);
  await server.post(PATH, { ...VIEW, name: 'For a', shared: true }, of_a);
  expect(await names(server, READ)).toEqual(['Channels', 'For a', 'For all']);
  expect(await names(server, of_a)).toEqual(['For a', 'For all']);
  expect(await names(server, of_b)).toEqual(['For all']);
  const [, shared] = (await server.get(PATH, of_a)).body.views;
  expect(shared).toMatchObject({ own: false, period: 'last_7_days' });
  const remove = (id: string, headers: Record<string, string>): Promise<Answer> =>
    server.call('DELETE', `${PATH}/${id}`, { headers });
  expect((await remove(shared.view_id, of_a)).status).toBe(403);
  expect((await remove(own.body.view_id, of_a)).status).toBe(404);
  expect((await remove(own.body.view_id, READ)).status).toBe(200);
  expect((await remove(shared.view_id, ADMIN)).status).toBe(200);
  expect(await names(server, READ)).toEqual(['For a']);
});

test('only pages of this dashboard can be saved, and none of a person or an order', async () => {
  const server = await startServer();
  for (const address of [
    'https://evil.example/',
    '//evil.example/channels',
    '/\\evil.example',
    'javascript:alert(1)',
    '/v1/keys',
    '/nothing',
    '/customers/cus_1',
    '/orders/o-1',
    '/lineage?address=/v1/conversions/o-1/receipt',
    '/channels?Model=x',
    `/channels?model=${'x'.repeat(601)}`,
    '/channels/../orders/o-1',
  ]) {
    const { status, body } = await server.post(PATH, { ...VIEW, address }, READ);
    expect([status, body.error?.field], address).toEqual([400, 'address']);
  }
  expect((await server.post(PATH, { ...VIEW, name: '' }, READ)).body.error.field).toBe('name');
  for (const address of ['/', '/customers', '/campaigns/spring?compare=none', '/models#top'])
    expect((await server.post(PATH, { ...VIEW, address }, READ)).status, address).toBe(201);
});
