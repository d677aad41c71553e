/** A packed body is read as what it holds, within the limits of what is unpacked. */
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TOUCH } from '../support/events.ts';
import { connectAndSend, received, requestHead } from '../support/sockets.ts';
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
  const bomb = pack(Buffer.alloc(5_000_000, 32));
  expect(bomb.length).toBeLessThan(MAX_BYTES);
  for (let i = 0; i < 13; i++) {
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

test.each([
  [
    'identity',
    gzipSync('[]'),
    'body: is packed with gzip, and no header says so; send the header Content-Encoding: gzip',
  ],
  ['gzip', gzipSync(gzipSync('[]')), 'body: is packed with gzip again; pack it once'],
] as const)(
  'a body that is packed more often than its header says (%s) is refused with the fix',
  async (coding, bytes, reason) => {
    const { status, body } = await send(coding, bytes);
    expect([status, body.error.message]).toEqual([415, reason]);
  },
);

test('a gzip body may have several members, within the limit of all', async () => {
  const [one, two] = [JSON.stringify(TOUCH).slice(0, 9), JSON.stringify(TOUCH).slice(9)];
  expect((await send('gzip', Buffer.concat([gzipSync(one), gzipSync(two)]))).status).toBe(202);
  const half = gzipSync(Buffer.alloc(MAX_BYTES * 0.6, 32));
  expect((await send('gzip', Buffer.concat([half, half]))).status).toBe(413);
});

describe('through a connection', () => {
  let address: string;
  beforeAll(async () => {
    address = await server.app.listen({ host: '127.0.0.1', port: 0 });
  });

  /** The status of a body that is sent in chunks, or with a length that is not its own. */
  const status = async (payload: Buffer, length?: number): Promise<string> => {
    const size = length === undefined ? { 'transfer-encoding': 'chunked' } : { 'content-length': `${length}` };
    const type = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const headers = { ...WRITE, ...type, ...size, connection: 'close' };
    const socket = await connectAndSend(address, requestHead('POST', '/v1/touchpoints', headers));
    const answer = received(socket);
    if (length !== undefined) socket.write(payload);
    if (length !== undefined && length > payload.length) socket.end();
    if (length === undefined) {
      for (let at = 0; at < payload.length; at += 1_000) {
        const part = payload.subarray(at, at + 1_000);
        socket.write(Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]));
      }
      socket.write('0\r\n\r\n');
    }
    return (await answer).slice(9, 12);
  };

  test('chunks are read, and counted as they are unpacked', async () => {
    expect(await status(gzipSync(events('chunks', 700)))).toBe('202');
    expect(await status(gzipSync(Buffer.alloc(50_000_000, 32)))).toBe('413');
  });

  test('a length that is not that of the body accepts nothing', async () => {
    const payload = gzipSync(events('length', 10));
    expect(await status(payload, payload.length - 9)).toBe('400');
    expect(await status(payload, payload.length + 9)).not.toBe('202');
    await server.flush();
    const rows = await server.tributary.warehouse.read((s) =>
      s.query("select touchpoint_id from touchpoints where touchpoint_id like 'length-%'"),
    );
    expect(rows).toEqual([]);
  });
});

test('bodies that are unpacked at the same time share the room of their key', async () => {
  const packed = gzipSync(events('many', 690));
  const answers = await Promise.all(Array.from({ length: 60 }, () => send('gzip', packed)));
  const statuses = new Set(answers.map(({ status }) => status));
  expect([...statuses].filter((status) => ![202, 503].includes(status))).toEqual([]);
  expect((await send('gzip', packed)).status).toBe(202);
});
