/** Clients that do not read their answers take a bounded part of the memory, and not for long. */
import type { Socket } from 'node:net';
import fastify from 'fastify';
import { expect, onTestFinished, test, vi } from 'vitest';
import { TributaryError } from '../../src/domain/errors.ts';
import { answerFailures } from '../../src/server/failures.ts';
import { Outgoing, type OutgoingLimits } from '../../src/server/outgoing.ts';
import { connectAndSend, received, requestHead } from '../support/sockets.ts';
import { startServer } from './harness.ts';

const LARGE = 'x'.repeat(6_000_000);

/** A server with a large and a small answer. The header `key` names the key. */
async function serve(limits: Partial<OutgoingLimits>) {
  const app = fastify();
  const outgoing = new Outgoing(limits);
  let made = 0;
  app.decorateRequest('key', null);
  app.addHook('onRequest', (request, _, done) => {
    Object.assign(request, { key: { key_id: request.headers['key'] } });
    if (request.url === '/large' && request.method === 'GET')
      try {
        outgoing.check(request);
      } catch (error) {
        return done(error as Error);
      }
    done();
  });
  answerFailures(app);
  outgoing.watch(app);
  app.get('/large', async () => {
    made += 1;
    return LARGE;
  });
  let open_gate = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    open_gate = resolve;
  });
  let waiting = 0;
  app.get('/shared', async (request) => {
    waiting += 1;
    await gate;
    return outgoing.write(request, () => {
      made += 1;
      return LARGE;
    });
  });
  app.get('/small', async () => 'small');
  app.post('/large', async () => LARGE);
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => app.close());
  const get = (path: string, key: string, method = 'GET') => fetch(address + path, { method, headers: { key } });
  /** Asks, and reads no more than the first bytes. */
  const askOnly = async (key: string, path = '/large'): Promise<{ socket: Socket; status: number }> => {
    const socket = await connectAndSend(address, requestHead('GET', path, { key }));
    const status = await new Promise<number>((resolve) =>
      socket.once('data', (bytes) => {
        socket.pause();
        resolve(Number(bytes.toString('latin1').split(' ')[1]));
      }),
    );
    return { socket, status };
  };
  return { get, askOnly, made: () => made, waiting: () => waiting, openGate: () => open_gate() };
}

test('of many clients of one key that never read, most are refused before anything is made for them', async () => {
  const { get, askOnly, made } = await serve({ max_key_bytes: 30_000_000, max_bytes: 60_000_000 });
  const before = process.memoryUsage().rss;
  const asked = await Promise.all(Array.from({ length: 100 }, () => askOnly('a')));
  const count = (status: number) => asked.filter((one) => one.status === status).length;
  expect([count(200), count(503)]).toEqual([5, 95]);
  expect(made()).toBeLessThan(10);
  // Without a limit it is 600 MB and more.
  expect(process.memoryUsage().rss - before).toBeLessThan(300_000_000);
  const refused = await get('/large', 'a');
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
  // Small answers, answers of calls that wrote something, and other keys are not refused.
  expect((await get('/small', 'a')).status).toBe(200);
  expect((await (await get('/large', 'a', 'POST')).text()).length).toBe(LARGE.length);
  expect((await (await get('/large', 'b')).text()).length).toBe(LARGE.length);
  for (const { socket } of asked) socket.destroy();
  await vi.waitFor(async () => expect((await get('/large', 'a')).status).toBe(200), 60_000);
});

test('of many clients that wait for the same answer, most are refused before it is written for them', async () => {
  const { askOnly, made, waiting, openGate } = await serve({ max_key_bytes: 30_000_000, max_bytes: 60_000_000 });
  const answers = Promise.all(Array.from({ length: 100 }, () => askOnly('a', '/shared')));
  await vi.waitFor(() => expect(waiting()).toBe(100), 60_000);
  openGate();
  const asked = await answers;
  const count = (status: number) => asked.filter((one) => one.status === status).length;
  expect([count(200), count(503)]).toEqual([5, 95]);
  expect(made()).toBeLessThan(10);
  for (const { socket } of asked) socket.destroy();
});

test('a client that takes no byte is cut off; one that reads gets its answer', async () => {
  const { askOnly } = await serve({ stall_ms: 1_500 });
  const stalled = await askOnly('a');
  const reading = await askOnly('a');
  let bytes = 0;
  reading.socket.on('data', (part) => {
    bytes += part.length;
  });
  reading.socket.resume();
  await vi.waitFor(() => expect(bytes).toBeGreaterThan(LARGE.length - 200_000), 60_000);
  await new Promise<void>((resolve) => setTimeout(resolve, 5_000));
  // What had been on its way is read, and then the end.
  const closed = received(stalled.socket);
  stalled.socket.resume();
  expect((await closed).length).toBeLessThan(LARGE.length);
});

test('an answer that is taken too slowly is cut off too', async () => {
  const { askOnly } = await serve({ stall_ms: 1_000, bytes_per_s: 60_000_000 });
  const { socket } = await askOnly('a');
  const trickle = setInterval(() => socket.read(1_000), 10);
  onTestFinished(() => clearInterval(trickle));
  await new Promise<void>((resolve) => setTimeout(resolve, 3_000));
  const closed = received(socket);
  socket.resume();
  expect((await closed).length).toBeLessThan(LARGE.length);
});

test('pages without a key are limited as well, and an open connection serves one request after another', async () => {
  const server = await startServer();
  const address = await server.app.listen({ host: '127.0.0.1', port: 0 });
  const pages = Array.from({ length: 20 }, () => requestHead('GET', '/docs', {})).join('');
  await Promise.all(Array.from({ length: 200 }, () => connectAndSend(address, pages).then((s) => s.pause())));
  for (let i = 0; i < 20; i++) expect((await fetch(`${address}/health/live`)).status).toBe(200);
  expect([200, 503]).toContain((await fetch(`${address}/docs`)).status);
});

test('a kept answer is written only for the requests that may have it', async () => {
  const server = await startServer();
  const outgoing = vi.spyOn(Outgoing.prototype, 'check');
  onTestFinished(() => outgoing.mockRestore());
  const asked = await server.get('/v1/reports/attribution?start=2026-03-01&end=2026-03-02');
  expect(asked.status).toBe(200);
  // At the gate, and before the answer is written.
  expect(outgoing).toHaveBeenCalledTimes(2);
  outgoing
    .mockImplementationOnce(() => undefined)
    .mockImplementationOnce(() => {
      throw new TributaryError('busy', 'full', { retry_after_s: 1 });
    });
  const write = vi.spyOn(JSON, 'stringify');
  onTestFinished(() => write.mockRestore());
  expect((await server.get('/v1/reports/attribution?start=2026-03-01&end=2026-03-02')).status).toBe(503);
  expect(write.mock.calls.filter(([value]) => (value as { config_hash?: string })?.config_hash)).toEqual([]);
});
