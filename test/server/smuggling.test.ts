/** Requests that two programs could understand differently: none of them carries a second request behind it. */
import { expect, test } from 'vitest';
import { bearer, TOUCH } from '../support/events.ts';
import { connectAndSend, received } from '../support/sockets.ts';
import { KEYS, startServer } from './harness.ts';

const HEAD = [
  'POST /v1/touchpoints HTTP/1.1',
  'host: test',
  `authorization: ${bearer(KEYS.TRIBUTARY_WRITE_KEY).authorization}`,
];
const HIDDEN = `GET /health/live?hidden HTTP/1.1\r\nhost: test\r\n\r\n`;

const SMUGGLED: Record<string, string[]> = {
  'a length and chunks': ['content-length: 5', 'transfer-encoding: chunked'],
  'two lengths': ['content-length: 0', 'content-length: 5'],
  'a length with a sign': ['content-length: +5'],
  'a length in hexadecimal': ['content-length: 0x5'],
  'an unknown transfer': ['transfer-encoding: chunked, identity'],
  'a blank before the colon': ['transfer-encoding : chunked'],
  'a folded header': ['x-a: b', ' content-length: 5'],
  'a bare line feed within a header': ['x-a: b\ncontent-length: 5'],
};

test.each(Object.keys(SMUGGLED))('%s is refused, and nothing behind it is taken for a request', async (name) => {
  const server = await startServer();
  const address = await server.app.listen({ host: '127.0.0.1', port: 0 });
  const socket = await connectAndSend(
    address,
    `${[...HEAD, ...SMUGGLED[name]!].join('\r\n')}\r\n\r\n0\r\n\r\n${HIDDEN}`,
  );
  const text = await received(socket);
  expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400']);
  expect((await server.post('/v1/touchpoints', TOUCH)).status).toBe(202);
});
