/** Trials and scheduled fits as a person meets them, through HTTP: real fits of a small shop. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { shopEvents } from '../reports/fit-shop.ts';
import { ORDER } from '../support/events.ts';
import { ADMIN, type Body, READ, startServer, type TestServer } from './harness.ts';

let server: TestServer;
let plain: Body;
let trial: Body;
const PERIOD = 'start=2025-11-01&end=2026-01-01';
const REPORT = `/v1/reports/attribution?${PERIOD}&model=data_driven&group_by=channel`;
/** A fit that learns from nothing is refused by its gate, and one of a currency without rates fails. */
const FITS = [
  { every_hours: 24, model: 'markov', draws: 0, seed: 7 },
  { every_hours: 24, model: 'shapley', draws: 0, start: '2020-01-01', end: '2020-02-01' },
  { every_hours: 24, model: 'markov', draws: 0, currency: 'CHF' },
];

beforeAll(async () => {
  server = await startServer({ shared: true, config: { fits: FITS } });
  const by_record = new Map<string, unknown[]>();
  for (const { record, event } of shopEvents(3_000)) by_record.set(record, [...(by_record.get(record) ?? []), event]);
  for (const [record, events] of by_record)
    for (let from = 0; from < events.length; from += 1_000)
      expect((await server.post(`/v1/${record}`, events.slice(from, from + 1_000))).status).toBe(202);
  await server.flush();
  plain = (await server.post('/v1/models', { model: 'markov', draws: 20 }, ADMIN)).body;
  trial = (await server.post('/v1/models', { model: 'markov', order: '2', draws: 20, trial: true }, ADMIN)).body;
}, 120_000);
afterAll(() => server.close());

const used = async (query = ''): Promise<string> =>
  (await server.get(`${REPORT}${query}`, READ)).body.artifacts.data_driven;

test('a trial is used by reports that name it only, and is listed as one', async () => {
  expect([plain.passed, plain.trial, trial.passed, trial.trial]).toEqual([true, false, true, true]);
  expect(await used()).toBe(plain.artifact_id);
  expect(await used(`&artifact=${trial.artifact_id}`)).toBe(trial.artifact_id);
  const { models } = (await server.get('/v1/models', READ)).body;
  expect(models.map(({ artifact_id, in_use, trial: is_trial }: Body) => [artifact_id, in_use, is_trial])).toEqual([
    [trial.artifact_id, false, true],
    [plain.artifact_id, true, false],
  ]);
  const pinned = await server.post(`/v1/models/${trial.artifact_id}/pin`, { reason: 'too early' }, ADMIN);
  expect([pinned.status, pinned.body.error.message]).toEqual([409, expect.stringContaining('adopt it')]);
});

test('two fits stand side by side: each channel adds up to its reports, and the largest movers are in words', async () => {
  const path = `/v1/models/${plain.artifact_id}/compare/${trial.artifact_id}?${PERIOD}`;
  const { body } = await server.get(path, READ);
  for (const [side, artifact_id] of [
    ['first', plain.artifact_id],
    ['second', trial.artifact_id],
  ]) {
    const report = (await server.get(`${REPORT}&artifact=${artifact_id}`, READ)).body;
    const expected = report.channel_attribution.map((row: Body) => [row.channel, row.attributed_revenue_micros]);
    expect(body.channels.map((row: Body) => [row.channel, row[`${side}_revenue_micros`]]).sort()).toEqual(
      expected.sort(),
    );
    expect(body[side]).toMatchObject({ artifact_id, config_hash: report.config_hash });
  }
  const sum = body.channels.reduce((total: bigint, row: Body) => total + BigInt(row.difference_revenue_micros), 0n);
  expect(sum).toBe(BigInt(body.second.attributed_revenue_micros) - BigInt(body.first.attributed_revenue_micros));
  const learned = body.channels.filter((row: Body) => row.first_learned_share_low !== null);
  expect(learned.length).toBeGreaterThan(2);
  for (const { first_learned_share_low: low, first_learned_share_high: high } of learned)
    expect(low).toBeLessThanOrEqual(high);
  const moved = body.channels
    .map((row: Body) => [row.channel, Math.abs(row.second_share - row.first_share)])
    .filter(([, move]: [string, number]) => move >= 0.005)
    .sort((a: [string, number], b: [string, number]) => b[1] - a[1])
    .slice(0, 3);
  expect(body.movers.map((text: string) => text.split(' goes from ')[0])).toEqual(
    moved.map(([channel]: [string]) => channel),
  );
  const { text } = await server.get(`${path}&format=text`, READ);
  expect(text).toContain(`second: ${trial.artifact_id}`);
});

