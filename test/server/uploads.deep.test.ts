/** Bodies that arrive slowly, or not at all, take no room that complete ones need. */
import { PassThrough } from 'node:stream';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { expect, test, vi } from 'vitest';
import { Uploads, uploadLimits } from '../../src/server/uploads.ts';
import { TOUCH } from '../support/events.ts';
import { connectAndSend, received, requestHead } from '../support/sockets.ts';
import { ADMIN, startServer, WRITE } from './harness.ts';

const BATCH = JSON.stringify(
  Array.from({ length: 700 }, (_, i) => ({ ...TOUCH, touchpoint_id: `${i}`, email_id: 'e'.repeat(60) })),
);

/** Requests that announce 5 MB and send `bytes` of them. */
const halfOpen = (address: string, n: number, bytes: number) =>
  Promise.all(
    Array.from({ length: n }, () => {
      const headers = { ...WRITE, 'content-type': 'application/json', 'content-length': '5000000' };
      return connectAndSend(address, requestHead('POST', '/v1/touchpoints', headers) + '['.padEnd(bytes, ' '));
    }),
  );

test.each([
  [12, 1],
  [1_000, 1],
  [24, 4_900_000],
])('%i half-open requests with %i bytes each block no batch of another key', async (n, bytes) => {
  const server = await startServer();
  const address = await server.app.listen({ host: '127.0.0.1', port: 0 });
  await halfOpen(address, n, bytes);
  for (const key of bytes === 1 ? [ADMIN, WRITE] : [ADMIN])
    for (let i = 0; i < 5; i++) {
      const answer = await fetch(`${address}/v1/touchpoints`, {
        method: 'POST',
        headers: { ...key, 'content-type': 'application/json' },
        body: BATCH,
      });
      expect(answer.status).toBe(202);
    }
});

test('a body that stops is refused with 408, and its connection is closed', async () => {
  const server = await startServer();
  const address = await server.app.listen({ host: '127.0.0.1', port: 0 });
  const [socket] = await halfOpen(address, 1, 1);
  const answer = await received(socket!);
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  expect(answer).toContain('"code":"request_timeout"');
});

/** Uploads on a clock of their own. Each body is a stream that the test fills. */
function uploadsAt(limits: Partial<ReturnType<typeof uploadLimits>>) {
  let now_ms = 0;
  const uploads = new Uploads({ ...uploadLimits(5_000_000), ...limits }, () => now_ms);
  uploads.close();
  const send = (key_id: string, coding = 'identity') => {
    const body = new PassThrough();
    const closing: Array<() => void> = [];
    const headers = { 'transfer-encoding': 'chunked', 'content-encoding': coding };
    const request = { raw: { headers }, key: { key_id } };
    const upload = uploads.begin(
      request as unknown as FastifyRequest,
      { raw: { once: (_: string, done: () => void) => closing.push(done) } } as unknown as FastifyReply,
    )!;
    const sent = { body, upload, outcome: 'open', close: () => closing.forEach((done) => void done()) };
    uploads.receive(upload, body, Number.NaN, (error, bytes) => {
      sent.outcome = error ? (error as { code?: string }).code! : `${bytes!.length} bytes`;
    });
    return sent;
  };
  const write = async (sent: { body: PassThrough }, bytes: number): Promise<void> => {
    sent.body.write(Buffer.alloc(bytes));
    await new Promise((resolve) => setImmediate(resolve));
  };
  const sweep = (uploads as unknown as { sweep(): void }).sweep.bind(uploads);
  return { send, write, sweep, wait: (ms: number) => (now_ms += ms) };
}

test('a body may take its time at the least speed, and no longer', async () => {
  const { send, write, sweep, wait } = uploadsAt({});
  const [steady, trickling] = [send('a'), send('a')];
  for (let second = 0; second < 60; second++) {
    await write(steady, 10_000);
    await write(trickling, 900);
    wait(1_000);
    sweep();
    expect(trickling.outcome).toBe(second < 10 ? 'open' : 'request_timeout');
  }
  steady.body.end();
  await vi.waitFor(() => expect(steady.outcome).toBe('600000 bytes'), 10_000);
});

