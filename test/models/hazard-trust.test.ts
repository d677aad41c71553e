/** How far a fit of the hazard can be trusted: its gate and its intervals. */
import { describe, expect, test } from 'vitest';
import { diagnoseHazard, type HazardDiagnostics } from '../../src/models/hazard/diagnostics.ts';
import { workHazard } from '../../src/models/hazard/fit.ts';
import { judgeHazard } from '../../src/models/hazard/gate.ts';
import { intentLoadings } from '../../src/models/hazard/intent.ts';
import { hazardIntervals } from '../../src/models/hazard/intervals.ts';
import { mirrored } from '../../src/models/hazard/mirror.ts';
import { peopleLeave } from '../../src/models/hazard/risk-sets.ts';
import { eValue } from '../../src/models/hazard/sensitivity.ts';
import { channelTotals } from '../../src/models/hazard/totals.ts';
import { hazardWorld, WORKING } from './hazard-world.ts';

const histories = hazardWorld(WORKING);
const { fit, work } = workHazard(histories);
const diagnostics = diagnoseHazard(fit, work, histories);

describe('diagnostics', () => {
  test('say how much there was to learn from and how it did on people and times it had not seen', () => {
    expect(diagnostics.orders).toBe(fit.orders);
    expect(diagnostics.exposed_cases.map(({ channel }) => channel)).toEqual(['email', 'search', 'display']);
    expect(diagnostics.held_out!.log_loss).toBeLessThan(diagnostics.held_out!.base_log_loss);
    expect(diagnostics.held_out!.auc).toBeGreaterThan(0.6);
    expect(diagnostics.placebo_incremental_fraction).toBeLessThan(0.08);
    expect(diagnostics.share_difference_of_halves).toBeLessThan(0.15);
  });

  test('are the same every time', () => {
    expect(diagnoseHazard(fit, work, histories)).toEqual(diagnostics);
  });
});

describe('the gate', () => {
  const good: HazardDiagnostics = {
    ...diagnostics,
    orders: 2_000,
    cases_per_parameter: 60,
    exposed_cases: [{ channel: 'email', cases: 400 }],
    held_out: { ...diagnostics.held_out!, calibration_slope: 1 },
  };

  test('lets a fit through that has enough of everything', () => {
    expect(judgeHazard(good).passed).toBe(true);
  });

  test.each<[string, Partial<HazardDiagnostics>, string]>([
    ['conversions', { orders: 940 }, 'Only 940 conversions in the period; at least 1000 are needed.'],
    [
      'conversions_per_parameter',
      { cases_per_parameter: 11.27 },
      'Only 11.27 conversions for each effective parameter; at least 20 are needed.',
    ],
    [
      'exposed_cases',
      { exposed_cases: [] },
      'Only 0 conversions exposed to the rarest channel that is fitted by itself; at least 100 are needed.',
    ],
    [
      'placebo_incremental_fraction',
      { placebo_incremental_fraction: 0.12 },
      'The incremental part claimed where touches are shuffled is 0.12; it has to be below 0.08.',
    ],
    [
      'chance_of_effects',
      { chance_of_effects: 0.3114 },
      'The chance that touches have an effect at all is 0.3114; at least 0.99 is needed.',
    ],
    [
      'mirrored_incremental_low',
      { mirrored_incremental_fraction: 0.2, mirrored_incremental_low: 0.07, incremental_fraction: 0.3 },
      'The incremental part claimed for touches after an order, which cannot have caused it, is at least 0.07; it has to be below 0.03.',
    ],
    [
      'mirrored_part_of_claim',
      { mirrored_incremental_fraction: 0.15, mirrored_incremental_low: 0.01, incremental_fraction: 0.3 },
      'What is claimed for touches after an order, which cannot have caused it, is 0.5 of what is claimed for touches before it; it has to be below 0.4. So much of the claim may be intent.',
    ],
    ['held_out_log_loss', { held_out: null }, 'There is no held-out log loss: no orders are left to hold out.'],
  ])('refuses over %s, and names the number', (check, change, message) => {
    const { passed, checks } = judgeHazard({ ...good, ...change });
    expect(passed).toBe(false);
    expect(checks.find((one) => one.check === check)).toMatchObject({ passed: false, message });
  });

  test('does not ask about touches after orders where orders bring touches: intent cannot bring more after than before', () => {
    const tracked = { mirrored_incremental_fraction: 0.5, mirrored_incremental_low: 0.4, incremental_fraction: 0.3 };
    expect(judgeHazard({ ...good, ...tracked }).passed).toBe(true);
  });

  test('asks where about as much is claimed after orders as before them: that is what unseen intent looks like', () => {
    const alike = { mirrored_incremental_fraction: 0.11, mirrored_incremental_low: 0.01, incremental_fraction: 0.1 };
    const { passed, checks } = judgeHazard({ ...good, ...alike });
    expect(passed).toBe(false);
    expect(checks.find(({ check }) => check === 'mirrored_part_of_claim')).toMatchObject({ passed: false });
  });

  test('refuses a model that is worse than the overall rate, or too sure of itself', () => {
    const bad = { ...good.held_out!, log_loss: 0.4, base_log_loss: 0.35, calibration_slope: 0.3 };
    const failed = judgeHazard({ ...good, held_out: bad }).checks.filter(({ passed }) => !passed);
    expect(failed.map(({ check }) => check)).toEqual(['held_out_log_loss', 'calibration_slope']);
  });
});

