import { describe, expect, it } from 'vitest';
import type { RecordName } from '../../src/domain/index.ts';
import { MS_PER_DAY, MS_PER_MINUTE } from '../../src/domain/time.ts';
import { peopleOf } from '../../src/models/hazard/histories.ts';
import { simulateCausal } from '../../src/simulation/causal/events.ts';
import { toHistories } from '../../src/simulation/causal/histories.ts';
import { type CausalOptions, FAMILIES, type Family } from '../../src/simulation/causal/setup.ts';
import { type CausalWorld, causalWorld, setupOf } from '../../src/simulation/causal/world.ts';
import { good } from '../support/read.ts';

const end_ms = Date.UTC(2026, 2, 1);
const options: CausalOptions = { family: 'funnel', customers: 250, days: 60, seed: 3, end_ms };
const worlds = new Map<Family, CausalWorld>();

/** One world of each family, made when first asked for. */
function worldOf(family: Family): CausalWorld {
  const made = worlds.get(family) ?? causalWorld({ ...options, family, customers: 800, seed: 11 });
  worlds.set(family, made);
  return made;
}

function recordsOf(setup: ReturnType<typeof setupOf>) {
  return [...simulateCausal(setup)];
}

describe('a causal world', () => {
  it('is the same for the same options and another for another seed', () => {
    expect(causalWorld(options)).toEqual(causalWorld(options));
    expect(causalWorld({ ...options, seed: 4 }).people).not.toEqual(causalWorld(options).people);
  });

  it('gives a customer the same life however many others there are', () => {
    expect(causalWorld(options).people.slice(0, 10)).toEqual(causalWorld({ ...options, customers: 10 }).people);
  });

  it.each(FAMILIES)('of the family %s holds only records that the product accepts', (family) => {
    const seen = new Map<RecordName, number>();
    const setup = setupOf({ ...options, family, customers: 40 });
    for (const { record, event, arrives_at_ms } of recordsOf(setup)) {
      const read = good(record, event, { now_ms: end_ms });
      const at_ms = Number(read['occurred_at'] ?? read['assigned_at']);
      expect(at_ms).toBeGreaterThanOrEqual(setup.start_ms);
      expect(at_ms).toBeLessThan(end_ms);
      expect(arrives_at_ms).toBeGreaterThanOrEqual(at_ms);
      seen.set(record, (seen.get(record) ?? 0) + 1);
    }
    expect([...seen.keys()].sort()).toEqual(['conversions', 'customer_segments', 'email_events', 'touchpoints']);
    expect(seen.get('customer_segments')).toBe(40);
  });

  it('has five to eight channels, and campaigns of which some have no effect', () => {
    for (const family of FAMILIES) {
      const { channels, campaigns_without_effect, channels_without_effect } = worldOf(family).truth;
      expect(Object.keys(channels).length).toBeGreaterThanOrEqual(5);
      expect(Object.keys(channels).length).toBeLessThanOrEqual(8);
      expect(channels_without_effect.length).toBeGreaterThanOrEqual(1);
      expect(campaigns_without_effect.length).toBeGreaterThanOrEqual(1);
    }
  });

  it('has effects that its reports can see: most of each lies within the window of its kind, unless it lasts for weeks', () => {
    for (const family of FAMILIES.filter((name) => name !== 'lasting')) {
      for (const { touchpoint_type, half_life_days, rise_days, effect } of worldOf(family).setup.kinds) {
        if (effect === 0) continue;
        const view = ['email_open', 'ad_impression'].includes(touchpoint_type);
        const window_days = view ? 1 : touchpoint_type === 'email_click' ? 7 : 30;
        const left = half_life_days * 2 ** (-window_days / half_life_days);
        const risen = rise_days > 0 ? rise_days * 2 ** (-window_days / rise_days) : 0;
        expect((left - risen) / (half_life_days - rise_days)).toBeLessThan(0.25);
      }
    }
  });

  it('holds people out of a channel by lot and leaves everybody else alone', () => {
    const free = causalWorld(options);
    const held = causalWorld({ ...options, holdouts: { email: 0.3 } });
    const email = held.setup.channels.findIndex((channel) => channel.name === 'email');
    const { share, customers } = held.truth.holdouts['email']!;
    expect(share).toBe(0.3);
    expect(customers.length / options.customers).toBeGreaterThan(0.2);
    expect(customers.length / options.customers).toBeLessThan(0.4);
    let out = 0;
    for (const [i, person] of held.people.entries()) {
      if (person.held_out === 0) {
        expect(person).toEqual(free.people[i]);
        continue;
      }
      out++;
      expect(person.messages).toEqual([]);
      expect(person.touches.every(({ needs_channels }) => ((needs_channels >> email) & 1) === 0)).toBe(true);
    }
    expect(out).toBe(customers.length);
  });

  it('refuses options that make no world', () => {
    expect(() => setupOf({ ...options, days: 0 })).toThrow(/days is 0/);
    expect(() => setupOf({ ...options, holdouts: { email: 1 } })).toThrow(/holdouts.email is 1/);
    expect(() => setupOf({ ...options, holdouts: { pigeons: 0.1 } })).toThrow(
      /no channel pigeons; name one of .*email/,
    );
  });
});

