import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/domain/random.ts';
import { chainOf } from '../../src/models/markov/chain.ts';
import { countByHash, countInTable } from '../../src/models/markov/counts.ts';
import { fitMarkov, type MarkovFit } from '../../src/models/markov/fit.ts';
import { removalEffects } from '../../src/models/markov/removal.ts';
import { totalsOf } from '../../src/models/paths/paths.ts';
import { markovReference } from '../reference/markov.ts';
import { type PathRow, pathsOf, row } from '../reference/paths.ts';

const ORDERS = [1, 2, 3, 4];

/** A fit, its numbers by channel. */
function fitted(rows: readonly PathRow[], order: number | 'auto' = 1, seed = 1) {
  const paths = pathsOf(rows);
  const found = fitMarkov(paths, { order, seed });
  const by = (numbers: Float64Array): Record<string, number> =>
    Object.fromEntries(paths.states.map((state, code) => [state, numbers[code]!]));
  return {
    ...found,
    effect: by(found.removal_effect_conversions),
    effect_on_value: by(found.removal_effect_value),
    credit: by(found.conversions),
    credit_value: by(found.value),
    touch: by(found.touch_totals.conversions),
    touch_value: by(found.touch_totals.value),
  };
}

function near(found: Record<string, number>, expected: Record<string, number>, digits = 12): void {
  expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, number] of Object.entries(expected)) expect(found[name], name).toBeCloseTo(number, digits);
}

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((all, number) => all + number, 0);

/** Journeys over a few channels: short and long, with repeats, fractions, and paths that nobody walked. */
const channel = fc.constantFrom('A', 'B', 'C', 'D');
const weight = fc.oneof(fc.nat(20), fc.constantFrom(0.5, 0.25, 3.75));
const journey = fc.tuple(fc.array(channel, { minLength: 1, maxLength: 7 }), weight, fc.nat(400), weight).map(
  ([path, conversions, quarters, nulls]): PathRow => ({
    path,
    conversions,
    value: conversions === 0 ? 0 : quarters / 4,
    nulls,
  }),
);
const journeys = fc
  .array(journey, { minLength: 1, maxLength: 25 })
  .filter((rows) => sum(rows.map((r) => r.conversions)) > 0);
const some_order = fc.constantFrom(...ORDERS);

