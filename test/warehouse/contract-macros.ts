/** The macros of `warehouse/port.ts`, one promise each, for the numbers at which engines differ. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Column } from '../../src/warehouse/schema.ts';
import { AT_MS, int64, type OpenWarehouse, shared, text } from './rows.ts';

type Pair = readonly [bigint, bigint];
type Triple = readonly [bigint, bigint, bigint];

const PAIRS: Pair[] = [
  7n,
  -7n,
  0n,
  1n,
  -1n,
  6n,
  -6n,
  2n ** 53n + 1n,
  -(2n ** 53n) - 1n,
  2n ** 62n,
  -(2n ** 62n),
].flatMap((a) => [1n, 2n, 3n, 7n, 86_400_000n].map((b): Pair => [a, b]));

const TWO53 = 2n ** 53n;
/** s and t of a share: 0 <= s <= t < 2^53, t > 0. */
const share = fc
  .bigInt({ min: 1n, max: TWO53 - 1n })
  .chain((t) => fc.tuple(fc.bigInt({ min: 0n, max: t }), fc.constant(t)));
/** Weights of the size that paths have: up to 1,000 of 2^40. */
const smallShare = fc
  .bigInt({ min: 1n, max: 1_000n })
  .chain((t) => fc.tuple(fc.bigInt({ min: 0n, max: t }), fc.constant(t)));
const anyShare = fc.oneof(
  share,
  smallShare,
  share.map(([, t]): [bigint, bigint] => [t, t]),
  share.map(([, t]): [bigint, bigint] => [0n, t]),
  share.map(([, t]): [bigint, bigint] => [t - 1n, t]),
);

function triples(value: fc.Arbitrary<bigint>, seed: number): Triple[] {
  const random = fc.sample(fc.tuple(value, anyShare), { numRuns: 3_000, seed }).map(([v, [s, t]]): Triple => [v, s, t]);
  // Exact quotients, and one beside them: where a division from doubles goes wrong first.
  const exact = random.slice(0, 500).flatMap(([v, s, t]): Triple[] =>
    s === 0n
      ? []
      : [
          [(v / t) * t, s, t],
          [(v / t) * t + 1n, s, t],
          [(v / t) * t - 1n, s, t],
        ],
  );
  return [...random, ...exact];
}

