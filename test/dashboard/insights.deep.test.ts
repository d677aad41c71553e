/** The pages of journeys, campaigns, customers, changes, email and live in a real browser: their figures are those of the API. */
import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Demo, missing } from './demo.ts';

let demo: Demo;
beforeAll(async () => {
  if (missing) return;
  demo = await Demo.start();
  await demo.settleVerdicts();
}, 120_000);
afterAll(() => demo?.stop());
afterEach(() => {
  if (!missing) expect(demo.complaints.splice(0)).toEqual([]);
});

/** All data of the demo, so that most figures have enough of it. */
const PERIOD = `start=2020-01-01&end=${new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)}`;
const ALL = `currency=USD&${PERIOD}`;

function exact(micros: string): string {
  const format = new Intl.NumberFormat('en-GB', {
    style: 'currency',
    currency: 'USD',
    currencyDisplay: 'narrowSymbol',
  });
  return format.format(Number(micros) / 1_000_000);
}
const counted = (value: number): string => new Intl.NumberFormat('en-GB').format(value);

async function noFault(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate('axe.run()')) as AxeResults;
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 200))])).toEqual([]);
}

/** The texts of all cells of a table. */
async function cellsOf(page: Page, caption: RegExp): Promise<string[][]> {
  const rows = await page.getByRole('table', { name: caption }).locator('tbody tr').all();
  return Promise.all(rows.map(async (row) => (await row.locator('th, td').allInnerTexts()).map((text) => text.trim())));
}

test.skipIf(missing)(
  'journeys: the diagram and its table have the flow, and a path opens its orders and a receipt',
  async () => {
    const page = await demo.visit(`/journeys?${ALL}`);
    const answer = await demo.ask(`/v1/reports/paths?${ALL}&model=linear&steps=4`);
    expect(await page.locator('.headline').textContent()).toContain(
      `${counted(answer.summary.orders_with_path)} orders came after at least one touch`,
    );
    const links = answer.flow.filter(({ paths }: { paths: number }) => paths > 0);
    expect(await page.locator('.flow-link').count()).toBe(links.length);
    await page.locator('.flow summary').focus();
    await page.keyboard.press('Enter');
    const table = page.getByRole('group', { name: 'How paths go on, as a table' });
    expect(await table.locator('tbody tr').count()).toBe(answer.flow.length);
    expect(await table.locator('tbody tr').first().locator('td').nth(2).textContent()).toBe(counted(links[0].paths));

    const ways = await cellsOf(page, /^Paths with most orders/);
    expect(ways.map(([way, orders, , sales]) => [way, orders, sales])).toEqual(
      answer.paths.map((row: { path: string[]; orders: number; net_revenue_micros: string }) => [
        row.path.map((name) => name.replace(/_/g, ' ')).join(' → '),
        counted(row.orders),
        exact(row.net_revenue_micros),
      ]),
    );
    const roles = await cellsOf(page, /^First, last/);
    expect(roles.map((cells) => [cells[4], cells.at(-1)])).toEqual(
      answer.roles.map((row: { assisted_orders: number; attributed_revenue_micros: string }) => [
        counted(row.assisted_orders),
        exact(row.attributed_revenue_micros),
      ]),
    );
    await noFault(page);

    const several = answer.paths.find(
      ({ path, orders }: { path: string[]; orders: number }) => path.length > 1 && orders > 0,
    );
    const text = several.path.map((name: string) => name.replace(/_/g, ' ')).join(' → ');
    await page
      .getByRole('button', { name: `orders of the path ${text}`, exact: false })
      .first()
      .focus();
    await page.keyboard.press('Enter');
    await expect.poll(async () => (await cellsOf(page, /^Orders, the newest first/)).length).toBe(several.orders);
    const orders = await cellsOf(page, /^Orders, the newest first/);
    expect(new Set(orders.map((cells) => cells.at(-1)))).toEqual(new Set([text]));
    await noFault(page);
    await demo.keep(page, 'journeys-orders');
    await page
      .getByRole('table', { name: /^Orders, the newest first/ })
      .getByRole('link')
      .first()
      .click();
    await page.getByRole('heading', { level: 1, name: /^Order / }).waitFor();
    await demo.settled(page);
    expect(await page.locator('.headline').textContent()).toContain(`Its net value is ${orders[0]![2]}`);
  },
);

test.skipIf(missing)('journeys: times to the order and channels together are those of the reports', async () => {
  const page = await demo.visit(`/journeys?${ALL}`);
  const lags = await demo.ask(`/v1/reports/lags?${ALL}`);
  const first = lags.distribution.filter(({ measure }: { measure: string }) => measure === 'first_touch');
  expect((await cellsOf(page, /^Orders by the time from the first touch/)).map((cells) => cells.slice(0, 2))).toEqual(
    first.map(({ bucket, orders }: { bucket: string; orders: number }) => [bucket, counted(orders)]),
  );
  const { pairs, overlap } = await demo.ask(`/v1/reports/synergies?${ALL}`);
  const told = pairs.filter((pair: { conversion_rate: { finding: string } }) =>
    pair.conversion_rate.finding.endsWith('together'),
  );
  expect(await page.locator('#together ~ .shown b').count()).toBe(told.length);
  expect((await cellsOf(page, /^People that each channel/)).map(([, people]) => people)).toEqual(
    overlap.channels.map(({ people }: { people: number }) => counted(people)),
  );
});

