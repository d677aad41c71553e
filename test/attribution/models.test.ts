/** Every model gives every touch what its formula says, to the last micro. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { creditOf, millionthsOf } from '../../src/attribution/credits.ts';
import { RULE_MODELS, resolveModel } from '../../src/attribution/models.ts';
import type { Model } from '../../src/attribution/plan.ts';
import type { Warehouse } from '../../src/warehouse/port.ts';
import { allocate, integerWeights } from '../reference/allocate.ts';
import { openEmptyWarehouse } from '../support/engine.ts';

let warehouse: Warehouse;
beforeAll(async () => {
  warehouse = await openEmptyWarehouse();
});
afterAll(() => warehouse.close());

interface Path {
  ages: number[];
  first_share?: number;
  last_share?: number;
  half_life_days?: number;
}

const COLUMNS = [
  ...['path_no', 'k', 'n', 'value'].map((name) => ({ name, type: 'int64' as const, nullable: false })),
  ...['age_days', 'newest_age_days', 'half_life_days', 'first_share', 'last_share'].map((name) => ({
    name,
    type: 'float64' as const,
    nullable: false,
  })),
];

/** Weights w (and the peak, where the model knows it), then credits by the model's own formula and by the shared one. */
async function run(model: Model, paths: readonly Path[], values: readonly bigint[] = [149_990_000n], small = false) {
  const rows = paths.flatMap(({ ages, first_share = 0.4, last_share = 0.4, half_life_days = 7 }, path_no) =>
    ages.map((age_days, i) => ({
      path_no,
      k: i + 1,
      n: ages.length,
      value: values[path_no % values.length]!,
      age_days,
      newest_age_days: ages.at(-1)!,
      half_life_days,
      first_share,
      last_share,
    })),
  );
  return warehouse.read(async (s) => {
    await s.relation('touches', COLUMNS, rows);
    await s.materialise(
      'weighed',
      `select t.*, float64(${model.weight}) as w, float64(${model.peak ?? '-1'}) as peak from touches t`,
    );
    await s.materialise(
      'scaled',
      'select w.*, int64(case when max(w) over (partition by path_no) = 0.0 then 1099511627776.0 else floor(w / max(w) over (partition by path_no) * 1099511627776.0 + 0.5) end) as q0 from weighed w',
    );
    await s.materialise(
      'paths',
      'select s.*, int64(sum(q0) over (partition by path_no order by k rows between unbounded preceding and current row)) as s0, int64(sum(q0) over (partition by path_no)) as t0 from scaled s',
    );
    const { credit: _credit, ...shared } = model;
    const found = await s.query(
      `select path_no, k, value, w, peak, text128(${creditOf(model, 0, 'value', small)}) as own, text128(${creditOf(shared, 0, 'value', small)}) as shared, text128(${millionthsOf(model, 0)}) as millionths,
         text128(${creditOf(shared, 0, '1000000', false)}) as shared_millionths from paths order by path_no, k`,
    );
    return paths.map((_, path_no) => {
      const own = found.filter((row) => Number(row['path_no']) === path_no);
      const pick = (name: string) => own.map((row) => row[name]);
      return {
        w: pick('w') as number[],
        peak: pick('peak') as number[],
        own: pick('own').map((t) => BigInt(t as string)),
        shared: pick('shared').map((t) => BigInt(t as string)),
        millionths: pick('millionths').map((t) => BigInt(t as string)),
        shared_millionths: pick('shared_millionths').map((t) => BigInt(t as string)),
        value: own[0]!['value'] as bigint,
      };
    });
  });
}

const model = (name: string): Model => resolveModel(name, {});
const oldestFirst = (n: number): number[] => Array.from({ length: n }, (_, i) => n - 1 - i);
const sum = (parts: readonly bigint[]): bigint => parts.reduce((a, b) => a + b, 0n);

