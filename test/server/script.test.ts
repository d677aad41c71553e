/** The script for pages, as the server gives it out. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { startServer } from './harness.ts';

const MAX_PACKED_BYTES = 3_000;

test('the script is given to everybody, is small, and a browser keeps it for an hour', async () => {
  const server = await startServer();
  const { status, text, headers } = await server.get('/t.js', {});
  expect(status).toBe(200);
  expect(headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'public, max-age=3600',
    'cross-origin-resource-policy': 'cross-origin',
    vary: 'Accept-Encoding',
  });
  expect(gzipSync(text, { level: 9 }).length).toBeLessThan(MAX_PACKED_BYTES);
  expect(text).toContain('sendBeacon');

  const packed = await server.app.inject({ url: '/t.js', headers: { 'accept-encoding': 'br, gzip' } });
  expect(packed.headers['content-encoding']).toBe('gzip');
  expect(gunzipSync(packed.rawPayload).toString()).toBe(text);

  const again = await server.get('/t.js', { 'if-none-match': headers['etag']! });
  expect([again.status, again.text, again.headers['etag']]).toEqual([304, '', headers['etag']]);
  expect((await server.get('/t.js', { 'if-none-match': 'W/"other"' })).status).toBe(200);
  const document = (await server.get('/openapi.json', {})).body;
  expect(document.paths['/t.js'].get.security).toEqual([]);
});

test('only a server that collects has the script', async () => {
  const collector = await startServer({ role: 'collect' });
  expect((await collector.get('/t.js', {})).status).toBe(200);
  const reporter = await startServer({ role: 'report' });
  expect((await reporter.get('/t.js', {})).body.error.message).toMatch(/only reports/);
});
