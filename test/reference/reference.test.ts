import { describe, expect, it } from 'vitest';
import { adjust, DAY, FEBRUARY, HOUR, MINUTE, NOW, rate, sale, touch, world } from './build.ts';
import { attribute, type Options, type RefOrder, type World } from './reference.ts';

const OPEN = { touchpoint_type: 'email_open', channel: 'email' };
const CLICK = { touchpoint_type: 'email_click', channel: 'email' };
const VISIT = { touchpoint_type: 'website_visit', channel: 'email' };

function report(parts: Partial<World>, options: Partial<Options> = {}) {
  return attribute(world(parts), { ...FEBRUARY, ...options });
}

function only(parts: Partial<World>, options: Partial<Options> = {}): RefOrder {
  const { orders } = report(parts, options);
  expect(orders).toHaveLength(1);
  return orders[0]!;
}

const ids = (order: RefOrder) => order.path.map((step) => step.touchpoint_id);
const credits = (order: RefOrder, model: string) => order.path.map((step) => step.credit[model]);
/** Paid clicks, oldest first, one a day. */
const clicks = (n: number) => Array.from({ length: n }, (_, i) => touch(`t${i + 1}`, (n - i) * DAY));

describe('credit', () => {
  it('splits an order of 149.99 evenly between an email open and a direct visit', () => {
    const touchpoints = [
      touch('open', 2 * HOUR, OPEN),
      touch('visit', HOUR, { touchpoint_type: 'direct_visit', channel: 'direct' }),
    ];
    const result = report({ touchpoints, conversions: [sale('o', 149_990_000)] });
    expect(credits(result.orders[0]!, 'linear')).toEqual([74_995_000n, 74_995_000n]);
    expect(result.groups(['channel'], 'linear')).toEqual([
      {
        channel: 'direct',
        touched_conversions: 1,
        credited_millionths: 500_000n,
        attributed_revenue_micros: 74_995_000n,
        touches: 1,
      },
      {
        channel: 'email',
        touched_conversions: 1,
        credited_millionths: 500_000n,
        attributed_revenue_micros: 74_995_000n,
        touches: 1,
      },
    ]);
  });

  it('splits 100.00 over three touches without losing a micro', () => {
    const order = only({ touchpoints: clicks(3), conversions: [sale('o', 100_000_000)] });
    expect(credits(order, 'linear')).toEqual([33_333_333n, 33_333_333n, 33_333_334n]);
    expect(order.path.map((step) => step.share.linear)).toEqual([333_333n, 333_333n, 333_334n]);
    expect(credits(order, 'first_touch')).toEqual([100_000_000n, 0n, 0n]);
    expect(credits(order, 'last_touch')).toEqual([0n, 0n, 100_000_000n]);
  });

  it.each([
    [1, [100_000_000n]],
    [2, [50_000_000n, 50_000_000n]],
    [3, [40_000_000n, 20_000_000n, 40_000_000n]],
  ])('gives the ends of a path of %i what position_based promises', (n, expected) => {
    const order = only({ touchpoints: clicks(n), conversions: [sale('o', 100_000_000)] });
    expect(credits(order, 'position_based')).toEqual(expected);
  });

  it('shares the middle of a path of five, each within a micro', () => {
    const order = only({ touchpoints: clicks(5), conversions: [sale('o', 100_000_000)] });
    const got = credits(order, 'position_based').map(Number);
    [40_000_000, 6_666_667, 6_666_667, 6_666_667, 40_000_000].forEach((want, i) => {
      expect(Math.abs(got[i]! - want)).toBeLessThanOrEqual(1);
    });
    expect(got.reduce((a, b) => a + b)).toBe(100_000_000);
  });

  it('halves a touch for every half-life of age', () => {
    const touchpoints = [touch('old', 14 * DAY), touch('mid', 7 * DAY), touch('new', 0)];
    const order = only({ touchpoints, conversions: [sale('o', 70_000_000)] });
    expect(order.path.map((step) => step.weights.time_decay)).toEqual([0.25, 0.5, 1]);
    expect(order.path.map((step) => step.W.time_decay)).toEqual([2n ** 38n, 2n ** 39n, 2n ** 40n]);
    expect(credits(order, 'time_decay')).toEqual([10_000_000n, 20_000_000n, 40_000_000n]);
  });
});

