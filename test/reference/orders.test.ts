import { describe, expect, it } from 'vitest';
import { adjust, DAY, FEBRUARY, HOUR, NOW, rate, sale, touch, world } from './build.ts';
import { attribute, journeys, type Options, RULE_MODELS, type World } from './reference.ts';

const MARCH = { start_ms: Date.UTC(2026, 2, 1), end_ms: Date.UTC(2026, 3, 1) };
const OWN_DAY = { adjustments: 'own_day' } as const;

function report(parts: Partial<World>, options: Partial<Options> = {}) {
  return attribute(world(parts), { ...FEBRUARY, ...options });
}

const touchpoints = [touch('t1', 3 * DAY), touch('t2', 2 * DAY), touch('t3', DAY)];

describe('a refund', () => {
  it('returns each touch to nothing in every model', () => {
    const adjustments = [
      adjust('a1', -33_333_333, { conversion_id: 'o' }),
      adjust('a2', -66_666_667, { order_id: 'web-1' }),
    ];
    const parts = { touchpoints, conversions: [sale('o', 100_000_000, { order_id: 'web-1' })], adjustments };
    for (const mode of ['order_day', 'own_day'] as const) {
      const [order] = report(parts, { adjustments: mode }).orders;
      expect(order!.net_micros).toBe(0n);
      for (const model of RULE_MODELS) expect(order!.path.map((step) => step.credit[model])).toEqual([0n, 0n, 0n]);
    }
  });

  it('can take more than the order was worth', () => {
    const adjustments = [adjust('a', -25, { conversion_id: 'o' })];
    const [order] = report({ touchpoints, conversions: [sale('o', 10)], adjustments }).orders;
    expect(order!.path.map((step) => step.credit.linear)).toEqual([-5n, -5n, -5n]);
  });

  it('falls on its own day when asked to, without counting the order again', () => {
    const adjustments = [adjust('a', -40, { conversion_id: 'o', occurred_at: MARCH.start_ms })];
    const parts = { touchpoints, conversions: [sale('o', 100)], adjustments };
    const february = report(parts, OWN_DAY);
    expect(february.orders[0]!.path.map((step) => step.credit.linear)).toEqual([33n, 33n, 34n]);
    const march = report(parts, { ...OWN_DAY, ...MARCH });
    // 100 -> 60: 33, 33, 34 become 20 each.
    expect(march.orders[0]!.path.map((step) => step.credit.linear)).toEqual([-13n, -13n, -14n]);
    expect(march.totals).toMatchObject({ net_revenue_micros: -40n, orders: 0 });
    expect(march.groups(['day'], 'linear').filter((row) => row.attributed_revenue_micros !== 0n)).toEqual([
      {
        day: '2026-03-01',
        touched_conversions: 0,
        credited_millionths: 0n,
        attributed_revenue_micros: -40n,
        touches: 0,
      },
    ]);
    expect(report(parts).totals.net_revenue_micros).toBe(60n);
    expect(report(parts, MARCH).orders).toEqual([]);
  });

  it('waits for its order, and is left out in another currency', () => {
    const adjustments = [
      adjust('unknown', -1, { conversion_id: 'nowhere' }),
      adjust('both', -2, { conversion_id: 'nowhere', order_id: 'web-1' }),
      adjust('euro', -4, { conversion_id: 'o', currency: 'EUR' }),
    ];
    const result = report({ conversions: [sale('o', 10, { order_id: 'web-1' })], adjustments });
    expect(result.totals.net_revenue_micros).toBe(10n);
    expect(result.warnings.other_currency_adjustments).toBe(1);
  });
});

describe('a shared order_id', () => {
  it('is one order: the earliest, then the smallest conversion', () => {
    const shared = { order_id: 'web-1' };
    const conversions = [
      sale('late', 5, { ...shared, occurred_at: NOW + 1 }),
      sale('b', 7, shared),
      sale('a', 11, { ...shared, conversion_type: 'demo_request' }),
      sale('a', 13, { ...shared, brand_id: 'other' }),
      sale('alone', 17),
    ];
    const adjustments = [adjust('r', -1, { conversion_id: 'late' })];
    const { orders } = report({ conversions, adjustments });
    expect(orders.map((order) => [order.brand_id, order.conversion_id, order.net_micros])).toEqual([
      ['default', 'a', 10n],
      ['other', 'a', 13n],
      ['default', 'alone', 17n],
    ]);
    expect(report({ conversions }, { conversion_types: ['purchase'] }).orders).toHaveLength(2);
  });
});

