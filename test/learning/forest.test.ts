import { describe, expect, test } from 'vitest';
import { FOREST_DEFAULTS, type ForestSettings, fitForest } from '../../src/learning/forest.ts';
import { selectRows } from '../../src/learning/table.ts';
import { columnOf, predictRows } from './rows.ts';
import { filled, meanLogLoss, rmse, smallWorld } from './small-world.ts';

const { train, test: held } = smallWorld();

const settings = (more: Partial<ForestSettings>): ForestSettings => ({
  ...FOREST_DEFAULTS,
  predicts: 'value',
  trees: 20,
  depth: 8,
  seed: 1,
  ...more,
});

describe('a forest', () => {
  test('is as good as that of scikit-learn, within a fiftieth', () => {
    // RandomForestClassifier and RandomForestRegressor(n_estimators=200, max_depth=8, max_features='sqrt'), gaps filled with
    // -9. Draws differ, so means of five seeds are compared: log loss 0.5633 to 0.5675 and RMSE 5.060 to 5.087 between seeds.
    const like = { trees: 200, min_child_weight: 1 };
    const [seen, asked] = [filled(train.table, -9), filled(held.table, -9)];
    const p = predictRows(fitForest(seen, train.answer, settings({ ...like, predicts: 'probability' })), asked);
    expect(Math.abs(meanLogLoss(held.answer, p) / 0.5648720202986723 - 1)).toBeLessThan(0.02);
    const value = predictRows(fitForest(seen, train.value, settings(like)), asked);
    expect(Math.abs(rmse(held.value, value) / 5.075312725729063 - 1)).toBeLessThan(0.02);
  });

  test('is the same to the last bit when fitted again, and another from another seed', () => {
    const first = JSON.stringify(fitForest(train.table, train.value, settings({})));
    expect(JSON.stringify(fitForest(train.table, train.value, settings({})))).toBe(first);
    expect(fitForest(train.table, train.value, settings({ seed: 2 })).trees[0]).not.toEqual(JSON.parse(first).trees[0]);
  });

  test('begins with the trees of a smaller forest of the same seed', () => {
    const whole = fitForest(train.table, train.value, settings({}));
    expect(fitForest(train.table, train.value, settings({ trees: 3 })).trees).toEqual(whole.trees.slice(0, 3));
  });

  test('does not change when a feature is bent without changing its order', () => {
    const bent = selectRows(train.table, [...train.answer.keys()]);
    for (const column of bent.columns) column.set(column.map((x) => Math.exp(x / 50) * 7 - 3));
    expect(predictRows(fitForest(bent, train.value, settings({})), bent)).toEqual(
      predictRows(fitForest(train.table, train.value, settings({})), train.table),
    );
  });

  test('learns from gaps, where filling them would hide what they mean', () => {
    const known = Array.from({ length: 400 }, (_, row) => row % 4);
    const gaps = columnOf(known.map((x) => (x === 2 ? Number.NaN : x)));
    const model = fitForest(
      gaps,
      known.map((x) => (x === 2 ? 1 : 0)),
      settings({ predicts: 'probability' }),
    );
    expect([...predictRows(model, columnOf([0, 1, Number.NaN, 3]))]).toEqual([0, 0, 1, 0]);
  });

  test('leaves out rows of no weight', () => {
    const weights = train.value.map((_, row) => row % 2);
    const noisy = train.value.map((value, row) => (row % 2 === 0 ? 1e6 : value));
    const clean = train.value.map((value, row) => (row % 2 === 0 ? 0 : value));
    const predicted = [noisy, clean].map((target) =>
      predictRows(fitForest(train.table, target, settings({}), weights), held.table),
    );
    expect(predicted[0]).toEqual(predicted[1]);
  });

  test('learns from little: one row, one value, one target', () => {
    expect([...predictRows(fitForest(columnOf([4]), [7], settings({})), columnOf([4, Number.NaN]))]).toEqual([7, 7]);
    const same = predictRows(
      fitForest(columnOf([4, 4, 4]), [1, 2, 3], settings({ min_child_weight: 1 })),
      columnOf([4]),
    );
    expect(same[0]).toBeGreaterThan(1);
    expect(same[0]).toBeLessThan(3);
    const constant = fitForest(train.table, new Float64Array(train.table.rows).fill(0.1), settings({}));
    expect(constant.trees.every((tree) => tree.feature.length === 1)).toBe(true);
  });
});
