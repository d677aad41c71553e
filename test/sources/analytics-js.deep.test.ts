/** Segment's own analytics.js in a real browser: its host is this server, and nothing else is changed. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { type Body, KEYS, startServer } from '../server/harness.ts';
import { CHROMIUM, missing } from '../support/chromium.ts';

const BUNDLES = join(import.meta.dirname, '../../node_modules/@segment/analytics-next/dist/umd');

test.skipIf(missing)('a page view, a product and who it was arrive', async () => {
  const server = await startServer();
  const host = await server.app.listen({ host: '127.0.0.1', port: 0 });
  const shop = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://shop');
    if (pathname.endsWith('.js')) {
      response.setHeader('content-type', 'text/javascript');
      return void response.end(readFileSync(join(BUNDLES, pathname.slice(1))));
    }
    response.setHeader('content-type', 'text/html');
    response.end('<title>shop</title><script src="/index.js"></script>');
  });
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void shop.close());
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  await page.goto(
    `http://localhost:${(shop.address() as AddressInfo).port}/sale?utm_source=newsletter&utm_medium=email`,
  );
  // It runs in the page, whose types are not those of this program.
  await page.evaluate(`(async () => {
    const settings = { writeKey: ${JSON.stringify(KEYS.TRIBUTARY_PAGE_KEY)}, cdnURL: ${JSON.stringify(host)} };
    const [analytics] = await window.AnalyticsNext.AnalyticsBrowser.load(settings);
    await analytics.page();
    await analytics.identify('u7', { email: 'anna@example.com' });
    await analytics.track('Product Viewed', { sku: 'p1' });
  })()`);
  await expect
    .poll(
      async () => {
        await server.flush();
        const rows: Body[] = await server.tributary.warehouse.read((snapshot) =>
          snapshot.query('select touchpoint_type, utm_source from touchpoints order by log_seq'),
        );
        return rows.map(({ touchpoint_type, utm_source }) => `${touchpoint_type} ${utm_source}`).sort();
      },
      { timeout: 60_000 },
    )
    .toEqual(['custom newsletter', 'custom newsletter', 'page_view newsletter']);
});
