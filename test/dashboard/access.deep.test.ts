/** Who may look, in a real browser: the setup of a new installation, signing in at an identity provider, roles, and the pages of admins. */
import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_PAGES } from '../../dashboard/places.ts';
import { order, touch } from '../support/events.ts';
import { missing } from './demo.ts';
import { Installation, PATH_TOKEN } from './installation.ts';

const ANNA = { sub: 'anna-1', name: 'Anna Example', groups: ['marketing'] };
const BOB = { sub: 'bob-2', name: 'Bob Example', groups: ['cyclists'] };
const CARO = { sub: 'caro-3', name: 'Caro Example', groups: ['board'] };

let site: Installation;
let admin_key = '';
beforeAll(async () => {
  if (!missing) site = await Installation.start();
}, 120_000);
afterAll(() => site?.stop());
afterEach(() => {
  if (!missing) expect(site.complaints.splice(0)).toEqual([]);
});

async function noFault(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate('axe.run()')) as AxeResults;
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 200))])).toEqual([]);
}

async function api(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Record<string, unknown>> {
  const answer = await fetch(site.address + path, {
    method,
    headers: {
      authorization: `Bearer ${admin_key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const content = (await answer.json()) as Record<string, unknown>;
  expect([path, answer.ok, content]).toEqual([path, true, content]);
  return content;
}

const brandChoice = (page: Page) => page.locator('.controls label', { hasText: /^Brand/ }).locator('select');

/** Days of last month, which the preview shows. */
function lastMonth(day: number): string {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, day, 12)).toISOString();
}

async function visitAsAdmin(path: string, width = 1_360, scheme: 'light' | 'dark' = 'light'): Promise<Page> {
  const page = await site.open(path, { width, scheme });
  await site.signIn(page, admin_key);
  await site.settled(page);
  return page;
}

async function signInAtProvider(path: string, account: typeof ANNA | null): Promise<Page> {
  site.provider.account = account;
  const page = await site.open(path);
  await page.getByRole('link', { name: 'Sign in with Example SSO' }).click();
  return page;
}

describe.skipIf(missing)('a new installation', () => {
  test('is set up in the browser with the printed token, by keyboard alone, and the address never holds it', async () => {
    const page = await site.open('/');
    await page.getByRole('heading', { name: 'Set up Tributary' }).waitFor();
    await noFault(page);
    await site.keep(page, 'setup');
    await page.getByLabel('Setup token').fill('trb_setup_wrong');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByRole('alert').textContent()).toMatch(/this setup token is wrong/);
    for (const said of site.complaints.splice(0)) expect(said).toMatch(/status of 401/);
    await page.getByLabel('Setup token').fill(site.setup_token);
    await page.keyboard.press('Enter');
    admin_key = (await page.locator('.shown-once output').textContent())!;
    expect(admin_key).toMatch(/^trb_admin_/);
    await noFault(page);
    await site.keep(page, 'setup-key');
    await page.getByRole('button', { name: /I have noted it/ }).press('Enter');
    await site.settled(page);
    expect(page.url()).not.toContain('trb_');
    await page.getByRole('link', { name: 'Admin' }).waitFor();
  });

  test('then asks for a key or the identity provider', async () => {
    const page = await site.open('/');
    await page.getByRole('link', { name: 'Sign in with Example SSO' }).waitFor();
    await noFault(page);
    await site.keep(page, 'sign-in');
  });
});

describe.skipIf(missing)('pages of admins', () => {
  beforeAll(async () => {
    const brand = { brand_id: 'shop-eu', customer_id: 'anna' };
    await api('POST', '/v1/touchpoints', [
      { ...touch('t1', 'email_click', lastMonth(6), brand), channel: 'email' },
      { ...touch('t2', 'paid_ad_click', lastMonth(9), brand), channel: 'paid_search' },
    ]);
    await api('POST', '/v1/conversions', order('o1', '120.00', lastMonth(10), { ...brand, currency: 'EUR' }));
    await api('POST', '/v1/flush');
  });

  test('a key is made, shown once, and revoked', async () => {
    const page = await visitAsAdmin('/admin/keys');
    await page.getByLabel('Name').fill('wall screen');
    await page.getByLabel('Scope').selectOption('view');
    await page.getByRole('button', { name: 'Make the key' }).click();
    const key = (await page.locator('.shown-once output').textContent())!;
    expect(key).toMatch(/^trb_view_/);
    await site.keep(page, 'admin-key-made');
    const names = (): Promise<string[]> => page.locator('tbody th').allInnerTexts();
    await expect.poll(names).toContain('wall screen');

    const other = await site.open('/');
    await site.signIn(other, key);
    await site.settled(other);
    expect(await other.getByRole('navigation').allInnerTexts()).not.toContainEqual(
      expect.stringMatching(/Customers|Admin/),
    );
    await other.goto(`${site.address}/customers/anna`);
    await expect.poll(() => other.getByRole('alert').textContent()).toContain('this needs the role analyst');
    for (const said of site.complaints.splice(0)) expect(said).toMatch(/status of 403/);

    await page.getByRole('button', { name: 'Revoke wall screen' }).click();
    await page.getByRole('dialog').getByText('cannot be brought back').waitFor();
    await noFault(page);
    await site.keep(page, 'admin-key-revoke');
    await page.keyboard.press('Escape');
    expect(await names()).toContain('wall screen');
    await page.getByRole('button', { name: 'Revoke wall screen' }).click();
    await page.getByRole('button', { name: 'Revoke it' }).click();
    await expect.poll(names).not.toContain('wall screen');
    await other.reload();
    await other.getByLabel('Key').waitFor();
  });

  test('a source shows what it brought, and tries again what it kept', async () => {
    const page = await visitAsAdmin('/admin/sources');
    await page.getByRole('row', { name: /mail postmark shop-eu never/ }).waitFor();
    const answer = await fetch(`${site.address}/v1/sources/mail/${PATH_TOKEN}`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa('postmark:a password')}`, 'content-type': 'application/json' },
      body: JSON.stringify({ RecordType: 'Click', MessageID: 'message-1' }),
    });
    expect(await answer.json()).toMatchObject({ accepted: 0, unusable: 1 });
    await page.reload();
    await site.settled(page);
    await page.getByRole('button', { name: 'Try again the kept events of mail' }).click();
    await page.getByText('mail: accepted now 0, still kept 1.').waitFor();
    await noFault(page);
    await site.keep(page, 'admin-source-kept');
  });

  test('the preview shows what another half-life does to last month, as the report says, and which line keeps it', async () => {
    const page = await visitAsAdmin('/admin/settings?brand_id=shop-eu');
    const email = page.getByRole('table', { name: /as it is and as tried/ }).getByRole('row', { name: /^email/ });
    const tried = async (): Promise<string> => (await email.locator('td').nth(1).textContent())!.split(' ')[0]!;
    const before = await tried();
    await page.getByRole('slider', { name: /^Half-life/ }).fill('1');
    await expect.poll(tried).not.toBe(before);
    const month = `start=${lastMonth(1).slice(0, 10)}&end=${new Date().toISOString().slice(0, 8)}01`;
    const report = (await api(
      'GET',
      `/v1/reports/attribution?${month}&brand_id=shop-eu&currency=EUR&model=time_decay&group_by=channel&half_life_days=1`,
    )) as { channel_attribution: Array<{ channel: string; attributed_revenue_micros: string }> };
    const row = report.channel_attribution.find(({ channel }) => channel === 'email')!;
    const euros = new Intl.NumberFormat('en-GB', { style: 'currency', currency: 'EUR' });
    await expect.poll(tried).toBe(euros.format(Number(row.attributed_revenue_micros) / 1e6));
    expect(await page.locator('.snippet').textContent()).toContain('"half_life_days": 1');
    await noFault(page);
    await site.keep(page, 'admin-settings-tried');
  });

  test('an experiment is stopped for good, after a question', async () => {
    const day = (n: number): string => new Date(Date.now() + n * 86_400_000).toISOString();
    const plan = {
      experiment_id: 'spring',
      name: 'Spring',
      scope: 'campaign',
      control: 'holdout',
      planned_people: 100,
    };
    const arms = { holdout: 0.5, treated: 0.5 };
    const times = { starts_at: day(-1), ends_at: day(7) };
    await api('POST', '/v1/experiments', { ...plan, arms, ...times, brand_id: 'shop-eu' });
    await api('POST', '/v1/flush');
    const page = await visitAsAdmin('/experiments?brand_id=shop-eu');
    await page.getByRole('link', { name: 'Spring' }).click();
    await page.getByLabel(/^Why/).fill('Sold out');
    await page.getByRole('button', { name: 'Stop the experiment' }).click();
    await page.getByRole('dialog').getByText('This cannot be undone.').waitFor();
    await noFault(page);
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(await page.getByText(/^Stopped at/).count()).toBe(0);
    await page.getByRole('button', { name: 'Stop the experiment' }).click();
    await page.getByRole('button', { name: 'Stop it for good' }).click();
    const said = async (): Promise<unknown> =>
      ((await api('GET', '/v1/experiments?brand_id=shop-eu'))['experiments'] as Array<Record<string, unknown>>)[0]![
        'stop_reason'
      ];
    await expect.poll(said).toBe('Sold out');
    await expect.poll(() => page.getByText(/^Stopped at .*: Sold out/).count(), { timeout: 20_000 }).toBe(1);
    expect(await page.getByRole('button', { name: 'Stop the experiment' }).count()).toBe(0);
    await noFault(page);
  });

  test('the keyboard finds them by name', async () => {
    const page = await visitAsAdmin('/');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('keys');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor();
  });

  describe.each(ADMIN_PAGES.map(({ path, name }) => ({ path, name })))('$name', ({ path, name }) => {
    test.each(['light', 'dark'] as const)('has no fault that axe finds, in the %s theme', async (scheme) => {
      const page = await visitAsAdmin(path, 1_360, scheme);
      await site.keep(page, `admin-${name.toLowerCase()}-${scheme}`);
      await noFault(page);
    });

    test.each([360, 3_840])('fits into %i pixels', async (width) => {
      const page = await visitAsAdmin(path, width);
      if (width === 360) await site.keep(page, `admin-${name.toLowerCase()}-phone`);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    });
  });
});

