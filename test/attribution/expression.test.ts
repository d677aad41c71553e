/** A custom model is arithmetic over a touch, and can be nothing else. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileExpression } from '../../src/attribution/expression.ts';
import type { Warehouse } from '../../src/warehouse/port.ts';
import type { Column, Row } from '../../src/warehouse/schema.ts';
import { openEmptyWarehouse } from '../support/engine.ts';

interface Touch {
  k: number;
  n: number;
  age_days: number;
  half_life_days: number;
  channel: string;
  touchpoint_type: string;
}

const TOUCHES: Touch[] = [
  { k: 1, n: 1, age_days: 0, half_life_days: 7, channel: 'email', touchpoint_type: 'email_click' },
  { k: 1, n: 4, age_days: 29.97, half_life_days: 7, channel: 'direct', touchpoint_type: 'direct_visit' },
  { k: 2, n: 4, age_days: 3.5, half_life_days: 3, channel: 'email', touchpoint_type: 'email_open' },
  { k: 1000, n: 1000, age_days: 1e-5, half_life_days: 0.5, channel: "O'Neil; drop", touchpoint_type: 'page_view' },
];
const COLUMNS: Column[] = [
  ...(['k', 'n'] as const).map((name): Column => ({ name, type: 'int64', nullable: false })),
  ...(['age_days', 'half_life_days'] as const).map((name): Column => ({ name, type: 'float64', nullable: false })),
  ...(['channel', 'touchpoint_type'] as const).map((name): Column => ({ name, type: 'text', nullable: false })),
];

let warehouse: Warehouse;
beforeAll(async () => {
  warehouse = await openEmptyWarehouse();
});
afterAll(() => warehouse.close());

/** The expression over every touch, as the warehouse computes it. */
async function weights(...expressions: string[]): Promise<number[][]> {
  return warehouse.read(async (s) => {
    await s.relation('touches', COLUMNS, TOUCHES.map((t, i) => ({ ...t, place: i })) as unknown as Row[]);
    const columns = expressions.map((text, i) => `${compileExpression(text).sql} as w${i}`);
    const rows = await s.query(`select ${columns.join(', ')} from touches order by n, k`);
    return expressions.map((_, i) => rows.map((row) => row[`w${i}`] as number));
  });
}
const BY_N_THEN_K = [...TOUCHES].sort((a, b) => a.n - b.n || a.k - b.k);

function refusal(text: string): string {
  try {
    return `became ${compileExpression(text).sql}`;
  } catch (error) {
    return (error as Error).message;
  }
}

