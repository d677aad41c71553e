/** The first screen and what is everywhere: three things, why of every number, exports, and the states of every page. */
import { readFile } from 'node:fs/promises';
import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { PAGES } from '../../dashboard/places.ts';
import { Demo, missing } from './demo.ts';

let demo: Demo;
beforeAll(async () => {
  if (!missing) demo = await Demo.start();
});
afterAll(() => demo?.stop());
afterEach(() => {
  if (!missing) expect(demo.complaints.splice(0)).toEqual([]);
});

const USD = 'currency=USD';

async function noFault(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate('axe.run()')) as AxeResults;
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 200))])).toEqual([]);
}

/** The page of brands asks nothing where there is one brand only, as in the demo. */
async function seeTwoBrands(page: Page): Promise<void> {
  await page.route('**/v1/brands', async (route) => {
    const { brands, ...rest } = await (await route.fetch()).json();
    await route.fulfill({ json: { ...rest, brands: [...brands, { ...brands[0], brand_id: 'another' }] } });
  });
}

/** The period that a page shows, as parameters. */
function periodOf(page: Page): string {
  const shown = new URL(page.url()).searchParams;
  return ['start', 'end'].flatMap((name) => (shown.has(name) ? [`${name}=${shown.get(name)}`] : [])).join('&');
}

test.skipIf(missing)('three things are those of the API, each with a place to look', async () => {
  const page = await demo.visit(`/?${USD}`);
  const { things } = await demo.ask(`/v1/reports/today?${USD}&model=linear&compare=previous_period&${periodOf(page)}`);
  const shown = await page.locator('.things li p:nth-of-type(1)').allInnerTexts();
  expect(shown).toEqual(things.map(({ message }: { message: string }) => message));
  if (things.length === 0) await page.getByText('Nothing that the data is sure about.').waitFor();
  for (const link of await page.locator('.things a').all()) {
    const href = (await link.getAttribute('href'))!;
    expect(PAGES.some(({ path }) => path !== '/' && href.startsWith(path))).toBe(true);
  }
});

test.skipIf(missing)(
  'a figure tells by keyboard what it means, what it is made of and how it was computed',
  async () => {
    const page = await demo.visit(`/?${USD}`);
    const figure = page.locator('.card .why-figure').nth(1);
    await figure.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Email' });
    await dialog.getByText('The part of total_revenue that touches of email earned').waitFor();
    await dialog.getByText('How it was computed').click();
    const told = await dialog.textContent();
    // Verdicts settle while the page is open, so the answer is asked for again at its own log position.
    const [as_of] = told!.match(/main:\d+(,settled-verdicts:\d+)?/)!;
    const { config_hash, summary } = await demo.ask(
      `/v1/reports/attribution?${USD}&group_by=channel&intervals=true&model=linear&compare=previous_period&${periodOf(page)}&as_of=${as_of}`,
    );
    expect(told).toContain(config_hash);
    expect(told).toContain(summary.total_revenue);
    expect(told).toContain('linear');
    const orders = await dialog.getByRole('link', { name: 'The orders behind it' }).getAttribute('href');
    expect(new URL(orders!, demo.address).searchParams.getAll('filter')).toEqual(['channel:email']);
    await noFault(page);
    await demo.keep(page, 'why-light');
    await page.keyboard.press('Escape');
    expect(await page.locator('dialog[open]').count()).toBe(0);
    expect(await page.evaluate("document.activeElement.matches('.card .why-figure')")).toBe(true);
  },
);

test.skipIf(missing)('of a table the Tab key reaches one figure, and arrow keys the others', async () => {
  const page = await demo.visit(`/channels?${USD}`);
  const figures = page.locator('td [data-why]');
  expect(await figures.count()).toBeGreaterThan(10);
  expect(await page.locator('td [data-why][tabindex="0"]').count()).toBe(1);
  await figures.first().focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  const { channel_attribution: rows } = await demo.ask(
    `/v1/reports/attribution?${USD}&group_by=channel&model=linear&compare=previous_period&${periodOf(page)}`,
  );
  const second = rows[1].channel.replaceAll('_', ' ');
  await page.getByRole('dialog', { name: `Orders credited of ${second}` }).waitFor();
});

test.skipIf(missing)('a figure leads back to its rows, which add up to it', async () => {
  const page = await demo.visit(`/channels?${USD}`);
  const row = page.getByRole('row', { name: /^email/ });
  const figure = row.locator('td').first().getByRole('button');
  const shown = (await figure.textContent())!;
  await figure.click();
  await page.getByText('How it was computed').click();
  await page.getByRole('link', { name: 'Back to its rows' }).click();
  await page.locator('.headline').waitFor();
  expect(await page.locator('.headline').textContent()).toContain(`rows add up to ${shown}`);
  expect(new URL(page.url()).pathname).toBe('/lineage');
  await noFault(page);
});