describe('a path', () => {
  it('falls back to equal weights, and refuses weights that are none', () => {
    const parts = { touchpoints: clicks(2), conversions: [sale('o', 10)] };
    const zero = only(parts, { models: ['zero'], custom_models: { zero: () => 0 } });
    expect(credits(zero, 'zero')).toEqual([5n, 5n]);
    const bad = { models: ['bad'], custom_models: { bad: ({ k }: { k: number }) => -k } };
    expect(() => only(parts, bad)).toThrow('model bad gives touch 1 the weight -1');
  });

  it('sums groups by the day of the order and keeps the newest 1,000 touches', () => {
    const touchpoints = Array.from({ length: 1_002 }, (_, i) => touch(`t${i}`, (1_002 - i) * MINUTE));
    const result = report({ touchpoints, conversions: [sale('o', 1_000)] });
    expect(result.orders[0]!.path).toHaveLength(1_000);
    expect(result.orders[0]!.path[0]!.touchpoint_id).toBe('t2');
    expect(result.warnings.cut_paths).toBe(1);
    const rows = result.groups(['day', 'week', 'month'], 'linear');
    expect(rows.map((row) => row['day'])).toEqual(
      Array.from({ length: 28 }, (_, i) => `2026-02-${String(i + 1).padStart(2, '0')}`),
    );
    expect(rows.filter((row) => row.touches > 0)).toEqual([
      {
        day: '2026-02-15',
        week: '2026-02-09',
        month: '2026-02',
        touched_conversions: 1,
        credited_millionths: 1_000_000n,
        attributed_revenue_micros: 1_000n,
        touches: 1_000,
      },
    ]);
  });
});

describe('one interaction is one touch', () => {
  const path = (touchpoints: ReturnType<typeof touch>[]) => ids(only({ touchpoints, conversions: [sale('o', 1)] }));

  it('gives the visit within 30 minutes to its click', () => {
    const click = touch('click', HOUR, { ...CLICK, campaign_id: 'spring', email_id: 'e1' });
    expect(path([click, touch('visit', 30 * MINUTE, VISIT)])).toEqual(['click']);
    expect(path([click, touch('visit', 30 * MINUTE, { ...VISIT, campaign_id: 'spring' })])).toEqual(['click']);
    expect(path([click, touch('late', 30 * MINUTE - 1, VISIT)])).toEqual(['click', 'late']);
    expect(path([click, touch('other', 30 * MINUTE, { ...VISIT, campaign_id: 'autumn' })])).toEqual(['click', 'other']);
    expect(path([click, touch('unsure', 30 * MINUTE, { ...VISIT, message_id: 'm' })])).toEqual(['click', 'unsure']);
    expect(path([click, touch('a', HOUR, VISIT)])).toEqual(['a', 'click']);
  });

  it('keeps the earliest of the strongest type of an email', () => {
    const email = { campaign_id: 'spring', email_id: 'e1' };
    const opened = touch('open', 5 * HOUR, { ...OPEN, ...email });
    const first = touch('click1', 4 * HOUR, { ...CLICK, ...email });
    const second = touch('click2', 3 * HOUR, { ...CLICK, ...email });
    const replied = touch('reply', 6 * HOUR, { touchpoint_type: 'email_reply', channel: 'email', ...email });
    expect(path([opened, first, second, replied])).toEqual(['click1']);
    const download = touch('download', 2 * HOUR, { touchpoint_type: 'download', channel: 'email', ...email });
    expect(path([opened, download])).toEqual(['download']);
    const by_message = touch('message', HOUR, { ...CLICK, ...email, message_id: 'm1' });
    expect(path([first, by_message])).toEqual(['click1', 'message']);
    expect(path([first, touch('no_email', HOUR, { ...OPEN, campaign_id: 'spring' })])).toEqual(['click1', 'no_email']);
  });

  it('absorbs what goes on in one session on one channel', () => {
    const paid = { session_id: 's' };
    expect(path([touch('a', 3 * HOUR, paid), touch('b', 2 * HOUR, paid), touch('c', HOUR, paid)])).toEqual(['a']);
    const away = touch('b', 2 * HOUR, { ...paid, channel: 'social' });
    expect(path([touch('a', 3 * HOUR, paid), away, touch('c', HOUR, paid)])).toEqual(['a', 'b', 'c']);
    const elsewhere = touch('b', 2 * HOUR, { session_id: 's2', channel: 'social' });
    expect(path([touch('a', 3 * HOUR, paid), elsewhere, touch('c', HOUR, paid)])).toEqual(['a', 'b']);
    const campaign = touch('c', HOUR, { ...paid, campaign_id: 'spring' });
    expect(path([touch('a', 3 * HOUR, paid), campaign])).toEqual(['a', 'c']);
    expect(path([touch('a', 3 * HOUR), touch('b', HOUR)])).toEqual(['a', 'b']);
  });

  it('takes every candidate when asked to', () => {
    const touchpoints = [touch('click', HOUR, CLICK), touch('visit', HOUR - 1, VISIT)];
    expect(ids(only({ touchpoints, conversions: [sale('o', 1)] }, { collapse: 'none' }))).toEqual(['click', 'visit']);
  });
});

