/** The dashboard in a real browser, on the demo as a user starts it: what it shows is what the API answers. */
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

/** An amount of the API as a page shows it, without cents. */
function rounded(micros: string): string {
  const format = new Intl.NumberFormat('en-GB', {
    style: 'currency',
    currency: 'USD',
    currencyDisplay: 'narrowSymbol',
    maximumFractionDigits: 0,
  });
  return format.format(Number(micros) / 1_000_000);
}

function exact(micros: string): string {
  const format = new Intl.NumberFormat('en-GB', {
    style: 'currency',
    currency: 'USD',
    currencyDisplay: 'narrowSymbol',
  });
  return format.format(Number(micros) / 1_000_000);
}

const texts = (page: Page, selector: string): Promise<string[]> => page.locator(selector).allInnerTexts();

/** Checks a page by axe. It runs its own files only, so the checker is run by the browser's tools. */
async function noFault(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate('axe.run()')) as AxeResults;
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 200))])).toEqual([]);
}

/** The first column and the second of a table. */
async function firstColumns(page: Page, caption: RegExp): Promise<Array<[string, string]>> {
  const rows = await page.getByRole('table', { name: caption }).locator('tbody tr').all();
  return Promise.all(
    rows.map(async (row): Promise<[string, string]> => {
      const cells = await row.locator('th, td').allInnerTexts();
      return [cells[0]!.trim(), cells[1]!.trim()];
    }),
  );
}

test.skipIf(missing)(
  'a wrong key and a key that may not read are refused in words, and a read key opens the page',
  async () => {
    const page = await demo.open('/');
    for (const [key, words] of [
      ['trb_read_nobody', /unknown/],
      [demo.keys.write, /needs a key of scope view, read or admin/],
    ] as const) {
      await demo.signIn(page, key);
      await expect.poll(() => page.getByRole('alert').textContent()).toMatch(words);
    }
    // The browser tells of every answer that refuses; nothing else may be told.
    for (const said of demo.complaints.splice(0)) expect(said).toMatch(/status of (401|403)/);
    await demo.signIn(page);
    await demo.settled(page);
    expect(page.url()).not.toContain(demo.keys.read);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Key').waitFor();
  },
);

test.skipIf(missing)('the overview says what the API says, and another model changes it', async () => {
  const page = await demo.visit(`/?${USD}`);
  for (const model of ['linear', 'last_touch']) {
    await page.getByLabel('Model').selectOption(model);
    const { start, end } = Object.fromEntries(new URL(page.url()).searchParams) as Record<string, string>;
    const query = `currency=USD&model=${model}&start=${start}&end=${end}`;
    const { summary } = await demo.ask(`/v1/reports/attribution?group_by=channel&${query}`);
    await expect
      .poll(() => page.locator('.headline').textContent())
      .toContain(`Email earned ${rounded(summary.email_attributed_revenue_micros)}, `);
    expect(await page.locator('.headline').textContent()).toContain(
      ` of ${rounded(summary.total_revenue_micros)} in net sales`,
    );
    const claims = await demo.ask(`/v1/reports/claims?currency=USD&models=${model}&start=${start}&end=${end}`);
    for (const { claimed_revenue_micros } of claims.claims)
      await expect
        .poll(() => texts(page, '.bar-row p'))
        .toContainEqual(expect.stringContaining(rounded(claimed_revenue_micros)));
  }
});

test.skipIf(missing)('the tables of channels and campaigns have the rows of the reports', async () => {
  for (const [path, caption, report, rows, name] of [
    ['/channels', /^Channels/, 'attribution?group_by=channel&', 'channel_attribution', 'channel'],
    ['/campaigns', /^Campaigns/, 'campaigns?', 'campaigns', 'campaign_id'],
  ] as const) {
    const page = await demo.visit(`${path}?${USD}`);
    const answer = await demo.ask(`/v1/reports/${report}${USD}&model=linear&compare=previous_period`);
    const wanted = answer[rows].map((row: Record<string, string | null>) => [
      row[name]?.replaceAll(name === 'channel' ? '_' : '\0', ' ') ?? 'without a campaign',
      exact(row['attributed_revenue_micros']!),
    ]);
    expect(wanted.length).toBeGreaterThan(3);
    expect(await firstColumns(page, caption)).toEqual(wanted);
    await page.getByRole('button', { name: /^Revenue/ }).click();
    await page.getByRole('button', { name: /^Revenue/ }).click();
    expect(await firstColumns(page, caption)).not.toEqual(wanted);
  }
});

test.skipIf(missing)('a channel becomes a filter in the address, and its chip removes it', async () => {
  const page = await demo.visit(`/channels?${USD}`);
  await page.getByRole('button', { name: 'paid search' }).click();
  await expect.poll(() => new URL(page.url()).searchParams.getAll('filter')).toEqual(['channel:paid_search']);
  await expect.poll(async () => (await firstColumns(page, /^Channels/)).map(([name]) => name)).toEqual(['paid search']);
  await page.reload();
  await demo.settled(page);
  expect((await firstColumns(page, /^Channels/)).length).toBe(1);
  await page.getByRole('button', { name: 'Remove the filter channel is paid_search' }).click();
  await expect.poll(async () => (await firstColumns(page, /^Channels/)).length).toBeGreaterThan(1);
});

