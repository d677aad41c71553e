/** Notes, saved views, links and embedded pages in a real browser. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import axe, { type AxeResults } from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { KEYS, READ, startServer, type TestServer } from '../server/harness.ts';
import { ARGS, CHROMIUM, missing } from '../support/chromium.ts';
import { ORDER, TOUCH } from '../support/events.ts';

const SCREENSHOTS = join(import.meta.dirname, '../../dist/screenshots');
const VIEW = 'start=2026-03-01&end=2026-04-01&compare=none&model=linear&currency=USD';

let server: TestServer;
let address: string;
let browser: Browser;
/** Two sites beside the server. Only pages of the first may embed. */
let sites: { allowed: Site; refused: Site };
/** What the browsers complained about. */
const complaints: string[] = [];

interface Site {
  origin: string;
  show(html: string): void;
  server: Server;
}

async function site(): Promise<Site> {
  let page = '';
  const listener = createServer((_, answer) => answer.setHeader('content-type', 'text/html').end(page));
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  return { origin, server: listener, show: (html) => (page = html) };
}

beforeAll(async () => {
  if (missing) return;
  sites = { allowed: await site(), refused: await site() };
  server = await startServer({ shared: true, config: { embed_origins: [sites.allowed.origin] } });
  await server.post('/v1/touchpoints', TOUCH);
  await server.post('/v1/conversions', ORDER);
  await server.flush();
  address = await server.app.listen({ host: '127.0.0.1', port: 0 });
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
});
afterAll(async () => {
  if (missing) return;
  await browser?.close();
  for (const { server: listener } of Object.values(sites)) listener.close();
  await server.close();
});
afterEach(() => expect(complaints.splice(0)).toEqual([]));

function watch(page: Page): Page {
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', ({ message }) => complaints.push(message));
  return page;
}

async function open(path: string, width = 1_360, context?: BrowserContext): Promise<Page> {
  const own = context ?? (await browser.newContext({ viewport: { width, height: 900 } }));
  const page = watch(await own.newPage());
  await page.goto(address + path);
  return page;
}

async function signedIn(path: string, width?: number): Promise<Page> {
  const page = await open(path, width);
  await page.getByLabel('Key').fill(KEYS.TRIBUTARY_READ_KEY);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await settled(page);
  return page;
}

async function settled(page: Page): Promise<void> {
  await page.locator('#content h1').waitFor();
  await expect.poll(() => page.locator('.loading, .stale').count()).toBe(0);
}

async function noFault(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate('axe.run()')) as AxeResults;
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 200))])).toEqual([]);
}

const keep = (page: Page, name: string): Promise<unknown> =>
  page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });

async function link(sent: Record<string, unknown>): Promise<string> {
  const { body } = await server.post('/v1/share-links', { name: 'March', ...sent }, READ);
  return body.path;
}

test.skipIf(missing)('a note is added and deleted beside the days', async () => {
  const page = await signedIn(`/?${VIEW}`);
  await page.getByText('Add a note').click();
  await page.getByLabel('What happened', { exact: true }).last().fill('A sale began');
  await page.getByLabel('Day', { exact: true }).fill('2026-03-10');
  await page.getByLabel('Last day, if several').fill('2026-03-12');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  const notes = page.locator('.annotations li');
  await expect.poll(() => notes.allInnerTexts()).toEqual([expect.stringMatching(/10 Mar to 12 Mar\s+A sale began/)]);
  await noFault(page);
  await keep(page, 'notes');
  await page.reload();
  await settled(page);
  await page.getByRole('button', { name: 'Delete the note: A sale began' }).click();
  await expect.poll(() => notes.count()).toBe(0);
});

test.skipIf(missing)('a view is saved, opened from the menu and from the palette, and deleted', async () => {
  const page = await signedIn(`/channels?${VIEW}`);
  await page.getByText('Views', { exact: true }).click();
  await page.getByLabel('Save what is shown as').fill('March by channel');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('link', { name: 'March by channel' }).waitFor();
  await noFault(page);
  await keep(page, 'views');
  await page.goto(`${address}/models`);
  await settled(page);
  await page.getByText('Views', { exact: true }).click();
  await page.getByRole('link', { name: 'March by channel' }).click();
  await page.getByRole('heading', { level: 1, name: 'Channels' }).waitFor();
  expect(new URL(page.url()).searchParams.get('start')).toBe('2026-03-01');
  await page.goto(`${address}/models`);
  await settled(page);
  await page.keyboard.press('Control+k');
  await page.keyboard.type('march by');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Channels' }).waitFor();
  await page.getByText('Views', { exact: true }).click();
  await page.getByRole('button', { name: 'Delete the view March by channel' }).click();
  await page.getByText('No view is saved yet.').waitFor();
});