describe('rows', () => {
  it('count once by the first log position, up to as_of', () => {
    const first = sale('o', 10, { log_seq: 5 });
    const second = sale('o', 99, { log_seq: 9 });
    expect(report({ conversions: [second, first] }).totals.net_revenue_micros).toBe(10n);
    expect(report({ conversions: [second, first] }, { as_of: 4 }).orders).toEqual([]);
    expect(report({ conversions: [second, first] }, { as_of: 5 }).totals.net_revenue_micros).toBe(10n);
  });

  it("belong to the period by instant and to days by the brand's zone", () => {
    const edges = [sale('in', 1, { occurred_at: FEBRUARY.start_ms }), sale('out', 1, { occurred_at: FEBRUARY.end_ms })];
    expect(report({ conversions: edges }).orders.map((order) => order.conversion_id)).toEqual(['in']);
    const settings = { default: { time_zone: 'America/New_York' } };
    const conversions = [sale('o', 2, { occurred_at: FEBRUARY.start_ms, currency: 'EUR' })];
    const at = [touch('t', 0, { occurred_at: FEBRUARY.start_ms })];
    const fx_rates = [rate('2026-01-31', 'EUR', 2_000_000_000), rate('2026-02-01', 'EUR', 3_000_000_000)];
    const result = report({ touchpoints: at, conversions, fx_rates }, { settings });
    const [first, ...others] = result.groups(['day', 'month'], 'linear');
    expect(others.every((row) => row.attributed_revenue_micros === 0n)).toBe(true);
    expect([first]).toMatchObject([{ day: '2026-01-31', month: '2026-01', attributed_revenue_micros: 4n }]);
  });
});

describe('a journey', () => {
  it('ends where nothing happens for more than 30 days, not at an order', () => {
    const seen = [
      touch('long_ago', 70 * DAY),
      touch('first', 40 * DAY),
      touch('bot', 20 * DAY, { verdict: 'bot' }),
      touch('second', 10 * DAY + HOUR),
      touch('after', -HOUR),
    ];
    const conversions = [sale('o1', 10, { occurred_at: NOW - 5 * DAY }), sale('o2', 5)];
    const [journey, ...more] = journeys(world({ touchpoints: seen, conversions }), FEBRUARY);
    expect(more).toEqual([]);
    expect(journey).toMatchObject({
      person: 'c',
      first_ms: NOW - 70 * DAY,
      touchpoint_ids: ['long_ago', 'first', 'second'],
      conversion_ids: ['o1', 'o2'],
      length_days: 70,
      revenue_micros: 15n,
    });
    const moved = [touch('long_ago', 70 * DAY + 1), ...seen.slice(1)];
    expect(journeys(world({ touchpoints: moved, conversions }), FEBRUARY)[0]!.first_ms).toBe(NOW - 40 * DAY);
  });
});

describe('a page conversion', () => {
  const worth = (conversions: World['conversions'], options: Partial<Options> = {}) =>
    report({ touchpoints, conversions }, options).orders.map(({ conversion_id, net_micros }) => [
      conversion_id,
      net_micros,
    ]);
  const claim = sale('o', 1, { from_page: true });
  const later = sale('o', 100, { order_id: 'w' });

  it('counts until a server sends its id', () => {
    expect(worth([claim])).toEqual([['o', 1n]]);
    expect(worth([claim, later])).toEqual([['o', 100n]]);
    expect(worth([claim, later], { as_of: claim.log_seq })).toEqual([['o', 1n]]);
  });

  it('never is the standing conversion of an order that a server knows', () => {
    const early = sale('early', 1, { from_page: true, order_id: 'w', occurred_at: NOW - HOUR });
    expect(worth([early, later])).toEqual([['o', 100n]]);
    expect(worth([early, sale('other', 2, { from_page: true, order_id: 'w' })])).toEqual([['early', 1n]]);
  });
});