test.each(RULE_MODELS.map((m) => m.name))('%s gives out micro-conversions by the shared allocation', async (name) => {
  const paths = Array.from({ length: 60 }, (_, i) => ({ ages: oldestFirst(1 + i).map((age) => age / 3) }));
  for (const { millionths, shared_millionths } of await run(model(name), paths)) {
    expect(millionths).toEqual(shared_millionths);
    expect(sum(millionths)).toBe(1_000_000n);
  }
});

const EDGE = 9_007_199_254_740_991n;

describe('a closed form', () => {
  test.each(RULE_MODELS.filter((m) => m.credit).map((m) => m.name))(
    '%s equals the shared allocation, for paths up to 50 and any value',
    async (name) => {
      const values = [
        0n,
        1n,
        -1n,
        7n,
        149_990_000n,
        -20_000_000n,
        EDGE,
        -EDGE,
        ...fc.sample(fc.bigInt({ min: -EDGE, max: EDGE }), { numRuns: 42, seed: 1 }),
      ];
      for (let shift = 0; shift < 3; shift++) {
        const paths = Array.from({ length: 150 }, (_, i) => ({ ages: oldestFirst(1 + (i % 50)) }));
        const shifted = values.map((_, i) => values[(i * 7 + shift * 13) % values.length]!);
        for (const { own, shared, value } of await run(model(name), paths, shifted)) {
          expect(own).toEqual(shared);
          expect(sum(own)).toBe(value);
        }
      }
    },
  );

  test.each(RULE_MODELS.filter((m) => m.credit).map((m) => m.name))(
    '%s equals it in the cheap division too, and on the longest path',
    async (name) => {
      const values = [0n, 1n, 999n, 1_000_000n, EDGE];
      const paths = [...[1, 2, 3, 7, 50, 999, 1_000].map((n) => ({ ages: oldestFirst(n) }))];
      for (const value of values) {
        for (const { own, shared } of await run(model(name), paths, [value], value * 1_000n < 2n ** 63n)) {
          expect(own).toEqual(shared);
          expect(sum(own)).toBe(value);
        }
      }
    },
  );
});

describe('the largest weight of a path', () => {
  test.each(RULE_MODELS.map((m) => m.name))('is what %s says it is', async (name) => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const paths = fc.sample(
      fc.record({
        ages: fc
          .array(fc.double({ min: 0, max: 90, noNaN: true }), { minLength: 1, maxLength: 12 })
          .map((ages) => ages.sort((a, b) => b - a)),
        first_share: share.map((x) => x / 2),
        last_share: share.map((x) => x / 2),
        half_life_days: fc.double({ min: 0.01, max: 100, noNaN: true }),
      }),
      { numRuns: 300, seed: 3 },
    );
    for (const { w, peak } of await run(model(name), paths))
      for (const stated of peak) expect(stated).toBe(Math.max(...w));
  });
});

describe('the shared allocation', () => {
  test('is the one of the reference, for any weights and any value', async () => {
    const weight = fc.oneof(
      fc.constant(0),
      fc.double({ min: 0, max: 1e6, noNaN: true }),
      fc.double({ min: 0, max: 1e-9, noNaN: true }),
      fc.integer({ min: 0, max: 9 }),
    );
    const paths = fc.sample(fc.array(weight, { minLength: 1, maxLength: 30 }), { numRuns: 300, seed: 4 });
    const values = fc.sample(fc.bigInt({ min: -EDGE, max: EDGE }), { numRuns: 300, seed: 6 });
    const found = await run(
      { name: 'any', weight: 'age_days', explain: () => '' },
      paths.map((ages) => ({ ages })),
      values,
    );
    found.forEach(({ shared, value }, i) => {
      expect(shared).toEqual(allocate(value, integerWeights(paths[i]!)));
      expect(sum(shared)).toBe(value);
    });
  });

  test('takes back exactly what it gave: the credit of -V is minus the credit of V', async () => {
    const paths = fc
      .sample(fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { minLength: 1, maxLength: 9 }), {
        numRuns: 100,
        seed: 8,
      })
      .map((ages) => ({ ages }));
    const any: Model = { name: 'any', weight: 'age_days', explain: () => '' };
    const [given, taken] = [await run(any, paths, [EDGE]), await run(any, paths, [-EDGE])];
    given.forEach(({ shared }, i) => {
      expect(taken[i]!.shared).toEqual(shared.map((credit) => -credit));
    });
  });
});