test.skipIf(missing)('a slider shows what another half-life would say, and the stored setting stays', async () => {
  const page = await demo.visit(`/models?${USD}`);
  const tried = (): Promise<string[]> =>
    page
      .getByRole('table', { name: /as tried/ })
      .locator('tbody tr td:nth-child(3)')
      .allInnerTexts();
  const before = await tried();
  await page.getByRole('slider', { name: /^Half-life/ }).fill('30');
  await expect.poll(tried).not.toEqual(before);
  const { channel_attribution: rows } = await demo.ask(
    `/v1/reports/attribution?${USD}&group_by=channel&model=time_decay&half_life_days=30`,
  );
  await expect
    .poll(async () => (await tried()).slice(0, rows.length).map((text) => text.split(' ')[0]))
    .toEqual(
      expect.arrayContaining(rows.map((row: Record<string, string>) => exact(row['attributed_revenue_micros']!))),
    );
  await page.locator('.sliders').getByRole('button', { name: 'All as they are' }).click();
  await expect.poll(tried).toEqual(before);
});

test.skipIf(missing)('an order opens its receipt and its person, with the figures of the API', async () => {
  const order = await demo.creditedOrder();
  const receipt = await demo.ask(`/v1/conversions/${order}/receipt?${USD}&model=linear`);
  const page = await demo.visit(`/orders/${order}?${USD}`);
  await expect
    .poll(() => page.locator('.headline').textContent())
    .toContain(`net value is ${exact(receipt.reconciliation.net_revenue_micros)}`);
  const credited = receipt.touchpoints.filter(({ status }: { status: string }) => status === 'credited');
  const earned = await page
    .getByRole('table', { name: /^Touches with credit/ })
    .locator('tbody tr td:last-child')
    .allInnerTexts();
  expect(earned).toEqual(
    credited.map((touch: { credit: Record<string, Record<string, string>> }) =>
      exact(touch.credit['linear']!['attributed_revenue_micros']!),
    ),
  );
  await noFault(page);
  await demo.keep(page, 'order-light');
  await page.getByRole('link', { name: receipt.person.person_id }).click();
  await demo.settled(page);
  const { summary } = await demo.ask(`/v1/customers/${receipt.person.person_id}?${USD}&model=linear`);
  expect(await page.locator('.headline').textContent()).toContain(exact(summary.total_conversion_value_micros));
  await noFault(page);
  await demo.keep(page, 'customer-light');
});

test.skipIf(missing)('a campaign opens from the table, and tells people from machines', async () => {
  const page = await demo.visit(`/campaigns?${USD}`);
  await page.getByRole('link', { name: 'abandoned_cart' }).click();
  await demo.settled(page);
  const { basic_metrics: basic } = await demo.ask(`/v1/reports/campaigns/abandoned_cart?${USD}&model=linear`);
  const machines = page.locator('.figures div', { hasText: 'Opens by machines' }).locator('dd').first();
  expect(await machines.textContent()).toBe(`${basic.machine_opens} of ${basic.opens}`);
  await page.getByRole('button', { name: 'What “Revenue per recipient” means' }).click();
  await expect.poll(() => page.locator('.meaning-text:popover-open').textContent()).toContain('unique_recipients');
  await page.keyboard.press('Escape');
  await noFault(page);
  await demo.keep(page, 'campaign-light');
});

test.skipIf(missing)('an experiment opens from the list, and says what the report says', async () => {
  const page = await demo.visit(`/experiments?${USD}`);
  const { experiments } = await demo.ask('/v1/experiments');
  expect(experiments.length).toBeGreaterThan(3);
  const size = await demo.ask('/v1/experiment-size?rate=0.03&lift=0.1&holdout=0.2');
  for (const line of size.text.split('\n')) await page.getByText(line).waitFor();
  const [first] = experiments;
  await demo.settled(page);
  const shown = await demo.visit(`/experiments/${first.experiment_id}?${USD}`);
  const { conclusions, pooled } = await demo.ask(`/v1/experiments/${first.experiment_id}?${USD}`);
  await shown.getByText(conclusions[0].sentence).waitFor();
  await shown.getByText(pooled.sentences[0].sentence).waitFor();
  expect(
    await shown
      .getByRole('table', { name: /compared with holdout/ })
      .locator('tbody tr')
      .count(),
  ).toBeGreaterThan(0);
  // A read key may not stop it.
  expect(await shown.getByRole('button', { name: /Stop/ }).count()).toBe(0);
  await noFault(shown);
  await demo.keep(shown, 'experiment-light');
});

test.skipIf(missing)('the keyboard alone finds a page and a choice', async () => {
  const page = await demo.visit(`/?${USD}`);
  await page.keyboard.press('Control+k');
  await page.keyboard.type('campaigns');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Campaigns' }).waitFor();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('last 7 days');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.getByLabel('Period', { exact: true }).last().inputValue()).toBe('Last 7 days');
  await page.keyboard.press('Control+k');
  await page.keyboard.press('Escape');
  expect(await page.locator('dialog[open]').count()).toBe(0);
});

describe.skipIf(missing).each(PAGES.map(({ path, name }) => ({ path, name })))('the page $name', ({ path, name }) => {
  test.each(['light', 'dark'] as const)('has no fault that axe finds, in the %s theme', async (scheme) => {
    const page = await demo.visit(`${path}?${USD}`, { width: 1_360, scheme });
    await demo.keep(page, `${name.toLowerCase()}-${scheme}`);
    await noFault(page);
  });

  test.each([360, 3_840])('fits into %i pixels', async (width) => {
    const page = await demo.visit(`${path}?${USD}`, { width, scheme: 'light' });
    if (width === 360) await demo.keep(page, `${name.toLowerCase()}-phone`);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
  });
});