test.skipIf(missing)('campaigns: figures, words and filters say what the report says', async () => {
  const page = await demo.visit(`/campaigns?${ALL}`);
  const answer = await demo.ask(`/v1/reports/campaigns?${ALL}&model=linear`);
  const cells = await cellsOf(page, /^Campaigns/);
  expect(cells.length).toBe(answer.campaigns.length);
  for (const [i, row] of answer.campaigns.entries()) {
    const shown = cells[i]!.join(' ');
    if (row.revenue_per_recipient_interval !== null) {
      const { low, high } = row.revenue_per_recipient_interval;
      expect(shown).toContain(`likely ${exact(String(Number(low) * 1e6))} to ${exact(String(Number(high) * 1e6))}`);
      expect(shown).toMatch(/above the average in .* resamples/);
    } else if (row.revenue_per_recipient !== null) expect(shown).toContain('too little data');
  }
  await page.getByLabel('Kind').selectOption('flow');
  const flows = answer.campaigns.filter(({ campaign_kind }: { campaign_kind: string }) => campaign_kind === 'flow');
  await expect.poll(async () => (await cellsOf(page, /^Campaigns/)).length).toBe(flows.length);
  await page.reload();
  await demo.settled(page);
  expect((await cellsOf(page, /^Campaigns/)).length).toBe(flows.length);
  expect(new URL(page.url()).searchParams.get('kind')).toBe('flow');
});

test.skipIf(missing)('a campaign has its resamples as twenty dots, or says what they need', async () => {
  const { campaigns } = await demo.ask(`/v1/reports/campaigns?${ALL}&model=linear`);
  const rows = campaigns as Array<{ campaign_id: string | null; revenue_per_recipient_quantiles: string[] | null }>;
  const sure = rows.find(({ revenue_per_recipient_quantiles: quantiles }) => quantiles !== null);
  if (sure !== undefined) {
    const page = await demo.visit(`/campaigns/${sure.campaign_id}?${ALL}`);
    expect(await page.locator('.dot').count()).toBe(20);
    await page.locator('.dots summary').click();
    expect(await page.locator('.dots details p').textContent()).toBe(
      sure.revenue_per_recipient_quantiles!.map((value) => exact(String(Number(value) * 1e6))).join(', '),
    );
    await noFault(page);
    await demo.keep(page, 'campaign-dots');
  }
  const unsure = rows.find((row) => row.campaign_id !== null && row.revenue_per_recipient_quantiles === null)!;
  const page = await demo.visit(`/campaigns/${unsure.campaign_id}?${ALL}`);
  expect(await page.locator('#sure ~ .shown').textContent()).toMatch(/Too little data to say: it needs/);
});

test.skipIf(missing)(
  'what changed: the parts add up to the micro, and the movers are those of the report',
  async () => {
    const page = await demo.visit(`/changes?currency=USD`);
    const { start, end } = Object.fromEntries(new URL(page.url()).searchParams) as Record<string, string>;
    const period = start === undefined ? '' : `&start=${start}&end=${end}`;
    const answer = await demo.ask(`/v1/reports/changes?currency=USD${period}&compare=previous_period&group_by=channel`);
    const parts = await cellsOf(page, /^The parts add up/);
    expect(parts[0]![1]).toBe(exact(answer.totals.previous.net_revenue_micros));
    expect(parts.at(-1)![1]).toBe(exact(answer.totals.net_revenue_micros));
    expect(await page.locator('#movers ~ ul li').allInnerTexts()).toEqual(
      answer.movers.map(({ message }: { message: string }) => message),
    );
  },
);

test.skipIf(missing)(
  'customers: value, refusal and retention are those of the reports, credit and influence apart',
  async () => {
    const page = await demo.visit(`/customers?${ALL}`);
    const value = await demo.ask(`/v1/reports/lifetime_value?${ALL}&model=linear&by=month`);
    expect(await page.locator('.headline').textContent()).toContain(exact(value.totals.net_revenue_micros));
    if (value.prediction.refused !== null)
      expect(await page.locator('#value ~ p').first().textContent()).toContain(`it ${value.prediction.refused}`);
    const figures = await page.locator('#email-part ~ dl .figure').allInnerTexts();
    expect(figures).toEqual([
      exact(value.email.by_credit.credited_revenue_micros),
      exact(value.email.by_influence.influenced_revenue_micros),
    ]);
    const cohorts = await demo.ask(`/v1/reports/cohorts?${ALL}&by=month`);
    const rows = await cellsOf(page, /^Customers who ordered, by days/);
    expect(rows.map(([cohort, customers]) => [cohort, customers])).toEqual(
      cohorts.cohorts.map(({ cohort, customers }: { cohort: string; customers: number }) => [
        cohort,
        counted(customers),
      ]),
    );
  },
);

