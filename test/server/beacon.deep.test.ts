/** A page of another origin sends events from a real browser, in every way in which a page can. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHROMIUM, missing } from '../support/chromium.ts';
import { KEYS, startServer, type TestServer } from './harness.ts';

let server: TestServer;
let shop: Server;
let browser: Browser;
let api: string;
let page_url: string;

beforeAll(async () => {
  if (missing) return;
  shop = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<title>shop</title>');
  });
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
  const origin = `http://localhost:${(shop.address() as AddressInfo).port}`;
  page_url = `${origin}/`;
  server = await startServer({ shared: true, config: { cors_origins: [origin] } });
  api = await server.app.listen({ host: '127.0.0.1', port: 0 });
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
});
afterAll(async () => {
  await browser?.close();
  shop?.close();
  await server?.close();
});

/** What runs in the page. It is a text, since the types of a browser are not those of this program. */
const WAYS: Record<string, string> = {
  'sendBeacon with application/json': `navigator.sendBeacon(url, new Blob([body], { type: 'application/json' }))`,
  'sendBeacon with a string': 'navigator.sendBeacon(url, body)',
  'sendBeacon with text/plain': `navigator.sendBeacon(url, new Blob([body], { type: 'text/plain' }))`,
  'sendBeacon of a page that goes away': `(addEventListener('pagehide', () => navigator.sendBeacon(url, new Blob([body], { type: 'application/json' }))), setTimeout(() => location.assign('about:blank')), true)`,
  'fetch of a packed body': `new Response(new Blob([body]).stream().pipeThrough(new CompressionStream('gzip'))).blob().then((packed) => fetch(url, { method: 'POST', body: packed, headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' } })).then((answer) => answer.status === 202)`,
  'fetch with credentials': `fetch(url, { method: 'POST', body, credentials: 'include', keepalive: true, headers: { 'content-type': 'application/json' } }).then((answer) => answer.status === 202)`,
  'fetch with the key in a header': `fetch(url.split('?')[0], { method: 'POST', body, headers: { 'content-type': 'application/json', authorization: 'Bearer ${KEYS.TRIBUTARY_PAGE_KEY}' } }).then((answer) => answer.status === 202)`,
};

test.skipIf(missing).each(Object.keys(WAYS))('%s arrives', async (way) => {
  const page = await browser.newPage();
  await page.goto(page_url);
  const id = way.replaceAll(/\W+/g, '-');
  const event = { touchpoint_id: id, anonymous_id: 'visitor-1', touchpoint_type: 'website_visit', url: page_url };
  const body = JSON.stringify({ ...event, occurred_at: new Date().toISOString() });
  const url = `${api}/v1/touchpoints?key=${KEYS.TRIBUTARY_PAGE_KEY}`;
  expect(
    await page.evaluate(`(async (url, body) => ${WAYS[way]})(${JSON.stringify(url)}, ${JSON.stringify(body)})`),
  ).toBe(true);
  await expect
    .poll(
      async () => {
        await server.flush();
        const rows = await server.tributary.warehouse.read((s) =>
          s.query('select touchpoint_id from touchpoints where touchpoint_id = $id', { id }),
        );
        return rows.length;
      },
      { timeout: 20_000 },
    )
    .toBe(1);
  await page.close();
});

test.skipIf(missing)('a page of an origin that is not allowed gets nothing through', async () => {
  const strict = await startServer({ config: { cors_origins: ['https://shop.example'] } });
  const address = await strict.app.listen({ host: '127.0.0.1', port: 0 });
  const page = await browser.newPage();
  await page.goto(page_url);
  const url = JSON.stringify(`${address}/v1/touchpoints?key=${KEYS.TRIBUTARY_PAGE_KEY}`);
  const outcome = `fetch(${url}, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }).then(() => 'read', () => 'blocked')`;
  expect(await page.evaluate(outcome)).toBe('blocked');
  await page.close();
});
