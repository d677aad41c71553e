/** Three things today: said where the data is sure, in order of the money at stake, and not said of chance. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Random } from '../../src/domain/random.ts';
import { showReport } from '../../src/present/tables.ts';
import { type Finding, inOrder, sure } from '../../src/reports/today/findings.ts';
import { askReportBoth } from '../support/both-ways.ts';
import { ALL_BRANDS, mail, order, touch } from '../support/events.ts';
import { type Json, type Shop, withShop } from '../support/shop.ts';
import { at, MARCH } from '../support/time.ts';
import { reportNamed } from './schema.ts';

const today = reportNamed('today');
const ask = async ({ reports }: Shop): Promise<Json> => (await today.run(reports, MARCH, ALL_BRANDS)) as Json;

/** People of a campaign who order for `value` each after a click. */
function buyers(campaign_id: string, people: number, value: number, channel = 'email') {
  const ids = Array.from({ length: people }, (_, i) => `${campaign_id}-${i}`);
  return {
    ids,
    touches: ids.map((customer_id) =>
      touch(`t-${customer_id}`, channel === 'email' ? 'email_click' : 'paid_ad_click', at(4), {
        customer_id,
        campaign_id,
        channel,
      }),
    ),
    orders: ids.map((customer_id, i) => order(`o-${customer_id}`, String(value + (i % 7)), at(5), { customer_id })),
    mails: ids.map((customer_id) =>
      mail('delivered', customer_id, {
        campaign_id,
        campaign_kind: 'campaign',
      }),
    ),
  };
}

/** An advert that costs more than it earns, and a newsletter that earns far more per recipient than the other one. */
async function fill(shop: Shop): Promise<void> {
  const parts = [buyers('ads', 40, 20, 'paid_search'), buyers('rich', 60, 90), buyers('poor', 60, 10)];
  for (const { ids, touches, orders, mails } of parts) {
    await shop.send('touchpoints', ...touches);
    await shop.send('conversions', ...orders);
    if (!ids[0]!.startsWith('ads')) await shop.send('email_events', ...mails);
  }
  const spend = { date: '2026-03-04', channel: 'paid_search', campaign_id: 'ads', amount: '5000', currency: 'USD' };
  await shop.send('spend', spend);
}

test('says what loses money and what earns more than the others, with figures that other reports have', () =>
  withShop({}, async (shop) => {
    await fill(shop);
    const report = await ask(shop);
    expect(report.things.map(({ code, keys }: Json) => [code, keys.campaign_id])).toEqual([
      ['above_others', 'rich'],
      ['spend_above_revenue', 'ads'],
    ]);
    const { campaigns } = (await reportNamed('campaigns').run(shop.reports, MARCH, ALL_BRANDS)) as Json;
    const of = (id: string): Json => campaigns.find((row: Json) => row.campaign_id === id);
    const [rich, ads] = report.things;
    expect(ads).toMatchObject({
      at_stake: (5_000 - Number(of('ads').attributed_revenue)).toFixed(6),
      figures: {
        spend: '5000.000000',
        attributed_revenue: of('ads').attributed_revenue,
        return_on_ad_spend: of('ads').return_on_ad_spend,
      },
    });
    expect(ads.figures.return_high).toBeLessThan(1);
    expect(rich.figures).toMatchObject({
      revenue_per_recipient: of('rich').revenue_per_recipient,
      low: of('rich').revenue_per_recipient_interval.low,
      others: of('poor').revenue_per_recipient,
      recipients: 60,
    });
    expect(showReport(today, report, 5)).toMatch(/1\. Campaign rich earns 9\d\.\d\d USD per recipient, likely/);
    expect(await askReportBoth(today.run, shop.reports, MARCH)).toMatchObject({ in_sql: false });
  }));

