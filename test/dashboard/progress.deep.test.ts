/** In a real browser: an answer that takes longer than a second has a bar, and a page that is left ends its questions. */
import { chromium } from 'playwright-core';
import { expect, onTestFinished, test, vi } from 'vitest';
import { KEYS, startServer } from '../server/harness.ts';
import { ARGS, CHROMIUM, missing } from '../support/chromium.ts';
import { slowReports } from '../support/slow.ts';

test.skipIf(missing)('a slow answer has a bar after a second, and a page that is left ends its questions', async () => {
  const server = await startServer();
  const reports = slowReports(server.tributary.warehouse);
  Object.assign(server.tributary.reports, { warehouse: reports.warehouse });
  const address = await server.app.listen({ host: '127.0.0.1', port: 0 });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  await page.goto(address);
  await page.getByLabel('Key').fill(KEYS.TRIBUTARY_READ_KEY);
  await page.getByRole('button', { name: 'Sign in' }).click();
  const bar = page.getByRole('status').filter({ has: page.locator('progress') });
  await bar.waitFor({ timeout: 60_000 });
  expect(await bar.textContent()).toMatch(/Waiting for other reports|Computing/);
  await page.screenshot({ path: 'dist/screenshots/progress.png' });
  const running = reports.running;
  expect(running).toBeGreaterThan(0);
  // What another page does not ask ends; what is asked for now is new.
  await page.getByRole('link', { name: 'Data quality' }).click();
  await vi.waitFor(
    () => expect(reports.ended.filter((code) => code === 'cancelled').length).toBeGreaterThan(0),
    60_000,
  );
  await page.close();
  await vi.waitFor(() => expect(reports.running).toBe(0), 60_000);
  expect(new Set(reports.ended)).toEqual(new Set(['cancelled']));
});
