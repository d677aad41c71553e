import { describe, expect, test } from 'vitest';
import { NotPositiveDefinite } from '../../src/learning/cholesky.ts';
import { fitLinear } from '../../src/learning/linear.ts';
import { predictRows } from '../../src/learning/model.ts';
import { makeTable, selectRows } from '../../src/learning/table.ts';
import { at, columnOf } from './rows.ts';
import { rmse, smallWorld } from './small-world.ts';

const { train, test: held } = smallWorld();
const close = (wanted: readonly number[]) => wanted.map((x) => expect.closeTo(x, 9));

describe('a linear regression', () => {
  // Ridge(alpha=3, solver='cholesky') on features standardised by the mean and deviation of what is there, gaps at 0 and
  // marked by two columns of 0 and 1 behind them; slopes are its coefficients divided by the deviations.
  test('is that of scikit-learn', () => {
    const model = fitLinear(train.table, train.value, { l2: 3 });
    expect(model.intercept).toBeCloseTo(15.120445209012454, 9);
    expect(model.slopes).toEqual(
      close([
        4.010670166729083, -0.07516633856182137, 0.5888546634957067, 9.158818516527653, 0.00240440545102579,
        -0.6436940467717526,
      ]),
    );
    expect(model.when_missing).toEqual(close([0.33841646252157864, 0, 0.3269457727845533, 0, 0, 0]));
    const predicted = predictRows(model, held.table);
    expect(rmse(held.value, predicted)).toBeCloseTo(6.138544749800522, 9);
    expect([...predicted.slice(0, 3)]).toEqual(close([16.658016169246906, 18.052592556972538, 19.33280996559828]));
  });

  test('is that of scikit-learn with weights 1, 2, 3, 1, 2, 3, …', () => {
    const weights = train.value.map((_, row) => 1 + (row % 3));
    const predicted = predictRows(fitLinear(train.table, train.value, { l2: 3 }, weights), held.table);
    expect(rmse(held.value, predicted)).toBeCloseTo(6.143831581127178, 9);
    expect([...predicted.slice(0, 3)]).toEqual(close([16.85712948949845, 18.036387763608637, 19.60812224490486]));
  });

  test('takes a weight for that many rows', () => {
    const weights = train.value.map((_, row) => row % 3);
    const repeated = [...weights].flatMap((times, row) => Array<number>(times).fill(row));
    const weighted = fitLinear(train.table, train.value, { l2: 1 }, weights);
    const longer = fitLinear(selectRows(train.table, repeated), at(train.value, repeated), { l2: 1 });
    expect([weighted.intercept, ...weighted.slopes]).toEqual(close([longer.intercept, ...longer.slopes]));
  });

  test('finds a line, and says what a gap is worth', () => {
    const model = fitLinear(columnOf([1, 2, 3, Number.NaN]), [3, 5, 7, 11], { l2: 0 });
    expect([...predictRows(model, columnOf([10, Number.NaN]))]).toEqual(close([21, 11]));
    const no_gaps = fitLinear(columnOf([1, 2, 3]), [3, 5, 7], { l2: 0 });
    expect([...predictRows(no_gaps, columnOf([Number.NaN]))]).toEqual(close([5]));
  });

  test('lets features that say nothing take no part', () => {
    expect([...predictRows(fitLinear(columnOf([4]), [7], { l2: 0 }), columnOf([5, Number.NaN]))]).toEqual(
      close([7, 7]),
    );
    expect(fitLinear(columnOf([4, 4]), [1, 3], { l2: 0 })).toMatchObject({
      intercept: expect.closeTo(2, 9),
      slopes: [0],
    });
    expect(fitLinear(columnOf([Number.NaN, Number.NaN]), [1, 3], { l2: 0 })).toMatchObject({
      intercept: expect.closeTo(2, 9),
    });
    expect(fitLinear(columnOf([1, 2, 9]), [5, 5, 5], { l2: 1 })).toMatchObject({
      intercept: expect.closeTo(5, 9),
      slopes: close([0]),
    });
  });

  test('refuses features that repeat each other, unless a penalty chooses', () => {
    const twins = makeTable(['x', 'twin'], 3);
    for (const column of twins.columns) column.set([1, 2, 4]);
    expect(() => fitLinear(twins, [1, 2, 4], { l2: 0 })).toThrow(NotPositiveDefinite);
    const { slopes } = fitLinear(twins, [1, 2, 4], { l2: 1e-6 });
    expect(slopes).toEqual([0.5, 0.5].map((x) => expect.closeTo(x, 5)));
  });
});
