import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RANDOM_GROUPS } from '../../../src/learning/random-groups.ts';
import { countSynergies } from '../../../src/reports/synergies/count.ts';
import type { ObservedPaths } from '../../../src/reports/synergies/observed-paths.ts';
import { noFigures } from '../../../src/reports/synergies/set-sums.ts';
import { type Json, pick } from '../../support/shop.ts';
import { runsOf } from '../../support/tier.ts';
import { type PlainPath, plainCells, plainCombinations, plainFigures, plainReached } from './by-hand.ts';

const NOTHING_APART = { without_path: noFigures(), filtered: noFigures(), only_refunds: noFigures() };

function observed(paths: readonly PlainPath[]): ObservedPaths {
  const names = [...new Set(paths.flatMap(({ touches }) => touches))].sort();
  const offsets = [0];
  for (const { touches } of paths) offsets.push(offsets.at(-1)! + touches.length);
  const people = Math.max(-1, ...paths.map(({ person }) => person)) + 1;
  const isLarge = (micros: bigint | null): boolean => micros !== null && micros > 2n ** 52n;
  return {
    names,
    codes: Uint16Array.from(paths.flatMap(({ touches }) => touches.map((name) => names.indexOf(name)))),
    offsets: Uint32Array.from(offsets),
    weight: new Uint32Array(paths.length).fill(1),
    is_order: Uint8Array.from(paths, ({ micros }) => Number(micros !== null)),
    micros: Float64Array.from(paths, ({ micros }) => (isLarge(micros) ? 0 : Number(micros ?? 0n))),
    large: new Map(paths.flatMap(({ micros }, path) => (isLarge(micros) ? [[path, micros!]] : []))),
    person: Uint32Array.from(paths, ({ person }) => person),
    people,
    random_group: Uint16Array.from({ length: people }, (_, person) => person % RANDOM_GROUPS),
  };
}

const count = (
  paths: readonly PlainPath[],
  options: Partial<{ min_support: number; limit: number }> = {},
): Promise<Json> =>
  countSynergies(observed(paths), NOTHING_APART, { min_support: 30, limit: 100, ...options }) as Promise<Json>;

/** As many paths of these channels, each of a person of its own; those before `orders` with an order of 10. */
function times(paths: number, touches: string[], orders: number, first_person: number): PlainPath[] {
  return Array.from({ length: paths }, (_, i) => ({
    touches,
    person: first_person + i,
    micros: i < orders ? 10_000_000n : null,
  }));
}

const figuresOf = ({ paths, people, orders, net_revenue_micros }: Json) => ({
  paths,
  people,
  orders,
  net_revenue_micros,
});

const path = fc.record({
  touches: fc.array(fc.constantFrom('ads', 'email', 'search', 'social'), { minLength: 1, maxLength: 5 }),
  person: fc.integer({ min: 0, max: 12 }),
  micros: fc.option(fc.oneof(fc.bigInt({ min: -5_000_000n, max: 90_000_000n }), fc.constant(2n ** 60n + 1n))),
});

