/** What the audit log says of requests, through HTTP: who read whom, who changed what, and how it ended. */
import { describe, expect, test } from 'vitest';
import { ORDER, TOUCH } from '../support/events.ts';
import { ADMIN, READ, startServer, type TestServer, WRITE } from './harness.ts';
import { cookieOf, signIn } from './signed-in.ts';

/** How each call is audited that the documentation lists, by the least that opens it. */
const READS = `
  GET /v1/customers/{customer_id}/export
  GET /v1/conversions/{conversion_id}/receipt
  GET /v1/customers/{customer_id}
  GET /v1/reports/credits
  GET /v1/reports/orders
  GET /v1/identity/proposals
  GET /v1/conflicts
  GET /v1/dead_letters
  GET /v1/destinations/{destination_id}/dead-letters
  GET /v1/destinations/{destination_id}/withdrawn`;
const ACTIONS = `
  POST /v1/share-links
  DELETE /v1/share-links/{link_id}
  POST /v1/runs
  POST /v1/models
  DELETE /v1/models/{artifact_id}
  POST /v1/models/{artifact_id}/pin
  DELETE /v1/models/{artifact_id}/pin
  POST /v1/models/{artifact_id}/adopt
  POST /v1/dead_letters/replay
  POST /v1/reclassify
  POST /v1/retention
  DELETE /v1/customers/{customer_id}
  POST /v1/doctor/compact
  POST /v1/doctor/backup
  POST /v1/keys
  DELETE /v1/keys/{key_id}
  POST /v1/destinations/{destination_id}/check
  POST /v1/destinations/{destination_id}/replay
  POST /v1/pulls/{pull_id}/run
  POST /v1/schedules/{schedule_id}/send
  POST /v1/identity/proposals
  POST /v1/identity/proposals/{proposal_id}/accept
  POST /v1/identity/proposals/{proposal_id}/undo
  POST /v1/experiments/{experiment_id}/stop
  POST /v1/sources/{source_id}/replay
  POST /v1/email/keys
  POST /v1/email/keys/rotate
  DELETE /v1/email/keys/{kid}`;
const calls = (list: string): string[] => list.trim().split(/\s*\n\s*/);

async function entriesOf(server: TestServer, query = ''): Promise<Array<Record<string, unknown>>> {
  const { status, body } = await server.get(`/v1/audit?limit=1000${query}`, ADMIN);
  expect(status).toBe(200);
  return body.entries;
}

describe('every call that the documentation lists', () => {
  test('is audited as the table says, also if it is refused by its handler', async () => {
    const server = await startServer();
    const { paths } = (await server.get('/openapi.json')).body;
    const all = Object.entries<Record<string, Record<string, unknown>>>(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        scope: operation['x-scope'],
      })),
    );
    const audited = new Map<string, unknown>();
    for (const { method, path, scope } of all) {
      if (scope === undefined || scope === 'page' || path === '/v1/live') continue;
      await server.call(method, path.replace(/\{\w+\}/g, 'none'), {
        headers: { ...(scope === 'write' ? WRITE : ADMIN), 'content-type': 'application/json' },
        ...(method === 'POST' ? { payload: '{}' } : {}),
      });
      const { entries } = await server.tributary.audit.list({ brand_id: null, limit: 2 });
      const last = entries.find(({ kind }) => kind !== 'outcome');
      if (last !== undefined && !audited.has(last.call)) audited.set(last.call, last.kind);
    }
    const documented = [...audited].map(([call, kind]) => [call.replace(/:(\w+)/g, '{$1}'), kind]);
    const expected = [...calls(READS).map((call) => [call, 'read']), ...calls(ACTIONS).map((call) => [call, 'action'])];
    expect(documented.sort()).toEqual(expected.sort());
    expect(await server.tributary.audit.verify()).toMatchObject({ whole: true });
  });
});

test('a read of a person is written down before the answer, by a mark of the id, and found by the id', async () => {
  const server = await startServer();
  await server.post('/v1/touchpoints', [{ ...TOUCH, customer_id: 'ann@shop.example' }], WRITE);
  await server.post('/v1/conversions', [{ ...ORDER, customer_id: 'ann@shop.example', conversion_id: 'o-7' }], WRITE);
  await server.flush();
  await server.get('/v1/customers/ann%40shop.example', READ);
  await server.get('/v1/conversions/o-7/receipt', READ);
  await server.get('/v1/customers/bob%40shop.example', READ);
  await server.get('/v1/reports/attribution?group_by=channel', READ);
  const found = await entriesOf(server, '&person=ann%40shop.example');
  expect(found.map(({ kind, call, actor }) => [kind, call, (actor as { name: string }).name])).toEqual([
    ['read', 'GET /v1/customers/:customer_id', expect.any(String)],
  ]);
  expect((await entriesOf(server, '&person=o-7')).map(({ call }) => call)).toEqual([
    'GET /v1/conversions/:conversion_id/receipt',
  ]);
  expect((await entriesOf(server)).length).toBe(3);
  expect(JSON.stringify(await entriesOf(server))).not.toMatch(/ann|bob|o-7/);
});

