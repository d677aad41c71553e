/** What each role may do: every route that the documentation lists, tried as a viewer, an analyst and an admin. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { REPORTS } from '../../src/reports/index.ts';
import { bearer } from '../support/events.ts';
import { READ, startServer, type TestServer } from './harness.ts';
import { cookieOf, signIn } from './signed-in.ts';

const VIEWER = `
  GET /v1/reports/attribution
  GET /v1/reports/changes
  GET /v1/reports/consolidated
  GET /v1/reports/cross_brand
  GET /v1/reports/models
  GET /v1/reports/journeys
  GET /v1/reports/paths
  GET /v1/reports/lags
  GET /v1/reports/synergies
  GET /v1/reports/campaigns
  GET /v1/reports/campaigns/{campaign_id}
  GET /v1/reports/list_health
  GET /v1/reports/fatigue
  GET /v1/reports/send_times
  GET /v1/reports/send_effects
  GET /v1/reports/claims
  GET /v1/reports/cohorts
  GET /v1/reports/lifetime_value
  GET /v1/reports/data_quality
  GET /v1/brands
  GET /v1/settings
  GET /v1/live
  GET /v1/reports/today
  GET /v1/advice
  GET /v1/experiments
  GET /v1/experiments/{experiment_id}
  GET /v1/experiments/calibration
  GET /v1/reports/incrementality
  GET /v1/reports/closest-models
  GET /v1/experiment-size
  GET /v1/annotations
  GET /v1/monitors
  GET /v1/incidents
  GET /v1/saved-views
  GET /v1/progress/{progress_id}
  GET /v1/runs
  GET /v1/runs/{run_id}/compare
  GET /v1/models
  GET /v1/models/{artifact_id}
  GET /v1/models/{artifact_id}/compare/{other_artifact_id}
  GET /v1/models/pins
  GET /v1/models/fits`;
const ANALYST = `
  GET /v1/conversions/{conversion_id}/receipt
  GET /v1/customers/{customer_id}
  GET /v1/reports/orders
  GET /v1/reports/credits
  GET /v1/lineage
  POST /v1/sql
  POST /v1/annotations
  DELETE /v1/annotations/{annotation_id}
  POST /v1/saved-views
  DELETE /v1/saved-views/{view_id}
  GET /v1/share-links
  POST /v1/share-links
  DELETE /v1/share-links/{link_id}
  GET /v1/views
  GET /v1/views/{view}
  GET /metrics`;
const ADMIN_ONLY = `
  POST /v1/runs
  POST /v1/models
  DELETE /v1/models/{artifact_id}
  POST /v1/models/{artifact_id}/pin
  DELETE /v1/models/{artifact_id}/pin
  POST /v1/models/{artifact_id}/adopt
  POST /v1/flush
  POST /v1/email/instrument
  POST /v1/experiments/{experiment_id}/assign
  POST /v1/experiments/{experiment_id}/order
  POST /v1/experiments/{experiment_id}/stop
  DELETE /v1/customers/{customer_id}
  GET /v1/customers/{customer_id}/export
  GET /v1/erasures
  GET /v1/erasures/{erasure_id}
  GET /v1/erasure-list
  GET /v1/retention
  POST /v1/retention
  GET /v1/conflicts
  GET /v1/dead_letters
  POST /v1/dead_letters/replay
  POST /v1/reclassify
  GET /v1/doctor
  POST /v1/doctor/compact
  POST /v1/doctor/backup
  GET /v1/audit
  GET /v1/audit/verification
  GET /v1/keys
  GET /v1/privacy/budgets
  GET /v1/privacy/answers
  POST /v1/keys
  DELETE /v1/keys/{key_id}
  GET /v1/sources
  GET /v1/destinations
  GET /v1/destinations/{destination_id}/dead-letters
  GET /v1/destinations/{destination_id}/withdrawn
  POST /v1/destinations/{destination_id}/check
  POST /v1/destinations/{destination_id}/replay
  GET /v1/identity/proposals
  POST /v1/identity/proposals
  POST /v1/identity/proposals/{proposal_id}/accept
  POST /v1/identity/proposals/{proposal_id}/undo
  GET /v1/pulls
  POST /v1/pulls/{pull_id}/run
  GET /v1/schedules
  POST /v1/schedules/{schedule_id}/send
  GET /v1/schedules/{schedule_id}/preview
  GET /v1/schedules/{schedule_id}/exports
  POST /v1/sources/{source_id}/replay
  GET /v1/email/keys
  POST /v1/email/keys
  POST /v1/email/keys/rotate
  DELETE /v1/email/keys/{kid}`;
const ROLES = ['viewer', 'analyst', 'admin'] as const;

const calls = (list: string): string[] => list.trim().split(/\s*\n\s*/);
const LEAST = new Map<string, (typeof ROLES)[number]>([
  ...calls(VIEWER).map((call) => [call, 'viewer'] as const),
  ...calls(ANALYST).map((call) => [call, 'analyst'] as const),
  ...calls(ADMIN_ONLY).map((call) => [call, 'admin'] as const),
]);