test('a segment that everybody is in changes nothing', () => {
  const everybody = { ...histories, segments: ['everybody', ...histories.segments] };
  const people = histories.first_ms.length;
  // Each person is in it, and in their own segment.
  const both = {
    ...everybody,
    segment_offsets: Uint32Array.from({ length: people + 1 }, (_, p) => 2 * p),
    segment_code: Uint16Array.from({ length: 2 * people }, (_, i) =>
      i % 2 === 0 ? 0 : 1 + histories.segment_code[(i - 1) / 2]!,
    ),
    segment_from_ms: new Float64Array(2 * people),
    segment_until_ms: new Float64Array(2 * people).fill(Number.POSITIVE_INFINITY),
  };
  const claimed = channelTotals(workHazard(both).fit, both);
  const before = channelTotals(fit, histories);
  expect(claimed.incremental_fraction).toBeCloseTo(before.incremental_fraction, 4);
  for (const [i, { share }] of claimed.channels.entries()) expect(share).toBeCloseTo(before.channels[i]!.share, 4);
});

describe('time running backwards', () => {
  test('keeps every touch and order of a person, in order of the new time', () => {
    const back = mirrored(histories);
    for (let p = 0; p < 50; p++) {
      const [from, to] = [histories.touch_offsets[p]!, histories.touch_offsets[p + 1]!];
      const forwards = Array.from({ length: to - from }, (_, i) => [
        histories.touch_ms[from + i],
        histories.touch_state[from + i],
      ]);
      const backwards = Array.from({ length: to - from }, (_, i) => [
        -back.touch_ms[from + i]!,
        back.touch_state[from + i],
      ]);
      expect(backwards.reverse()).toEqual(forwards);
      expect(Array.from(back.touch_ms.subarray(from, to)).every((at, i, all) => i === 0 || all[i - 1]! <= at)).toBe(
        true,
      );
    }
  });

  test('leaves next to nothing to claim: no touch causes an order before it', () => {
    expect(diagnostics.mirrored_incremental_low).toBeLessThan(0.03);
  });
});

test('the E-value of a claim is that of the published example: a rate ratio of 3.9 needs 7.26', () => {
  expect(eValue(1 - 1 / 3.9)).toBeCloseTo(7.26, 2);
  expect(eValue(0)).toBe(1);
  expect(eValue(1)).toBeNull();
});

describe('intervals', () => {
  const intervals = hazardIntervals(fit, work, histories, { seed: 1, draws: 100, level: 0.9 })!;

  test('hold the estimate and the truth, and are the same every time', () => {
    const totals = channelTotals(fit, histories);
    expect(intervals.incremental_fraction.low).toBeLessThan(totals.incremental_fraction);
    expect(intervals.incremental_fraction.high).toBeGreaterThan(totals.incremental_fraction);
    const display = intervals.groups[2]!;
    expect(display.group).toBe('display');
    expect(display.share.low).toBe(0);
    for (const { share } of intervals.groups) expect(share.high - share.low).toBeLessThan(0.4);
    expect(hazardIntervals(fit, work, histories, { seed: 1, draws: 100, level: 0.9 })).toEqual(intervals);
  });

  test('are absent for families that have none', () => {
    const additive = workHazard(histories, { family: 'additive' });
    expect(hazardIntervals(additive.fit, additive.work, histories, { seed: 1, draws: 2, level: 0.9 })).toBeNull();
  });
});

describe('signs of intent', () => {
  const counted = { histories, groups: 3, group_of: [0, 1, 2], guard_ms: 1_800_000, people_leave: false };

  test('are not seen where people are merely touched more than others', () => {
    for (const loading of intentLoadings(counted)) expect(loading).toBeLessThan(0.1);
  });

  test('are seen where two channels come together, whichever is first', () => {
    // Every search gets a display touch two hours before or after it, by turns.
    const touch_ms = histories.touch_ms.slice();
    const touch_state = histories.touch_state.slice();
    for (let p = 0; p + 1 < histories.touch_offsets.length; p++) {
      const [from, to] = [histories.touch_offsets[p]!, histories.touch_offsets[p + 1]!];
      for (let i = from; i + 1 < to; i += 2) {
        touch_ms[i + 1] = touch_ms[i]! + 7_200_000;
        touch_state[i] = (i >> 1) % 2 === 0 ? 1 : 2;
        touch_state[i + 1] = (i >> 1) % 2 === 0 ? 2 : 1;
      }
    }
    const [email, search, display] = intentLoadings({ ...counted, histories: { ...histories, touch_ms, touch_state } });
    expect(search).toBeGreaterThan(0.5);
    expect(display).toBeGreaterThan(0.5);
    expect(email).toBeLessThan(0.1);
  });
});

test('people who hardly ever order again count as gone after their first order', () => {
  expect(peopleLeave(histories)).toBe(false);
  const once = histories.order_offsets.map((offset) => offset);
  const kept: number[] = [];
  for (let p = 0; p + 1 < once.length; p++) {
    if (histories.order_offsets[p]! < histories.order_offsets[p + 1]!)
      kept.push(histories.order_ms[histories.order_offsets[p]!]!);
    once[p + 1] = kept.length;
  }
  expect(peopleLeave({ ...histories, order_offsets: once, order_ms: Float64Array.from(kept) })).toBe(true);
});
