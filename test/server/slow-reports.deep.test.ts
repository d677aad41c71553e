/** Slow reports keep nothing but other reports waiting: events, probes and flushes have what they need. */
import { expect, test, vi } from 'vitest';
import type { Snapshot, Warehouse } from '../../src/warehouse/port.ts';
import { ORDER, TOUCH } from '../support/events.ts';
import { type SlowReports, slowReports } from '../support/slow.ts';
import { connectAndSend, requestHead } from '../support/sockets.ts';
import { MARCH_QUERY } from '../support/time.ts';
import { ADMIN, READ, startServer, type TestServer } from './harness.ts';

const REPORT = `/v1/reports/attribution?${MARCH_QUERY}`;

async function listening(): Promise<{ server: TestServer; address: string; reports: SlowReports }> {
  const server = await startServer();
  const address = await server.app.listen({ host: '127.0.0.1', port: 0 });
  const reports = slowReports(server.tributary.warehouse);
  Object.assign(server.tributary.reports, { warehouse: reports.warehouse });
  return { server, address, reports };
}

/** Asks for `n` reports, with these keys in turn. The clients hang up when told. */
async function ask(address: string, n: number, keys = [READ]): Promise<() => void> {
  const sockets = await Promise.all(
    Array.from({ length: n }, (_, i) => connectAndSend(address, requestHead('GET', REPORT, keys[i % keys.length]!))),
  );
  return () => {
    for (const socket of sockets) socket.destroy();
  };
}

test.each([4, 8, 64])('events, probes and flushes are answered while %i reports run for hours', async (n) => {
  const { server, address, reports } = await listening();
  const hangUp = await ask(address, n, [READ, ADMIN]);
  await vi.waitFor(() => expect(reports.running).toBeGreaterThan(0), 60_000);
  for (let i = 0; i < 20; i++)
    expect((await server.post('/v1/touchpoints', { ...TOUCH, touchpoint_id: `t${i}` })).status).toBe(202);
  // Known ids are looked up as well.
  expect((await server.post('/v1/touchpoints', { ...TOUCH, touchpoint_id: 't0' })).status).toBe(202);
  await server.flush();
  expect((await server.get('/health/ready', {})).body).toEqual({ ready: true, problems: [] });
  expect(reports.ended).toEqual([]);
  hangUp();
  await vi.waitFor(() => expect(reports.ended).toHaveLength(n), 120_000);
});

test('the reports of clients that hung up are stopped, and the next one is answered', async () => {
  const { server, address, reports } = await listening();
  const hangUp = await ask(address, 8);
  await vi.waitFor(() => expect(reports.running).toBeGreaterThan(0), 60_000);
  hangUp();
  await vi.waitFor(() => expect(reports.ended).toHaveLength(8), 120_000);
  expect(new Set(reports.ended)).toEqual(new Set(['cancelled']));
  expect(reports.running).toBe(0);
  reports.slow = false;
  expect((await server.get(REPORT)).status).toBe(200);
});

test('one key takes half of the queue: its next report is told to wait, and another key gets a place', async () => {
  const { server, address, reports } = await listening();
  const reads = vi.spyOn(server.tributary.warehouse, 'read');
  const asked = (): number => reads.mock.calls.filter(([, options]) => options?.owner !== undefined).length;
  // More than any engine runs at once, and 32 that wait.
  const hangUp = await ask(address, 50);
  await vi.waitFor(() => expect([asked(), reports.running > 0]).toEqual([50, true]), 60_000);
  const refused = (): string[] => Array(50 - 32 - reports.running).fill('busy');
  await vi.waitFor(() => expect(reports.ended).toEqual(refused()), 60_000);
  const { status, headers, body } = await server.get(REPORT);
  expect([status, headers['retry-after'], body.error]).toEqual([
    503,
    '5',
    { code: 'busy', message: 'too many reports of this key are waiting; try again in a few seconds' },
  ]);
  reports.slow = false;
  const other = server.get(REPORT, ADMIN);
  const letters = server.get('/v1/conflicts', ADMIN);
  await vi.waitFor(() => expect(asked()).toBe(53), 60_000);
  hangUp();
  expect([(await other).status, (await letters).status]).toEqual([200, 200]);
});