describe('synergies', () => {
  test('agree with a plain count: combinations, the cells of each pair, people, overlap, sums', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(path, { maxLength: 40 }), fc.integer({ min: 1, max: 6 }), async (paths, limit) => {
        const answer = await count(paths, { limit });
        const by_hand = plainCombinations(paths);
        const rows = answer.combinations as Json[];
        expect(rows.length).toBe(Math.min(limit, by_hand.size));
        for (const row of rows) expect(figuresOf(row)).toEqual(by_hand.get(row.channels.join(' + ')));
        const shown = rows.map(({ channels }) => channels.join(' + '));
        const others = paths.filter(({ touches }) => !shown.includes([...new Set(touches)].sort().join(' + ')));
        const [rest] = answer.other_combinations as Json[];
        expect(rest === undefined ? plainFigures([]) : figuresOf(rest)).toEqual(plainFigures(others));
        expect(figuresOf(answer.summary)).toEqual(plainFigures(paths));
        const several = paths.filter(({ touches }) => new Set(touches).size > 1);
        expect(answer.summary).toMatchObject({
          multichannel_paths: several.length,
          multichannel_people: plainFigures(several).people,
          multichannel_net_revenue_micros: plainFigures(several).net_revenue_micros,
        });
        for (const { a, b, ...cells } of answer.pairs)
          for (const [name, cell] of Object.entries(plainCells(paths, a, b)))
            expect(figuresOf(cells[name])).toEqual(cell);
        for (const { a, b, people } of answer.overlap.pairs) expect(people).toBe(plainReached(paths, [a, b]).size);
        for (const { channel, people, people_only_here } of answer.overlap.channels) {
          const reached = plainReached(paths, [channel]);
          const elsewhere = new Set(
            paths.filter(({ touches }) => touches.some((one) => one !== channel)).map((one) => one.person),
          );
          expect([people, people_only_here]).toEqual([
            reached.size,
            [...reached].filter((one) => !elsewhere.has(one)).length,
          ]);
        }
      }),
      { numRuns: runsOf('TRIBUTARY_SYNERGY_RUNS', 150, 3_000) },
    );
  });

  test('do not depend on the order of paths and the numbers of people', async () => {
    const paths = [
      ...times(60, ['email', 'search'], 20, 0),
      ...times(80, ['email'], 10, 60),
      ...times(70, ['search', 'search'], 15, 140),
      ...times(90, ['ads', 'ads'], 9, 210),
    ];
    const groups = observed(paths);
    const turned = observed(paths.toReversed());
    const answer = await countSynergies(groups, NOTHING_APART, { min_support: 30, limit: 100 });
    expect(await countSynergies(turned, NOTHING_APART, { min_support: 30, limit: 100 })).toEqual(answer);
  });
});

describe('a combination', () => {
  test('below the minimum is never the top one, however well it did', async () => {
    const lucky = times(1, ['email', 'ads'], 1, 0);
    const answer = await count([...lucky, ...times(50, ['email', 'search'], 5, 1), ...times(90, ['email'], 30, 51)]);
    expect(answer.top.conversion_rate.channels).toEqual(['email', 'search']);
    expect(answer.combinations.find((row: Json) => row.channels.includes('ads'))).toMatchObject({
      paths: 1,
      conversion_rate: 1,
      conversion_rate_interval: null,
      rank: null,
      reason: 'needs 30 paths, has 1',
    });
    const alone = await count(lucky);
    expect(alone.top).toEqual({
      conversion_rate: null,
      revenue_per_path: null,
      reason: 'needs a combination of two channels with 30 paths of 10 people; that with most paths has 1 of 1',
    });
  });

  test('of many paths of few people has no interval', async () => {
    const { combinations } = await count(
      times(40, ['email', 'ads'], 20, 0).map((one) => ({ ...one, person: one.person % 9 })),
    );
    expect(combinations[0]).toMatchObject({ conversion_rate_interval: null, reason: 'needs 10 people, has 9' });
  });

  test('of email alone is not multichannel, however many emails were on the path', async () => {
    const answer = await count(times(50, ['email', 'email', 'email'], 25, 0));
    expect(answer.summary).toMatchObject({ paths: 50, multichannel_paths: 0, multichannel_orders: 0 });
    expect(answer.top).toMatchObject({ conversion_rate: null, reason: 'no path has two channels' });
    expect(answer.combinations[0]).toMatchObject({ channels: ['email'], rank: null, average_touches: 3 });
  });

  test('counts paths without an order, too: its rate is not 100 %', async () => {
    const answer = await count(times(100, ['email', 'ads'], 7, 0));
    expect(answer.combinations[0]).toMatchObject({ paths: 100, orders: 7, conversion_rate: 0.07 });
  });

  test('is the same in whatever order its channels were touched', async () => {
    const answer = await count([...times(2, ['email', 'ads'], 1, 0), ...times(3, ['ads', 'email', 'ads'], 1, 2)]);
    expect(answer.combinations).toHaveLength(1);
    expect(answer.combinations[0]).toMatchObject({ channels: ['ads', 'email'], paths: 5 });
  });
});

