/** How good predictions are, against figures worked out by hand. */
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/domain/random.ts';
import { qualityOf } from '../../src/learning/metrics.ts';

describe('the quality of predictions', () => {
  test('is what one works out by hand for a small case', () => {
    const quality = qualityOf(Float64Array.of(0.9, 0.6, 0.6, 0.2), [1, 1, 0, 0]);
    expect(quality.log_loss).toBeCloseTo(-(Math.log(0.9) + Math.log(0.6) + Math.log(0.4) + Math.log(0.8)) / 4, 12);
    expect(quality.base_log_loss).toBeCloseTo(Math.log(2), 12);
    // Of four pairs three are in order and one is a tie.
    expect(quality.auc).toBeCloseTo(3.5 / 4, 12);
    expect(quality.rows).toBe(4);
  });

  test('calls good predictions calibrated, and too extreme ones too extreme', () => {
    const random = new Random(3, 'calibration test');
    const log_odds = Float64Array.from({ length: 20_000 }, () => random.normal(-1, 1));
    const outcome = log_odds.map((eta) => (random.chance(1 / (1 + Math.exp(-eta))) ? 1 : 0));
    const honest = qualityOf(
      log_odds.map((eta) => 1 / (1 + Math.exp(-eta))),
      outcome,
    );
    expect(honest.calibration_slope).toBeCloseTo(1, 1);
    expect(honest.calibration_intercept).toBeCloseTo(0, 1);
    expect(honest.expected_calibration_error).toBeLessThan(0.015);
    expect(honest.log_loss).toBeLessThan(honest.base_log_loss);
    const extreme = qualityOf(
      log_odds.map((eta) => 1 / (1 + Math.exp(-2 * eta))),
      outcome,
    );
    expect(extreme.calibration_slope).toBeCloseTo(0.5, 1);
    expect(extreme.expected_calibration_error).toBeGreaterThan(honest.expected_calibration_error);
    expect(extreme.auc).toBeCloseTo(honest.auc!, 12);
  });

  test('lists tenths of the predictions, ascending, that hold every row', () => {
    const predicted = Float64Array.from({ length: 25 }, (_, i) => ((i * 7) % 25) / 25);
    const { deciles } = qualityOf(
      predicted,
      [...predicted].map((p) => (p > 0.5 ? 1 : 0)),
    );
    expect(deciles.map(({ rows }) => rows)).toEqual([2, 3, 2, 3, 2, 3, 2, 3, 2, 3]);
    expect(deciles.at(-1)!.observed).toBe(1);
    expect(deciles[0]!.observed).toBe(0);
  });

  test('is null where all outcomes are equal', () => {
    const quality = qualityOf(Float64Array.of(0.5, 0.5), [1, 1]);
    expect([quality.auc, quality.calibration_slope, quality.calibration_intercept]).toEqual([null, null, null]);
    expect(qualityOf(new Float64Array(0), []).log_loss).toBe(0);
  });
});
