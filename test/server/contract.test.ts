/**
 * A collecting request is answered alike by the door (`src/server/door.ts`) and by Fastify's route: status, headers and body. Both
 * listeners belong to one server, and each request goes to both over a connection of its own.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RECORD_NAMES, recordKind } from '../../src/domain/index.ts';
import { ORDER, TOUCH } from '../support/events.ts';
import { connectAndSend, received } from '../support/sockets.ts';
import { ADMIN, KEYS, PAGE, READ, startServer, type TestServer, WRITE } from './harness.ts';

const MAX_BODY_BYTES = 20_000;
const PAGE_KEY = `?key=${KEYS.TRIBUTARY_PAGE_KEY}`;
const JSON_TYPE = { 'content-type': 'application/json' };
const ORIGIN = { origin: 'https://shop.example' };

let server: TestServer;
let plain: Server;
let doors: { door: string; fastify: string };
beforeAll(async () => {
  const limits = { max_body_bytes: MAX_BODY_BYTES, max_items: 20 };
  const config = { limits, cors_origins: ['https://shop.example'], brands: { open: { page_conversions: true } } };
  server = await startServer({ shared: true, config, log_level: 'debug' });
  const door = await server.app.listen({ host: '127.0.0.1', port: 0 });
  plain = createServer(server.app.routing);
  plain.on('checkExpectation', server.app.routing);
  await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
  doors = { door, fastify: `http://127.0.0.1:${(plain.address() as AddressInfo).port}` };
});
afterAll(async () => {
  plain.closeAllConnections();
  plain.close();
  await server.close();
});

interface Sent {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** Sends the body in parts of this many bytes, as chunks. */
  chunk_bytes?: number;
}

/** The bytes of a request. Its connection ends with it. */
function bytesOf({ method = 'POST', path = '/v1/touchpoints', headers = {}, body, chunk_bytes }: Sent): Buffer {
  const bytes = Buffer.from(body ?? '');
  const length: Record<string, string> =
    body === undefined
      ? {}
      : chunk_bytes === undefined
        ? { 'content-length': String(bytes.length) }
        : { 'transfer-encoding': 'chunked' };
  const fields = { host: 'test', connection: 'close', ...length, ...headers };
  const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  const parts = [Buffer.from(`${method} ${path} HTTP/1.1\r\n${head.join('')}\r\n`, 'latin1')];
  if (chunk_bytes === undefined || body === undefined) parts.push(bytes);
  else {
    for (let from = 0; from < bytes.length; from += chunk_bytes) {
      const part = bytes.subarray(from, from + chunk_bytes);
      parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n'));
    }
    parts.push(Buffer.from('0\r\n\r\n'));
  }
  return Buffer.concat(parts);
}

/** What a listener answers, without what differs each time: the date and a made id of the request. */
async function answerOf(address: string, bytes: Buffer): Promise<{ head: string[]; body: string }> {
  const socket = await connectAndSend(address, '');
  const text = received(socket);
  socket.write(bytes);
  const [head = '', ...rest] = (await text).split('\r\n\r\n');
  const made = /[0-9a-f]{8}-[0-9a-f-]{27}/g;
  return {
    head: head
      .replace(made, 'ID')
      .split('\r\n')
      .filter((line) => !line.startsWith('Date: ')),
    body: rest.join('\r\n\r\n').replace(made, 'ID'),
  };
}

/** @returns the answer of both, which are the same. */
async function bothAnswer(sent: Sent): Promise<{ head: string[]; body: string }> {
  const bytes = bytesOf(sent);
  const fastify = await answerOf(doors.fastify, bytes);
  const door = await answerOf(doors.door, bytes);
  expect(door).toEqual(fastify);
  expect(door.head[0]).toMatch(/^HTTP\/1\.1 \d{3} /);
  return door;
}

const touch = JSON.stringify({ ...TOUCH, touchpoint_id: 't-1' });
const UNNAMED = JSON.stringify({ touchpoint_type: 'page_view', occurred_at: TOUCH.occurred_at });
const large = JSON.stringify({ ...TOUCH, custom_attributes: { note: 'x'.repeat(MAX_BODY_BYTES) } });