describe('by hand', () => {
  test('C1 > C2 > C3 converts, C1 and C2 > C3 do not', () => {
    const found = fitted([row('C1 > C2 > C3', 1, 0, 0), row('C1', 0, 0, 1), row('C2 > C3', 0, 0, 1)]);
    expect(found.totals.conversions / found.totals.journeys).toBeCloseTo(1 / 3, 15);
    near(found.effect, { C1: 0.5, C2: 1, C3: 1 });
    near(found.credit, { C1: 0.2, C2: 0.4, C3: 0.4 });
  });

  test('value has effects of its own', () => {
    const found = fitted([row('A > B', 1, 10, 1), row('A > C', 1, 90, 1), row('B', 1, 20, 2)]);
    expect(found.totals.conversions / found.totals.journeys).toBeCloseTo(3 / 7, 15);
    expect(found.totals.value / found.totals.journeys).toBeCloseTo(120 / 7, 13);
    near(found.effect, { A: 0.6, B: 2 / 3, C: 1 / 3 });
    near(found.effect_on_value, { A: 0.85, B: 0.25, C: 0.75 });
    near(found.credit_value, { A: 55.1351, B: 16.2162, C: 48.6486 }, 4);
  });

  test('a second-order chain tells journeys apart that a first-order chain mixes', () => {
    const rows = [row('A > X > B', 10, 10, 0), row('C > X > D', 0, 0, 10)];
    near(fitted(rows, 1).effect, { A: 0.5, X: 1, B: 1, C: 0.5, D: 0 });
    near(fitted(rows, 2).effect, { A: 1, X: 1, B: 1, C: 0, D: 0 });
  });

  test('what nobody converted through gets nothing, and nothing is divided by nothing', () => {
    const nothing = fitted([row('A > B', 0, 0, 5)]);
    near(nothing.effect, { A: 0, B: 0 });
    near(nothing.credit, { A: 0, B: 0 });
    expect(nothing.warnings).toEqual(['no path converted: there is nothing to credit']);
    const cancelled = fitted([row('A', 1, 5, 1), row('B', 1, -5, 1)]);
    near(cancelled.credit_value, { A: 0, B: 0 });
    expect(cancelled.warnings.join()).toMatch(/negative value/);
    near(fitted([row('A', 1, 1, 1), row('B', 0, 0, 0)]).effect, { A: 1, B: 0 });
  });

  test('touch totals give each conversion to its own touches, whatever their number', () => {
    const found = fitted([row('A', 8, 80, 20), row('A > A > B', 2, 10, 30), row('B', 0, 0, 10)]);
    const { effect, effect_on_value } = found;
    const share = effect['A']! / (effect['A']! + effect['B']!);
    const share_value = effect_on_value['A']! / (effect_on_value['A']! + effect_on_value['B']!);
    near(found.touch, { A: 8 + 2 * share, B: 2 * (1 - share) });
    near(found.touch_value, { A: 80 + 10 * share_value, B: 10 * (1 - share_value) });
    expect(found.touch['A']).not.toBeCloseTo(found.credit['A']!, 3);
  });

  test('says that effects are only reach when nobody failed to convert', () => {
    const found = fitted([row('A > B', 1, 0, 0), row('A', 1, 0, 0), row('C', 2, 0, 0)]);
    expect(found.warnings.join()).toMatch(/^no path ended without a conversion/);
    near(found.effect, { A: 0.5, B: 0.25, C: 0.5 });
    expect(fitted([row('A', 1, 0, 1)]).warnings).toEqual([]);
  });

  test('a loop that is left once in ten thousand steps is solved too', () => {
    const found = fitted([
      { path: Array.from({ length: 20_000 }, (_, i) => 'AB'[i % 2]!), conversions: 1, value: 1, nulls: 0 },
      row('C', 1, 1, 1),
    ]);
    near(found.effect, { A: 0.5, B: 0.5, C: 0.5 }, 9);
    // Of 10,000 touches a journey, about.
    expect(found.residual).toBeLessThan(1e-11);
    expect(found.iterations).toBeLessThan(200);
  });
});

describe('against a dense reference that deletes channels one by one', () => {
  test.each(ORDERS)('order %i', (order) => {
    fc.assert(
      fc.property(journeys, (rows) => {
        const found = fitted(rows, order);
        const expected = markovReference(rows, order);
        near(found.effect, Object.fromEntries(expected.conversions), 11);
        near(found.effect_on_value, Object.fromEntries(expected.value), 11);
        // P(conv) = conv / (conv + null) and E[value] = value / journeys: whatever the order, nothing of the totals is lost.
        expect(expected.probability).toBeCloseTo(found.totals.conversions / found.totals.journeys, 12);
        expect(expected.value_per_journey).toBeCloseTo(found.totals.value / found.totals.journeys, 10);
      }),
      { numRuns: 60 },
    );
  });
});

test('steps are counted the same in a table and by hash, whatever the number of channels', () => {
  fc.assert(
    fc.property(journeys, some_order, (rows, order) => {
      const paths = pathsOf(rows);
      const [table, hash] = [countInTable, countByHash].map((count) =>
        removalEffects(chainOf(count(paths, order), order, totalsOf(paths)), paths.states.length),
      );
      table!.conversions.forEach((effect, code) => {
        expect(hash!.conversions[code]).toBeCloseTo(effect, 12);
        expect(hash!.value[code]).toBeCloseTo(table!.value[code]!, 12);
      });
    }),
  );
  // More channels than any table has room for, and more than are solved for at a time.
  const many = Array.from({ length: 3_000 }, (_, i) =>
    row(`c${i} > c${(i * 7) % 3_000} > c${(i * 11) % 3_000}`, 1, 1, 1),
  );
  expect(sum(fitted(many, 2).conversions)).toBeCloseTo(3_000, 6);
});