test('says nothing of few people, and of nothing', () =>
  withShop({}, async (shop) => {
    expect(await ask(shop)).toMatchObject({ things: [], further_things: 0 });
    const { touches, orders } = buyers('ads', 5, 20, 'paid_search');
    await shop.send('touchpoints', ...touches);
    await shop.send('conversions', ...orders);
    await shop.send('spend', {
      date: '2026-03-04',
      channel: 'paid_search',
      campaign_id: 'ads',
      amount: '5000',
      currency: 'USD',
    });
    const report = await ask(shop);
    expect(report.things).toEqual([]);
    expect(showReport(today, report, 5)).toContain('Nothing that the data is sure about.');
  }));

test('says that a channel grew, that complaints are many, that orders stopped, and that opens are machines', () =>
  withShop({}, async (shop) => {
    const people = Array.from({ length: 80 }, (_, i) => `p${i}`);
    const day = (month: string, i: number): string => `${month}-${String(1 + (i % 20)).padStart(2, '0')}T10:00:00.000Z`;
    const before = '2026-02';
    // In February 40 people order for 10, in March 80 for 50; the last order is on 20 March, visits go on.
    for (const [month, count, value] of [
      [before, 40, 10],
      ['2026-03', 80, 50],
    ] as const) {
      const own = people.slice(0, count);
      await shop.send(
        'touchpoints',
        ...own.map((customer_id, i) => touch(`${month}-${i}`, 'email_click', day(month, i), { customer_id })),
      );
      await shop.send(
        'conversions',
        ...own.map((customer_id, i) =>
          order(`${month}-o${i}`, String(value), day(month, i).replace('T10', 'T11'), { customer_id }),
        ),
      );
    }
    await shop.send('touchpoints', touch('last', 'website_visit', at(28), { channel: 'direct' }));
    await shop.send(
      'touchpoints',
      ...people.map((customer_id, i) => touch(`m${i}`, 'email_open', at(6), { customer_id, verdict: 'machine' })),
    );
    await shop.send('email_events', ...people.map((id) => mail('delivered', id, { occurred_at: at(3) })));
    await shop.send('email_events', ...people.slice(0, 4).map((id) => mail('complained', id, { occurred_at: at(3) })));
    const report = await ask(shop);
    expect(report.things.map(({ code }: Json) => code)).toEqual(['complaints_high', 'moved', 'records_silent']);
    expect(report.further_things).toBe(1);
    const [complaints, moved, silent] = report.things;
    expect(complaints.figures).toMatchObject({ complained: 4, delivered: 80, complaint_rate: 0.05, threshold: 0.001 });
    expect([moved.keys, moved.at_stake]).toEqual([{ channel: 'email' }, '3600.000000']);
    // 4,000.00 of 31 days, for 8 days without an order.
    expect([silent.keys, silent.at_stake]).toEqual([{ record: 'conversions' }, '1032.258064']);
  }));

test('of chance alone, few are called sure', () => {
  const random = new Random(7, 'no effect');
  let told = 0;
  for (let run = 0; run < 400; run++) {
    const candidates = Array.from({ length: 20 }, (_, i) => ({
      of: i,
      distance: random.normal(0, 1),
      standard_error: 1,
    }));
    if (sure(candidates).length > 0) told += 1;
  }
  // A tenth of the runs at most, with room for the chance of 400 runs.
  expect(told / 400).toBeLessThan(0.15);
});

test('the order is that of the money at stake, whatever the order they are found in', () => {
  const finding = fc.record({
    code: fc.constantFrom('moved' as const, 'above_others' as const),
    keys: fc.record({ campaign_id: fc.string() }),
    message: fc.constant(''),
    figures: fc.constant({}),
    at_stake_micros: fc.option(fc.bigInt({ min: -10n, max: 10n }), { nil: null }),
  });
  fc.assert(
    fc.property(
      fc.uniqueArray(finding, { selector: ({ code, keys }) => code + keys.campaign_id }),
      (found: Finding[]) => {
        const ordered = inOrder(found);
        expect(inOrder([...found].reverse())).toEqual(ordered);
        const amounts = ordered.map(({ at_stake_micros }) => at_stake_micros);
        const known = amounts.filter((amount) => amount !== null);
        expect(amounts.slice(0, known.length)).toEqual([...known].sort((a, b) => (a > b ? -1 : a < b ? 1 : 0)));
      },
    ),
  );
});