let server: TestServer;
const cookies = new Map<string, Record<string, string>>();
beforeAll(async () => {
  server = await startServer({ shared: true });
  for (const [role, scope] of [
    ['viewer', 'view'],
    ['analyst', 'read'],
    ['admin', 'admin'],
  ] as const) {
    const made = await server.keys.create({ name: `a ${role}`, scope, brand_id: null });
    cookies.set(role, cookieOf(await signIn(server, made.key)));
  }
});
afterAll(() => server.close());

/** The calls that need a key or a session, as the documentation lists them, with the scope that each names. */
async function protectedCalls(): Promise<Array<[call: string, scope: string]>> {
  const { paths } = (await server.get('/openapi.json')).body;
  return Object.entries<Record<string, Record<string, unknown>>>(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]): Array<[string, string]> => {
      const scope = operation['x-scope'] as string | undefined;
      return scope === undefined ? [] : [[`${method.toUpperCase()} ${path}`, scope]];
    }),
  );
}

test('every route says who may call it, and calls that send events or are for assistants are for keys only', async () => {
  const sending =
    /^POST \/(?:mcp$|v1\/(?!runs|models|keys|flush|email\/|sources|destinations|pulls|schedules|sql|annotations|saved-views|share-links|experiments\/|identity\/|dead_letters|reclassify|retention|doctor))/;
  const all = (await protectedCalls()).map(([call]) => call);
  expect(all.filter((call) => !sending.test(call)).sort()).toEqual([...LEAST.keys()].sort());
  for (const call of all.filter((one) => sending.test(one)))
    expect([call, (await server.post(call.slice(5), {}, cookies.get('admin'))).status]).toEqual([call, 401]);
});

test.each(ROLES)('a %s may do what the table says, and is told which role the rest needs', async (role) => {
  for (const [call, least] of LEAST) {
    const [named, path] = call.split(' ') as [string, string];
    // The answer to a GET of it has no end.
    const method = path === '/v1/live' ? 'HEAD' : named;
    // The last call that is tried must not end the session that tries.
    const { status, body } = await server.call(method, path.replace(/\{\w+\}/g, 'none'), {
      headers: { ...cookies.get(role), 'content-type': 'application/json' },
      ...(method === 'POST' ? { payload: '{}' } : {}),
    });
    const may = ROLES.indexOf(role) >= ROLES.indexOf(least);
    if (may && call !== 'POST /v1/doctor/backup') expect([call, [401, 403].includes(status)]).toEqual([call, false]);
    if (may) continue;
    expect([call, status]).toEqual([call, 403]);
    expect(body.error.message).toBe(
      `this needs the role ${least}; "a ${role}" is signed in as ${role}. Ask who runs this Tributary for the role ${least}`,
    );
  }
});

test('a view key reads what tells of no single person, and a read key reads persons, too', async () => {
  const made = await server.keys.create({ name: 'wall screen', scope: 'view', brand_id: null });
  const view = bearer(made.key);
  expect((await server.get('/v1/reports/attribution', view)).status).toBe(200);
  const refused = await server.get('/v1/customers/anna', view);
  expect([refused.status, refused.body.error.message]).toEqual([
    403,
    'this call needs a key of scope read (or admin); the key "wall screen" has view',
  ]);
  expect((await server.get('/v1/customers/anna', READ)).status).toBe(404);
  expect((await server.post('/v1/touchpoints', {}, view)).status).toBe(403);
});

/** Names of fields that tell which person or which order a row is about. */
const OF_ONE = /^(?:\w+_)?(?:customer|person|anonymous|conversion|order|touchpoint|subject)_ids?$/;

function fieldsOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([name, part]) => [
    ...(name === 'properties' ? Object.keys(part as object) : []),
    ...fieldsOf(part),
  ]);
}

test('a report that viewers get has no field with the id of a person or an order', () => {
  const of_persons = REPORTS.filter(({ result }) => fieldsOf(result).some((name) => OF_ONE.test(name)));
  expect(of_persons.map(({ name }) => name).sort()).toEqual(['credits', 'customer', 'orders', 'receipt']);
  for (const { name, persons } of REPORTS)
    expect([name, persons]).toEqual([name, of_persons.some((r) => r.name === name)]);
});
