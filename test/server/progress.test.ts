/** A report that takes long says how far it is, to those who wait for it and to nobody else; it ends when the last of them leaves. */
import { expect, test, vi } from 'vitest';
import { countOf } from '../../src/histories/pass-progress.ts';
import { attributionReport } from '../../src/reports/attribution.ts';
import type { Answers } from '../../src/reports/context.ts';
import { Progress } from '../../src/reports/progress.ts';
import { ALL_BRANDS, bearer, ORDER, TOUCH } from '../support/events.ts';
import { slowReports } from '../support/slow.ts';
import { connectAndSend } from '../support/sockets.ts';
import { MARCH, MARCH_QUERY } from '../support/time.ts';
import { ADMIN, READ, startServer } from './harness.ts';

const REPORT = `/v1/reports/attribution?${MARCH_QUERY}`;
const NOTHING = { step: null, done: null, total: null };

const head = (id: string, key = READ): string =>
  `GET ${REPORT} HTTP/1.1\r\nhost: x\r\nauthorization: ${key.authorization}\r\nx-progress-id: ${id}\r\n\r\n`;

test('a report tells how far it is while it runs, to its own key, and nothing once its client is gone', async () => {
  const server = await startServer();
  const reports = slowReports(server.tributary.warehouse);
  Object.assign(server.tributary.reports, { warehouse: reports.warehouse });
  const address = await server.app.listen({ host: '127.0.0.1', port: 0 });
  const client = await connectAndSend(address, head('mine'));
  const progress = async (id: string, key = READ) => (await server.get(`/v1/progress/${id}`, key)).body;
  await vi.waitFor(
    async () => expect(await progress('mine')).toEqual({ step: 'waiting', done: null, total: null }),
    60_000,
  );
  expect(await progress('other')).toEqual(NOTHING);
  expect(await progress('mine', ADMIN)).toEqual(NOTHING);
  client.destroy();
  await vi.waitFor(() => expect(reports.ended).toEqual(['cancelled']), 60_000);
  await vi.waitFor(async () => expect(await progress('mine')).toEqual(NOTHING), 60_000);
});

test('an id that is none is refused', async () => {
  const server = await startServer();
  const answer = await server.get(REPORT, { ...READ, 'x-progress-id': 'a b' });
  expect([answer.status, answer.body.error.field]).toEqual([400, 'x-progress-id']);
  expect((await server.get('/v1/progress/x', bearer('nobody'))).status).toBe(401);
});

test('a pass over people says how many of them are taken, also to those who joined', async () => {
  const server = await startServer();
  const ids = Array.from({ length: 40 }, (_, i) => `c${i}`);
  await server.post(
    '/v1/touchpoints',
    ids.map((id) => ({ ...TOUCH, touchpoint_id: id, customer_id: id })),
  );
  await server.post(
    '/v1/conversions',
    ids.map((id) => ({ ...ORDER, conversion_id: id, order_id: id, customer_id: id })),
  );
  await server.flush();
  const { histories, warehouse, reports } = server.tributary;
  await histories.follow(warehouse);
  const [first, joined] = [new Progress(), new Progress()];
  // The work begins when both have asked for it: else it may be done before the other asks.
  let asked = 0;
  let bothAsked!: () => void;
  const both = new Promise<void>((resolve) => {
    bothAsked = resolve;
  });
  const kept = reports.answers!;
  const answers: Answers = {
    hits: 0,
    clear: () => kept.clear(),
    once(key, make, asking) {
      if (++asked === 2) bothAsked();
      return kept.once(key, () => both.then(make), asking);
    },
  };
  await Promise.all(
    [first, joined].map((progress) => attributionReport({ ...reports, answers, progress }, MARCH, ALL_BRANDS)),
  );
  expect(first.now()).toEqual({ step: 'people', done: 40, total: 40 });
  expect(joined.now()).toEqual({ step: 'people', done: 40, total: 40 });
});

test('a pass is as far as its counter of people', () => {
  const next = new Int32Array(1);
  const progress = new Progress();
  expect(progress.now().step).toBe('waiting');
  progress.begin();
  expect(progress.now()).toEqual({ step: 'query', done: null, total: null });
  progress.watchPass(countOf(next, 100));
  Atomics.store(next, 0, 64);
  expect(progress.now()).toEqual({ step: 'people', done: 64, total: 100 });
  // The last part may be smaller than the counter says.
  Atomics.store(next, 0, 128);
  expect(progress.now()).toEqual({ step: 'people', done: 100, total: 100 });
});
