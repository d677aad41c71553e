/** The parts of advice that need no log: when rules fire, how orders that have not come are counted, and how often to send. */
import { describe, expect, test } from 'vitest';
import { makeConfig } from '../../src/config.ts';
import { askedBudget } from '../../src/reports/advice/budget.ts';
import { frequencyAdvice } from '../../src/reports/advice/emails.ts';
import { completeness, lagParts } from '../../src/reports/advice/lag-parts.ts';
import { ruleFindings } from '../../src/reports/advice/rules.ts';

const rule = (below: number, least_cases = 30) => ({ below, least_cases, cool_down_days: 7 });
const weekly = (spend: number) => ({
  name: 'search',
  spend: new Array(8).fill(spend),
  credit: new Array(8).fill(0),
  lag_parts: [1],
});

/** Four weeks in which search cost 1,000 and earned `low` to `high`, and a campaign with 40 buyers of 1,000 people. */
const figures = (low: number, high: number) => ({
  weeks: { channels: [weekly(250)], revenue: new Array(8).fill(5_000) },
  channels: {
    channel_attribution: [
      {
        channel: 'search',
        attributed_revenue_micros: String(((low + high) / 2) * 1_000_000),
        attributed_revenue_interval: { low: `${low}.000000`, high: `${high}.000000` },
        touched_conversions: 50,
      },
    ],
    summary: { total_conversions: 400, attributed_conversions: 300 },
  },
  campaigns: { campaigns: [{ campaign_id: 'spring', unique_recipients: 1_000, converting_customers: 40 }] },
  lags: { groups: [], distribution: [{ measure: 'first_touch', bucket: 'under 1 hour', orders: 100 }] },
  days: 30,
});

describe('a rule', () => {
  test.each([
    ['fires', 1_500, 2_900],
    ['unsure', 2_500, 3_500],
    ['holds', 3_000, 4_000],
  ])('on the return %s when its whole interval says so', (state, low, high) => {
    const [found] = ruleFindings({ return_on_ad_spend: rule(3) }, figures(low, high));
    expect(found).toMatchObject({ state, subject: 'search', interval: { low: low / 1_000, high: high / 1_000 } });
  });

  test('says nothing of fewer cases than it needs', () => {
    const [found] = ruleFindings({ return_on_ad_spend: rule(3, 51) }, figures(100, 200));
    expect(found!.state).toBe('too_few_cases');
  });

  test('on conversions and on orders with a touch has the score interval', () => {
    const [share, rate] = ruleFindings({ conversion_rate: rule(0.03), attributed_share: rule(0.8) }, figures(1, 2));
    // Wilson's interval of 300 of 400 at 90 %, by the formula of the textbook: 0.7129 to 0.7837.
    expect(share).toMatchObject({ rule: 'attributed_share', state: 'fires', value: 0.75 });
    expect(share!.interval!.low).toBeCloseTo(0.7129, 3);
    expect(share!.interval!.high).toBeCloseTo(0.7837, 3);
    expect(rate).toMatchObject({ rule: 'conversion_rate', state: 'holds' });
    expect(rate!.value).toBeCloseTo(0.04, 3);
  });
});

describe('orders that have not come', () => {
  test('belong to later weeks, in proportion to the times from touch to order', () => {
    const rows = [
      { bucket: 'under 1 hour', orders: 60 },
      { bucket: '8 to 14 days', orders: 40 },
    ];
    const [same, next, later] = lagParts(rows, []);
    // 11.5 days after a touch on any day of a week is the next week or the one after: 1 + 4.5 / 7 weeks.
    expect(same).toBeCloseTo(0.6, 2);
    expect(next).toBeCloseTo(0.4 * (2.5 / 7), 2);
    expect(later).toBeCloseTo(0.4 * (4.5 / 7), 2);
    expect(completeness(rows, 30)).toBeCloseTo(0.6 + 0.4 * (1 - 11.5 / 30), 2);
  });

  test('are told by all channels where the channel has few orders', () => {
    expect(
      lagParts([{ bucket: '8 to 14 days', orders: 29 }], [{ bucket: 'under 1 hour', orders: 1_000 }])[0],
    ).toBeCloseTo(1, 1);
  });
});