const REQUESTS: Record<string, Sent & { status: number }> = {
  'one event': { body: touch, status: 202 },
  'an event sent again': { body: touch, status: 202 },
  'its id with other content': { body: touch.replace('spring', 'summer'), status: 202 },
  'an array with a bad item': { body: `[${touch},7,{}]`, status: 202 },
  'nothing acceptable': { body: '[{}]', status: 422 },
  'an empty array': { body: '[]', status: 400 },
  'too many items': { body: JSON.stringify(Array(21).fill({})), status: 413 },
  'no JSON': { body: '{"a":', status: 400 },
  null: { body: 'null', status: 422 },
  'a number of many digits': { body: touch.replace('"spring"', '820982911946154508'), status: 422 },
  'a number of many digits in custom data': {
    body: touch.replace('}', ',"custom_attributes":{"n":820982911946154508}}'),
    status: 422,
  },
  'bytes that are not UTF-8': { body: Buffer.from(touch.replace('spring', 'spr\xefng'), 'latin1'), status: 422 },
  'a byte order mark': { body: `\ufeff${touch.replace('spring', 'früh')}`, status: 202 },
  warnings: { body: touch.replace('}', ',"ip_address":"jane"}'), status: 202 },
  'a body over the limit': { body: large, status: 413 },
  'a body over the limit in chunks': { body: large, chunk_bytes: 4_000, status: 413 },
  chunks: { body: touch, chunk_bytes: 7, status: 202 },
  'an empty body': { body: '', status: 400 },
  'no body': { status: 400 },
  'an empty body in chunks': { body: '', chunk_bytes: 1, status: 400 },
  blanks: { body: '   ', status: 400 },
  gzip: { body: gzipSync(touch), headers: { 'content-encoding': 'gzip' }, status: 202 },
  deflate: { body: deflateSync(touch), headers: { 'content-encoding': 'deflate' }, status: 202 },
  brotli: { body: brotliCompressSync(touch), headers: { 'content-encoding': 'br' }, status: 202 },
  'gzip that is none': { body: touch, headers: { 'content-encoding': 'gzip' }, status: 400 },
  'gzip that does not say so': { body: gzipSync(touch), status: 415 },
  'a bomb': { body: gzipSync(large), headers: { 'content-encoding': 'gzip' }, status: 413 },
  'an unknown coding': { body: touch, headers: { 'content-encoding': 'zstd' }, status: 415 },
  'text/plain': { body: touch, headers: { 'content-type': 'text/plain;charset=UTF-8' }, status: 202 },
  'a charset in quotes': { body: touch, headers: { 'content-type': 'application/json; charset="utf-8"' }, status: 202 },
  'another charset': { body: touch, headers: { 'content-type': 'application/json; charset=latin1' }, status: 415 },
  'a type in capitals': { body: touch, headers: { 'content-type': 'Application/JSON' }, status: 202 },
  'another type': { body: touch, headers: { 'content-type': 'text/csv' }, status: 415 },
  'a broken type': { body: touch, headers: { 'content-type': 'json' }, status: 415 },
  'a key of another scope': { body: touch, headers: READ, status: 403 },
  'a key of a page': { body: touch, headers: PAGE, status: 202 },
  'a key of an admin': { body: touch, headers: ADMIN, status: 202 },
  'a page that names nobody': { body: UNNAMED, headers: PAGE, status: 202 },
  'a page of a visitor who asks not to be recognised': {
    path: '/v1/touchpoints?anonymous=1',
    body: UNNAMED.replace('{', '{"anonymous_id":"a",'),
    headers: PAGE,
    status: 202,
  },
  'a server that names nobody': { body: UNNAMED, status: 422 },
  'no key': { body: touch, headers: { authorization: '' }, status: 401 },
  'another scheme': { body: touch, headers: { authorization: 'Basic abc' }, status: 401 },
  'a wrong key': { body: touch, headers: { authorization: 'Bearer nobody' }, status: 401 },
  'a page': { body: touch, headers: { ...PAGE, ...ORIGIN }, status: 202 },
  'a page with the key of a server': { body: touch, headers: ORIGIN, status: 202 },
  'a page of another origin': { body: touch, headers: { ...PAGE, origin: 'https://else.example' }, status: 202 },
  'a page that sends no JSON': { body: '{', headers: { ...PAGE, ...ORIGIN }, status: 400 },
  'a parameter that there is not': { path: '/v1/touchpoints?a=1', body: touch, status: 400 },
  'the key twice': { path: `/v1/touchpoints${PAGE_KEY}&key=b`, body: touch, status: 400 },
  'a long key in the query': { path: `/v1/touchpoints?key=${'k'.repeat(300)}`, body: touch, status: 400 },
  'a question mark alone': { path: '/v1/touchpoints?', body: touch, status: 202 },
  'an escape in the path': { path: '/v1/touch%70oints', body: touch, status: 202 },
  'a slash at the end': { path: '/v1/touchpoints/', body: touch, status: 404 },
  'the whole address': { path: 'http://test/v1/touchpoints', body: touch, status: 202 },
  'a preflight': {
    method: 'OPTIONS',
    headers: { ...ORIGIN, 'access-control-request-method': 'POST' },
    status: 204,
  },
  'another method': { method: 'GET', status: 405 },
  'a put': { method: 'PUT', body: touch, status: 405 },
  'a request id': { body: touch, headers: { 'x-request-id': 'mine-1' }, status: 202 },
  'an insane request id': { body: touch, headers: { 'x-request-id': 'a b' }, status: 202 },
  'an expectation': { body: touch, headers: { expect: 'miracles' }, status: 202 },
};