test('work that another client waits for goes on when the client that began it hangs up', async () => {
  const { server, address, reports } = await listening();
  await server.post('/v1/touchpoints', TOUCH);
  await server.post('/v1/conversions', ORDER);
  await server.flush();
  reports.slow = false;
  let open_gate = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    open_gate = resolve;
  });
  const { directory, answers } = server.tributary.reports;
  const make = directory.makeRelation.bind(directory);
  vi.spyOn(directory, 'makeRelation').mockImplementationOnce(async (...given) => {
    await gate;
    await make(...given);
  });
  const asked = vi.spyOn(answers!, 'once');
  const hangUp = await ask(address, 1);
  await vi.waitFor(() => expect(asked).toHaveBeenCalledTimes(1), 60_000);
  const second = fetch(address + REPORT, { headers: READ });
  await vi.waitFor(() => expect(asked).toHaveBeenCalledTimes(2), 60_000);
  hangUp();
  open_gate();
  const answer = await second;
  expect([answer.status, ((await answer.json()) as { summary: { total_conversions: number } }).summary]).toMatchObject([
    200,
    { total_conversions: 1 },
  ]);
});

test('64 probes at once are one read of the warehouse, and a warehouse that is busy is ready', async () => {
  const server = await startServer();
  let probes = 0;
  const { warehouse } = server.tributary;
  const { read } = warehouse;
  vi.spyOn(warehouse, 'read').mockImplementation(((work, options) => {
    if (options?.for === 'probing') probes += 1;
    return read.call(warehouse, work, options);
  }) as Warehouse['read']);
  let open_gate = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    open_gate = resolve;
  });
  const full = Array.from({ length: 100 }, () => read.call(warehouse, async (_: Snapshot) => gate));
  const settled = Promise.allSettled(full);
  const answers = await Promise.all(
    Array.from({ length: 64 }, (_, i) =>
      i % 4 === 0 ? server.get('/metrics', ADMIN) : server.get(i % 2 ? '/health/ready' : '/health', {}),
    ),
  );
  open_gate();
  expect((await settled).some(({ status }) => status === 'rejected')).toBe(true);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(probes).toBe(1);
  const metrics = answers[0]!.text;
  for (const name of ['ready', 'warehouse_readable', 'spool_writable'])
    expect(metrics).toMatch(new RegExp(`^tributary_${name} 1$`, 'm'));
});

test('3,000 flushes share their work, none is refused, and each includes what was accepted before it', async () => {
  const server = await startServer();
  const { collector, warehouse } = server.tributary;
  const flush = vi.spyOn(collector, 'flush');
  let open_gate = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    open_gate = resolve;
  });
  const reports = Promise.allSettled(Array.from({ length: 80 }, () => warehouse.read(async () => gate)));
  await server.post('/v1/touchpoints', { ...TOUCH, touchpoint_id: 'before' });
  const flushes = Array.from({ length: 3_000 }, () => server.post('/v1/flush'));
  const answers = await Promise.all(flushes);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(flush.mock.calls.length).toBeLessThanOrEqual(3);
  for (let i = 0; i < 5; i++) {
    await server.post('/v1/touchpoints', { ...TOUCH, touchpoint_id: `after ${i}` });
    expect((await server.post('/v1/flush')).body.as_of).toBe(`main:${i + 2}`);
  }
  open_gate();
  await reports;
});

test('a spool that cannot be written makes the server not ready, and is tried once for many probes', async () => {
  const server = await startServer();
  const check = vi.spyOn(server.tributary.collector, 'checkSpool').mockRejectedValue(new Error('ENOSPC'));
  const answers = await Promise.all(Array.from({ length: 64 }, () => server.get('/health/ready', {})));
  for (const { status, body } of answers)
    expect([status, body.problems]).toEqual([
      503,
      ['the spool cannot be written, so no event is accepted; check its disk'],
    ]);
  expect(check).toHaveBeenCalledTimes(1);
  expect((await server.get('/metrics', ADMIN)).text).toMatch(/^tributary_spool_writable 0$/m);
});
