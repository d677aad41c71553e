/** A page that was opened from the site itself is no arrival: it belongs to the visit before it. docs/semantics.md 5. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RULE_MODEL_NAMES } from '../../src/attribution/models.ts';
import { attributionReport } from '../../src/reports/attribution.ts';
import { receiptReport } from '../../src/reports/receipt.ts';
import { ALL_BRANDS, type Fields, order } from '../support/events.ts';
import { type Json, openShop, pick, type Shop } from '../support/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ defaults: { own_domains: ['shop-checkout.example'] } });
});
afterAll(() => shop.close());

const time = (clock: string): string => `2026-03-10T${clock}Z`;
const OWN = 'https://www.shop.example/jackets';
const LANDING = 'https://shop.example/?utm_medium=email&utm_source=news';

/** A touchpoint of a person at a time of one day. Its channel is left to the product. */
type Step = [clock: string, touchpoint_type: string, fields?: Fields];
const CLICK: Step = ['10:00:00', 'email_click', { campaign_id: 'spring' }];
const LANDED: Step = ['10:00:05', 'page_view', { url: LANDING }];
const CART: Step = ['10:02:00', 'page_view', { url: 'https://shop.example/cart', referrer: OWN }];

let people = 0;

/** What the receipt of an order at 10:05 says of each step. */
async function decisions(steps: Step[]): Promise<Record<string, string>> {
  const customer_id = `p${++people}`;
  const touches = steps.map(([clock, touchpoint_type, fields], i) => ({
    touchpoint_id: `${customer_id}-${i}`,
    customer_id,
    touchpoint_type,
    occurred_at: time(clock),
    ...fields,
  }));
  await shop.send('touchpoints', ...touches);
  await shop.send('conversions', order(`o-${customer_id}`, '100', time('10:05:00'), { customer_id }));
  const receipt: Json = await receiptReport(shop.reports, `o-${customer_id}`, {}, ALL_BRANDS);
  return Object.fromEntries(
    pick(receipt, 'touchpoints').map((touch: Json) => [
      touch.touchpoint_id.slice(customer_id.length + 1),
      touch.status,
    ]),
  );
}

test('an email gets all of the order in every model, though the cart was opened from the site', async () => {
  const alone = await openShop();
  const annAt = (steps: Step[]): Fields[] =>
    steps.map(([clock, touchpoint_type, fields], i) => ({
      touchpoint_id: `t${i}`,
      customer_id: 'ann',
      touchpoint_type,
      occurred_at: time(clock),
      ...fields,
    }));
  await alone.send('touchpoints', ...annAt([CLICK, LANDED, CART]));
  await alone.send('conversions', order('o', '100', time('10:05:00')));
  for (const collapse of ['interaction', 'none'] as const)
    for (const model of RULE_MODEL_NAMES) {
      const asked = { start: '2026-03-01', end: '2026-04-01', model, collapse, group_by: 'channel' };
      const report: Json = await attributionReport(alone.reports, asked, ALL_BRANDS);
      const rows = report.channel_attribution.map((row: Json) => [row.channel, row.attributed_revenue]);
      expect(rows, `${model} ${collapse}`).toEqual([['email', '100.000000']]);
    }
  const receipt: Json = await receiptReport(alone.reports, 'o', {}, ALL_BRANDS);
  expect(receipt.touchpoints[2]).toMatchObject({
    status: 'continues_visit',
    reason: expect.stringContaining('belongs to the visit before it'),
  });
  await alone.close();
});

describe('a page continues the visit before it', () => {
  const cases: Array<[string, Step[], Record<string, string>]> = [
    ['also without the landing page', [CLICK, CART], { 0: 'credited', 1: 'continues_visit' }],
    [
      'back from a payment page',
      [CLICK, ['10:04:00', 'page_view', { url: 'https://shop.example/thanks', referrer: 'https://www.paypal.com/' }]],
      { 0: 'credited', 1: 'continues_visit' },
    ],
    [
      'from another domain of the brand',
      [CLICK, ['10:03:00', 'page_view', { url: OWN, referrer: 'https://pay.shop-checkout.example/' }]],
      { 0: 'credited', 1: 'continues_visit' },
    ],
    [
      'also if the sender calls it direct',
      [CLICK, ['10:03:00', 'page_view', { channel: 'direct', url: OWN, referrer: OWN }]],
      { 0: 'credited', 1: 'continues_visit' },
    ],
    [
      'as forms and downloads on the site do',
      [
        CLICK,
        ['10:03:00', 'form_submission', { url: OWN, referrer: OWN }],
        ['10:04:00', 'download', { url: OWN, referrer: OWN }],
      ],
      { 0: 'credited', 1: 'continues_visit', 2: 'continues_visit' },
    ],
    [
      'page after page, each within 30 minutes of the one before',
      [
        ['09:00:00', 'email_click'],
        ...['09:25', '09:50', '10:04'].map((m): Step => [`${m}:00`, 'page_view', CART[2]!]),
      ],
      { 0: 'credited', 1: 'continues_visit', 2: 'continues_visit', 3: 'continues_visit' },
    ],
    [
      'in the same session also after an hour',
      [
        ['08:00:00', 'page_view', { url: LANDING, session_id: 's' }],
        ['10:00:00', 'page_view', { ...CART[2], session_id: 's' }],
      ],
      { 0: 'credited', 1: 'continues_visit' },
    ],
    ['exactly 30 minutes later', [['09:32:00', 'email_click'], CART], { 0: 'credited', 1: 'continues_visit' }],
    [
      'after a true direct visit, which stays',
      [['10:00:00', 'page_view', { url: OWN }], CART],
      { 0: 'credited', 1: 'continues_visit' },
    ],
    [
      'at the same instant as the click',
      [['10:00:00', 'page_view', CART[2]!], CLICK],
      { 0: 'continues_visit', 1: 'credited' },
    ],
  ];
  test.each(cases)('%s', async (_name, steps, expected) => expect(await decisions(steps)).toEqual(expected));
});

