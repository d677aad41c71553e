/** Advice from a log: weeks equal those that were sent, a rule becomes an incident and cools down, and a what-if has bounds. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Random } from '../../src/domain/random.ts';
import { formatDate, MS_PER_DAY, parseDate } from '../../src/domain/time.ts';
import { brokenRules } from '../../src/monitors/checks/rules.ts';
import { end, report } from '../../src/monitors/incidents.ts';
import { showReport } from '../../src/present/tables.ts';
import { askReportBoth } from '../support/both-ways.ts';
import { ALL_BRANDS, order, touch } from '../support/events.ts';
import { type Json, openShop, type Shop } from '../support/shop.ts';
import { LAST_DAY_OF_MARCH_MS } from '../support/time.ts';
import { expectToFit, reportNamed } from './schema.ts';

const WEEKS = 40;
/** The last whole week before 31 March 2026 ends on Monday 30 March. */
const END_DAY = parseDate('2026-03-30') as number;
const advice = reportNamed('advice');
const ALL = { start: '2026-03-01', end: '2026-04-01', brand_id: 'default' };

/** By channel: spend and the number of orders of each week. */
const weeks = Array.from({ length: WEEKS }, (_, w) => {
  const random = new Random(7, 'advice log', w);
  const search = Math.round(400 * Math.exp(random.normal(0, 0.4)));
  const social = Math.round(400 * Math.exp(random.normal(0, 0.4)));
  return {
    ...{ search, social, day: END_DAY - 7 * (WEEKS - w) },
    orders: { search: Math.round(20 * (search / 400) ** 0.7), social: 9 },
  };
});

let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ brands: { default: { advice: { return_on_ad_spend: { below: 2, least_cases: 10 } } } } });
  for (const { day, orders, ...spend } of weeks) {
    const at = (days: number, hour: number): string =>
      `${formatDate(day + days)}T${String(hour).padStart(2, '0')}:00:00Z`;
    const bought = (['search', 'social'] as const).flatMap((channel) =>
      Array.from({ length: orders[channel] }, (_, i) => ({ channel, id: `${channel}-${day}-${i}`, days: i % 7 })),
    );
    await shop.send(
      'touchpoints',
      ...bought.map(({ channel, id, days }) =>
        touch(`t-${id}`, 'paid_ad_click', at(days, 9), { channel, customer_id: id }),
      ),
    );
    await shop.send(
      'conversions',
      ...bought.map(({ id, days }) => order(`o-${id}`, '50', at(days, 10), { customer_id: id })),
      order(`direct-${day}`, '900', at(1, 10), { customer_id: `direct-${day}` }),
    );
    await shop.send(
      'spend',
      ...(['search', 'social'] as const).map((channel) => ({
        date: formatDate(day + 2),
        channel,
        amount: String(spend[channel]),
        currency: 'USD',
      })),
    );
  }
}, 120_000);
afterAll(() => shop.close());

const ask = async (question: object = {}): Promise<Json> =>
  (await advice.run(shop.reports, { ...ALL, ...question }, ALL_BRANDS)) as Json;

test('reads whole weeks, knows what is spent now and returned, and is the same from both ways to the figures', async () => {
  const { text } = await askReportBoth(advice.run, shop.reports, ALL);
  const answer = JSON.parse(text) as Json;
  expectToFit(advice, { ...answer, generated_at: '2026-03-31T12:00:00.000Z' });
  expect(answer.budget).toMatchObject({ weeks: WEEKS, first_week: formatDate(weeks[0]!.day), end: '2026-03-30' });
  const last = weeks.slice(-4);
  for (const channel of ['search', 'social'] as const) {
    const row = answer.channels.find((one: Json) => one.channel === channel);
    const spent = last.reduce((sum, week) => sum + week[channel], 0);
    expect(Number(row.spend_per_week)).toBeCloseTo(spent / 4, 2);
    // Orders come an hour after the click, so all spend belongs to its own week but for a four-hundredth.
    const returned = last.reduce((sum, { orders }) => sum + 50 * orders[channel], 0) / spent;
    expect(row.return_on_spend).toBeCloseTo(returned, 1);
  }
  const [search, social] = answer.channels;
  expect(search.curve.saturation.low).toBeGreaterThan(social.curve.saturation.value);
  expect(answer.measure).toBe('attributed');
  expect(showReport(advice, answer, 25)).toMatch(/channel\s+spend a week\s+advised/);
});

test('says what other spend would change, and refuses what was never near', async () => {
  const { what_if } = await ask({ set: ['search=600'] });
  expect(Number(what_if.change_per_week.low)).toBeLessThanOrEqual(Number(what_if.change_per_week.value));
  expect(what_if.spend_per_week.search).toBe('600.000000');
  await expect(ask({ set: ['search=90000'] })).rejects.toThrow(
    /set: search=90000 is above .* times what was ever spent/,
  );
  await expect(ask({ set: ['radio=1'] })).rejects.toThrow(/channels with spend are search, social/);
});

test('refuses with the number of weeks there are', async () => {
  const { budget, channels } = await ask({ weeks: 12 });
  expect(budget).toMatchObject({ advice: 'refused', refused: { code: 'too_few_weeks' }, gain_per_week: null });
  expect(budget.message).toMatch(/12 whole weeks; 26 are needed/);
  expect(channels[0].curve).toBeNull();
});

test('a rule that fires is a finding of the monitors once, and rests for its cool-down', async () => {
  const { rules } = await ask();
  const fires = rules.filter(({ state }: Json) => state === 'fires').map(({ subject }: Json) => subject);
  expect(fires).toEqual(['social']);
  const { state } = shop.tributary;
  const now_ms = LAST_DAY_OF_MARCH_MS;
  const found = (at_ms: number) => brokenRules(shop.reports, state, 'default', at_ms);
  const [finding, ...others] = await found(now_ms);
  expect(others).toEqual([]);
  expect(finding).toMatchObject({ check: 'advice_rule', subject: 'return_on_ad_spend social' });
  await state.transaction((transaction) => report(transaction, 'default', finding!, now_ms));
  expect(await found(now_ms)).toHaveLength(1);
  await state.transaction(async (transaction) => void (await end(transaction, 'default', finding!, 'usual', now_ms)));
  expect(await found(now_ms + MS_PER_DAY)).toEqual([]);
  expect(await found(now_ms + 8 * MS_PER_DAY)).toHaveLength(1);
});
