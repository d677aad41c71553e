/** The regression of PIE: its left-out predictions are those of fits without each row. */
import { expect, test } from 'vitest';
import { Random } from '../../src/domain/random.ts';
import { fitRidge, predictRidge } from '../../src/learning/ridge.ts';

const random = new Random(3, 'ridge');
const ROWS = Array.from({ length: 30 }, () => [random.normal(0, 1), random.normal(5, 2), 1]);
const WEIGHTS = ROWS.map(() => random.between(0.5, 2));

test('a plain line is found, and a feature that never changes has no say', () => {
  const fit = fitRidge(
    ROWS,
    ROWS.map(([a, b]) => 2 + 3 * a! - 0.5 * b!),
    WEIGHTS,
  );
  expect(fit.penalty).toBe(0.003);
  expect(predictRidge(fit, [1, 4, 1])).toBeCloseTo(3, 1);
  expect(predictRidge(fit, [1, 4, 99])).toBe(predictRidge(fit, [1, 4, 1]));
});

test('where the features say nothing, the prediction is about the mean', () => {
  const target = ROWS.map(() => random.normal(7, 1));
  const fit = fitRidge(ROWS, target, WEIGHTS);
  const mean = target.reduce((sum, y, i) => sum + y * WEIGHTS[i]!, 0) / WEIGHTS.reduce((a, b) => a + b);
  expect(fit.center).toBeCloseTo(mean, 9);
  expect(fit.penalty).toBeGreaterThan(0.05);
});

test('the left-out prediction of a row does not know its target', () => {
  const target = ROWS.map(([a], i) => a! + (i % 3));
  const changed = target.map((y, i) => (i === 4 ? y + 0.01 : y));
  const [before, after] = [fitRidge(ROWS, target, WEIGHTS), fitRidge(ROWS, changed, WEIGHTS)];
  expect(after.penalty).toBe(before.penalty);
  expect(after.left_out[4]).toBeCloseTo(before.left_out[4]!, 9);
  expect(after.left_out[5]).not.toBe(before.left_out[5]);
});
