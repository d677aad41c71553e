/** The page with advice in a real browser, on a shop with ad spend: it says what the API says, and a what-if asks the server. */
import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../src/domain/random.ts';
import { formatDate, MS_PER_DAY, weekStart } from '../../src/domain/time.ts';
import { order, touch } from '../support/events.ts';
import type { Json } from '../support/shop.ts';
import { missing } from './demo.ts';
import { Installation } from './installation.ts';

const WEEKS = 30;
const EUR = 'currency=EUR&brand_id=shop-eu';

let site: Installation;
let viewer = '';
beforeAll(async () => {
  if (missing) return;
  const advice = { return_on_ad_spend: { below: 2, least_cases: 10 } };
  site = await Installation.start({
    brands: { 'shop-eu': { currency: 'EUR', advice }, 'shop-us': { currency: 'EUR' } },
  });
  await sendWeeks();
  viewer = (await site.post('/v1/keys', { name: 'viewer', scope: 'view' })).key;
}, 120_000);
afterAll(() => site?.stop());
afterEach(() => {
  if (!missing) expect(site.complaints.splice(0)).toEqual([]);
});

/** Search answers to its spend, social does not and brings less than it costs. */
async function sendWeeks(): Promise<void> {
  const until = weekStart(Math.floor(Date.now() / MS_PER_DAY));
  const events = { touchpoints: [] as object[], conversions: [] as object[], spend: [] as object[] };
  for (let w = 0; w < WEEKS; w++) {
    const monday = until - 7 * (WEEKS - w);
    const random = new Random(7, 'advice page', w);
    const spent = () => Math.round(400 * Math.exp(random.normal(0, 0.4)));
    const spend = { search: spent(), social: spent() };
    const orders = { search: Math.round(14 * (spend.search / 400) ** 0.7), social: 9 };
    for (const channel of ['search', 'social'] as const) {
      const date = formatDate(monday + 2);
      events.spend.push({ date, channel, amount: String(spend[channel]), currency: 'EUR', brand_id: 'shop-eu' });
      for (let i = 0; i < orders[channel]; i++) {
        const who = { brand_id: 'shop-eu', customer_id: `${channel}-${w}-${i}` };
        const at = (hour: string): string => `${formatDate(monday + (i % 7))}T${hour}:00:00Z`;
        events.touchpoints.push({
          ...touch(`t-${who.customer_id}`, 'paid_ad_click', at('09'), { ...who, channel }),
        });
        events.conversions.push(order(`o-${who.customer_id}`, '50', at('10'), { ...who, currency: 'EUR' }));
      }
    }
    const direct = { brand_id: 'shop-eu', customer_id: `direct-${w}`, currency: 'EUR' };
    events.conversions.push(order(`direct-${w}`, '900', `${formatDate(monday + 1)}T10:00:00Z`, direct));
  }
  const other = { brand_id: 'shop-us', customer_id: 'anna', currency: 'EUR' };
  events.conversions.push(order('us-1', '20', `${formatDate(until - 3)}T10:00:00Z`, other));
  for (const [path, items] of Object.entries(events)) await site.post(`/v1/${path}`, items, site.keys.write);
  await site.post('/v1/flush', undefined, site.keys.write);
}

async function visit(path: string, key = site.keys.read, scheme: 'light' | 'dark' = 'light'): Promise<Page> {
  const page = await site.open(path, { width: 1_360, scheme });
  await site.signIn(page, key);
  await site.settled(page);
  return page;
}

async function noFault(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate('axe.run()')) as AxeResults;
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 200))])).toEqual([]);
}

const euros = (amount: string): string =>
  new Intl.NumberFormat('en-GB', { style: 'currency', currency: 'EUR' }).format(Number(amount));
const outcome = (page: Page): Promise<string | null> => page.locator('#what-if ~ .notice .headline').textContent();
const setOf = (page: Page): string[] => new URL(page.url()).searchParams.getAll('set');

