/** A packed body is read as what it holds, within the limits of what is unpacked. */
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TOUCH } from '../support/events.ts';
import { startServer, type TestServer, WRITE } from './harness.ts';

const MAX_BYTES = 200_000;
let server: TestServer;
beforeAll(async () => {
  server = await startServer({ shared: true, config: { limits: { max_body_bytes: MAX_BYTES } } });
});
afterAll(() => server.close());

const send = (coding: string, payload: Buffer) =>
  server.call('POST', '/v1/touchpoints', {
    headers: { ...WRITE, 'content-type': 'application/json', 'content-encoding': coding },
    payload,
  });
const events = (name: string, n: number): string =>
  JSON.stringify(Array.from({ length: n }, (_, i) => ({ ...TOUCH, touchpoint_id: `${name}-${i}` })));

test.each([
  ['gzip', gzipSync],
  ['x-gzip', gzipSync],
  ['GZIP', gzipSync],
  ['deflate', deflateSync],
  ['deflate', deflateRawSync],
  ['br', brotliCompressSync],
  ['identity', (text: string) => Buffer.from(text)],
  ['identity, gzip', gzipSync],
] as const)('%s is read', async (coding, pack) => {
  const { status, body } = await send(coding, pack(events(`${coding}-${pack.name}`, 700)));
  expect([status, body.accepted]).toEqual([202, 700]);
});

test.each(['zstd', 'compress', 'gzip, gzip', 'constructor', '*'])(
  '%s is refused with 415, which names what is read',
  async (coding) => {
    const { status, body, headers } = await send(coding, gzipSync(events('no', 1)));
    expect([status, body.error.code, body.error.field]).toEqual([415, 'unsupported_media_type', 'content-encoding']);
    expect(body.error.message).toContain('pack the body with one of gzip, deflate, br, or send it as it is');
    expect(headers['accept-encoding']).toBe('gzip, deflate, br');
  },
);

test.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
] as const)('a small %s body that grows beyond the limit is refused, and leaves its room', async (coding, pack) => {
  const bomb = pack(Buffer.alloc(50_000_000, 32));
  expect(bomb.length).toBeLessThan(MAX_BYTES);
  for (let i = 0; i < 30; i++) {
    const { status, body } = await send(coding, bomb);
    expect([status, body.error.code]).toEqual([413, 'too_large']);
  }
  expect((await send(coding, pack(events(`after-${coding}`, 700)))).status).toBe(202);
});

test.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
] as const)('a body that is not %s, or breaks off, is refused as such', async (coding, pack) => {
  const whole = pack(events('half', 10));
  for (const payload of [Buffer.from(events('plain', 1)), whole.subarray(0, whole.length - 9)]) {
    const { status, body } = await send(coding, payload);
    expect([status, body.error.code]).toEqual([400, 'bad_request']);
    expect(body.error.message).toMatch(
      new RegExp(`body: is not valid ${coding}, or not complete; pack it as Content-Encoding says`),
    );
  }
});

test('bodies that are unpacked at the same time share the room of their key', async () => {
  const packed = gzipSync(events('many', 690));
  const answers = await Promise.all(Array.from({ length: 60 }, () => send('gzip', packed)));
  const statuses = new Set(answers.map(({ status }) => status));
  expect([...statuses].filter((status) => ![202, 503].includes(status))).toEqual([]);
  expect((await send('gzip', packed)).status).toBe(202);
});
