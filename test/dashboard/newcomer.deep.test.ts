/** What somebody who has never seen the dashboard asks first is answered where it is looked for, on a laptop and on a phone. Keyboards reach all of it. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Demo, missing } from './demo.ts';

let demo: Demo;
beforeAll(async () => {
  if (!missing) demo = await Demo.start();
});
afterAll(() => demo?.stop());
afterEach(() => {
  if (!missing) expect(demo.complaints.splice(0)).toEqual([]);
});

const WHOLE = `currency=USD&start=2020-01-01&end=${new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)}`;

const dollars = (amount: string, digits = 0): string =>
  new Intl.NumberFormat('en-GB', {
    style: 'currency',
    currency: 'USD',
    currencyDisplay: 'narrowSymbol',
    maximumFractionDigits: digits,
  }).format(Number(amount));

/** Spaces that do not break are spaces. */
const textOf = async (page: Page, selector: string): Promise<string> =>
  (await page.locator(selector).first().textContent())!.replace(/\s+/g, ' ').trim();

describe.skipIf(missing).each([1_280, 390])('on a screen %i pixels wide', (width) => {
  const visit = (path: string): Promise<Page> => demo.visit(path, { width, scheme: 'light' });

  test('what did email earn, and how sure is that', async () => {
    const page = await visit(`/?${WHOLE}`);
    const { summary, channel_attribution: rows } = await demo.ask(
      `/v1/reports/attribution?${WHOLE}&model=linear&group_by=channel&intervals=true`,
    );
    const { low, high } = rows.find(
      ({ channel }: { channel: string }) => channel === 'email',
    ).attributed_revenue_interval;
    const cut = (amount: string): string => dollars(amount.replace(/\..*/, ''));
    expect(await textOf(page, '.headline')).toContain(
      `Email earned ${dollars(summary.email_attributed_revenue)}, likely ${cut(low)} to ${cut(high)}, of `,
    );
    const { y, height } = (await page.locator('.headline').boundingBox())!;
    expect(y + height).toBeLessThan(800);
  });

  test('which campaign loses money', async () => {
    const page = await visit(`/campaigns?${WHOLE}`);
    const { campaigns } = await demo.ask(`/v1/reports/campaigns?${WHOLE}&model=linear`);
    const costly = campaigns.filter(({ spend }: { spend: string | null }) => spend !== null);
    const losing = costly.filter(
      ({ spend, attributed_revenue: own }: { spend: string; attributed_revenue: string }) =>
        Number(spend) > Number(own),
    );
    const said = await textOf(page, '#content .losing');
    expect(said).toContain(`Spend is known of ${costly.length} of ${campaigns.length}.`);
    if (losing.length === 0)
      expect(said).toMatch(/^No campaign cost more .* The lowest return is that of \S+, [\d.]+ ×\./);
    else expect(said).toContain(losing[0].campaign_id);
  });

  test('why did this order credit that email', async () => {
    const page = await visit(`/campaigns/abandoned_cart?${WHOLE}`);
    await page.getByRole('link', { name: 'The orders behind it' }).click();
    const orders = page.getByRole('table', { name: /^Orders, the newest first/ });
    await orders.getByRole('link').first().click();
    await page.getByRole('heading', { level: 1, name: /^Order/ }).waitFor();
    await demo.settled(page);
    const credited = page.getByRole('table', { name: /^Touches with credit/ });
    expect(await credited.getByRole('row').filter({ hasText: 'abandoned_cart' }).count()).toBeGreaterThan(0);
    expect(await textOf(page, 'main')).toContain('Linear gives each touch of the path the same share.');
  });

  test('how many opens are machines', async () => {
    const page = await visit(`/quality?${WHOLE}`);
    const { opens } = await demo.ask(`/v1/reports/data_quality?${WHOLE.replace('currency=USD&', '')}`);
    const counted = (n: number): string => new Intl.NumberFormat('en-GB').format(n);
    expect(await textOf(page, 'main')).toContain(`${counted(opens.by_machines)} of ${counted(opens.touchpoints)}`);
  });

  test('why does the email tool say more', async () => {
    const page = await visit(`/?${WHOLE}`);
    const claims = await demo.ask(`/v1/reports/claims?${WHOLE}&models=linear`);
    const own = claims.claims.find(({ claimant }: { claimant: string }) => claimant === 'mail_tool');
    const row = page.locator('.bar-row', { hasText: 'mail tool claims' });
    expect(await row.textContent()).toContain(dollars(own.claimed_revenue));
    expect(await row.textContent()).toContain(dollars(own.models.linear.attributed_revenue));
    await page.getByText('Why they say something else').click();
    const told = page
      .locator('.why div', { has: page.getByRole('heading', { name: 'mail tool' }) })
      .getByRole('listitem');
    expect(await told.allInnerTexts()).toEqual(
      claims.reasons
        .filter(({ claimant }: { claimant: string | null }) => claimant === 'mail_tool')
        .map(({ message }: { message: string }) => `${message}.`),
    );
  });
});

test.skipIf(missing)('a period with a name is remembered by its name, and other days are not', async () => {
  const page = await demo.visit('/channels?currency=USD');
  const period = page.getByRole('combobox', { name: 'Period' });
  await period.selectOption('Last 7 days');
  await demo.settled(page);
  await page.goto(`${demo.address}/channels`);
  await demo.settled(page);
  expect(await period.inputValue()).toBe('Last 7 days');
  await page.getByLabel('First day').fill('2026-01-05');
  await demo.settled(page);
  await page.goto(`${demo.address}/channels`);
  await demo.settled(page);
  expect(await period.inputValue()).toBe('Last 30 days');
});

test.skipIf(missing)('the sliders begin at the settings of the brand', async () => {
  const page = await demo.visit(`/models?${WHOLE}`);
  const { brands } = await demo.ask('/v1/settings');
  const { half_life_days, windows } = brands[0];
  for (const [name, days] of [
    [/^Half-life/, half_life_days],
    [/^Window of opens/, windows.view_days],
    [/^Window of clicks in emails/, windows.email_days],
    [/^Window of other clicks/, windows.click_days],
  ])
    expect(await page.getByRole('slider', { name }).inputValue()).toBe(String(days));
});

/** Marks everything that can be seen and pressed. The figures of one table are one stop, and so are radio buttons of one name. */
const MARK = `[...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
  .filter((one) => one.tabIndex >= 0 && !one.disabled && one.checkVisibility({ visibilityProperty: true }))
  .map((one, i) => one.setAttribute('data-stop', String(i))).length`;

describe.skipIf(missing)('the Tab key reaches all', () => {
  test.each(['/advice', '/changes', '/email', '/journeys', '/customers', '/live', '/campaigns', '/quality'])(
    'of %s',
    async (path) => {
      const page = await demo.visit(`${path}?${WHOLE}`);
      const stops = (await page.evaluate(MARK)) as number;
      expect(stops).toBeGreaterThan(15);
      const reached = new Set<string>();
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement?.className')).toBe('skip');
      // Fields of days have several stops of their own.
      for (let i = 0; i < stops + 20; i++) {
        const stop = await page.evaluate(`document.activeElement?.getAttribute('data-stop') ?? ''`);
        if (stop !== '') reached.add(stop as string);
        await page.keyboard.press('Tab');
      }
      const left: string[] = [];
      for (let i = 0; i < stops; i++)
        if (!reached.has(String(i)))
          left.push(await page.locator(`[data-stop="${i}"]`).evaluate((one) => one.outerHTML.slice(0, 120)));
      expect(left).toEqual([]);
    },
  );
});
