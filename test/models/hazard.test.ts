/** The model of the conversion hazard: what it finds, what it must not find, and what its credit adds up to. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MS_PER_DAY, MS_PER_HOUR } from '../../src/domain/time.ts';
import { creditPath } from '../../src/models/hazard/credit.ts';
import { planFeatures } from '../../src/models/hazard/features.ts';
import { fitHazard } from '../../src/models/hazard/fit.ts';
import { type Histories, historiesOf } from '../../src/models/hazard/histories.ts';
import { sampleRiskSets } from '../../src/models/hazard/risk-sets.ts';
import { measureRows } from '../../src/models/hazard/rows.ts';
import { shapleyOf, shapleyOfBent, shapleyOfProduct } from '../../src/models/hazard/shapley.ts';
import { channelTotals } from '../../src/models/hazard/totals.ts';
import { HAZARD_DEFAULTS, type HazardFamily } from '../../src/models/settings.ts';
import { hazardWorld, PLACEBO, WORKING } from './hazard-world.ts';

const working = hazardWorld(WORKING);
const fit = fitHazard(working);
const totals = channelTotals(fit, working);

describe('fitted to a world with known effects', () => {
  test('it credits the channels that work, and not the one that reaches people who would order anyway', () => {
    const share = Object.fromEntries(totals.channels.map((channel) => [channel.channel, channel.share]));
    // Email works more than twice as much as search, by effect times rate.
    expect(share['email']).toBeGreaterThan(0.5);
    expect(share['search']).toBeGreaterThan(0.2);
    expect(share['search']).toBeLessThan(0.45);
    expect(share['display']).toBeLessThan(0.12);
    expect(totals.incremental_fraction).toBeGreaterThan(0.28);
    expect(totals.incremental_fraction).toBeLessThan(0.65);
  });

  test('its totals add up to the orders and the value of the period', () => {
    const orders = working.order_ms.length;
    const value = working.order_value.reduce((sum, one) => sum + one, 0);
    expect(totals.orders).toBe(orders);
    expect(totals.channels.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 10);
    expect(totals.channels.reduce((sum, { conversions }) => sum + conversions, 0)).toBeCloseTo(orders, 6);
    expect(totals.channels.reduce((sum, channel) => sum + channel.value, 0)).toBeCloseTo(value, 4);
    expect(totals.channels.reduce((sum, { incremental }) => sum + incremental, 0)).toBeCloseTo(
      totals.incremental_fraction,
      10,
    );
  });

  test('the same histories give the same fit, byte for byte, also after it was saved as JSON', () => {
    expect(JSON.stringify(fitHazard(working))).toBe(JSON.stringify(fit));
    const read = JSON.parse(JSON.stringify(fit)) as typeof fit;
    expect(channelTotals(read, working)).toEqual(totals);
  });

  // On more people, and on which channel works: hazard.deep.test.ts.
  test.each<HazardFamily>(['additive', 'boosted_trees', 'random_forest'])(
    '%s gives the same fit, byte for byte, and its totals add up',
    (family) => {
      const some = historiesOf(
        working,
        Array.from({ length: 400 }, (_, p) => p),
      );
      const other = fitHazard(some, { family });
      const { channels, incremental_fraction, orders } = channelTotals(other, some);
      expect(JSON.stringify(fitHazard(some, { family }))).toBe(JSON.stringify(other));
      expect(channels.reduce((sum, { conversions }) => sum + conversions, 0)).toBeCloseTo(orders, 6);
      expect(incremental_fraction).toBeGreaterThan(0.05);
      expect(incremental_fraction).toBeLessThan(0.9);
    },
  );
});

test('where no touch has an effect, it claims next to nothing', () => {
  const placebo = hazardWorld(PLACEBO);
  expect(channelTotals(fitHazard(placebo), placebo).incremental_fraction).toBeLessThan(0.08);
});

describe('a touch on the way to the order', () => {
  test('earns nothing, and takes nothing from those that work', () => {
    const poached = hazardWorld({
      ...WORKING,
      channels: [...WORKING.channels, { name: 'coupon', rate: 0.005, effect: 0 }],
      poacher: 3,
    });
    const { channels } = channelTotals(fitHazard(poached), poached);
    expect(channels[3]!.share).toBeLessThan(0.05);
    expect(channels[0]!.share).toBeGreaterThan(0.45);
  });

  test('has no weight when it is younger than the guard', () => {
    const { weights } = creditPath(fit, { codes: [0, 0], ages_ms: [10 * MS_PER_HOUR, MS_PER_HOUR / 4] });
    expect([...weights]).toEqual([1, 0]);
  });
});

describe('the credit of a path', () => {
  const path = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 4 }), fc.double({ min: 0, max: 40 * MS_PER_DAY, noNaN: true })),
    {
      maxLength: 12,
    },
  );

  test('adds up to 1 or is nothing; its incremental part adds up to the fraction', () => {
    fc.assert(
      fc.property(path, (touches) => {
        const credit = creditPath(fit, {
          codes: touches.map(([code]) => code),
          ages_ms: touches.map(([, age]) => age),
        });
        const sum = credit.weights.reduce((total, weight) => total + weight, 0);
        expect(credit.weights.every((weight) => weight >= 0)).toBe(true);
        expect(sum === 0 || Math.abs(sum - 1) < 1e-9).toBe(true);
        expect(credit.incremental.reduce((total, part) => total + part, 0)).toBeCloseTo(credit.fraction, 9);
        expect(credit.fraction).toBeGreaterThanOrEqual(0);
        expect(credit.fraction).toBeLessThanOrEqual(1);
        touches.forEach(([code, age], i) => {
          if (code > 2 || age < fit.plan.guard_ms || age > fit.plan.most_age_ms) expect(credit.weights[i]).toBe(0);
        });
      }),
    );
  });

  test('is nothing for channels that it has never seen', () => {
    const credit = creditPath(fit, { codes: [17, -1], ages_ms: [MS_PER_DAY, MS_PER_DAY] });
    expect(credit).toEqual({
      weights: new Float64Array(2),
      incremental: new Float64Array(2),
      fraction: 0,
      hazard_ratio: 1,
    });
  });

  test('does not let a channel prevent more than half of the orders after it', () => {
    const { model } = fit;
    if (model.kind !== 'log_linear') throw new Error('the default family is log-linear');
    const coefficient = fc.double({ min: -40, max: 3, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(coefficient, { minLength: model.exposures.length, maxLength: model.exposures.length }),
        path.filter(({ length }) => length > 0),
        (exposures, touches) => {
          const noisy = { ...fit, model: { ...model, exposures } };
          const channels = new Set(touches.map(([code]) => code)).size;
          const { hazard_ratio } = creditPath(noisy, {
            codes: touches.map(([code]) => code),
            ages_ms: touches.map(([, age]) => age),
          });
          expect(hazard_ratio).toBeGreaterThanOrEqual(0.5 ** channels - 1e-12);
        },
      ),
    );
  });

  test('is more for the newer of two like touches', () => {
    const { weights, fraction, hazard_ratio } = creditPath(fit, {
      codes: [0, 0],
      ages_ms: [5 * MS_PER_DAY, MS_PER_DAY],
    });
    expect(weights[1]).toBeGreaterThan(weights[0]!);
    expect(fraction).toBeCloseTo(1 - 1 / hazard_ratio, 12);
  });

  test('is the Shapley value of the part of the hazard that is left', () => {
    const x = Float64Array.of(0.8, -0.2, 0, 1.5, 0.05);
    const total = x.reduce((sum, value) => sum + value, 0);
    const left = (inside: readonly boolean[]) =>
      Math.exp(x.reduce((sum, v, i) => sum + (inside[i] ? v : 0), 0) - total);
    const product = new Float64Array(5);
    shapleyOfProduct(x, product);
    shapleyOf(5, left, 1).forEach((value, i) => {
      expect(product[i]).toBeCloseTo(value, 12);
    });
    const nine = Float64Array.of(...x, 0.3, 0.3, 0.3, 0.3);
    const value = (inside: readonly boolean[]) => Math.exp(nine.reduce((sum, v, i) => sum + (inside[i] ? v : 0), 0));
    const sampled = shapleyOf(9, value, 1);
    const all = value(nine.reduce<boolean[]>((list) => [...list, true], []));
    expect(sampled.reduce((sum, one) => sum + one, 0)).toBeCloseTo(all - 1, 8);
  });
});

test.each([0, 0.5, 1])('credit of effects with curvature %s is their Shapley value', (curvature) => {
  const x = Float64Array.of(0.8, 0.2, 0, 1.5, 0.05);
  const sum = (inside: readonly boolean[]) => x.reduce((all, v, i) => all + (inside[i] ? v : 0), 0);
  const hazard = (s: number) => (curvature === 0 ? Math.exp(s) : (1 + curvature * s) ** (1 / curvature));
  const everything = hazard(sum([true, true, true, true, true]));
  const credit = new Float64Array(5);
  shapleyOfBent(x, curvature, credit);
  shapleyOf(5, (inside) => hazard(sum(inside)) / everything, 1).forEach((value, i) => {
    expect(credit[i]).toBeCloseTo(value, 12);
  });
});

describe('what the model looks at', () => {
  const sampled = sampleRiskSets(working, HAZARD_DEFAULTS);

  test('puts all rows of a person into the same part of a split', () => {
    const side = new Map<number, number>();
    let crossings = 0;
    sampled.fold.forEach((fold, set) => {
      for (const person of sampled.person.subarray(sampled.sets[set]!, sampled.sets[set + 1]!)) {
        if ((side.get(person) ?? fold) !== fold) crossings++;
        side.set(person, fold);
      }
    });
    expect(crossings).toBe(0);
    expect(new Set(side.values()).size).toBe(5);
  });

  test('compares each order with eight others who were there and did not order', () => {
    const wrong = [...sampled.at_ms].filter((T, set) => {
      const members = sampled.person.subarray(sampled.sets[set]!, sampled.sets[set + 1]!);
      const ordered = [...members.subarray(1)].some((person) =>
        working.order_ms
          .subarray(working.order_offsets[person]!, working.order_offsets[person + 1]!)
          .some((at) => Math.abs(at - T) < HAZARD_DEFAULTS.guard_ms),
      );
      return ordered || new Set(members).size !== 9;
    });
    expect(wrong).toEqual([]);
  });

  test('lies before the moment less the guard: whatever comes later leaves a row as it was', () => {
    const plan = planFeatures(working, sampled, HAZARD_DEFAULTS, [1, 4]);
    const before = measureRows(plan, working, sampled);
    const width = before.names.length;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: sampled.at_ms.length - 1 }), fc.integer(), (set, seed) => {
        const T = sampled.at_ms[set]!;
        const changed = withAnotherFuture(working, T - HAZARD_DEFAULTS.guard_ms, seed);
        const one = {
          ...sampled,
          sets: Uint32Array.of(0, sampled.sets[set + 1]! - sampled.sets[set]!),
          person: sampled.person.slice(sampled.sets[set]!, sampled.sets[set + 1]!),
          at_ms: Float64Array.of(T),
        };
        const after = measureRows(plan, changed, one).design.data;
        expect(after).toEqual(before.design.data.slice(sampled.sets[set]! * width, sampled.sets[set + 1]! * width));
      }),
      { numRuns: 25 },
    );
  });
});

test('a channel that hardly any order was exposed to is fitted with others, and says so', () => {
  const rare = hazardWorld({ ...WORKING, channels: [...WORKING.channels, { name: 'radio', rate: 0.0005, effect: 0 }] });
  const merged = fitHazard(rare);
  expect(merged.merged).toEqual(['radio']);
  expect(merged.plan.groups).toEqual(['email', 'search', 'display', 'other']);
  expect(channelTotals(merged, rare).channels.map(({ channel }) => channel)).toEqual([
    'email',
    'search',
    'display',
    'radio',
  ]);
});

test('an empty world has a fit, and it claims nothing', () => {
  const empty = historiesOf(working, []);
  const nothing = fitHazard(empty);
  expect(channelTotals(nothing, empty)).toMatchObject({ orders: 0, incremental_fraction: 0 });
});

/** The same until then; afterwards touches change their channel and orders go. */
function withAnotherFuture(histories: Histories, from: number, seed: number): Histories {
  const kept: number[] = [];
  const order_offsets = new Uint32Array(histories.order_offsets.length);
  for (let p = 0; p + 1 < order_offsets.length; p++) {
    for (let o = histories.order_offsets[p]!; o < histories.order_offsets[p + 1]!; o++)
      if (histories.order_ms[o]! <= from || (o + seed) % 2 === 0) kept.push(o);
    order_offsets[p + 1] = kept.length;
  }
  return {
    ...histories,
    touch_state: histories.touch_state.map((state, i) =>
      histories.touch_ms[i]! > from ? (state + seed + i) & 1 : state,
    ),
    order_offsets,
    order_ms: Float64Array.from(kept, (o) => histories.order_ms[o]!),
    order_value: Float64Array.from(kept, (o) => histories.order_value[o]! * 2),
  };
}
