import { describe, expect, it } from 'vitest';
import { Random } from '../../src/domain/random.ts';
import { MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE } from '../../src/domain/time.ts';
import { Forecaster } from '../../src/simulation/causal/forecast.ts';
import { Game } from '../../src/simulation/causal/game.ts';
import { drawLife } from '../../src/simulation/causal/life.ts';
import { drawOrders } from '../../src/simulation/causal/orders.ts';
import type { Life, Touch } from '../../src/simulation/causal/person.ts';
import { rhythmAt } from '../../src/simulation/causal/rhythm.ts';
import { type AfterOrder, FAMILIES, type Form, type Setup } from '../../src/simulation/causal/setup.ts';
import { causalWorld, setupOf } from '../../src/simulation/causal/world.ts';

const end_ms = Date.UTC(2026, 2, 1);
const options = { customers: 150, days: 40, seed: 5, end_ms };

describe('the game', () => {
  // Alone A brings 2 and B nothing; together they bring 5. One order comes by itself.
  const game = new Game(3);
  game.add([0, 1], Float64Array.of(1, 3, 1, 6));

  it('has the Shapley values and removal effects that one works out by hand', () => {
    expect(game.shapley(0)).toBeCloseTo(3.5, 12);
    expect(game.shapley(1)).toBeCloseTo(1.5, 12);
    expect(game.removal(0)).toBeCloseTo(5, 12);
    expect(game.removal(1)).toBeCloseTo(3, 12);
    expect([game.worth(0), game.worth(1), game.worth(2), game.all]).toEqual([1, 3, 1, 6]);
  });

  it('gives nothing to who is in no game, and adds games up', () => {
    expect([game.shapley(2), game.removal(2)]).toEqual([0, 0]);
    const sum = new Game(3);
    sum.add([0, 1], Float64Array.of(1, 3, 1, 6));
    sum.add([2], Float64Array.of(0, 1), 2);
    expect(sum.shapley(2)).toBe(2);
    expect(sum.all).toBe(8);
  });
});

/** One person, two channels, a touch of each a day apart; channel 1's touch came because of channel 0's where it follows. */
function tiny(form: Form, after_order: AfterOrder, follows = false): { setup: Setup; life: Life } {
  const start_ms = end_ms - 20 * MS_PER_DAY;
  const base = setupOf({ family: 'additive', customers: 1, days: 20, seed: 1, end_ms });
  const campaigns = [{ campaign_id: 'only', channel: 1, strength: 1, share: 1 }];
  const kind = { touchpoint_type: 'website_visit', rise_days: 0, primes: true } as const;
  const setup: Setup = {
    ...base,
    form,
    after_order,
    organic_per_day: 0.05,
    kinds: [
      { ...kind, channel: 0, effect: 0.4, half_life_days: 1 },
      { ...kind, channel: 1, effect: 0.3, half_life_days: 2, rise_days: 0.5 },
    ],
    campaigns,
    effect_scale: 1,
  };
  const touch = (at_ms: number, channel: number, needs_channels: number): Touch => ({
    ...{ at_ms, kind: channel, channel, campaign: channel === 1 ? 0 : -1, strength: 1, message: -1 },
    ...{ needs_channels, needs_campaigns: channel === 1 ? 1 : 0 },
  });
  const at = start_ms + 5 * MS_PER_DAY + 3 * MS_PER_HOUR + 12_345;
  const life: Life = {
    ...drawLife(base, 0),
    ...{ joined_ms: start_ms, intent: 1, response: 1, spells: [], messages: [], held_out: 0 },
    touches: [touch(at, 0, 1), touch(at + MS_PER_DAY, 1, follows ? 3 : 2)],
  };
  return { setup, life };
}

/** The integral of the hazard by small steps, independent of cells. */
function integral(setup: Setup, life: Life, on: number, rate: (push: number) => number): number {
  const step_ms = 10 * MS_PER_MINUTE;
  let sum = 0;
  for (let at = life.joined_ms; at < setup.end_ms; at += step_ms) {
    let push = 0;
    for (const touch of life.touches) {
      const days = (at + step_ms / 2 - touch.at_ms) / MS_PER_DAY;
      if (days < 0 || (touch.needs_channels & ~on) !== 0) continue;
      const { effect, half_life_days: half, rise_days: rise } = setup.kinds[touch.kind]!;
      const level = 2 ** (-days / half) - (rise > 0 ? 2 ** (-days / rise) : 0);
      push += (effect * Math.LN2 * level) / (half - rise);
    }
    sum += (rhythmAt(at) * rate(push) * step_ms) / MS_PER_DAY;
  }
  return sum;
}

