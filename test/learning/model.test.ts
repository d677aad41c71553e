import { describe, expect, test } from 'vitest';
import { BOOSTING_DEFAULTS, fitBoosting } from '../../src/learning/boosting.ts';
import { FOREST_DEFAULTS, fitForest } from '../../src/learning/forest.ts';
import { fitLinear } from '../../src/learning/linear.ts';
import { loadModel, type Model, predictor, predictRows } from '../../src/learning/model.ts';
import { selectRows } from '../../src/learning/table.ts';
import type { Tree } from '../../src/learning/trees.ts';
import { smallWorld } from './small-world.ts';

const { train, test: held } = smallWorld();
const { names } = held.table;
const boosting = { ...BOOSTING_DEFAULTS, trees: 20, seed: 1 };
const models: Record<string, Model> = {
  'boosted probability': fitBoosting(train.table, train.answer, { ...boosting, loss: 'logistic' }),
  'boosted value': fitBoosting(train.table, train.value, { ...boosting, loss: 'squared' }),
  forest: fitForest(train.table, train.answer, { ...FOREST_DEFAULTS, trees: 10, seed: 1, predicts: 'probability' }),
  linear: fitLinear(train.table, train.value, { l2: 1 }),
};
const saved = (model: Model): Record<string, unknown> => JSON.parse(JSON.stringify(model));

describe.each(Object.entries(models))('a saved %s model', (_, model) => {
  test('predicts what it predicted before it was saved, to the last bit', () => {
    expect(predictRows(loadModel(saved(model), names), held.table)).toEqual(predictRows(model, held.table));
  });

  test('is asked row by row, or by table in any order of columns', () => {
    const predict = predictor(model);
    const all = predictRows(model, held.table);
    const row = (i: number) => Float64Array.from(held.table.columns, (column) => column[i]!);
    expect([predict(row(0)), predict(row(7)), predict(row(0))]).toEqual([all[0], all[7], all[0]]);
    const turned = selectRows(held.table, [...all.keys()]);
    expect(
      predictRows(model, { ...turned, names: [...turned.names].reverse(), columns: [...turned.columns].reverse() }),
    ).toEqual(all);
    expect(() => predictRows(model, { ...turned, names: names.map((name) => `${name}2`) })).toThrow(/no feature slope/);
  });

  test('is refused for other features, another version or another kind, with what to do', () => {
    expect(() => loadModel(saved(model), [...names].reverse())).toThrow(
      /feature 1 is slope where bend is expected.*Fit/,
    );
    expect(() => loadModel(saved(model), names.slice(1))).toThrow(/feature 1 is slope where sign/);
    expect(() => loadModel(saved(model), [...names, 'more'])).toThrow(/feature 7 is absent where more/);
    expect(() => loadModel({ ...saved(model), version: 2 }, names)).toThrow(/version is 2, this program reads 1/);
    expect(() => loadModel({ ...saved(model), kind: 'oracle' }, names)).toThrow(/kind "oracle" is unknown/);
    expect(() => loadModel({ ...saved(model), feature_names: undefined }, names)).toThrow(/does not name its features/);
    expect(() => loadModel(null, names)).toThrow(/not an object/);
  });
});

describe('a damaged model is refused, and never walked in a circle:', () => {
  const tree = (change: (tree: Tree) => void) => {
    const model = saved(models['forest']!) as { trees: Tree[] };
    change(model.trees[0]!);
    return () => loadModel(model, names);
  };

  test('trees', () => {
    expect(tree((t) => t.value.pop())).toThrow(/tree 0 needs .* of one length/);
    expect(tree((t) => (t.right[0] = 0))).toThrow(/tree 0 node 0 has no right child/);
    expect(tree((t) => (t.right[0] = 1e9))).toThrow(/no right child/);
    expect(tree((t) => (t.missing[0] = 0))).toThrow(/sends missing values astray/);
    expect(tree((t) => (t.feature[0] = 6))).toThrow(/splits a feature that is not there/);
    expect(tree((t) => (t.value[0] = Number.NaN))).toThrow(/no finite value/);
    expect(() => loadModel({ ...models['forest'], trees: [] }, names)).toThrow(/no trees/);
    expect(() => loadModel({ ...models['forest'], trees: [null] }, names)).toThrow(/tree 0/);
  });

  test('numbers around them', () => {
    const boosted = models['boosted value'];
    expect(() => loadModel({ ...boosted, base: null }, names)).toThrow(/base is not a number/);
    expect(() => loadModel({ ...boosted, settings: {} }, names)).toThrow(/loss is unknown/);
    expect(() => loadModel({ ...models['linear'], slopes: [1] }, names)).toThrow(
      /slopes are not one number per feature/,
    );
    expect(() => loadModel({ ...models['linear'], intercept: null }, names)).toThrow(/intercept/);
  });
});