describe('a page stays a visit', () => {
  const cases: Array<[string, Step[], Record<string, string>]> = [
    ['without a visit before it', [CART], { 0: 'credited' }],
    ['after an open, which is no visit', [['10:00:00', 'email_open'], CART], { 0: 'credited', 1: 'credited' }],
    ['after more than 30 minutes', [['09:31:59', 'email_click'], CART], { 0: 'credited', 1: 'credited' }],
    [
      'in another session after an hour',
      [
        ['08:00:00', 'page_view', { url: LANDING, session_id: 's' }],
        ['10:00:00', 'page_view', { ...CART[2], session_id: 't' }],
      ],
      { 0: 'credited', 1: 'credited' },
    ],
    [
      'after the click of a machine',
      [['10:00:00', 'email_click', { verdict: 'bot' }], CART],
      { 0: 'machine', 1: 'credited' },
    ],
    [
      'with campaign labels of its own',
      [
        CLICK,
        ['10:02:00', 'page_view', { url: 'https://shop.example/?utm_source=google&utm_medium=cpc', referrer: OWN }],
      ],
      { 0: 'credited', 1: 'credited' },
    ],
    ['without a referrer', [CLICK, ['10:02:00', 'page_view', { url: OWN }]], { 0: 'credited', 1: 'credited' }],
    [
      'with a channel that its sender chose',
      [CLICK, ['10:02:00', 'page_view', { channel: 'podcast', url: OWN, referrer: OWN }]],
      { 0: 'credited', 1: 'credited' },
    ],
  ];
  test.each(cases)('%s', async (_name, steps, expected) => expect(await decisions(steps)).toEqual(expected));
});

test('an id that many people share keeps its newest candidates, and pages that continue a visit are none', async () => {
  const crowd = await openShop();
  crowd.reports.candidate_limits = { most: 20, least: 10, of_person: 10_000, pairs: 1_000 };
  const guest = (i: number, seconds: number, fields: Fields): Fields => ({
    touchpoint_id: `${fields['touchpoint_type']}-${i}`,
    customer_id: 'counter',
    occurred_at: new Date(Date.parse(time('06:00:00')) + seconds * 1_000).toISOString(),
    ...fields,
  });
  const visits = Array.from({ length: 60 }, (_, i) => [
    guest(i, 10 * i, { touchpoint_type: 'paid_ad_click', channel: 'paid_search', campaign_id: `c${i}` }),
    guest(i, 10 * i + 5, { touchpoint_type: 'page_view', ...CART[2] }),
  ]);
  await crowd.send('touchpoints', ...visits.flat());
  const orders = Array.from({ length: 60 }, (_, i) =>
    order(`o${i}`, '10', new Date(Date.parse(time('06:00:00')) + (10 * i + 7) * 1_000).toISOString(), {
      customer_id: 'counter',
    }),
  );
  await crowd.send('conversions', ...orders);
  const asked = { start: '2026-03-01', end: '2026-04-01', model: 'first_touch', group_by: 'campaign_id,channel' };
  const report: Json = await attributionReport(crowd.reports, asked, ALL_BRANDS);
  expect(report.channel_attribution.every((row: Json) => row.channel === 'paid_search')).toBe(true);
  const receipt: Json = await receiptReport(crowd.reports, 'o59', { models: 'first_touch' }, ALL_BRANDS);
  const credited = receipt.touchpoints.filter((touch: Json) => touch.status === 'credited');
  expect(credited.map((touch: Json) => touch.campaign_id)).toEqual(Array.from({ length: 20 }, (_, i) => `c${40 + i}`));
  await crowd.close();
});

test('an order whose only visit is out of its window has that reason', async () => {
  const customer_id = 'late';
  const page = { customer_id, touchpoint_type: 'page_view', url: OWN, referrer: OWN };
  await shop.send(
    'touchpoints',
    { customer_id, touchpoint_type: 'email_click', occurred_at: '2026-03-03T10:00:00Z' },
    { ...page, occurred_at: '2026-03-03T10:10:00Z' },
  );
  await shop.send('conversions', order('o-late', '100', time('10:05:00'), { customer_id }));
  const receipt: Json = await receiptReport(shop.reports, 'o-late', {}, ALL_BRANDS);
  expect(receipt.touchpoints.map((touch: Json) => touch.status)).toEqual(['outside_window', 'continues_visit']);
  expect(JSON.stringify(receipt)).toContain('"outside_window"');
});