describe('the rule models', () => {
  const shares = async (name: string, path: Path): Promise<number[]> =>
    (await run(model(name), [path], [1_000_000n]))[0]!.own.map(Number);
  const four: Path = { ages: [21, 14, 7, 0] };

  test('share an order among four touches, each a week apart, as their names say', async () => {
    expect(await shares('first_touch', four)).toEqual([1_000_000, 0, 0, 0]);
    expect(await shares('last_touch', four)).toEqual([0, 0, 0, 1_000_000]);
    expect(await shares('linear', four)).toEqual([250_000, 250_000, 250_000, 250_000]);
    expect(await shares('time_decay', four)).toEqual([66_666, 133_334, 266_666, 533_334]);
    expect(await shares('position_based', four)).toEqual([400_000, 100_000, 100_000, 400_000]);
  });

  test('give the whole order to a touch that is alone', async () => {
    for (const { name } of RULE_MODELS) expect(await shares(name, { ages: [3] })).toEqual([1_000_000]);
  });

  test('position_based gives two touches half each, or what the settings say of them', async () => {
    expect(await shares('position_based', { ages: [3, 1] })).toEqual([500_000, 500_000]);
    expect(await shares('position_based', { ages: [3, 1], first_share: 0.6, last_share: 0.2 })).toEqual([
      750_000, 250_000,
    ]);
    expect(await shares('position_based', { ages: [3, 1], first_share: 0, last_share: 0 })).toEqual([500_000, 500_000]);
    expect(await shares('position_based', { ages: [3, 1], first_share: 0, last_share: 1 })).toEqual([0, 1_000_000]);
  });

  test('position_based shares the rest among the middle, and gives it nothing when the ends take all', async () => {
    expect(await shares('position_based', { ages: [4, 3, 2, 1], first_share: 0.5, last_share: 0.25 })).toEqual([
      500_000, 125_000, 125_000, 250_000,
    ]);
    expect(await shares('position_based', { ages: [3, 2, 1], first_share: 0.5, last_share: 0.5 })).toEqual([
      500_000, 0, 500_000,
    ]);
    expect(await shares('position_based', { ages: [3, 2, 1], first_share: 0, last_share: 0 })).toEqual([
      0, 1_000_000, 0,
    ]);
  });

  test('time_decay halves with every half-life, and does not fade out on an old path', async () => {
    expect(await shares('time_decay', { ages: [10, 5], half_life_days: 5 })).toEqual([333_333, 666_667]);
    expect(await shares('time_decay', { ages: [365_000, 364_999], half_life_days: 1 })).toEqual([333_333, 666_667]);
    expect(await shares('time_decay', { ages: [365, 0], half_life_days: 0.01 })).toEqual([0, 1_000_000]);
  });
});

describe('the name of a model', () => {
  const refused = (name: string): unknown => {
    try {
      return resolveModel(name, { mine: 'k' }).name;
    } catch (error) {
      return error;
    }
  };

  test('is that of a rule, or of an expression in the configuration', () => {
    expect(resolveModel('linear', {}).checked).toBeUndefined();
    expect(resolveModel('mine', { mine: 'k' })).toMatchObject({ name: 'mine', checked: true });
    expect(resolveModel('linear', { linear: 'k' }).credit).toBeDefined();
  });

  test('that is unknown is refused with the known ones', () => {
    for (const name of ['', 'LINEAR', 'constructor', '__proto__', 'toString', 'x'.repeat(5_000)]) {
      expect(refused(name)).toMatchObject({
        code: 'bad_request',
        status: 400,
        field: 'model',
        message: expect.stringMatching(
          /known models are first_touch, last_touch, linear, time_decay, position_based, .*mine/,
        ),
      });
      expect((refused(name) as Error).message.length).toBeLessThan(300);
    }
  });
});