describe('windows', () => {
  it.each([
    ['email_open', 1],
    ['ad_impression', 1],
    ['email_click', 7],
    ['email_forward', 7],
    ['email_reply', 7],
    ['website_visit', 30],
    ['sms_click', 30],
  ])('of %s reach back %i days, both ends included', (touchpoint_type, days) => {
    const at = (id: string, ago: number) => touch(id, ago, { touchpoint_type });
    const touchpoints = [at('out', days * DAY + 1), at('edge', days * DAY), at('now', 0), at('after', -1)];
    expect(ids(only({ touchpoints, conversions: [sale('o', 1)] }))).toEqual(['edge', 'now']);
  });

  it('start after the previous order when asked to', () => {
    const touchpoints = [touch('before', 3 * DAY), touch('at', 2 * DAY), touch('since', 2 * DAY - 1)];
    const earlier = sale('lead', 0, { occurred_at: NOW - 2 * DAY, conversion_type: 'lead_generation' });
    const parts = { touchpoints, conversions: [earlier, sale('o', 1)] };
    const options: Partial<Options> = { lookback: 'since_previous_conversion' };
    expect(ids(report(parts, options).orders[1]!)).toEqual(['since']);
    expect(ids(only(parts, { ...options, conversion_types: ['purchase'] }))).toEqual(['before', 'at', 'since']);
    const twin = report({ touchpoints, conversions: [sale('o1', 1), sale('o2', 1)] }, options);
    expect(twin.orders.map((order) => order.reason)).toEqual([null, 'outside_window']);
  });
});

describe('unattributed revenue', () => {
  it('names the first filter that leaves nothing', () => {
    const later = touch('later', -1);
    const outcome = touch('outcome', HOUR, { touchpoint_type: 'purchase' });
    const bot = touch('bot', HOUR, { verdict: 'bot' });
    const direct = touch('direct', 40 * DAY, { channel: 'direct' });
    const old = touch('old', 40 * DAY);
    const reason = (touchpoints: ReturnType<typeof touch>[], options: Partial<Options> = {}) =>
      only({ touchpoints, conversions: [sale('o', 1)] }, options).reason;
    expect(reason([])).toBe('no_touch');
    expect(reason([later])).toBe('no_touch');
    expect(reason([later, outcome])).toBe('ineligible_type');
    expect(reason([outcome, bot])).toBe('machine_only');
    expect(reason([outcome, bot], { include_machine: true })).toBe(null);
    expect(reason([bot, direct], { exclude_direct: true })).toBe('excluded_channel');
    expect(reason([bot, direct])).toBe('outside_window');
    expect(reason([bot, direct, old], { exclude_direct: true })).toBe('outside_window');
  });

  it('adds up with the attributed to the net', () => {
    const conversions = [sale('o', 100), sale('x', 30, { customer_id: 'nobody' })];
    const { totals } = report({ touchpoints: clicks(3), conversions });
    expect(totals.net_revenue_micros).toBe(130n);
    expect(totals.attributed.linear).toBe(100n);
    expect(totals.unattributed.no_touch).toBe(30n);
  });
});

describe('currency', () => {
  const euros = [sale('o', 10_000_001, { currency: 'EUR' })];
  it("converts at the order's day or the latest of six days before, half away from zero", () => {
    const fx_rates = [
      rate('2026-02-08', 'EUR', 9_000_000_000),
      rate('2026-02-09', 'EUR', 1_500_000_000),
      rate('2026-02-16', 'EUR', 1),
    ];
    // 10,000,001 * 1.5 = 15,000,001.5
    expect(only({ touchpoints: clicks(1), conversions: euros, fx_rates }).net_micros).toBe(15_000_002n);
    expect(() => only({ conversions: euros, fx_rates: fx_rates.slice(0, 1) })).toThrow(
      'no fx rate from EUR to USD for 2026-02-15',
    );
  });

  it('inverts, and crosses through the shared base', () => {
    const fx_rates = [rate('2026-02-15', 'EUR', 1_250_000_000), rate('2026-02-15', 'JPY', 6_400_000)];
    expect(only({ conversions: [sale('o', 1)], fx_rates }, { currency: 'EUR' }).net_micros).toBe(1n);
    expect(only({ conversions: [sale('o', 2)], fx_rates }, { currency: 'EUR' }).net_micros).toBe(2n);
    expect(only({ conversions: euros, fx_rates }, { currency: 'JPY' }).net_micros).toBe(1_953_125_195n);
  });

  it('converts what an order is worth after each adjustment, not the adjustment', () => {
    const fx_rates = [rate('2026-02-15', 'EUR', 500_000_000)];
    const adjustments = [adjust('a', -1, { conversion_id: 'o', currency: 'EUR' })];
    const own = only(
      { conversions: [sale('o', 1, { currency: 'EUR' })], adjustments, fx_rates },
      { adjustments: 'own_day' },
    );
    expect(own.net_micros).toBe(0n);
  });
});