test('a slow body gives way to one that needs its room; of bodies that all move the last is told to wait', async () => {
  const { send, write, wait } = uploadsAt({ max_key_bytes: 200_000, max_bytes: 400_000 });
  const slow = send('a');
  await write(slow, 150_000);
  wait(1_000);
  const next = send('a');
  await write(next, 150_000);
  expect([slow.outcome, next.outcome]).toEqual(['request_timeout', 'open']);
  const third = send('a');
  await write(third, 60_000);
  // Small bodies are taken in any case.
  expect(third.outcome).toBe('open');
  await write(third, 60_000);
  expect(third.outcome).toBe('busy');
  const others = [send('b'), send('c')];
  await write(others[0]!, 200_000);
  await write(others[1]!, 100_000);
  expect(others.map(({ outcome }) => outcome)).toEqual(['open', 'busy']);
  next.body.end();
  await vi.waitFor(() => expect(next.outcome).toBe('150000 bytes'), 10_000);
  // A complete body is in memory until its request is answered.
  const fourth = send('a');
  await write(fourth, 100_000);
  expect(fourth.outcome).toBe('busy');
  next.close();
  const fifth = send('a');
  await write(fifth, 100_000);
  expect(fifth.outcome).toBe('open');
});

test('one key has a limited number of bodies on their way', () => {
  const { send, wait } = uploadsAt({ max_open: 3 });
  const first = [send('a'), send('a'), send('a')];
  expect(() => send('a')).toThrow('this key is sending too many bodies at the same time');
  expect(send('b').outcome).toBe('open');
  wait(1_000);
  expect(send('a').outcome).toBe('open');
  expect(first.map(({ outcome }) => outcome)).toEqual(['request_timeout', 'open', 'open']);
  first[1]!.close();
  expect(send('a').outcome).toBe('open');
});

/** Spaces that fill a body of the largest size, and what they are packed. */
const LARGEST = 5_000_000;
const PACKED = gzipSync(Buffer.alloc(LARGEST, 32));

test('a body is unpacked in many turns of the event loop', async () => {
  const { send } = uploadsAt({});
  const sent = send('a', 'gzip');
  sent.body.end(PACKED);
  let turns = 0;
  for (; sent.outcome === 'open'; turns++) await new Promise((resolve) => setImmediate(resolve));
  expect(sent.outcome).toBe(`${LARGEST} bytes`);
  expect(turns).toBeGreaterThan(20);
});

test('a client that hangs up while its body is unpacked stops that, and leaves its room', async () => {
  const { send } = uploadsAt({ max_key_bytes: 2 * LARGEST });
  for (let i = 0; i < 5; i++) {
    const sent = send('a', 'gzip');
    sent.body.end(PACKED);
    await vi.waitUntil(() => sent.upload.bytes > PACKED.length, { timeout: 60_000, interval: 1 });
    sent.close();
    await vi.waitUntil(() => sent.outcome !== 'open', { timeout: 60_000 });
    expect([sent.outcome, sent.upload.bytes]).toEqual(['cancelled', 0]);
  }
  const whole = [send('a', 'gzip'), send('b', 'gzip')];
  for (const { body } of whole) body.end(PACKED);
  await vi.waitUntil(() => whole.every(({ outcome }) => outcome === `${LARGEST} bytes`), { timeout: 60_000 });
});

test('unpacked bytes are in memory until the request is answered, and the packed ones are not', async () => {
  const { send } = uploadsAt({ max_key_bytes: 2 * LARGEST });
  const bodies = [send('a', 'gzip'), send('a', 'br'), send('a', 'deflate')];
  const packed = [PACKED, brotliCompressSync(Buffer.alloc(LARGEST, 32)), deflateSync(Buffer.alloc(LARGEST, 32))];
  for (const [i, { body }] of bodies.entries()) body.end(packed[i]);
  await vi.waitUntil(() => bodies.every(({ outcome }) => outcome !== 'open'), { timeout: 60_000 });
  expect(bodies.map(({ outcome }) => outcome)).toEqual([`${LARGEST} bytes`, 'busy', 'busy']);
  expect(bodies.map(({ upload }) => upload.bytes)).toEqual([LARGEST, 0, 0]);
});

test('many packed bodies of one key do not hold up those of another', async () => {
  const { send } = uploadsAt({});
  const many = Array.from({ length: 100 }, () => send('a', 'gzip'));
  for (const { body } of many) body.end(PACKED);
  const other = send('b', 'gzip');
  other.body.end(gzipSync('[]'));
  await vi.waitUntil(() => other.outcome !== 'open', { timeout: 60_000, interval: 1 });
  expect(other.outcome).toBe('2 bytes');
  expect(many.filter(({ outcome }) => outcome === 'open').length).toBeGreaterThan(50);
  for (const { close } of many) close();
  await vi.waitUntil(() => many.every(({ outcome }) => outcome !== 'open'), { timeout: 60_000 });
});