describe('the forecast of a tiny world', () => {
  it('is the integral of the hazard, for every set of channels', () => {
    const { setup, life } = tiny('additive', { person: 'goes_on' });
    const { channels, orders, campaigns, without_campaign } = new Forecaster(setup).of(life);
    expect([channels, campaigns]).toEqual([[0, 1], [0]]);
    for (let on = 0; on < 4; on++)
      expect(orders[on]).toBeCloseTo(
        integral(setup, life, on, (p) => 0.05 + p),
        2,
      );
    expect(orders[0]).toBeCloseTo(0.05 * 20, 1);
    expect(without_campaign[0]).toBeCloseTo(orders[1]!, 9);
    // In the additive form what two bring is what each brings.
    expect(orders[3]! - orders[0]!).toBeCloseTo(orders[1]! + orders[2]! - 2 * orders[0]!, 9);
  });

  it('follows the formula of each form', () => {
    const multiplied = tiny('multiplicative', { person: 'goes_on' });
    const lifted = (push: number) => 0.05 * Math.exp(2.5 * (1 - Math.exp(-push / (2.5 * 0.05))));
    const both = new Forecaster(multiplied.setup).of(multiplied.life).orders[3];
    expect(both! / integral(multiplied.setup, multiplied.life, 3, lifted)).toBeCloseTo(1, 1);
    const saturating = tiny('saturating', { person: 'goes_on' });
    const s = new Forecaster(saturating.setup).of(saturating.life).orders;
    expect(s[3]! - s[0]!).toBeLessThan(0.95 * (s[1]! + s[2]! - 2 * s[0]!));
    const primed = tiny('primed', { person: 'goes_on' });
    const p = new Forecaster(primed.setup).of(primed.life).orders;
    expect(p[3]! - p[0]!).toBeGreaterThan(1.05 * (p[1]! + p[2]! - 2 * p[0]!));
  });

  it('takes away what a touch brought about together with the touch', () => {
    const { setup, life } = tiny('additive', { person: 'goes_on' }, true);
    const { orders } = new Forecaster(setup).of(life);
    expect(orders[2]).toBe(orders[0]);
    expect(orders[3]).toBeGreaterThan(orders[1]!);
  });

  it.each([{ person: 'goes_on' }, { person: 'leaves' }, { person: 'rests', mean_days: 6 }] as const)(
    'is the mean of the orders that people place who afterwards do this: %o',
    (after) => {
      const { setup, life } = tiny('additive', after);
      const forecast = new Forecaster(setup).of(life);
      const random = new Random(1, 'many lives');
      const draws = 20_000;
      let [sum, squares] = [0, 0];
      for (let i = 0; i < draws; i++) {
        const orders = drawOrders(life.joined_ms, forecast, after, random).length;
        sum += orders;
        squares += orders * orders;
      }
      const error = Math.sqrt((squares / draws - (sum / draws) ** 2) / draws);
      expect(Math.abs(sum / draws - forecast.orders[3]!)).toBeLessThan(4 * error);
    },
  );
});

describe('the truth', () => {
  it.each(FAMILIES)('of the family %s adds up: shares to 1, Shapley values to what all bring beyond none', (family) => {
    const { truth } = causalWorld({ ...options, family });
    const channels = Object.values(truth.channels);
    const sum = channels.reduce((total, channel) => total + channel.shapley_conversions, 0);
    expect(sum).toBeCloseTo(truth.incremental_conversions, 9);
    expect(channels.reduce((total, channel) => total + channel.caused_value, 0)).toBeCloseTo(
      truth.incremental_value,
      6,
    );
    if (!truth.placebo) expect(channels.reduce((total, channel) => total + channel.share, 0)).toBeCloseTo(1, 9);
    const off = Math.abs(truth.conversions - truth.expected_conversions);
    expect(off).toBeLessThan(4 * truth.conversions_standard_error);
  });

  it.each(['multiplicative', 'long_paths', 'funnel'] as const)(
    'of a channel and of a campaign is what is lost when its touches, and those that follow, are taken away (%s)',
    (family) => {
      const setup = setupOf({ ...options, family });
      const { truth } = causalWorld({ ...options, family });
      const forecaster = new Forecaster(setup);
      const lives = Array.from({ length: options.customers }, (_, i) => drawLife(setup, i));
      const expected = (kept: (touch: Touch) => boolean): number =>
        lives.reduce((sum, life) => {
          return sum + forecaster.of({ ...life, touches: life.touches.filter(kept) }, true).orders[1]!;
        }, 0);
      const all = expected(() => true);
      expect(all).toBeCloseTo(truth.expected_conversions, 6);
      for (const [bit, { name }] of setup.channels.entries()) {
        const lost = all - expected((touch) => ((touch.needs_channels >> bit) & 1) === 0);
        // Cells end at touches, so that without some of them the forms that bend are averaged over longer ones.
        expect(Math.abs(lost - truth.channels[name]!.removal_conversions)).toBeLessThan(0.01 * all);
        if (truth.channels_without_effect.includes(name)) expect(lost).toBe(0);
      }
      const [campaign] = setup.campaigns.filter(
        ({ campaign_id }) => !truth.campaigns_without_effect.includes(campaign_id),
      );
      const bit = setup.campaigns.indexOf(campaign!);
      const lost = all - expected((touch) => ((touch.needs_campaigns >> bit) & 1) === 0);
      expect(lost).toBeGreaterThan(0);
      expect(Math.abs(lost - truth.campaigns[campaign!.campaign_id]!.removal_conversions)).toBeLessThan(0.01 * all);
    },
  );

  it('does not depend on the luck of the orders: another customer more adds only what they bring', () => {
    const few = causalWorld({ ...options, family: 'additive' }).truth;
    const more = causalWorld({ ...options, family: 'additive', customers: options.customers + 1 }).truth;
    expect(more.incremental_conversions).toBeGreaterThanOrEqual(few.incremental_conversions);
    expect(more.incremental_conversions - few.incremental_conversions).toBeLessThan(2);
  });
});