describe('a frozen world', () => {
  /** 400 rows over six channels with habits, counts and money. */
  function world(): PathRow[] {
    const random = new Random(20_260_401, 'frozen paths');
    return Array.from({ length: 400 }, (): PathRow => {
      const path = [random.integer(0, 5)];
      while (path.length < 12 && random.chance(0.72))
        path.push(random.chance(0.5) ? (path.at(-1)! * 2 + 1) % 6 : random.integer(0, 5));
      const conversions = random.chance(0.4) ? random.integer(1, 5) : 0;
      return {
        path: path.map((code) => 'UVWXYZ'[code]!),
        conversions,
        value: conversions * random.integer(5, 200),
        nulls: random.integer(0, 9),
      };
    });
  }

  test.each([
    [
      1,
      {
        U: 0.3148978273753348,
        V: 0.5064011882041777,
        W: 0.33579468162872705,
        X: 0.5357885589942198,
        Y: 0.3553676005311607,
        Z: 0.3656752674144018,
      },
    ],
    [
      2,
      {
        U: 0.35831795314936943,
        V: 0.5132919458431041,
        W: 0.32691579702712625,
        X: 0.539543730221839,
        Y: 0.3636079850787065,
        Z: 0.36403028876418064,
      },
    ],
    [
      3,
      {
        U: 0.3370308676997573,
        V: 0.5051509415761755,
        W: 0.3131058587252433,
        X: 0.5592544934062895,
        Y: 0.3443549150490638,
        Z: 0.3516687012735966,
      },
    ],
    [
      4,
      {
        U: 0.35367621454990994,
        V: 0.4991382544420785,
        W: 0.3155441717901062,
        X: 0.5499547296983254,
        Y: 0.35022152991124134,
        Z: 0.36697521882543305,
      },
    ],
  ])('order %i gives what it gave, which is what the reference gives', (order, frozen) => {
    const rows = world();
    const found = fitted(rows, order);
    const expected = markovReference(rows, order);
    near(found.effect, Object.fromEntries(expected.conversions), 12);
    near(found.effect_on_value, Object.fromEntries(expected.value), 12);
    near(found.effect, frozen, 12);
  });
});

describe('always', () => {
  test('effects are shares, and credits add up to what there was', () => {
    fc.assert(
      fc.property(journeys, some_order, (rows, order) => {
        const found = fitted(rows, order);
        for (const effect of [...found.removal_effect_conversions, ...found.removal_effect_value]) {
          expect(effect).toBeGreaterThanOrEqual(0);
          expect(effect).toBeLessThanOrEqual(1);
        }
        const { conversions, value } = found.totals;
        expect(sum(found.conversions)).toBeCloseTo(conversions, 9);
        expect(sum(found.touch_totals.conversions)).toBeCloseTo(conversions, 9);
        expect(sum(found.value)).toBeCloseTo(value, 8);
        expect(sum(found.touch_totals.value)).toBeCloseTo(value, 8);
      }),
    );
  });

  test('of order 1, repeats and the way that rows are split change nothing', () => {
    fc.assert(
      fc.property(journeys, (rows) => {
        const before = fitted(rows);
        const stuttering = rows.map((r) => ({
          ...r,
          path: r.path.flatMap((name, i) => (i % 2 ? [name] : [name, name, name])),
        }));
        const half = rows.map((r) => ({
          ...r,
          conversions: r.conversions / 2,
          value: r.value / 2,
          nulls: r.nulls / 2,
        }));
        for (const after of [fitted(stuttering), fitted([...half, ...half.toReversed()])]) {
          near(after.effect, before.effect, 11);
          near(after.effect_on_value, before.effect_on_value, 11);
        }
      }),
    );
  });

  test('an effect is exactly 1 where every converting journey ends in the channel, or every journey starts with it', () => {
    fc.assert(
      fc.property(journeys, some_order, (rows, order) => {
        const ends = rows.map((r) => (r.conversions > 0 ? { ...r, path: [...r.path, 'X'] } : r));
        expect(fitted(ends, order).effect['X']).toBe(1);
        expect(
          fitted(
            rows.map((r) => ({ ...r, path: ['X', ...r.path] })),
            order,
          ).effect['X'],
        ).toBe(1);
      }),
    );
  });

  test('an order no path is longer than makes the effect the share of converting journeys with the channel', () => {
    const short = fc.array(
      journey.map((r) => ({ ...r, path: r.path.slice(0, 4) })),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(
        short.filter((rows) => sum(rows.map((r) => r.conversions)) > 0),
        (rows) => {
          const all = sum(rows.map((r) => r.conversions));
          const found = fitted(rows, 4);
          for (const name of Object.keys(found.effect))
            expect(found.effect[name]).toBeCloseTo(
              sum(rows.filter((r) => r.path.includes(name)).map((r) => r.conversions)) / all,
              12,
            );
        },
      ),
    );
  });

  test('journeys through a new channel that never converts leave all effects as they were', () => {
    fc.assert(
      fc.property(journeys, some_order, fc.integer({ min: 1, max: 1_000 }), (rows, order, nulls) => {
        const before = fitted(rows, order).effect;
        near(fitted([...rows, row('X > X', 0, 0, nulls)], order).effect, { ...before, X: 0 }, 11);
      }),
    );
  });
});