test('an adopted trial is the artifact that the same fit without trial would have stored; then the trial can be deleted', async () => {
  const { status, body: adopted } = await server.post(`/v1/models/${trial.artifact_id}/adopt`, undefined, ADMIN);
  expect([status, adopted.trial, await used()]).toEqual([201, false, adopted.artifact_id]);
  expect(adopted.channels).toEqual(trial.channels);
  const fitted = (await server.post('/v1/models', { model: 'markov', order: '2', draws: 20 }, ADMIN)).body;
  expect(fitted.artifact_id).toBe(adopted.artifact_id);
  await server.post(
    '/v1/runs',
    { run_id: 'tried', start: '2025-12-01', end: '2025-12-08', models: 'data_driven', artifact: trial.artifact_id },
    ADMIN,
  );
  const remove = () => server.call('DELETE', `/v1/models/${trial.artifact_id}`, { headers: ADMIN });
  expect(await remove()).toMatchObject({
    status: 409,
    body: { error: { message: expect.stringContaining('frozen run') } },
  });
  const { body: other } = await server.post(
    '/v1/models',
    { model: 'markov', order: '3', draws: 0, trial: true },
    ADMIN,
  );
  expect((await server.call('DELETE', `/v1/models/${other.artifact_id}`, { headers: ADMIN })).body).toEqual({
    deleted: other.artifact_id,
  });
  expect((await server.get(`/v1/models/${other.artifact_id}`, READ)).status).toBe(404);
  expect((await server.get(`${REPORT}&artifact=${other.artifact_id}`, READ)).status).toBe(400);
});

test('scheduled fits are logged with what became of them; a refusal and a failure show in reports, doctor and metrics', async () => {
  server.tributary.followers.start();
  await expect
    .poll(
      async () => (await server.get('/v1/models/fits', READ)).body.fits.filter((run: Body) => run.ended_at).length,
      {
        timeout: 60_000,
      },
    )
    .toBe(3);
  const { fits } = (await server.get('/v1/models/fits', READ)).body;
  const by_outcome = new Map<string, Body>(fits.map((run: Body) => [run.outcome, run]));
  expect([...by_outcome.keys()].sort()).toEqual(['failed', 'passed', 'refused']);
  expect(by_outcome.get('passed')).toMatchObject({
    ...{ model: 'markov', brands: ['default'], as_of: plain.as_of, reason: '', checks: [] },
    artifact_id: expect.stringMatching(/^markov_/),
    took_ms: expect.any(Number),
  });
  const refused = by_outcome.get('refused');
  expect(refused).toMatchObject({ model: 'shapley', artifact_id: expect.stringMatching(/^shapley_/) });
  expect(refused.checks[0]).toMatchObject({ value: 0, required: expect.stringContaining('at least') });
  expect(by_outcome.get('failed')).toMatchObject({
    artifact_id: null,
    brands: null,
    reason: expect.stringContaining('CHF'),
  });
  const { warnings } = (await server.get('/v1/doctor', ADMIN)).body;
  expect(warnings).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/scheduled fit of data_driven for all brands did not pass its gate/),
      expect.stringMatching(/scheduled fit of data_driven for all brands failed/),
    ]),
  );
  const metrics = (await server.get('/metrics', READ)).text;
  expect(metrics).toContain('tributary_scheduled_fits_total{model="shapley",outcome="refused"} 1');
  expect(metrics).toContain('tributary_scheduled_fits_failing 2');
  // The fit that passed may have been made before or after the others. One that is older than their failure says so.
  const report = (await server.get(`${REPORT}&artifact=${plain.artifact_id}`, READ)).body;
  expect(report.warnings).toEqual([]);
  await server.post(`/v1/models/${plain.artifact_id}/pin`, { reason: 'older than the failures' }, ADMIN);
  const pinned = (await server.get(REPORT, READ)).body;
  expect(pinned.warnings.map(({ code }: Body) => code)).toEqual(['scheduled_fits_failed', 'scheduled_fits_failed']);
  expect(pinned.warnings[0].message).toContain('tributary models fits');
});

test('an order of a new brand is in the report of all brands, which says so until the next fit learns from it', async () => {
  const order = { ...ORDER, brand_id: 'shop-eu', occurred_at: '2025-12-20T12:00:00Z' };
  await server.post('/v1/conversions', order);
  await server.flush();
  const warned = async (): Promise<string[]> =>
    (await server.get(REPORT, READ)).body.warnings
      .filter(({ code }: Body) => code === 'brands_not_in_fit')
      .map(({ message }: Body) => message);
  expect(await warned()).toEqual([expect.stringMatching(/\(shop-eu; 0\.\d %/)]);
  await server.call('DELETE', `/v1/models/${plain.artifact_id}/pin`, { headers: ADMIN });
  expect(await warned()).toEqual([expect.stringMatching(/\(shop-eu; 0\.\d %/)]);
  const { body } = await server.post('/v1/models', { model: 'markov', draws: 0 }, ADMIN);
  expect([body.passed, body.brands, await used(), await warned()]).toEqual([
    true,
    ['default', 'shop-eu'],
    body.artifact_id,
    [],
  ]);
});
