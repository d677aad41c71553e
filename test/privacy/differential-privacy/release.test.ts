/** Answers with noise: what one person can change in them, and which groups they show. */
import { describe, expect, test } from 'vitest';
import { boundsOf } from '../../../src/privacy/differential-privacy/bounds.ts';
import {
  type ExactGroup,
  noisePlan,
  release,
  type Sums,
  thresholdOf,
} from '../../../src/privacy/differential-privacy/release.ts';
import { NO_NOISE, seededIntegers } from '../../support/noise.ts';
import { DEEP } from '../../support/tier.ts';

const BOUNDS = boundsOf('test', { conversions_per_person: 1, revenue_per_person: '4', groups_per_person: 1 });
const group = (name: string, persons: number, conversions: number, micros: number): ExactGroup => ({
  keys: [name],
  sums: { persons: BigInt(persons), conversions: BigInt(conversions), revenue: BigInt(micros) },
});
const EMAIL = [['email']];
const RUNS = DEEP ? 60_000 : 3_000;

/**
 * How often each outcome comes for two shops that differ in one person, and the largest ratio of outcomes that came often enough
 * to tell. The outcome of an answer is what `look` sees of it.
 */
async function largestRatio(
  shops: readonly [ExactGroup[], ExactGroup[]],
  epsilon_millis: number,
  look: (sums: Sums) => string,
): Promise<number> {
  const plan = noisePlan(epsilon_millis, BOUNDS, 1n);
  const random = seededIntegers(11);
  const counts: Array<Map<string, number>> = [];
  for (const shop of shops) {
    const seen = new Map<string, number>();
    for (let i = 0; i < RUNS; i++) {
      const { shown } = await release(shop, { closed: EMAIL, threshold: null, plan }, random);
      const outcome = look(shown[0]!.sums);
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
    }
    counts.push(seen);
  }
  const [a, b] = counts as [Map<string, number>, Map<string, number>];
  let largest = 0;
  for (const [outcome, n] of a) {
    const m = b.get(outcome) ?? 0;
    // Three standard errors of the logarithm of a ratio of counts are granted to chance.
    if (Math.min(n, m) >= 100) largest = Math.max(largest, Math.abs(Math.log(n / m)) - 3 * Math.sqrt(1 / n + 1 / m));
  }
  return largest;
}

/** A shop with a person more than the other, who contributes all that the bounds allow. */
const WITH = [group('email', 11, 11, 44_000_000)];
const WITHOUT = [group('email', 10, 10, 40_000_000)];
const LOOKS: Record<string, (sums: Sums) => string> = {
  persons: ({ persons }) => String(persons),
  conversions: ({ conversions }) => String(conversions),
  revenue: ({ revenue }) => String(revenue / 2_000_000n),
  everything: ({ persons, conversions, revenue }) =>
    `${persons >= 11n} ${conversions >= 11n} ${revenue >= 42_000_000n}`,
};

describe('an attack that compares the answers with and without one person', () => {
  test.each(Object.keys(LOOKS))('learns no more from %s than epsilon allows', async (look) => {
    const epsilon = 1.5;
    expect(await largestRatio([WITH, WITHOUT], epsilon * 1_000, LOOKS[look]!)).toBeLessThanOrEqual(epsilon);
  });

  test('would be seen by this test: a person above the bounds is found out', async () => {
    // Twenty times the bound, as if nothing was cut.
    const unbounded = [group('email', 11, 11, 120_000_000)];
    expect(await largestRatio([unbounded, WITHOUT], 1_500, LOOKS['everything']!)).toBeGreaterThan(1.5);
  });

  test('has less to learn the smaller epsilon is', async () => {
    expect(await largestRatio([WITH, WITHOUT], 300, LOOKS['everything']!)).toBeLessThanOrEqual(0.3);
  });
});

describe('groups', () => {
  const plan = noisePlan(3_000, BOUNDS, 1n);
  const threshold = thresholdOf(plan, BOUNDS);

  test('that the question names are shown also where they have nobody, and others only from the threshold on', async () => {
    const shop = [group('email', 3, 3, 9), group('few', threshold - 1, 5, 5), group('many', threshold, 7, 70)];
    const { shown, left_out } = await release(shop, { closed: [['email'], ['sms']], threshold, plan }, NO_NOISE);
    expect(shown.map(({ keys, sums }) => [keys[0], ...Object.values(sums).map(Number)])).toEqual([
      ['many', threshold, 7, 70],
      ['email', 3, 3, 9],
      ['sms', 0, 0, 0],
    ]);
    expect(left_out).toBe(0);
  });

  test('are never shown where only one person made them, but with the chance delta', async () => {
    const loose = boundsOf('test', { groups_per_person: 1, min_persons: 1, delta: 0.001 });
    const own = noisePlan(3_000, loose, 1n);
    const at = thresholdOf(own, loose);
    const random = seededIntegers(12);
    const runs = RUNS * 3;
    let shown = 0;
    for (let i = 0; i < runs; i++) {
      const answer = await release([group('one', 1, 1, 1)], { closed: [], threshold: at, plan: own }, random);
      shown += answer.shown.length;
    }
    expect(shown).toBeLessThanOrEqual(runs * 0.001 + 4 * Math.sqrt(runs * 0.001));
  });

  test('have a threshold that grows as epsilon and delta fall, and is never below what is configured', () => {
    const at = (epsilon_millis: number, delta: number, min_persons = 1): number => {
      const bounds = boundsOf('test', { delta, min_persons });
      return thresholdOf(noisePlan(epsilon_millis, bounds, 1n), bounds);
    };
    expect(at(500, 1e-6)).toBeGreaterThan(at(2_000, 1e-6));
    expect(at(2_000, 1e-9)).toBeGreaterThan(at(2_000, 1e-6));
    expect(at(10_000, 1e-3, 50)).toBe(50);
  });

  test('come in an order that depends on the noisy figures alone', async () => {
    const shop = Array.from({ length: 40 }, (_, i) => group(`g${i}`, 500 + i, i, i * 1_000));
    const options = { closed: [], threshold, plan };
    const one = await release(shop, options, seededIntegers(13));
    const revenue = one.shown.map(({ sums }) => sums.revenue);
    expect(revenue).toEqual([...revenue].sort((a, b) => (a > b ? -1 : 1)));
  });
});
