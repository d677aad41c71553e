/** A weight in memory and in the engine: as far apart as its bound allows, and the same where the bound is zero. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileExpression } from '../../src/attribution/expression.ts';
import type { TouchValues } from '../../src/attribution/expression-values.ts';
import type { Warehouse } from '../../src/warehouse/port.ts';
import type { Column } from '../../src/warehouse/schema.ts';
import { openEmptyWarehouse } from '../support/engine.ts';
import { expressions } from '../support/expressions.ts';
import { runsOf } from '../support/tier.ts';

const COLUMNS: Column[] = [
  ...(['place', 'k', 'n'] as const).map((name): Column => ({ name, type: 'int64', nullable: false })),
  ...(['age_days', 'half_life_days'] as const).map((name): Column => ({ name, type: 'float64', nullable: false })),
  ...(['channel', 'touchpoint_type'] as const).map((name): Column => ({ name, type: 'text', nullable: false })),
];

const TOUCHES = Array.from({ length: 200 }, (_, place) => ({
  place,
  k: 1 + (place % 7),
  n: 1 + (place % 7) + (place % 5),
  age_days: (place * place * 1_234_567) / 86_400_000,
  half_life_days: [7, 0.1, 3.3, 1 / 3][place % 4]!,
  channel: ['email', 'direct'][place % 2]!,
  touchpoint_type: ['email_click', 'page_view', 'email_open'][place % 3]!,
}));

let warehouse: Warehouse;
beforeAll(async () => {
  warehouse = await openEmptyWarehouse();
});
afterAll(() => warehouse.close());

/** The weights of all touches in the engine; NaN where there is none. */
function inEngine(text: string): Promise<number[]> {
  return warehouse.read(async (s) => {
    await s.relation('touches', COLUMNS, TOUCHES);
    const found: number[] = [];
    const sql = `select float64(place) as place, case when coalesce(w > -2e300 and w < 2e300, 1 = 0) then w end as w
      from (select place, ${compileExpression(text).sql} as w from touches) weighed`;
    await s.columns(sql, {}, ({ rows, cells }) => {
      for (let i = 0; i < rows; i++) found[cells[0]![i] as number] = (cells[1]![i] as number | null) ?? Number.NaN;
    });
    return found;
  });
}

/** The same in memory, with the bounds. */
function inMemory(text: string): TouchValues[] & { values: number[] } {
  const { of } = compileExpression(text);
  const values: number[] = [];
  const touches = TOUCHES.map(({ k, n, age_days, half_life_days, channel, touchpoint_type }) => {
    const texts = { channel, touchpoint_type };
    const touch: TouchValues = { k, n, age_days, texts, settings: { half_life_days }, error: 0, is_open: false };
    values.push(of(touch));
    return touch;
  });
  return Object.assign(touches, { values });
}

async function compare(text: string): Promise<{ decided: number; exact: number }> {
  const there = await inEngine(text);
  const here = inMemory(text);
  let [decided, exact] = [0, 0];
  for (const [i, { error, is_open }] of here.entries()) {
    if (is_open || Math.abs(here.values[i]!) > 1e300) continue;
    decided += 1;
    if (error === 0) {
      exact += 1;
      // Zeros of both signs are one weight.
      expect(here.values[i]! + 0, `${text} for touch ${i}`).toBe(there[i]! + 0);
    } else expect(Math.abs(here.values[i]! - there[i]!), `${text} for touch ${i}`).toBeLessThanOrEqual(error);
  }
  return { decided, exact };
}

describe('a weight in memory', () => {
  test.each([
    'pow(0.5, age_days / half_life_days)',
    'pow(age_days, 1 / 3)',
    'pow(age_days + 1, -n)',
    'exp(-age_days / 100)',
    'exp(k / n) - exp(1)',
    'ln(age_days + 1) * 3',
    'ln(1 + k / 1000000)',
    'sqrt(ln(2 + age_days)) / exp(-k)',
    'sqrt(age_days) * half_life_days',
  ])('of %s is as near to that of the engine as its bound says', async (text) => {
    const { decided } = await compare(text);
    expect(decided).toBeGreaterThan(TOUCHES.length / 2);
  });

  test.each([
    "case when channel = 'email' and not k = n then 2 else 0.1 end * half_life_days",
    'k / n + age_days / half_life_days - floor(age_days)',
    'greatest(sqrt(k), least(age_days, 2.5)) / 3',
    "case when touchpoint_type <> 'page_view' or age_days >= 7 then abs(-k) else 1e-3 end",
    '1.5e-7 * 0.123456789012345 + 0.0000000000000000001 + 123456789.012345',
  ])('of %s is exactly that of the engine', async (text) => {
    expect((await compare(text)).exact).toBe(TOUCHES.length);
  });

  test.each(['1 / (k - k)', 'ln(-k)', 'sqrt(0 - n)', 'exp(1000 * k)', '0.1234567890123456'])(
    'of %s is left to the engine',
    (text) => {
      expect(inMemory(text).every(({ is_open }) => is_open)).toBe(true);
    },
  );

  test('of any expression', async () => {
    let decided = 0;
    await fc.assert(
      fc.asyncProperty(expressions, async (text) => {
        decided += (await compare(text)).decided;
      }),
      { numRuns: runsOf('TRIBUTARY_EXPRESSION_RUNS', 60, 2_000) },
    );
    expect(decided).toBeGreaterThan(1_000);
  });
});