export function macroContract(open: OpenWarehouse): void {
  describe('a macro', () => {
    const held = shared(open);

    /** Evaluates an expression over columns a and b, as text of its digits. */
    const overPairs = (expression: string, pairs: readonly Pair[]) =>
      held.warehouse.read(async (s) => {
        await s.relation(
          'pairs',
          [int64('i'), int64('a'), int64('b')],
          pairs.map(([a, b], i) => ({ i, a, b })),
        );
        const rows = await s.query(`select text128(${expression}) as result from pairs order by i`);
        return rows.map((row) => BigInt(row['result'] as string));
      });

    const overTriples = (expression: string, rows: readonly Triple[]) =>
      held.warehouse.read(async (s) => {
        await s.relation(
          'triples',
          [int64('i'), int64('v'), int64('s'), int64('t')],
          rows.map(([v, sum, t], i) => ({ i, v, s: sum, t })),
        );
        const found = await s.query(`select text128(${expression}) as result from triples order by i`);
        return found.map((row) => BigInt(row['result'] as string));
      });

    test('idiv divides whole numbers and cuts toward zero, below zero too', async () => {
      expect(await overPairs('idiv(a, b)', PAIRS)).toEqual(PAIRS.map(([a, b]) => a / b));
      expect(await overPairs('idiv(int128(a) * 1000000007, b)', PAIRS)).toEqual(
        PAIRS.map(([a, b]) => (a * 1_000_000_007n) / b),
      );
      expect(await overPairs('idiv(a, -b)', PAIRS)).toEqual(PAIRS.map(([a, b]) => a / -b));
    });

    test('floor_div rounds down, so that the day before 1970 is day -1', async () => {
      const floor = ([a, b]: Pair) => (a % b < 0n ? a / b - 1n : a / b);
      expect(await overPairs('floor_div(a, b)', PAIRS)).toEqual(PAIRS.map(floor));
      expect(
        await overPairs('floor_div(a, b)', [
          [-1n, 86_400_000n],
          [-86_400_000n, 86_400_000n],
        ]),
      ).toEqual([-1n, -1n]);
    });

    test.each([7n, 86_400_000n, 2n ** 31n, 2n ** 32n, 2n ** 53n])(
      '%d divides as a number of the query, too',
      async (b) => {
        const floor = (a: bigint) => (a % b < 0n ? a / b - 1n : a / b);
        const asked = PAIRS.map(([a]) => a);
        expect(await overPairs(`floor_div(a, ${b})`, PAIRS)).toEqual(asked.map(floor));
        expect(await overPairs(`idiv(a, ${b})`, PAIRS)).toEqual(asked.map((a) => a / b));
      },
    );

    test('muldiv is v * s div t to the last unit, for any value that fits 64 bits', async () => {
      const edge = 9_007_199_254_740_991n;
      const value = fc.oneof(
        fc.bigInt({ min: -edge, max: edge }),
        fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }),
        fc.constantFrom(0n, 1n, -1n, edge, -edge, TWO53, -TWO53, TWO53 + 1n),
        fc.bigInt({ min: -1_000n, max: 1_000n }),
      );
      const rows = triples(value, 53);
      expect(await overTriples('muldiv(v, s, t)', rows)).toEqual(rows.map(([v, s, t]) => (v * s) / t));
      expect(await overTriples('muldiv(int128(v), s, t)', rows)).toEqual(rows.map(([v, s, t]) => (v * s) / t));
    });

    test('muldiv53 is the same for values from 0 to 2^53 - 1', async () => {
      const rows = triples(fc.bigInt({ min: 0n, max: TWO53 - 1n }), 54).filter(([v]) => v >= 0n && v < TWO53);
      expect(await overTriples('muldiv53(v, s, t)', rows)).toEqual(rows.map(([v, s, t]) => (v * s) / t));
    });

    test('sum128 adds beyond 64 bits without losing a unit, and is null over nothing', async () => {
      const most = 2n ** 63n - 1n;
      await held.warehouse.read(async (s) => {
        await s.relation(
          'big',
          [int64('g'), int64('v')],
          [
            ...Array.from({ length: 1_000 }, () => ({ g: 1, v: most })),
            { g: 2, v: -(2n ** 63n) },
            { g: 2, v: -(2n ** 63n) },
            { g: 3, v: null },
          ],
        );
        const rows = await s.query('select g, text128(sum128(v)) as total from big where g < 3 group by g order by g');
        expect(rows.map((row) => row['total'])).toEqual([String(most * 1_000n), String(-(2n ** 64n))]);
        const [plain] = await s.query('select sum128(v) as total from big where g = 1');
        expect(plain!['total']).toBe(most * 1_000n);
      });
    });

    test('int64, int128 and float64 change the type and not the value', async () => {
      const [row] = await held.warehouse.read((s) =>
        s.query(
          'select int64(floor(float64(7) / 2)) as whole, int128($big) * int128($big) as square, float64($seven) / 2 as half',
          { big: 2n ** 62n, seven: 7 },
        ),
      );
      expect(row).toEqual({ whole: 3n, square: 2n ** 124n, half: 3.5 });
    });

    test('real_sqrt and real_ln are null where the numbers have none, and the query goes on', async () => {
      const numbers = [4, 1, 0, -1, -0.5, 2.25, 1e300];
      const rows = await held.warehouse.read(async (s) => {
        const float = (name: string): Column => ({ name, type: 'float64', nullable: false });
        await s.relation(
          'numbers_of',
          [int64('i'), float('x')],
          numbers.map((x, i) => ({ i, x })),
        );
        return s.query('select real_sqrt(x) as root, real_ln(real_sqrt(x) + 0) as ln from numbers_of order by i');
      });
      const real = (y: number): number | null => (Number.isNaN(y) || y === -Infinity ? null : y);
      rows.forEach(({ root, ln }, i) => {
        const [of_root, of_ln] = [real(Math.sqrt(numbers[i]!)), real(Math.log(Math.sqrt(numbers[i]!)))];
        expect([root, typeof ln]).toEqual([of_root, typeof of_ln]);
        if (of_ln !== null) expect(ln).toBeCloseTo(of_ln, 12);
      });
    });

    test('text128 writes digits, without a point or an exponent', async () => {
      expect(
        await overPairs('int128(a) * int128(b) * 1000000', [
          [2n ** 62n, 86_400_000n],
          [-1n, 7n],
        ]),
      ).toEqual([2n ** 62n * 86_400_000n * 10n ** 6n, -7n * 10n ** 6n]);
    });

    test('instant and epoch_ms are each other backwards', async () => {
      expect(
        await overPairs('epoch_ms(instant(a))', [
          [0n, 1n],
          [BigInt(AT_MS), 1n],
          [-1n, 1n],
        ]),
      ).toEqual([0n, BigInt(AT_MS), -1n]);
    });

    test('hash256 is a whole number below 256 from the MD5 of a text, the same in every engine', async () => {
      // The first bytes of md5('') = d41d…, md5('a') = 0cc1… and md5('é') = 66dd….
      const rows = await held.warehouse.read((s) =>
        s.query(
          "select hash256(x) as h from (select '' as x union all select 'a' as x union all select 'é' as x) t order by h",
        ),
      );
      expect(rows.map(({ h }) => Number(h))).toEqual([0x0c, 0x66, 0xd4].sort((a, b) => a - b));
    });

    test('bits keeps the bits of the mask', async () => {
      expect(
        await overPairs('bits(a, b)', [
          [15n, 5n],
          [8n, 7n],
          [6n, 2n],
          [0n, 15n],
        ]),
      ).toEqual([5n, 0n, 2n, 0n]);
    });

    test('count_where counts the rows for which it holds; unknown does not hold', async () => {
      await held.warehouse.read(async (s) => {
        await s.relation('votes', [int64('x')], [{ x: 1 }, { x: 2 }, { x: null }]);
        expect(await s.query('select count_where(x > 1) as more, count_where(x > 9) as none from votes')).toEqual([
          { more: 1n, none: 0n },
        ]);
      });
    });

    test('same holds for two equal values and for two missing ones', async () => {
      await held.warehouse.read(async (s) => {
        await s.relation(
          'couples',
          [int64('i'), text('a'), text('b')],
          [
            { i: 1, a: 'x', b: 'x' },
            { i: 2, a: null, b: null },
            { i: 3, a: 'x', b: null },
            { i: 4, a: null, b: '' },
          ],
        );
        expect(await s.query('select i from couples where same(a, b) order by i')).toEqual([{ i: 1n }, { i: 2n }]);
        expect(await s.query('select i from couples where not same(a, b) order by i')).toEqual([{ i: 3n }, { i: 4n }]);
      });
    });

    test('json_text reads a string of an object; a missing key and a missing object are null', async () => {
      const texts = [
        '{"country":"DE"}',
        '{"country":"it\'s \\"here\\""}',
        '{"country":"é👍"}',
        '{"city":"x"}',
        '{}',
        null,
      ];
      await held.warehouse.read(async (s) => {
        await s.relation(
          'places',
          [int64('i'), text('place')],
          texts.map((place, i) => ({ i, place })),
        );
        const rows = await s.query("select json_text(place, 'country') as country from places order by i");
        expect(rows.map((row) => row['country'])).toEqual(['DE', 'it\'s "here"', 'é👍', null, null, null]);
      });
    });

    test('chr is the character of a code, also one that no id can hold', async () => {
      const [row] = await held.warehouse.read((s) => s.query("select concat('a', chr(0), 'b', chr(65)) as joined"));
      expect(row!['joined']).toBe('a\0bA');
    });

    test('joined_texts joins the texts of a group in order of their bytes, without nulls', async () => {
      const [row] = await held.warehouse.read((s) =>
        s.query(
          "select joined_texts(x, ' + ') as joined from (select 'b' as x union all select 'a' as x union all select 'B' as x union all select case when 1 = 2 then 'z' end as x) t",
        ),
      );
      expect(row!['joined']).toBe('B + a + b');
    });

    test('lag is the row before, and null for the first, of a column that cannot be null too', async () => {
      await held.warehouse.read(async (s) => {
        await s.relation(
          'visits',
          [
            { name: 'person', type: 'text', nullable: false },
            { name: 'at_ms', type: 'int64', nullable: false },
          ],
          [
            { person: 'a', at_ms: 5 },
            { person: 'a', at_ms: 7 },
            { person: 'b', at_ms: 6 },
          ],
        );
        const rows = await s.query(
          'select lag(at_ms) over (partition by person order by at_ms) as before_ms, lag(person) over w as before from visits window w as (partition by person order by at_ms) order by person, at_ms',
        );
        expect(rows).toEqual([
          { before_ms: null, before: null },
          { before_ms: 5n, before: 'a' },
          { before_ms: null, before: null },
        ]);
      });
    });

    test('can stand in the arguments of another, and not in a text', async () => {
      expect(await overPairs('idiv(floor_div(a, b), int64(2)) + idiv(b, 1)', [[-7n, 2n]])).toEqual([0n]);
      const [row] = await held.warehouse.read((s) => s.query("select 'idiv(1, 2)' as said"));
      expect(row!['said']).toBe('idiv(1, 2)');
    });
  });
}