test.skipIf(missing)('a link of the dialog shows the view to somebody without a key, after its password', async () => {
  const page = await signedIn(`/channels?${VIEW}`);
  await page.getByRole('button', { name: 'Share view' }).click();
  const dialog = page.getByRole('dialog', { name: 'Share what is shown' });
  await dialog.getByLabel('Name').fill('March for the board');
  await dialog.getByLabel('Password, if you like').fill('four blue boats');
  await dialog.getByRole('button', { name: 'Make a link' }).click();
  const shared = await dialog.getByLabel(/^Its address/).inputValue();
  await dialog.getByRole('button', { name: 'Revoke March for the board' }).waitFor();
  await noFault(page);
  await keep(page, 'share');

  const other = await open(new URL(shared).pathname);
  await other.getByLabel('Password').fill('four red boats');
  await other.getByRole('button', { name: 'Show it' }).click();
  await expect.poll(() => other.getByRole('alert').textContent()).toContain('not the password');
  for (const said of complaints.splice(0)) expect(said).toContain('status of 401');
  await other.getByLabel('Password').fill('four blue boats');
  await other.getByRole('button', { name: 'Show it' }).click();
  await settled(other);
  const cells = (of: Page): Promise<string[]> =>
    of
      .getByRole('table', { name: /^Channels/ })
      .locator('tbody td')
      .allInnerTexts();
  expect(await cells(other)).toEqual(await cells(page));
  expect(await other.title()).toBe('March for the board');
  expect(await other.locator('nav, .controls, main a[href^="/"], main button.link').count()).toBe(0);
  await noFault(other);
  await keep(other, 'shared');

  await dialog.getByRole('button', { name: 'Revoke March for the board' }).click();
  await expect.poll(() => dialog.getByRole('button', { name: /^Revoke/ }).count()).toBe(0);
  await other.reload();
  await other.getByText('does not exist, or it is over').waitFor();
  for (const said of complaints.splice(0)) expect(said).toContain('status of 404');
});

test
  .skipIf(missing)
  .each(['/', '/channels', '/campaigns', '/campaigns/spring', '/changes', '/email', '/journeys', '/models'])(
  'the link to the page %s shows all of it',
  async (path) => {
    const page = await open(await link({ address: `${path}?${VIEW}` }), 360);
    await settled(page);
    expect(await page.locator('.failed, .annotations').count()).toBe(0);
    expect(await page.locator('main a[href^="/"], main button.link').count()).toBe(0);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    await noFault(page);
  },
);

test.skipIf(missing)('the overview of a link shows the figures of the dashboard', async () => {
  const shown = (page: Page): Promise<string[]> => page.locator('.headline, .card, .bar-row').allInnerTexts();
  const own = await shown(await signedIn(`/?${VIEW}`));
  expect(own.join()).toContain('$149.99');
  const page = await open(await link({ address: `/?${VIEW}` }));
  await settled(page);
  expect(await shown(page)).toEqual(own);
  await keep(page, 'shared-overview');
});

test.skipIf(missing)('an embedded page shows in a frame of the configured site, and in no other', async () => {
  const path = await link({ kind: 'embed', address: `/channels?${VIEW}` });
  const frame = `<!doctype html><title>Intranet</title><iframe title="Channels" src="${address}${path}" width="900" height="600"></iframe>`;
  const context = await browser.newContext();
  for (const own of [sites.allowed, sites.refused]) {
    own.show(frame);
    const page = watch(await context.newPage());
    await page.goto(own.origin);
    const heading = page.frameLocator('iframe').getByRole('heading', { level: 1, name: 'Channels' });
    if (own === sites.allowed) {
      await heading.waitFor();
      await page.frameLocator('iframe').getByRole('table').first().waitFor();
    } else {
      await expect.poll(() => complaints.join()).toContain('frame-ancestors');
      expect(await heading.count()).toBe(0);
      complaints.length = 0;
    }
  }
  // A link to a page may not be framed, not even by the configured site.
  sites.allowed.show(frame.replace(path, await link({ address: `/channels?${VIEW}` })));
  const page = watch(await context.newPage());
  await page.goto(sites.allowed.origin);
  await expect.poll(() => complaints.splice(0).join()).toContain("frame-ancestors 'none'");
});

test.skipIf(missing)('the header and the menus fit into 360 pixels', async () => {
  const page = await signedIn(`/channels?${VIEW}`, 360);
  await page.getByText('Views', { exact: true }).click();
  await keep(page, 'views-phone');
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
  await page.getByText('Views', { exact: true }).click();
  await page.getByRole('button', { name: 'Share view' }).click();
  await page.getByLabel('Name').waitFor();
  await keep(page, 'share-phone');
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
});