describe('a weight expression', () => {
  const samples: Array<[string, (t: Touch) => number]> = [
    ['1', () => 1],
    ['1e3', () => 1_000],
    ['0.5', () => 0.5],
    ['k', (t) => t.k],
    ['n - k + 1', (t) => t.n - t.k + 1],
    ['1 - 2 - 3', () => -4],
    ['8 / 4 / 2', () => 1],
    ['2 + 3 * 4', () => 14],
    ['(2 + 3) * 4', () => 20],
    ['-k + 3', (t) => -t.k + 3],
    ['2 - -3', () => 5],
    ['k / n', (t) => t.k / t.n],
    ['pow(2, -age_days / half_life_days)', (t) => 2 ** (-t.age_days / t.half_life_days)],
    ['exp(-age_days)', (t) => Math.exp(-t.age_days)],
    ['sqrt(k) + ln(n + 1) + abs(1 - k)', (t) => Math.sqrt(t.k) + Math.log(t.n + 1) + Math.abs(1 - t.k)],
    [
      'least(k, 3) * greatest(n, 2) + floor(age_days)',
      (t) => Math.min(t.k, 3) * Math.max(t.n, 2) + Math.floor(t.age_days),
    ],
    ["case when channel = 'email' then 2 else 1 end", (t) => (t.channel === 'email' ? 2 : 1)],
    [
      "case when touchpoint_type <> 'email_open' then 2 else 0.25 end * 3",
      (t) => (t.touchpoint_type !== 'email_open' ? 2 : 0.25) * 3,
    ],
    [
      "CASE WHEN channel != 'email' AND NOT k = 1 OR n >= 1000 THEN 5 WHEN k < 2 THEN 7 ELSE 9 END",
      (t) => ((t.channel !== 'email' && t.k !== 1) || t.n >= 1000 ? 5 : t.k < 2 ? 7 : 9),
    ],
    ['case when not (k = 1 or k = n) then 1 else 0 end', (t) => (t.k === 1 || t.k === t.n ? 0 : 1)],
    ['case when case when k = 1 then 1 else 2 end = 1 then 10 else 20 end', (t) => (t.k === 1 ? 10 : 20)],
    ["case when 'a' = channel then 1 else 2 end", () => 2],
  ];

  test.each(samples)('%s means what it says', async (text, expected) => {
    const [found] = await weights(text);
    BY_N_THEN_K.forEach((touch, i) => {
      expect(found![i]).toBeCloseTo(expected(touch), 9);
    });
  });

  test('gives the same result as JavaScript, for any arithmetic', async () => {
    const leaf = fc.oneof(
      fc.integer({ min: 0, max: 50 }).map((i): [string, (t: Touch) => number] => [String(i), () => i]),
      fc
        .constantFrom('k', 'n', 'age_days', 'half_life_days')
        .map((name): [string, (t: Touch) => number] => [name, (t) => t[name as 'k']]),
    );
    type Node = [string, (t: Touch) => number];
    const { tree } = fc.letrec<{ tree: Node }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc
          .tuple(fc.constantFrom('+', '-', '*'), tie('tree'), tie('tree'))
          .map(
            ([op, [a, f], [b, g]]): Node => [
              `(${a} ${op} ${b})`,
              (t) => (op === '+' ? f(t) + g(t) : op === '-' ? f(t) - g(t) : f(t) * g(t)),
            ],
          ),
        tie('tree').map(([a, f]): Node => [`-${a}`, (t) => -f(t)]),
        fc
          .tuple(fc.constantFrom('least', 'greatest'), tie('tree'), tie('tree'))
          .map(
            ([name, [a, f], [b, g]]): Node => [
              `${name}(${a}, ${b})`,
              (t) => (name === 'least' ? Math.min(f(t), g(t)) : Math.max(f(t), g(t))),
            ],
          ),
        fc
          .tuple(fc.constantFrom('<', '<=', '>', '>='), tie('tree'), tie('tree'))
          .map(
            ([op, [a, f], [b, g]]): Node => [
              `case when ${a} ${op} ${b} then ${a} else 1 end`,
              (t) =>
                (op === '<' ? f(t) < g(t) : op === '<=' ? f(t) <= g(t) : op === '>' ? f(t) > g(t) : f(t) >= g(t))
                  ? f(t)
                  : 1,
            ],
          ),
      ),
    }));
    const nodes = fc.sample(
      tree.filter(([text]) => text.length < 500),
      { numRuns: 200, seed: 5 },
    );
    const found = await weights(...nodes.map(([text]) => text));
    nodes.forEach(([text, evaluate], i) => {
      BY_N_THEN_K.forEach((touch, j) => {
        const expected = evaluate(touch);
        expect(Math.abs(found[i]![j]! - expected), text).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(expected)));
      });
    });
  });

  test.each([
    ['', /ends too early at character 1 /],
    ['   ', /ends too early/],
    ['k +', /ends too early at character 4 /],
    ['k k', /unexpected "k" at character 3 /],
    ['(k', /expected \) at character 3 /],
    ['k)', /unexpected "\)" at character 2 /],
    ['pow(2)', /pow takes 2 arguments, got 1/],
    ['exp(1, 2)', /exp takes 1 argument, got 2/],
    ['case when k = 1 then 1 end', /expected else: every touch needs a weight/],
    ['case k when 1 then 1 else 2 end', /expected when/],
    ['channel', /must be a number/],
    ['k = 1', /must be a number/],
    ['channel = 1', /expected a text, got a number/],
    ["channel < 'x'", /text can only be compared with =, <> and !=/],
    ["k + 'x'", /expected a number, got a text/],
    ['case when k then 1 else 2 end', /expected a condition, got a number/],
    ["case when k = 1 then 'a' else 'b' end", /expected a number, got a text/],
    [
      'revenue * 2',
      /unknown name "revenue" \(names: k, n, age_days, half_life_days, channel, touchpoint_type; functions: pow/,
    ],
    ['1e999', /1e999 is more than a number can hold at character 1 /],
    ['k % 2', /expected a number, a name, a quoted text or an operator at character 3 /],
    ['2k', /unexpected "k"/],
    ['.5', /expected a number, a name/],
    ["'unclosed", /expected a number, a name/],
    ['a'.repeat(2_001), /is longer than 2000 characters/],
  ])('%s is refused with the place and the reason', (text, expected) => {
    expect(refusal(text)).toMatch(/^custom model: /);
    expect(refusal(text)).toMatch(expected);
    expect(refusal(text).length).toBeLessThan(600);
  });

  test.each([
    '1; drop table touchpoints',
    '(select 1)',
    '1 union select 1',
    '1 -- comment',
    '1 /* comment */',
    "read_text('/etc/passwd')",
    "getenv('HOME')",
    'touchpoint_id',
    'customer_id',
    '"k"',
    '`k`',
    '$k',
    '@k',
    'k::text',
    'k || n',
    "channel like '%'",
    "case when channel = 'a\\' or 1=1 --' then 1 else 0 end",
    'constructor',
    'toString(1)',
    '__proto__',
    'hasOwnProperty(k)',
    'k[1]',
    'k.n',
    'k\0',
    'k\u00a0+\u00a0ｋ',
    '1e9999',
    'sum(k)',
    'random()',
    'sleep(10)',
  ])('%j does not get through', (text) => {
    expect(refusal(text)).toMatch(/^custom model: /);
  });

  test('cannot smuggle SQL out of a quoted text', async () => {
    const text = "case when channel = 'O''Neil; drop' then 1 else 2 end";
    expect(refusal(text)).toMatch(/^custom model: /);
    const [found] = await weights("case when channel = '); drop table touchpoints; --' then 1 else 2 end");
    expect(found).toEqual([2, 2, 2, 2]);
    expect(compileExpression("case when channel = 'idiv(k, n)' then 1 else 2 end").sql).toContain("'idiv(k, n)'");
  });

  test('puts nothing but allowed words into the SQL, whatever is written in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'knage_dys0123.+-*/(),=\'<> ;"\\$casewhentln\n') }), (text) => {
        const said = refusal(text);
        if (said.startsWith('custom model: ')) return;
        const words =
          said
            .replace(/^became /, '')
            .replace(/'[^']*'/g, '')
            .match(/[A-Za-z_]\w*/g) ?? [];
        for (const word of words)
          expect([
            'float64',
            'k',
            'n',
            'age_days',
            'half_life_days',
            'channel',
            'touchpoint_type',
            'pow',
            'exp',
            'real_ln',
            'real_sqrt',
            'coalesce',
            'abs',
            'least',
            'greatest',
            'floor',
            'case',
            'when',
            'then',
            'else',
            'end',
            'and',
            'or',
            'not',
            'e',
            'E',
          ]).toContain(word.replace(/^[eE]\d+$/, 'e'));
        expect(said).not.toMatch(/[;"\\$]/);
      }),
      { numRuns: 3_000 },
    );
  });

  test('may be nested, and says so when it is nested too deeply', async () => {
    const nest = (depth: number): string => `${'('.repeat(depth)}k${')'.repeat(depth)}`;
    expect((await weights(nest(40)))[0]).toEqual(BY_N_THEN_K.map((t) => t.k));
    for (const text of [
      nest(900),
      '-'.repeat(1_900) + 'k',
      'case when not '.repeat(100),
      'not '.repeat(450) + 'k = 1',
      'abs('.repeat(400),
    ])
      expect(refusal(text)).toMatch(/^custom model: the expression is nested more than 50 levels deep|^custom model: /);
  });

  test('may be a long chain, and says so when engines could not take it', async () => {
    const chain = (terms: number): string => Array.from({ length: terms }, () => '1').join('+');
    expect((await weights(chain(299)))[0]).toEqual(BY_N_THEN_K.map(() => 299));
    const either = Array.from({ length: 140 }, () => 'k=n').join(' or ');
    expect((await weights(`case when ${either} then 1 else 0 end`))[0]).toEqual(
      BY_N_THEN_K.map(({ k, n }) => Number(k === n)),
    );
    expect(refusal(chain(990))).toContain('has more than 600 parts');
    expect(refusal(`case when ${'not '.repeat(60)}k = 1 then 1 else 0 end`)).toContain(
      'nested more than 50 levels deep',
    );
  });

  test.each([
    'sqrt(-1 - k)',
    'sqrt(sqrt(0 - k))',
    'ln(k - k)',
    'exp(ln(k - k))',
    'ln(0 - k) * 0',
    '1 / (k - k)',
    '0 / (k - k)',
    'exp(1000 * n)',
    'pow(10 * n, 400)',
    'pow(0 - 8, 0.5)',
    '1e300 * 1e300 * k',
  ])('%s has no finite value, and is an answer all the same, so that the report can name the touch', async (text) => {
    for (const weight of (await weights(text))[0]!) expect(Number.isFinite(weight)).toBe(false);
  });

  test('that has no value does not meet a condition, on every engine', async () => {
    const [found] = await weights('case when sqrt(0 - k) > 1 then 1 when not sqrt(0 - k) > 1 then 2 else 3 end');
    expect(found).toEqual(BY_N_THEN_K.map(() => 3));
  });

  test.each(['sqrt', 'ln', 'abs', 'exp', '-', 'not '])('may nest %s as deeply as the limit allows', async (word) => {
    const deep = (levels: number): string =>
      word === 'not '
        ? `case when ${word.repeat(levels)}k = 1 then 1 else 0 end`
        : word === '-'
          ? `${word.repeat(levels)}k`
          : `${`${word}(`.repeat(levels)}k${')'.repeat(levels)}`;
    const levels = [...Array(60).keys()].findLast((n) => refusal(deep(n)).startsWith('became '))!;
    expect(levels).toBeGreaterThan(40);
    expect((await weights(deep(levels)))[0]).toHaveLength(BY_N_THEN_K.length);
  });
});