test.skipIf(missing)('email: the list is that of the report', async () => {
  const page = await demo.visit(`/email?${ALL}`);
  const health = await demo.ask(`/v1/reports/list_health?${ALL}`);
  const rows = await cellsOf(page, /^People who were mailed/);
  expect(rows.map((cells) => cells[4])).toEqual(
    health.states.map(({ revenue_micros }: { revenue_micros: string }) => exact(revenue_micros)),
  );
});

test.skipIf(missing)('credit stands beside what experiments say, and the closest model is named', async () => {
  const page = await demo.visit(`/experiments?${ALL}`);
  const { rows } = await demo.ask(`/v1/reports/incrementality?${ALL}&models=linear`);
  const known = rows.filter(({ basis }: { basis: string }) => basis !== 'none');
  expect(known.length).toBeGreaterThan(0);
  const shown = await cellsOf(page, /^Credited and caused/);
  expect(shown.map(([name, , credited]) => [name, credited])).toEqual(
    known.map((row: { campaign_id: string; attributed_orders: number }) => [
      row.campaign_id,
      row.attributed_orders.toFixed(1),
    ]),
  );
  const models = await demo.visit(`/models?${ALL}`);
  const fits = (await demo.ask('/v1/models')).models.filter(({ in_use }: { in_use: boolean }) => in_use);
  const rules = ['first_touch', 'last_touch', 'linear', 'time_decay', 'position_based'];
  const names = [...rules, ...fits.map((fit: { attribution_model: string }) => fit.attribution_model)];
  const closest = await demo.ask(`/v1/reports/closest-models?currency=USD&models=${names.join(',')}`);
  if (closest.refused !== null)
    expect(await models.locator('#closest ~ .shown').textContent()).toBe(`Models are not ranked. ${closest.refused}`);
  else
    expect((await cellsOf(models, /^Credit beside what holdouts say/)).map(([name]) => name)).toEqual(
      closest.models.map((row: { attribution_model: string }) => row.attribution_model.replace(/_/g, ' ')),
    );
});

test.skipIf(missing)('sends are compared with people who were not sent, for all campaigns and for one', async () => {
  const page = await demo.visit(`/email?${ALL}`);
  await page.getByRole('button', { name: 'Compare them' }).click();
  await page.locator('.effect').first().waitFor();
  await demo.settled(page);
  const { together, blasts } = await demo.ask(`/v1/reports/send_effects?${ALL}&window_hours=24`);
  expect(await page.locator('.effect > p:nth-of-type(2)').allTextContents()).toEqual(
    together.map(({ sentence }: { sentence: string }) => sentence),
  );
  expect((await cellsOf(page, /^Each send/)).length).toBe(Math.min(20, blasts.length));
  await noFault(page);
  await demo.keep(page, 'email-sends');
  const [{ campaign_id }] = blasts;
  const one = await demo.visit(`/campaigns/${campaign_id}?${ALL}&window=168`);
  const own = await demo.ask(`/v1/reports/send_effects?${ALL}&window_hours=168&campaign_id=${campaign_id}`);
  const said = await one.locator('.effect').allTextContents();
  for (const { sentence } of own.blasts) expect(said.join(' ')).toContain(sentence);
  await noFault(one);
  await demo.keep(one, 'campaign-sends');
});

test.skipIf(missing)('live: an event appears with its verdict, pause stops it, and a kind filters', async () => {
  const page = await demo.visit(`/live?currency=USD`);
  await page.getByText('Connected.').waitFor();
  let sent = 0;
  const send = async (verdict: string): Promise<void> => {
    sent += 1;
    const answer = await fetch(`${demo.address}/v1/touchpoints`, {
      method: 'POST',
      headers: { authorization: `Bearer ${demo.keys.write}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        customer_id: 'who-is-never-named',
        touchpoint_id: `live-${sent}`,
        touchpoint_type: 'email_open',
        campaign_id: `live_${verdict}`,
        verdict,
        occurred_at: new Date().toISOString(),
      }),
    });
    expect(answer.status).toBe(202);
  };
  const events = (): Promise<string[][]> => cellsOf(page, /^The newest/);
  await send('machine');
  await send('human');
  await expect
    .poll(async () => (await events()).map((cells) => cells[2]).sort(), { timeout: 20_000 })
    .toEqual(['human', 'machine']);
  expect(await page.content()).not.toContain('who-is-never-named');
  const minutes = await cellsOf(page, /^Events by the minute/);
  expect(minutes.reduce((sum, cells) => sum + Number(cells[1]) + Number(cells[2]), 0)).toBe(2);
  await page.getByRole('combobox', { name: /^Show/ }).selectOption('machine');
  await expect.poll(async () => (await events()).map((cells) => cells[2])).toEqual(['machine']);
  await page.getByRole('button', { name: 'Pause' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('Paused.').waitFor();
  await noFault(page);
  await demo.keep(page, 'live-paused');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
});