test.skipIf(missing)('a table is saved as the CSV of the API, and a chart as a picture', async () => {
  const page = await demo.visit(`/?${USD}`);
  const [table] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Campaigns, most revenue first, as CSV' }).click(),
  ]);
  const csv = await readFile(await table.path(), 'utf8');
  const answer = await fetch(
    `${demo.address}/v1/reports/campaigns?${USD}&model=linear&compare=previous_period&filter=channel:email&format=csv&${periodOf(page)}`,
    { headers: { authorization: `Bearer ${demo.keys.read}` } },
  );
  expect(csv).toBe(await answer.text());
  expect(csv.split('\r\n')[0]).toContain('revenue_per_recipient');
  const [picture] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: /as PNG$/ }).click(),
  ]);
  const png = await readFile(await picture.path());
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  expect(png.readUInt32BE(16)).toBeGreaterThan(600);
  expect(png.length).toBeGreaterThan(10_000);
});

test.skipIf(missing)('the chart by month has the interval of the API in its table', async () => {
  const page = await demo.visit(`/?${USD}`);
  await page.getByLabel(/^By/).selectOption('month');
  await expect.poll(() => page.locator('.trend tbody th').allTextContents()).not.toContain('');
  const { channel_attribution: rows } = await demo.ask(
    `/v1/reports/attribution?${USD}&group_by=month&intervals=true&filter=channel:email&model=linear&${periodOf(page)}`,
  );
  await expect
    .poll(() => page.locator('.trend tbody th').allTextContents())
    .toEqual(rows.map(({ month }: { month: string }) => month));
  const sure = rows.filter((row: { attributed_revenue_interval: object | null }) => row.attributed_revenue_interval);
  expect(await page.locator('.trend tbody td', { hasText: / to / }).count()).toBe(sure.length);
});

test.skipIf(missing)('a filter of any kind is added by keyboard, and stands in words and in the address', async () => {
  const page = await demo.visit(`/channels?${USD}`);
  await page.locator('.add-filter summary').focus();
  await page.keyboard.press('Enter');
  await page.getByLabel('Field').selectOption('touchpoint_type');
  await page.getByLabel('Condition').selectOption('is not');
  await page.getByLabel(/^Value/).fill('email_click');
  await page.keyboard.press('Enter');
  await expect.poll(() => new URL(page.url()).searchParams.getAll('filter')).toEqual(['touchpoint_type:!email_click']);
  await demo.settled(page);
  const { channel_attribution: rows } = await demo.ask(
    `/v1/reports/attribution?${USD}&group_by=channel&model=linear&filter=touchpoint_type:!email_click&${periodOf(page)}`,
  );
  const email = rows.find(({ channel }: { channel: string }) => channel === 'email');
  const cell = page
    .getByRole('row', { name: /^email/ })
    .locator('td')
    .first();
  await expect
    .poll(async () => (await cell.textContent())!.replace(/[^\d.]/g, ''))
    .toBe(Number(email.attributed_revenue).toFixed(2));
  await page.getByRole('button', { name: 'Remove the filter touchpoint type is not email_click' }).click();
  await expect.poll(() => new URL(page.url()).searchParams.getAll('filter')).toEqual([]);
});

describe.skipIf(missing).each(PAGES.map(({ path, name }) => ({ path, name })))('the page $name', ({ path }) => {
  test('says that it is loading, that there is nothing, and what failed', async () => {
    const page = await demo.open(`${path}?${USD}&start=2020-01-01&end=2020-01-31`);
    let hold: Array<() => void> = [];
    let failure: { status: number; message: string } | null = null;
    await page.route(/\/v1\/(reports|advice|customers|conversions|incidents|monitors|experiments)/, async (route) => {
      if (failure !== null) {
        const { status, message } = failure;
        return route.fulfill({ status, json: { error: { code: 'failed', field: 'group_by', message } } });
      }
      await new Promise<void>((resolve) => hold.push(resolve));
      return route.continue();
    });
    if (path === '/brands') await seeTwoBrands(page);
    await demo.signIn(page);
    await page.locator('#content h1').waitFor();
    const asks = path !== '/live';
    if (asks) await page.locator('.loading').first().waitFor();
    // Answers come: the period has nothing, and no figure is invented.
    await expect
      .poll(async () => {
        const waiting = hold;
        hold = [];
        for (const go of waiting) go();
        return page.locator('.loading, .stale').count();
      })
      .toBe(0);
    expect(await page.locator('main').textContent()).not.toMatch(/NaN|undefined|Infinity|\[object/);
    expect(await page.locator('.failed').count()).toBe(0);
    await noFault(page);
    if (!asks) return;
    // Too much is a refusal in the words of the server, as any other.
    failure = { status: 422, message: 'the answer has more than 50000 rows' };
    await page.evaluate(`history.pushState(null, '', location.pathname + '?${USD}&start=2020-02-01&end=2020-02-20')`);
    await page.getByRole('alert').first().waitFor();
    expect(await page.getByRole('alert').first().textContent()).toContain('more than 50000 rows');
    await noFault(page);
    for (const said of demo.complaints.splice(0)) expect(said).toMatch(/status of 422/);
  });
});
