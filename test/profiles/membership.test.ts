import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeConfig } from '../../src/config.ts';
import { MS_PER_DAY } from '../../src/domain/time.ts';
import { Fifths, type PersonFigures, rfmClassOf, type Score, segmentsOf } from '../../src/profiles/membership.ts';

const SCORES: Score[] = [1, 2, 3, 4, 5];
const rulesOf = (rules: object) => makeConfig({ behavioural_segments: { shop: { rules } } }).behavioural_segments[0]!;
const NOW_MS = 1_000 * MS_PER_DAY;
const person = (rest: Partial<PersonFigures> = {}): PersonFigures => ({
  ...{
    orders: 2,
    first_ms: NOW_MS - 100 * MS_PER_DAY,
    last_ms: NOW_MS - 10 * MS_PER_DAY,
    micros: 50_000_000n,
    email_state: null,
  },
  ...rest,
});

describe('fifths', () => {
  test('give equal values equal scores, and higher values no lower ones', () => {
    const values = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(values, (numbers) => {
        const fifths = new Fifths(Float64Array.from(numbers));
        const sorted = numbers.toSorted((a, b) => a - b);
        const scores = sorted.map((value) => fifths.scoreOf(value));
        expect(scores).toEqual(scores.toSorted((a, b) => a - b));
        for (const [i, value] of sorted.entries()) {
          // The share of lower values, counted one by one.
          const lower = numbers.filter((other) => other < value).length / numbers.length;
          expect(scores[i]).toBe(Math.min(5, 1 + Math.floor(lower * 5 + 1e-12)));
        }
      }),
    );
  });

  test('are not moved by a few very large customers', () => {
    const small = Array.from({ length: 98 }, (_, i) => i + 1);
    const before = new Fifths(Float64Array.from([...small, 99, 100]));
    const after = new Fifths(Float64Array.from([...small, 1e9, 1e12]));
    for (const value of small) expect(after.scoreOf(value)).toBe(before.scoreOf(value));
  });
});

test('every combination of scores has exactly one class, and better scores are never called lost', () => {
  for (const recency of SCORES)
    for (const frequency of SCORES)
      for (const money of SCORES) {
        const name = rfmClassOf({ recency, frequency, money });
        if (recency === 5 && frequency === 5 && money === 5) expect(name).toBe('champions');
        if (name === 'lost' || name === 'fading') expect(recency).toBeLessThanOrEqual(2);
      }
});

describe('a rule', () => {
  test('holds if all of its conditions do', () => {
    const settings = rulesOf({
      big: { revenue_at_least: '50', orders_at_least: 2 },
      bigger: { revenue_at_least: '50.000001' },
      sleeping: { last_order_before_days: 9, last_order_within_days: 365 },
      fresh: { first_order_within_days: 99 },
      never: { orders_at_most: 0 },
      on_list: { email_state: ['engaged', 'lapsing'] },
    });
    const of = (one: PersonFigures) => segmentsOf(one, null, settings, NOW_MS);
    expect(of(person())).toEqual(['big', 'sleeping']);
    expect(of(person({ last_ms: NOW_MS - 9 * MS_PER_DAY, micros: 49_999_999n }))).toEqual([]);
    expect(of(person({ orders: 0, first_ms: null, last_ms: null, micros: 0n, email_state: 'lapsing' }))).toEqual([
      'email_lapsing',
      'never',
      'on_list',
    ]);
  });

  test.each([
    [{ rfm_mine: { orders_at_least: 1 } }, 'rules.rfm_mine'],
    [{ 'Big spenders': { orders_at_least: 1 } }, 'rules.Big spenders'],
    [{ all: {} }, 'rules.all'],
    [{ big: { revenue_at_least: 'much' } }, 'rules.big.revenue_at_least'],
    [{ on_list: { email_state: ['happy'] } }, 'email_state'],
  ])('that cannot be meant so is refused with its place: %j', (rules, place) => {
    expect(() => rulesOf(rules)).toThrow(place);
  });

  test('settings that would let assignments end before they are renewed are refused', () => {
    const settings = { every_hours: 48, expire_days: 3 };
    expect(() => makeConfig({ behavioural_segments: { shop: settings } })).toThrow('expire_days');
    expect(() => makeConfig({ behavioural_segments: { shop: { engaged_days: 90 } } })).toThrow('must grow');
  });
});