describe.skipIf(missing)('advice', () => {
  test('shows the split, the curves and the rules of the API', async () => {
    const page = await visit(`/advice?${EUR}`);
    const answer = await site.ask(`/v1/advice?${EUR}`);
    expect(await page.locator('#budget ~ .notice .headline').textContent()).toBe(answer.budget.message);
    const rows = await page
      .getByRole('table', { name: /^Today's split/ })
      .locator('tbody tr')
      .all();
    for (const [i, { channel, spend_per_week }] of answer.channels.entries()) {
      expect(await rows[i]!.locator('th').textContent()).toBe(channel);
      expect(await rows[i]!.locator('td').first().textContent()).toContain(euros(spend_per_week));
    }
    expect(await page.locator('.curve').count()).toBe(2);
    expect(await page.locator('.curve').first().textContent()).toContain(
      `a usual week: ${euros(answer.channels[0].spend_per_week)}`,
    );
    const rules = page.getByRole('table', { name: /^Thresholds/ });
    await rules.getByRole('row', { name: /social .* broken/ }).waitFor();
    expect(answer.rules.find(({ subject }: { subject: string }) => subject === 'social').state).toBe('fires');
    await noFault(page);
    await site.keep(page, 'advice-with-spend');
    const dark = await visit(`/advice?${EUR}`, site.keys.read, 'dark');
    await noFault(dark);
  });

  test('shows how like people answer to emails, where there are enough', async () => {
    const page = await visit(`/advice?${EUR}`);
    const own = (value: number, difference: number) => ({
      ...{ value, other: value - difference, difference, low: difference - 0.001, high: difference + 0.001 },
    });
    const emails = { emails: 4_000, other_emails: 5_000, orders: own(0.02, -0.0002), net_revenue: null };
    const orders_before = { differs: false, ...own(0.02, 0) };
    await page.route(/\/v1\/advice\?/, async (route) => {
      const response = await route.fetch();
      const answer = (await response.json()) as Json;
      answer.frequency.advice = 'at_most';
      answer.frequency.at_most_per_week = '3';
      answer.frequency.compared = [
        { ...emails, orders_before, emails_before: '3', within_hours: 72, left: own(0.006, 0.004) },
        { ...emails, orders_before: null, emails_before: '4', within_hours: 48, left: null },
      ];
      answer.send_time.by_block = [{ ...emails, orders_before, slot: '16-20' }];
      await route.fulfill({ response, json: answer });
    });
    await page.reload();
    await site.settled(page);
    expect(await page.getByText('At most 3 in 7 days').count()).toBe(1);
    const rows = page.getByRole('table', { name: /^After an email/ }).locator('tbody tr');
    expect(await rows.first().textContent()).toMatch(/0\.60\s%, \+0\.40 \(\+0\.30 to \+0\.50\)/);
    expect(await rows.last().textContent()).toContain('too few');
    expect(await page.getByRole('table', { name: /^Orders in the 24 hours/ }).textContent()).toContain('16-20');
    await noFault(page);
    await site.keep(page, 'advice-on-emails');
  });

  test('a what-if keeps the total or not, says what the server says, and stands in the address', async () => {
    const page = await visit(`/advice?${EUR}`, viewer);
    const { channels } = await site.ask(`/v1/advice?${EUR}`);
    const total = channels.reduce(
      (sum: number, one: { spend_per_week: string }) => sum + Number(one.spend_per_week),
      0,
    );
    await page.getByLabel('search, EUR a week').fill('300');
    await page.keyboard.press('Tab');
    await expect.poll(() => setOf(page)).toContain('search=300.00');
    const social = setOf(page).find((one) => one.startsWith('social='))!;
    expect(300 + Number(social.slice('social='.length))).toBeCloseTo(total, 1);
    const asked = (set: readonly string[]): Promise<{ what_if: { message: string } }> =>
      site.ask(`/v1/advice?${EUR}&${set.map((one) => `set=${one}`).join('&')}`);
    await expect.poll(() => outcome(page)).toBe((await asked(setOf(page))).what_if.message);
    await page.getByRole('checkbox').uncheck();
    await page.getByRole('slider', { name: 'search' }).fill('500');
    await expect.poll(() => setOf(page)).toContain('search=500.00');
    expect(setOf(page)).toContain(social);
    const { what_if } = await asked(setOf(page));
    await expect.poll(() => outcome(page)).toBe(what_if.message);
    await noFault(page);
    await site.keep(page, 'advice-what-if');
    await page.reload();
    await site.settled(page);
    expect(await outcome(page)).toBe(what_if.message);
    await page.getByRole('button', { name: 'All as today' }).click();
    await expect.poll(() => setOf(page)).toEqual([]);
  });

  test('without spend it says what to send', async () => {
    const page = await visit('/advice?currency=EUR&brand_id=shop-us');
    await page.getByRole('heading', { name: /^No spend is known/ }).waitFor();
    await page.getByText('tributary import').waitFor();
    await page.getByText('No rule is set for shop-us').waitFor();
    await noFault(page);
    await site.keep(page, 'advice-without-spend');
  });
});