describe.skipIf(missing)('people of the identity provider', () => {
  test('an analyst of two brands lands on the page that was asked for, chooses between them, and is no admin', async () => {
    const page = await signInAtProvider('/channels?model=last_touch', ANNA);
    await page.getByRole('heading', { level: 1, name: 'Channels' }).waitFor();
    await site.settled(page);
    expect(new URL(page.url()).searchParams.get('model')).toBe('last_touch');
    expect(await brandChoice(page).locator('option').allInnerTexts()).toEqual(['shop-eu', 'shop-us']);
    await brandChoice(page).selectOption('shop-us');
    await expect.poll(() => new URL(page.url()).searchParams.get('brand_id')).toBe('shop-us');
    await site.settled(page);
    expect(await page.getByRole('link', { name: 'Admin' }).count()).toBe(0);
    await page.goto(`${site.address}/admin/keys`);
    // It asks the server nothing that would be refused.
    await page.getByText('It needs the role admin. You are signed in as analyst.').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Key').waitFor();
  });

  test('a viewer reads reports', async () => {
    const page = await signInAtProvider('/', CARO);
    await site.settled(page);
    expect(await page.getByRole('button', { name: 'Sign out' }).getAttribute('title')).toBe(
      'Signed in as Caro Example (viewer)',
    );
    // Nothing is offered that would be refused: no single order, note or link.
    expect(await page.getByText(/Add a note|Share view/).count()).toBe(0);
    await page.getByRole('link', { name: 'Journeys' }).click();
    await page.getByRole('heading', { level: 1, name: 'Journeys' }).waitFor();
    await site.settled(page);
    expect(await page.getByText(/Real journeys|shows the orders/).count()).toBe(0);
    await page.getByRole('link', { name: 'Live' }).click();
    await page.getByText('Connected.').waitFor();
    expect(await page.getByRole('columnheader', { name: 'Order', exact: true }).count()).toBe(0);
  });

  test('who is in no named group, and who does not want to, are told so', async () => {
    for (const [account, words] of [
      [BOB, /none of your groups may see this dashboard/],
      [null, /You did not sign in there/],
    ] as const) {
      const page = await signInAtProvider('/', account);
      await expect.poll(() => page.getByRole('alert').first().textContent()).toMatch(words);
      await expect.poll(() => new URL(page.url()).search).toBe('');
    }
  });
});
