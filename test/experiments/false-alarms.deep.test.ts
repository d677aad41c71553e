/** Experiments without any effect: chance alone looks like a difference about as often as the plan says, and less often at many looks. */
import { expect, test } from 'vitest';
import { falseAlarms, MANY_LOOKS, ONE_LOOK } from '../../src/experiments/false-alarms.ts';

test('a fixed interval leaves out 0 in 4 to 6 % of 2,000 experiments, an always-valid one at 100 looks in fewer than 5 %', () => {
  const alarms = falseAlarms({ runs: 2_000, people: 10_000, looks: 100, alpha: 0.05, first_share: 0.5, seed: 1 });
  for (const name of ONE_LOOK) {
    // Refunds are rare and skewed, so theirs is on the safe side.
    expect([name, alarms[name] >= (name === 'refunds' ? 0.03 : 0.04)]).toEqual([name, true]);
    expect([name, alarms[name] <= 0.06]).toEqual([name, true]);
  }
  for (const name of MANY_LOOKS.filter((one) => one.includes('always_valid')))
    expect([name, alarms[name] < 0.05]).toEqual([name, true]);
  expect(alarms.decided_conversion_rate).toBeLessThanOrEqual(0.06);
  // Why the always-valid one is there: a fixed interval that is looked at each day.
  expect(alarms.fixed_conversion_rate).toBeGreaterThan(0.2);
}, 120_000);

test('few people, a small holdout and few refunds give no more false alarms', () => {
  for (const [people, first_share, looks] of [
    [220, 0.5, 1],
    [500, 0.1, 1],
    [1_000, 0.1, 20],
    [3_000, 0.1, 1],
    [10_000, 0.01, 1],
  ] as const) {
    const alarms = falseAlarms({ runs: 2_000, people, looks, alpha: 0.05, first_share, seed: 1 });
    for (const name of ONE_LOOK) expect([people, name, alarms[name] <= 0.06]).toEqual([people, name, true]);
    for (const name of MANY_LOOKS.filter((one) => one.includes('always_valid')))
      expect([people, name, alarms[name] < 0.05]).toEqual([people, name, true]);
  }
}, 120_000);