describe('the order', () => {
  /** Journeys of a chain in which the next touch depends on the last `memory` touches. */
  function world(memory: number, count: number, seed: number): PathRow[] {
    const random = new Random(seed, 'orders');
    const habits = new Map<string, { next: string; converting: number }>();
    const habitAfter = (past: string) => {
      if (!habits.has(past)) {
        const drawn = new Random(7, past);
        habits.set(past, { next: drawn.pick(['A', 'B', 'C', 'D']), converting: drawn.unit() });
      }
      return habits.get(past)!;
    };
    return Array.from({ length: count }, () => {
      const path: string[] = [];
      do {
        const { next } = habitAfter(path.slice(-memory).join(''));
        path.push(random.chance(0.8) ? next : random.pick(['A', 'B', 'C', 'D']));
      } while (path.length < 30 && random.chance(0.85));
      const converts = random.chance(habitAfter(path.slice(-memory).join('')).converting);
      return { path, conversions: converts ? 1 : 0, value: 0, nulls: converts ? 0 : 1 };
    });
  }

  test.each([1, 2, 3])('is found by held-out likelihood: %i', (memory) => {
    const found = fitted(world(memory, 6_000, 3), 'auto');
    expect(found.order).toBe(memory);
    expect(found.orders!.map((loss) => loss.order)).toEqual(ORDERS);
  });

  test('is the same for the same seed, and small where there is little to learn from', () => {
    const rows = world(3, 60, 5);
    expect(fitted(rows, 'auto', 4).orders).toEqual(fitted(rows, 'auto', 4).orders);
    expect(fitted(rows, 'auto', 4).orders).not.toEqual(fitted(rows, 'auto', 5).orders);
    const random = new Random(2, 'no memory');
    const aimless = Array.from({ length: 200 }, (): PathRow => {
      const path = [random.pick(['A', 'B', 'C', 'D'])];
      while (random.chance(0.8)) path.push(random.pick(['A', 'B', 'C', 'D']));
      const conversions = random.integer(0, 1);
      return { path, conversions, value: 0, nulls: 1 - conversions };
    });
    expect(fitted(aimless, 'auto').order).toBe(1);
  });

  test('holds out people with all their journeys where people are known', () => {
    // One person's journeys repeat each other to the letter: by journey, learning them by heart looks like knowledge.
    const random = new Random(1, 'people');
    const lives = Array.from({ length: 300 }, () =>
      Array.from({ length: 8 }, () => random.pick(['A', 'B', 'C', 'D', 'E', 'F'])),
    );
    const rows = lives.flatMap((path) =>
      Array.from({ length: 5 }, (): PathRow => ({ path, conversions: 0.5, value: 0, nulls: 0.5 })),
    );
    const people = lives.flatMap((_, person) => Array<number>(5).fill(person));
    const loss = (found: MarkovFit): number => found.orders![3]!.journey_loss;
    const by_journey = fitMarkov(pathsOf(rows), { order: 'auto', seed: 1 });
    const by_person = fitMarkov(pathsOf(rows, people), { order: 'auto', seed: 1 });
    expect(by_journey.order).toBeGreaterThan(1);
    expect(by_person.order).toBe(1);
    expect(loss(by_person)).toBeGreaterThan(loss(by_journey) * 1.5);
  });
});