test('SQL is a read of persons where it asks for their columns', async () => {
  const server = await startServer();
  const ask = (persons?: string) =>
    server.post('/v1/sql', { sql: 'select count(*) as n from orders', ...(persons ? { persons } : {}) }, ADMIN);
  expect((await ask()).status).toBe(200);
  expect(await entriesOf(server)).toEqual([]);
  expect((await ask('true')).status).toBe(200);
  expect((await entriesOf(server)).map(({ call, kind }) => [call, kind])).toEqual([['POST /v1/sql', 'read']]);
});

test('an action stands there with its outcome, and no secret', async () => {
  const server = await startServer();
  const { body: made } = await server.post('/v1/keys', { name: 'of b', scope: 'read', brand_id: 'b' }, ADMIN);
  await server.post('/v1/keys', { name: '', scope: 'read' }, ADMIN);
  await server.call('DELETE', `/v1/keys/${made.key_id}`, { headers: ADMIN });
  const found = (await entriesOf(server)).reverse();
  expect(found.map(({ kind, call, of, result, target }) => [kind, call, of ?? null, result ?? null, target])).toEqual([
    ['action', 'POST /v1/keys', null, null, {}],
    ['outcome', 'POST /v1/keys', 1, 'done', {}],
    ['action', 'POST /v1/keys', null, null, {}],
    ['outcome', 'POST /v1/keys', 3, 'bad_request', {}],
    ['action', 'DELETE /v1/keys/:key_id', null, null, { key_id: made.key_id }],
    ['outcome', 'DELETE /v1/keys/:key_id', 5, 'done', { key_id: made.key_id }],
  ]);
  expect(found[0]).toMatchObject({ parameters: ['brand_id', 'name', 'scope'] });
  expect(JSON.stringify(found)).not.toContain(made.key);
});

test('who signs in stands there; who fails does not', async () => {
  const server = await startServer();
  const made = await server.keys.create({ name: 'marketing', scope: 'read', brand_id: null });
  await server.post('/v1/session', { key: 'wrong' });
  const cookie = cookieOf(await signIn(server, made.key));
  await server.get('/v1/customers/none', cookie);
  expect((await entriesOf(server)).map(({ kind, actor }) => [kind, (actor as { name: string }).name])).toEqual([
    ['read', 'marketing'],
    ['sign_in', 'marketing'],
  ]);
});

test('an admin of one brand sees the entries of that brand, and cannot check the chain of all', async () => {
  const server = await startServer();
  const { body: of_b } = await server.post('/v1/keys', { name: 'admin of b', scope: 'admin', brand_id: 'b' }, ADMIN);
  const headers = { authorization: `Bearer ${of_b.key}` };
  await server.get('/v1/conflicts', headers);
  await server.get('/v1/customers/none', READ);
  const { body } = await server.get('/v1/audit', headers);
  expect(body.entries.map(({ call }: { call: string }) => call)).toEqual(['GET /v1/conflicts']);
  expect((await server.get('/v1/audit/verification', headers)).status).toBe(403);
  expect((await server.get('/v1/audit', READ)).status).toBe(403);
});

test('without the store of state no data of a person is given, and no action begins', async () => {
  const server = await startServer();
  await server.tributary.state.close();
  expect((await server.get('/v1/customers/none', READ)).status).toBe(503);
  expect((await server.call('DELETE', '/v1/keys/none', { headers: ADMIN })).status).toBe(503);
});

test('a broken chain is a problem of doctor, and stops no report', async () => {
  const server = await startServer();
  for (const id of ['a', 'b', 'c']) await server.get(`/v1/customers/${id}`, READ);
  expect((await server.get('/v1/doctor', ADMIN)).body.problems).toEqual([]);
  const [, second] = await server.tributary.state.list('audit_entries');
  await server.tributary.state.transaction((transaction) => transaction.delete('audit_entries', second!.key));
  expect((await server.get('/v1/audit/verification', ADMIN)).body).toMatchObject({
    whole: false,
    problem: 'entry 2 is missing',
  });
  expect((await server.get('/v1/doctor', ADMIN)).body.problems).toEqual([
    'the audit log is broken: entry 2 is missing',
  ]);
  expect((await server.get('/v1/customers/a', READ)).status).not.toBe(503);
});
