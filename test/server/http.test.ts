/** What HTTP itself refuses is answered in the format of every failure. */
import { expect, test } from 'vitest';
import { connectAndSend, received, requestHead } from '../support/sockets.ts';
import { startServer } from './harness.ts';

async function answerTo(text: string): Promise<{ head: string; body: string }> {
  const server = await startServer();
  const socket = await connectAndSend(await server.app.listen({ port: 0, host: '127.0.0.1' }), text);
  const [head = '', body = ''] = (await received(socket)).split('\r\n\r\n');
  return { head, body };
}

test.each(['/health/live', '/nothing'])('a request to %s without a Host is told so', async (path) => {
  const { head, body } = await answerTo(`GET ${path} HTTP/1.1\r\nConnection: close\r\n\r\n`);
  expect(head).toMatch(/^HTTP\/1.1 400 /);
  expect(JSON.parse(body)).toMatchObject({ error: { code: 'bad_request', field: 'host' } });
});

test('a client of HTTP/1.0 needs no Host', async () => {
  expect((await answerTo('GET /health/live HTTP/1.0\r\n\r\n')).head).toMatch(/^HTTP\/1.1 200 /);
});

test('an expectation that the server does not know changes nothing', async () => {
  const { head, body } = await answerTo(requestHead('GET', '/nothing', { expect: 'miracles', connection: 'close' }));
  expect(head).toMatch(/^HTTP\/1.1 404 /);
  expect(JSON.parse(body)).toMatchObject({ error: { code: 'not_found' } });
});