const estimate = (difference: number, half: number) => ({
  ...{ value: 0.01 + difference, other: 0.01, difference, low: difference - half, high: difference + half },
});
const NONE = estimate(0, 0.001);
const row = (emails_before: number, rest: object = {}) => ({
  ...{ emails_before, emails: 5_000, other_emails: 5_000, within_hours: 72 },
  ...{ left: NONE, orders: NONE, net: estimate(0.1, 0.2), control: { ...NONE, differs: false } },
  ...rest,
});
const often = (...rows: ReturnType<typeof row>[]) =>
  frequencyAdvice(
    {
      frequency: { rows, emails: 20_000, unnamed: 1_200, value_of_person: 4 },
      ...{ people_part: 1, currency: 'EUR' },
    },
    900,
  );
const leaves = estimate(0.004, 0.001);

describe('how often to send', () => {
  test('stops where one more surely makes more people leave and does not surely bring more orders', () => {
    const found = often(row(1), row(2), row(3, { left: leaves }));
    expect(found).toMatchObject({ advice: 'at_most', at_most_per_week: '3', is_causal: false });
    expect(found['message']).toMatch(
      /^Send at most 3 emails in 7 days: after one more, 1\.40 % .* \+0\.40 \(\+0\.30 to \+0\.50\)/,
    );
    // A person brings 4.00 EUR in 28 days; 100 emails lose 0.4 people.
    expect(found['message']).toContain('100 such emails lose 1.60 EUR (1.20 EUR to 2.00 EUR)');
    expect(often(row(5, { left: leaves }))).toMatchObject({ at_most_per_week: '5+' });
  });

  test('leaves it where one more surely brings more orders', () => {
    const found = often(row(1), row(2, { left: leaves, orders: estimate(0.01, 0.005) }));
    expect(found).toMatchObject({ advice: 'leave_it', at_most_per_week: null });
    expect(found['message']).toContain('surely brings more orders as well');
  });

  test('is refused where too little is known, and where people differed before', () => {
    expect(often(row(1, { left: null }))).toMatchObject({
      advice: 'refused',
      message: expect.stringMatching(/300 with one more email .* 1,200 emails name neither a campaign nor an email/),
    });
    const unlike = row(2, { left: leaves, control: { ...estimate(0.01, 0.002), differs: true } });
    expect(often(row(1), unlike)).toMatchObject({ advice: 'refused', message: expect.stringContaining('leaks') });
    expect(often(row(2, { left: leaves, control: null }))).toMatchObject({ advice: 'refused' });
  });
});

test('rules of a brand lie over those of all brands', () => {
  const { adviceRules } = makeConfig({
    defaults: { advice: { return_on_ad_spend: { below: 3 }, conversion_rate: { below: 0.02 } } },
    brands: { shop: { advice: { return_on_ad_spend: { below: 2, least_cases: 100 } } } },
  });
  expect(adviceRules('other').return_on_ad_spend).toEqual({ below: 3, least_cases: 30, cool_down_days: 7 });
  expect(adviceRules('shop')).toMatchObject({
    return_on_ad_spend: { below: 2, least_cases: 100 },
    conversion_rate: { below: 0.02 },
  });
  expect(() => makeConfig({ defaults: { advice: { conversion_rate: { below: 2 } } } })).toThrow(/below/);
});

test('a budget that cannot be read is refused with the field and the fix', () => {
  expect(askedBudget('1500.50', ['search=10', 'a=b=2'])).toEqual({
    budget: 1_500.5,
    set: new Map([
      ['search', 10],
      ['a=b', 2],
    ]),
  });
  expect(() => askedBudget(undefined, ['search'])).toThrow(/set: "search" is not CHANNEL=AMOUNT/);
  expect(() => askedBudget('0')).toThrow(/budget: must be above 0/);
});