describe('histories', () => {
  it('hold every person, touch and order of the world', () => {
    const world = worldOf('additive');
    const histories = toHistories(world);
    expect(peopleOf(histories)).toBe(world.people.length);
    expect(histories.order_offsets.at(-1)).toBe(world.truth.conversions);
    expect(histories.touch_offsets.at(-1)).toBe(histories.touch_ms.length);
    const opens_that_were_clicked = world.people.flatMap(({ touches }) => {
      const messages = touches.filter((touch) => touch.message >= 0).map((touch) => touch.message);
      return Array.from({ length: messages.length - new Set(messages).size });
    });
    const touches = world.people.reduce((sum, person) => sum + person.touches.length, 0);
    expect(histories.touch_ms.length).toBe(touches - opens_that_were_clicked.length);
    const own = histories.touch_ms.subarray(histories.touch_offsets[5], histories.touch_offsets[6]);
    expect([...own]).toEqual([...own].sort((a, b) => a - b));
    expect(own.every((at_ms) => at_ms >= histories.first_ms[5]!)).toBe(true);
  });

  it('name types or campaigns where that is the grain', () => {
    const world = worldOf('additive');
    expect(toHistories(world, 'type').states).toEqual(
      expect.arrayContaining(['email / email_open', 'email / email_click']),
    );
    const { states, touch_state } = toHistories(world, 'campaign');
    expect(states).toContain('email / newsletter');
    expect(Math.max(...touch_state)).toBeLessThan(states.length);
  });
});

