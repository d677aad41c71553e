import { describe, expect, test } from 'vitest';
import { BOOSTING_DEFAULTS, type BoostingSettings, fitBoosting } from '../../src/learning/boosting.ts';
import { selectRows } from '../../src/learning/table.ts';
import { at, columnOf, predictRows, shuffled } from './rows.ts';
import { meanLogLoss, rmse, smallWorld } from './small-world.ts';

const { train, test: held } = smallWorld();

const settings = (more: Partial<BoostingSettings>): BoostingSettings => ({
  ...BOOSTING_DEFAULTS,
  loss: 'squared',
  trees: 60,
  seed: 1,
  ...more,
});

describe('boosted trees agree with scikit-learn', () => {
  // HistGradientBoostingClassifier(max_depth=4, max_leaf_nodes=12, min_samples_leaf=1) and HistGradientBoostingRegressor(
  // max_leaf_nodes=15, min_samples_leaf=20), both with l2_regularization=1, early_stopping=False and as said below.
  const yes_or_no = { loss: 'logistic', depth: 4, leaves: 12, min_child_weight: 0.001 } as const;
  const real = { depth: 99, leaves: 15, min_child_weight: 20 };

  test('to the precision of its 32-bit gradients, tree by tree', () => {
    // max_iter=10, learning_rate=.3: held-out log loss, root mean squared error, and the first predictions
    const ten = { trees: 10, learning_rate: 0.3 };
    const p = predictRows(fitBoosting(train.table, train.answer, settings({ ...yes_or_no, ...ten })), held.table);
    expect(meanLogLoss(held.answer, p)).toBeCloseTo(0.5706281588850796, 8);
    expectClose(p, [0.5737662496727665, 0.2958690564651363, 0.6040372357602593], 7);
    const value = predictRows(fitBoosting(train.table, train.value, settings({ ...real, ...ten })), held.table);
    expect(rmse(held.value, value)).toBeCloseTo(4.543056198588579, 7);
    expectClose(value, [20.44565168643733, 29.927537182206475, 21.2271490103431], 6);
  });

  test('within a thousandth after many rounds', () => {
    // max_iter=60, learning_rate=.1. Sooner or later two splits gain the same to 32 bits, and either is right from there.
    const p = predictRows(fitBoosting(train.table, train.answer, settings(yes_or_no)), held.table);
    expect(meanLogLoss(held.answer, p) / 0.5631142410854753).toBeCloseTo(1, 3);
    const value = predictRows(fitBoosting(train.table, train.value, settings(real)), held.table);
    expect(rmse(held.value, value) / 4.310539071084412).toBeCloseTo(1, 3);
  });

  test('with weights, within half a hundredth', () => {
    // max_iter=60, learning_rate=.1, min_samples_leaf=1, sample_weight 1, 2, 3, 1, 2, 3, …: the reference sends gaps that
    // training did not see to the side of more rows, we to the side of more weight.
    const weights = train.value.map((_, row) => 1 + (row % 3));
    const model = fitBoosting(train.table, train.value, settings({ ...real, min_child_weight: 0.001 }), { weights });
    expect(rmse(held.value, predictRows(model, held.table)) / 4.345262795027092).toBeCloseTo(1, 2);
  });
});