/** Two channels, each with one touch more on every path, so that all paths have the same length. */
function shop(neither: number, ads: number, email: number, both: number, of = 400): PlainPath[] {
  return [
    ...times(of, ['direct', 'direct'], neither, 0),
    ...times(of, ['ads', 'direct'], ads, of),
    ...times(of, ['email', 'direct'], email, 2 * of),
    ...times(of, ['ads', 'email'], both, 3 * of),
  ];
}

const pairOf = (answer: Json, a: string, b: string): Json =>
  answer.pairs.find((row: Json) => [row.a, row.b].sort().join() === [a, b].sort().join());

describe('a pair', () => {
  test('that adds up has no difference, one that does more or less together says so', async () => {
    for (const [both, finding] of [
      [80, 'no difference shown'],
      [180, 'more together'],
      [20, 'less together'],
    ] as const) {
      const pair = pairOf(await count(shop(20, 50, 50, both)), 'ads', 'email');
      expect(pair.conversion_rate).toMatchObject({ finding, reason: null });
      expect(pair.conversion_rate.interaction).toBeCloseTo((both - 80) / 400, 6);
      const { low, high } = pair.conversion_rate.interval;
      expect(low).toBeLessThan(pair.conversion_rate.interaction);
      expect(high).toBeGreaterThan(pair.conversion_rate.interaction);
      // All orders are worth 10.
      expect(Number(pair.revenue_per_path.interaction)).toBeCloseTo((both - 80) / 40, 5);
      // All paths have two touches.
      expect(pair.conversion_rate_by_length.interaction).toBeCloseTo((both - 80) / 400, 6);
    }
  });

  test('with a thin cell is null, with the reason in numbers', async () => {
    const pair = pairOf(
      await count([...shop(20, 50, 50, 5).slice(0, 1_200), ...times(12, ['ads', 'email'], 9, 9_000)]),
      'ads',
      'email',
    );
    expect(pair.conversion_rate).toEqual({
      interaction: null,
      interval: null,
      p_value: null,
      adjusted_p_value: null,
      finding: 'too little data',
      reason: 'needs 30 paths in each cell, "both" has 12',
    });
    const rare = pairOf(await count(shop(20, 50, 50, 2)), 'ads', 'email');
    expect(rare.revenue_per_path.reason).toBe('needs 5 orders in each cell, "both" has 2');
  });

  test('whose paths are only longer has no difference among paths of like length', async () => {
    // One path in twenty orders with two touches, every second with ten, whatever its channels. Paths with both are long.
    const long = (channels: string[], paths: number, first: number): PlainPath[] =>
      times(paths, [...channels, ...Array<string>(10 - channels.length).fill('direct')], paths / 2, first);
    const answer = await count([
      ...times(400, ['direct', 'direct'], 20, 0),
      ...times(400, ['ads', 'direct'], 20, 400),
      ...times(400, ['email', 'direct'], 20, 800),
      ...times(40, ['ads', 'email'], 2, 1_200),
      ...long(['direct'], 40, 2_000),
      ...long(['ads'], 40, 2_100),
      ...long(['email'], 40, 2_200),
      ...long(['ads', 'email'], 400, 2_300),
    ]);
    const pair = pairOf(answer, 'ads', 'email');
    expect(pair.conversion_rate).toMatchObject({ finding: 'more together' });
    expect(pair.conversion_rate_by_length).toMatchObject({ finding: 'no difference shown', interaction: 0 });
  });

  test('is of the 30 channels with most paths, and the answer says how many are left out', async () => {
    const paths = Array.from({ length: 33 }, (_, i) => times(40 - i, [`channel ${i}`], 1, 100 * i)).flat();
    const answer = await count(paths);
    expect(answer.channels_without_pairs).toBe(3);
    expect(answer.pairs).toHaveLength((30 * 29) / 2);
    expect(pick(answer, 'overlap', 'channels')).toHaveLength(33);
  });
});

test('a shop without paths has an answer', async () => {
  expect(await count([])).toMatchObject({
    combinations: [],
    other_combinations: [],
    pairs: [],
    summary: { paths: 0, conversion_rate: null },
  });
});