describe('the families', () => {
  /** Mean touches in the 30 days before an order. */
  const pathLength = ({ people }: CausalWorld): number => {
    let [touches, orders] = [0, 0];
    for (const person of people) {
      for (const { at_ms } of person.orders) {
        orders++;
        touches += person.touches.filter((t) => t.at_ms <= at_ms && t.at_ms > at_ms - 30 * MS_PER_DAY).length;
      }
    }
    return touches / orders;
  };
  /** Share of orders with a touch of the channel in the minutes before. */
  const justBefore = ({ setup, people }: CausalWorld, name: string): number => {
    const channel = setup.channels.findIndex((one) => one.name === name);
    const orders = people.flatMap(({ orders, touches }) =>
      orders.map(({ at_ms }) =>
        touches.some((t) => t.channel === channel && t.at_ms <= at_ms && t.at_ms > at_ms - 15 * MS_PER_MINUTE),
      ),
    );
    return orders.filter(Boolean).length / orders.length;
  };

  it('cause 15 to 45 % of the orders, and 6 to 40 orders per 100 people in 60 days', () => {
    for (const family of FAMILIES.filter((name) => name !== 'placebo')) {
      const { truth, people } = worldOf(family);
      expect(truth.incremental_fraction).toBeGreaterThan(0.13);
      expect(truth.incremental_fraction).toBeLessThan(0.47);
      expect(truth.expected_conversions / people.length).toBeGreaterThan(0.06);
      expect(truth.expected_conversions / people.length).toBeLessThan(0.4);
    }
  });

  it('differ in the length of paths', () => {
    expect(pathLength(worldOf('short_paths'))).toBeLessThan(0.6 * pathLength(worldOf('additive')));
    expect(pathLength(worldOf('long_paths'))).toBeGreaterThan(1.5 * pathLength(worldOf('additive')));
  });

  it('let people leave after their first order, or not', () => {
    const { people, setup } = worldOf('long_paths');
    expect(Math.max(...people.map((person) => person.orders.length))).toBe(1);
    for (const { orders, touches } of people) {
      expect(touches.every((touch) => touch.at_ms <= (orders[0]?.at_ms ?? setup.end_ms))).toBe(true);
    }
    for (const family of ['additive', 'multiplicative', 'confounded'] as const) {
      expect(Math.max(...worldOf(family).people.map((person) => person.orders.length))).toBeGreaterThan(1);
    }
  });

  it('put coupon sites minutes before orders that were coming anyway', () => {
    expect(justBefore(worldOf('poacher'), 'affiliate')).toBeGreaterThan(0.25);
    expect(worldOf('poacher').truth.channels['affiliate']).toMatchObject({ share: 0, removal_conversions: 0 });
    expect(worldOf('poacher').truth.campaigns_without_effect).toEqual(
      expect.arrayContaining(['partner_coupons', 'search_brand']),
    );
    expect(justBefore(worldOf('additive'), 'paid_search')).toBeLessThan(0.05);
  });

  it('let posts bring searches, so that a channel is worth more than its own touches do', () => {
    const { setup, people, truth } = worldOf('funnel');
    const social = setup.channels.findIndex((channel) => channel.name === 'paid_social');
    const followed = people.flatMap((person) => person.touches).filter((touch) => touch.channel !== social);
    const because = followed.filter((touch) => ((touch.needs_channels >> social) & 1) === 1);
    expect(because.length).toBeGreaterThan(50);
    const { shapley_conversions, removal_conversions } = truth.channels['paid_social']!;
    expect(removal_conversions).toBeGreaterThan(1.2 * shapley_conversions);
  });

  it('touch those who would order anyway, which no segment shows in full', () => {
    const { setup, people, truth } = worldOf('confounded');
    const [idle] = truth.channels_without_effect;
    const channel = setup.channels.findIndex(({ name }) => name === idle);
    // Among people whom a marketer cannot tell apart.
    const alike = people.filter((person) => person.segment === 1);
    const touches = (person: (typeof people)[number], from_ms: number, until_ms: number): number =>
      person.touches.filter((t) => t.channel === channel && t.at_ms >= from_ms && t.at_ms < until_ms).length;
    const days = alike.reduce((sum, person) => sum + (setup.end_ms - person.joined_ms) / MS_PER_DAY, 0);
    const per_day = alike.reduce((sum, person) => sum + touches(person, setup.start_ms, setup.end_ms), 0) / days;
    const orders = alike.flatMap((person) => person.orders.map(({ at_ms }) => ({ person, at_ms })));
    const before = orders.reduce((sum, o) => sum + touches(o.person, o.at_ms - 2 * MS_PER_DAY, o.at_ms), 0);
    expect(before / orders.length / 2).toBeGreaterThan(1.8 * per_day);
  });

  it('give a small email many touches and little effect', () => {
    const { channels } = worldOf('small_email').truth;
    const touches = Object.values(channels).reduce((sum, channel) => sum + channel.touches, 0);
    expect(channels['email']!.touches / touches).toBeGreaterThan(0.25);
    expect(channels['email']!.share).toBeLessThan(0.2);
  });

  it('do nothing at all in a placebo world, where touches still go with orders', () => {
    const { truth } = worldOf('placebo');
    expect(truth).toMatchObject({ placebo: true, incremental_conversions: 0, incremental_fraction: 0 });
    for (const channel of Object.values(truth.channels)) {
      expect(channel).toMatchObject({ share: 0, shapley_conversions: 0, removal_effect: 0, caused_value: 0 });
    }
    expect(truth.conversions).toBeGreaterThan(50);
  });
});
