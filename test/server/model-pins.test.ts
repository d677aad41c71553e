/** Pinned artifacts through HTTP: what reports use and say, who may pin, and what happens when a pinned artifact is gone. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MS_PER_DAY } from '../../src/domain/time.ts';
import { effects, keepArtifact } from '../reports/artifacts.ts';
import { bearer, ORDER, TOUCH } from '../support/events.ts';
import { MARCH_QUERY } from '../support/time.ts';
import { ADMIN, type Body, READ, startServer, type TestServer } from './harness.ts';

let server: TestServer;
let older: string;
let newer: string;
const REPORT = `/v1/reports/attribution?${MARCH_QUERY}&model=data_driven&group_by=channel`;

beforeAll(async () => {
  server = await startServer({ shared: true });
  await server.post('/v1/touchpoints', [
    { ...TOUCH, touchpoint_id: 't-1', channel: 'email' },
    { ...TOUCH, touchpoint_id: 't-2', touchpoint_type: 'paid_ad_click', channel: 'paid_search' },
  ]);
  await server.post('/v1/conversions', ORDER);
  await server.flush();
  const { reports } = server.tributary;
  older = await keepArtifact(reports, { content: effects({ email: 1 }), created_ms: 0 });
  newer = await keepArtifact(reports, { content: effects({ paid_search: 1 }), created_ms: 40 * MS_PER_DAY });
});
afterAll(() => server.close());

const report = async (): Promise<Body> => (await server.get(REPORT, READ)).body;
const unpin = (artifact_id: string, query = '', headers = ADMIN) =>
  server.call('DELETE', `/v1/models/${artifact_id}/pin${query}`, { headers });
const earned = ({ channel_attribution }: Body): string[] =>
  channel_attribution
    .filter(({ attributed_revenue_micros: micros }: Body) => micros !== '0')
    .map(({ channel }: Body) => channel);

test('reports use a pinned artifact and say so, also from the cache, until it is unpinned', async () => {
  const before = await report();
  expect([before.artifacts.data_driven, before.pinned_models, earned(before)]).toEqual([
    newer,
    undefined,
    ['paid_search'],
  ]);
  const pinned = await server.post(`/v1/models/${older}/pin`, { reason: 'the fit that the board saw' }, ADMIN);
  expect([pinned.status, pinned.body]).toEqual([
    201,
    {
      ...{ artifact_id: older, attribution_model: 'data_driven', brand_id: null },
      ...{ reason: 'the fit that the board saw', pinned_by: expect.any(String), pinned_at: expect.any(String) },
    },
  ]);
  const after = await report();
  expect([after.artifacts.data_driven, after.pinned_models, earned(after)]).toEqual([
    older,
    ['data_driven'],
    ['email'],
  ]);
  expect(after.config_hash).not.toBe(before.config_hash);
  expect(after.warnings).toEqual([
    { code: 'pinned_artifact_old', count: 40, message: expect.stringContaining(`models compare ${older} ${newer}`) },
  ]);
  expect((await server.get(`${REPORT}&format=text`, READ)).text).toContain(`data_driven by ${older} (pinned)`);
  // A request that names an artifact gets it, whatever is pinned.
  const named = (await server.get(`${REPORT}&artifact=${newer}`, READ)).body;
  expect([named.artifacts.data_driven, named.pinned_models]).toEqual([newer, undefined]);
  const { models } = (await server.get('/v1/models', READ)).body;
  expect(models.map(({ artifact_id, in_use, pinned_for }: Body) => [artifact_id, in_use, pinned_for])).toEqual([
    [newer, false, []],
    [older, true, ['*']],
  ]);
  expect((await server.get('/v1/models/pins', READ)).body.pins).toEqual([{ ...pinned.body, problem: null }]);
  expect((await unpin(older)).body).toEqual({ unpinned: older });
  expect(await report()).toEqual({ ...before, generated_at: expect.any(String) });
  expect(await unpin(older)).toMatchObject({ status: 404, body: { error: { field: 'artifact_id' } } });
});

test('the audit log and the annotations say who pinned what', async () => {
  const { entries } = (await server.get('/v1/audit?limit=1000', ADMIN)).body;
  const actions = entries.filter(({ kind, call }: Body) => kind === 'action' && call.endsWith('/pin')).reverse();
  expect(actions.slice(0, 2)).toMatchObject([
    { call: 'POST /v1/models/:artifact_id/pin', target: { artifact_id: older } },
    { call: 'DELETE /v1/models/:artifact_id/pin', target: { artifact_id: older } },
  ]);
  const { annotations } = (await server.get('/v1/annotations', READ)).body;
  expect(annotations.map(({ text }: Body) => text)).toEqual(
    expect.arrayContaining([expect.stringContaining(`pinned to ${older}`)]),
  );
});

test('a pin of one brand goes before that of all, and is made by a key of this brand alone', async () => {
  const { body: made } = await server.post('/v1/keys', { name: 'own', scope: 'admin', brand_id: 'default' }, ADMIN);
  const { body: other } = await server.post('/v1/keys', { name: 'eu', scope: 'admin', brand_id: 'shop-eu' }, ADMIN);
  await server.post(`/v1/models/${newer}/pin`, { reason: 'for all' }, ADMIN);
  await server.post(`/v1/models/${older}/pin`, { reason: 'for this one' }, bearer(made.key));
  expect((await report()).artifacts.data_driven).toBe(older);
  expect((await server.get('/v1/models/pins', bearer(made.key))).body.pins).toMatchObject([
    { artifact_id: older, brand_id: 'default' },
  ]);
  expect((await server.get('/v1/models/pins', bearer(other.key))).body.pins).toEqual([]);
  const pin = (headers: Record<string, string>, body: object) => server.post(`/v1/models/${older}/pin`, body, headers);
  expect((await pin(bearer(other.key), { reason: 'not mine' })).status).toBe(404);
  expect((await pin(READ, { reason: 'no admin' })).status).toBe(403);
  expect((await unpin(newer, '', bearer(made.key))).status).toBe(404);
  await unpin(older, '?brand_id=default');
  expect((await report()).artifacts.data_driven).toBe(newer);
  await unpin(newer);
  for (const [body, field] of [
    [{}, 'reason'],
    [{ reason: ' ' }, 'reason'],
    [{ reason: 'x'.repeat(501) }, 'reason'],
    [{ reason: 'of another', brand_id: 'shop-eu' }, 'brand_id'],
    [{ reason: 'more', colour: 'red' }, 'colour'],
  ] as const)
    expect(await pin(ADMIN, body)).toMatchObject({ status: 400, body: { error: { field } } });
});

test('a report is refused where its pinned artifact is gone, and never goes on with another', async () => {
  await server.post(`/v1/models/${older}/pin`, { reason: 'to lose it' }, ADMIN);
  await server.tributary.warehouse.erase({
    relations: [],
    changes: [{ table: 'model_artifacts', where: `artifact_id = '${older}'` }],
  });
  expect(await server.get(REPORT, READ)).toMatchObject({
    status: 409,
    body: {
      error: {
        code: 'model_not_fitted',
        message: expect.stringMatching(new RegExp(`pinned to ${older} .*not stored any more.*models unpin ${older}`)),
      },
    },
  });
  expect((await server.get('/v1/models/pins', READ)).body.pins[0].problem).toContain('not stored');
  expect((await server.get('/v1/doctor', ADMIN)).body.warnings).toEqual(
    expect.arrayContaining([expect.stringContaining(`pinned to ${older} for all brands`)]),
  );
  await unpin(older);
  expect((await report()).artifacts.data_driven).toBe(newer);
});

test('an artifact that did not pass, or that is unknown, cannot be pinned', async () => {
  const { reports } = server.tributary;
  const refused = await keepArtifact(reports, { content: effects({ email: 0.3 }), lacks: 'too few', created_ms: 1 });
  expect(await server.post(`/v1/models/${refused}/pin`, { reason: 'all the same' }, ADMIN)).toMatchObject({
    status: 409,
    body: { error: { message: expect.stringContaining('too few') } },
  });
  expect((await server.post('/v1/models/markov_0/pin', { reason: 'none' }, ADMIN)).status).toBe(404);
  // Only a trial can be deleted or adopted: reports may have used the others.
  for (const [method, path] of [
    ['DELETE', ''],
    ['POST', '/adopt'],
  ] as const)
    expect(await server.call(method, `/v1/models/${newer}${path}`, { headers: ADMIN })).toMatchObject({
      status: 409,
      body: { error: { message: expect.stringContaining('is no trial') } },
    });
});
