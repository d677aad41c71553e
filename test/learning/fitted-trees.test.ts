import { describe, expect, test } from 'vitest';
import { BOOSTING_DEFAULTS, fitBoosting } from '../../src/learning/boosting.ts';
import { type FittedTrees, faultOfFittedTrees, predictor } from '../../src/learning/fitted-trees.ts';
import { FOREST_DEFAULTS, fitForest } from '../../src/learning/forest.ts';
import type { Tree } from '../../src/learning/trees.ts';
import { predictRows } from './rows.ts';
import { smallWorld } from './small-world.ts';

const { train, test: held } = smallWorld();
const { names } = held.table;
const boosting = { ...BOOSTING_DEFAULTS, trees: 20, seed: 1 };
const forest = fitForest(train.table, train.answer, {
  ...FOREST_DEFAULTS,
  trees: 10,
  seed: 1,
  predicts: 'probability',
});
const boosted = fitBoosting(train.table, train.value, { ...boosting, loss: 'squared' });
const fitted: Record<string, FittedTrees> = {
  'boosted trees for a probability': fitBoosting(train.table, train.answer, { ...boosting, loss: 'logistic' }),
  'boosted trees for a value': boosted,
  'a forest': forest,
};
const saved = (trees: FittedTrees): FittedTrees => JSON.parse(JSON.stringify(trees));

describe.each(Object.entries(fitted))('%s', (_, trees) => {
  test('predict the same after they were saved as JSON, to the last bit', () => {
    const read = saved(trees);
    expect(faultOfFittedTrees(read, names)).toBeUndefined();
    expect(predictRows(read, held.table)).toEqual(predictRows(trees, held.table));
  });

  test('predict a row the same, whatever was predicted before it', () => {
    const predict = predictor(trees);
    const row = (i: number) => Float64Array.from(held.table.columns, (column) => column[i]!);
    const [first, other] = [predict(row(0)), predict(row(7))];
    expect([predict(row(0)), predict(row(7))]).toEqual([first, other]);
  });

  test('are at fault for other features, another version or another kind', () => {
    expect(faultOfFittedTrees(saved(trees), [...names].reverse())).toMatch(/feature 1 is slope where bend is expected/);
    expect(faultOfFittedTrees(saved(trees), names.slice(1))).toMatch(/feature 1 is slope where sign/);
    expect(faultOfFittedTrees(saved(trees), [...names, 'more'])).toMatch(/feature 7 is absent where more/);
    expect(faultOfFittedTrees({ ...saved(trees), version: 2 }, names)).toMatch(
      /version is 2, and this program reads version 1/,
    );
    expect(faultOfFittedTrees({ ...saved(trees), kind: 'oracle' }, names)).toMatch(/kind "oracle" is unknown/);
    expect(faultOfFittedTrees({ ...saved(trees), feature_names: undefined }, names)).toMatch(/not name its features/);
    expect(faultOfFittedTrees(null, names)).toMatch(/not an object/);
  });
});

describe('damaged trees are at fault, and a walk through them never runs in a circle:', () => {
  const faultOf = (change: (tree: Tree) => void) => {
    const read = saved(forest);
    change(read.trees[0]!);
    return faultOfFittedTrees(read, names);
  };

  test('nodes', () => {
    expect(faultOf((t) => t.value.pop())).toMatch(/tree 0 needs .* of one length/);
    expect(faultOf((t) => (t.right[0] = 0))).toMatch(/tree 0 node 0 has no right child/);
    expect(faultOf((t) => (t.right[0] = 1e9))).toMatch(/no right child/);
    expect(faultOf((t) => (t.missing[0] = 0))).toMatch(/sends missing values to a node that is not its child/);
    expect(faultOf((t) => (t.feature[0] = 6))).toMatch(/splits by feature 6, which does not exist/);
    expect(faultOf((t) => (t.value[0] = Number.NaN))).toMatch(/no finite value/);
    expect(faultOfFittedTrees({ ...forest, trees: [] }, names)).toMatch(/no trees/);
    expect(faultOfFittedTrees({ ...forest, trees: [null] }, names)).toMatch(/tree 0/);
  });

  test('the numbers around them', () => {
    expect(faultOfFittedTrees({ ...boosted, base: null }, names)).toMatch(/base is not a number/);
    expect(faultOfFittedTrees({ ...boosted, settings: {} }, names)).toMatch(/loss is unknown/);
  });
});