describe('boosted trees', () => {
  test('are the same to the last bit when fitted again, and others from another seed', () => {
    const sampled = settings({ subsample: 0.5, column_sample: 0.5 });
    const [first, again] = [sampled, sampled].map((each) =>
      JSON.stringify(fitBoosting(train.table, train.value, each)),
    );
    expect(again).toBe(first);
    expect(JSON.stringify(fitBoosting(train.table, train.value, { ...sampled, seed: 2 }).trees)).not.toBe(
      JSON.stringify(fitBoosting(train.table, train.value, sampled).trees),
    );
  });

  test('do not depend on the order of rows, to the last bit', () => {
    const order = shuffled(train.table.rows);
    const other = selectRows(train.table, order);
    expect(fitBoosting(other, at(train.value, order), settings({}))).toEqual(
      fitBoosting(train.table, train.value, settings({})),
    );
    const logistic = settings({ loss: 'logistic', min_child_weight: 0.01 });
    expect(fitBoosting(other, at(train.answer, order), logistic)).toEqual(
      fitBoosting(train.table, train.answer, logistic),
    );
  });

  test('do not change when a feature is bent without changing its order', () => {
    const order = Array.from({ length: train.table.rows }, (_, row) => row);
    const bent = selectRows(train.table, order);
    for (const column of bent.columns) {
      column.forEach((x, row) => {
        column[row] = Math.exp(x / 50) * 7 - 3;
      });
    }
    const plain = fitBoosting(train.table, train.value, settings({}));
    const model = fitBoosting(bent, train.value, settings({}));
    expect(model.trees.map((tree) => tree.feature)).toEqual(plain.trees.map((tree) => tree.feature));
    expect(predictRows(model, bent)).toEqual(predictRows(plain, train.table));
  });

  test('take a weight for that many rows', () => {
    const weights = train.value.map((_, row) => row % 4);
    const repeated = [...weights].flatMap((times, row) => Array<number>(times).fill(row));
    const few = settings({ trees: 10, depth: 3, learning_rate: 0.3 });
    const weighted = fitBoosting(train.table, train.value, few, { weights });
    const longer = fitBoosting(selectRows(train.table, repeated), at(train.value, repeated), few);
    expect(longer.trees.map((tree) => tree.feature)).toEqual(weighted.trees.map((tree) => tree.feature));
    expectClose(predictRows(weighted, held.table), [...predictRows(longer, held.table)], 9);
  });

  test('send what is missing where it belongs', () => {
    const gaps = columnOf([1, 2, Number.NaN, 1, 2, Number.NaN]);
    const alone = settings({ trees: 1, learning_rate: 1, lambda: 0 });
    // Like the high values, like the low ones, and like neither.
    const learned = (target: number[]) => [
      ...predictRows(fitBoosting(gaps, target, alone), columnOf([1, 2, Number.NaN])),
    ];
    expect(learned([0, 5, 5, 0, 5, 5])).toEqual([0, 5, 5].map((x) => expect.closeTo(x, 12)));
    expect(learned([0, 5, 0, 0, 5, 0])).toEqual([0, 5, 0].map((x) => expect.closeTo(x, 12)));
    expect(learned([0, 0, 5, 0, 0, 5])).toEqual([0, 0, 5].map((x) => expect.closeTo(x, 12)));
  });

  test('stop when held-out rows gain no more, and keep the best round', () => {
    const held_out = Array.from({ length: 500 }, (_, i) => 3 * i);
    const many = settings({ loss: 'logistic', trees: 400, learning_rate: 0.3 });
    const stopped = fitBoosting(train.table, train.answer, many, { held_out, patience: 5 });
    expect(stopped.trees.length).toBeGreaterThan(2);
    expect(stopped.trees.length).toBeLessThan(60);
    const through = fitBoosting(train.table, train.answer, { ...many, trees: 60 }, { held_out, patience: 100 });
    expect(through.trees).toEqual(stopped.trees);
  });

  test('learn from little: one row, one value, one target', () => {
    const one = fitBoosting(columnOf([4]), [7], settings({}));
    expect([...predictRows(one, columnOf([4, Number.NaN]))]).toEqual([7, 7]);
    const same = fitBoosting(columnOf([4, 4, 4]), [1, 2, 3], settings({ min_child_weight: 0.5 }));
    expect([...predictRows(same, columnOf([4]))]).toEqual([expect.closeTo(2, 12)]);
    const constant = fitBoosting(columnOf([1, 2, 3]), [0.1, 0.1, 0.1], settings({}));
    expect(constant.trees).toEqual([]);
    // Never seen is not impossible: half a case in three.
    const never = fitBoosting(columnOf([1, 2]), [0, 0], settings({ loss: 'logistic' }));
    expect([...predictRows(never, columnOf([1]))]).toEqual([expect.closeTo(0.5 / 3, 12)]);
  });

  test('refuse targets that do not fit', () => {
    expect(() => fitBoosting(columnOf([1]), [2], settings({ loss: 'logistic' }))).toThrow(/target of row 0/);
    expect(() => fitBoosting(columnOf([1]), [Number.NaN], settings({}))).toThrow(/target of row 0/);
    expect(() => fitBoosting(columnOf([1]), [1, 2], settings({}))).toThrow(/one target per row/);
    expect(() => fitBoosting(columnOf([1]), [1], settings({}), { weights: [-1] })).toThrow(/weight of row 0/);
  });
});

function expectClose(values: Float64Array, wanted: readonly number[], digits: number): void {
  expect([...values.slice(0, wanted.length)]).toEqual(wanted.map((x) => expect.closeTo(x, digits)));
}