test.each(Object.keys(REQUESTS))('%s', async (name) => {
  const { status, headers, ...sent } = REQUESTS[name]!;
  const { head } = await bothAnswer({ ...sent, headers: { ...JSON_TYPE, ...WRITE, ...headers } });
  expect(head[0]).toContain(` ${status} `);
});

test('a key in the query', async () => {
  const headers = { ...ORIGIN, 'content-type': 'text/plain;charset=UTF-8' };
  const statuses: string[] = [];
  for (const path of [PAGE_KEY, '?key=nobody', `?key=${KEYS.TRIBUTARY_WRITE_KEY}`, `?key=${encodeURIComponent('ä')}`])
    statuses.push((await bothAnswer({ path: `/v1/touchpoints${path}`, body: touch, headers })).head[0]!.slice(9, 12));
  expect(statuses).toEqual(['202', '401', '403', '401']);
});

test.each(RECORD_NAMES)('%s of each scope, and of pages', async (record) => {
  const body = JSON.stringify(Object.values(recordKind(record).examples)[0]);
  for (const key of [WRITE, READ, PAGE, ADMIN])
    await bothAnswer({ path: `/v1/${record}`, body, headers: { ...JSON_TYPE, ...ORIGIN, ...key } });
});

test('several requests behind each other on one connection are answered in order', async () => {
  const headers = { ...JSON_TYPE, ...WRITE };
  const open = (body: string): Buffer => bytesOf({ body, headers: { ...headers, connection: 'keep-alive' } });
  const bytes = Buffer.concat([open(touch), open('[{}]'), open('[]'), bytesOf({ body: touch, headers })]);
  for (const address of Object.values(doors)) {
    const socket = await connectAndSend(address, '');
    const text = received(socket);
    socket.write(bytes);
    expect((await text).match(/HTTP\/1\.1 \d+/g)).toEqual([202, 422, 400, 202].map((status) => `HTTP/1.1 ${status}`));
  }
});

/** Hostile and sane parts of requests, put together at random. */
const anyRequest: fc.Arbitrary<Sent> = fc.record(
  {
    method: fc.constantFrom('POST', 'POST', 'POST', 'GET', 'DELETE', 'OPTIONS'),
    path: fc.constantFrom(
      '/v1/touchpoints',
      '/v1/conversions',
      `/v1/touchpoints${PAGE_KEY}`,
      '/v1/touchpoints?key=',
      '/v1/spend?x',
    ),
    headers: fc
      .array(
        fc.constantFrom<Record<string, string>>(
          WRITE,
          PAGE,
          READ,
          ORIGIN,
          JSON_TYPE,
          { origin: 'null' },
          { origin: 'h\xe4' },
          { 'content-type': 'text/plain' },
          { 'content-type': 'application/json;' },
          { 'content-type': 'application/json;charset=utf-8' },
          { 'content-type': 'application/json, text/plain' },
          { 'content-encoding': 'identity' },
          { 'content-encoding': 'gzip, gzip' },
          { 'x-request-id': 'x'.repeat(65) },
          { 'accept-version': '2.x' },
          { authorization: `bEARER  ${KEYS.TRIBUTARY_WRITE_KEY} ` },
        ),
        { maxLength: 4 },
      )
      .map((parts): Record<string, string> => Object.assign({ ...JSON_TYPE, ...WRITE }, ...parts)),
    body: fc.oneof(
      fc.constantFrom(touch, `[${touch}]`, JSON.stringify(ORDER), gzipSync(touch), '"text"', '[', '{}', ''),
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      fc.json().map((json) => json.slice(0, MAX_BODY_BYTES)),
    ),
    chunk_bytes: fc.integer({ min: 1, max: 1_000 }),
  },
  { requiredKeys: ['headers'] },
);

test('random requests', async () => {
  await fc.assert(
    fc.asyncProperty(anyRequest, async (sent) => void (await bothAnswer(sent))),
    { numRuns: 200 },
  );
});

test('metrics and the log tell both alike', async () => {
  const lines = server.log.map((line) => JSON.parse(line));
  const before = lines.length;
  const meter = async (): Promise<number> =>
    Number(
      /http_requests_total\{method="POST",route="\/v1\/touchpoints",status="422"\} (\d+)/.exec(
        (await server.get('/metrics', ADMIN)).text,
      )![1],
    );
  const counted = await meter();
  await bothAnswer({ body: '[{}]', headers: { ...JSON_TYPE, ...WRITE, 'x-request-id': 'told' } });
  expect((await meter()) - counted).toBe(2);
  const told = server.log
    .slice(before)
    .map((line) => JSON.parse(line))
    .filter(({ request_id }) => request_id === 'told')
    .map(({ time: _time, duration_ms, ...line }) => ({ ...line, timed: typeof duration_ms }));
  expect(told).toHaveLength(2);
  expect(told[0]).toMatchObject({ route: '/v1/touchpoints', status: 422, key: 'TRIBUTARY_WRITE_KEY', timed: 'number' });
  expect(told[1]).toEqual(told[0]);
});
