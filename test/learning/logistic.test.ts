/** Logistic regression against what can be worked out by hand. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/domain/random.ts';
import { averageShrinkage, drawOfPrior, withStrength } from '../../src/learning/evidence.ts';
import { bent, chancesWithin, type Form, setLikelihood, setScores } from '../../src/learning/likelihood.ts';
import { fitLogistic } from '../../src/learning/logistic.ts';
import { penalised } from '../../src/learning/newton.ts';
import { makeTable, type Table } from '../../src/learning/table.ts';

/** A table from rows of numbers. */
function tableOf(names: string[], rows: number[][]): Table {
  const table = makeTable(names, rows.length);
  rows.forEach((row, i) => {
    row.forEach((value, j) => {
      table.columns[j]![i] = value;
    });
  });
  return table;
}

/** 30 of 40 exposed and 20 of 60 others had the event. */
const exposed = [...new Array(40).fill([1]), ...new Array(60).fill([0])] as number[][];
const outcome = exposed.map((_, i) => (i < 30 || (i >= 40 && i < 60) ? 1 : 0));

describe('logistic regression over rows', () => {
  test('finds the log odds ratio of a two by two table, and its variance', () => {
    const fit = fitLogistic(tableOf(['exposed'], exposed), outcome, { penalty: 0 });
    expect(fit.converged).toBe(true);
    expect(fit.intercept).toBeCloseTo(Math.log(20 / 40), 8);
    expect(fit.coefficients[0]).toBeCloseTo(Math.log((30 / 10) * (40 / 20)), 8);
    // Woolf: the sum of the reciprocals of the four cells.
    expect(fit.covariance[3]).toBeCloseTo(1 / 30 + 1 / 10 + 1 / 20 + 1 / 40, 8);
    expect(fit.covariance[0]).toBeCloseTo(1 / 20 + 1 / 40, 8);
    expect(fit.log_likelihood).toBeCloseTo(
      30 * Math.log(0.75) + 10 * Math.log(0.25) + 20 * Math.log(1 / 3) + 40 * Math.log(2 / 3),
      8,
    );
  });

  test('counts a row of weight 2 as two rows', () => {
    const once = fitLogistic(tableOf(['x'], [[0], [1], [2], [3]]), [0, 1, 0, 1], { penalty: 1, weights: [1, 2, 1, 3] });
    const rows = [[0], [1], [1], [2], [3], [3], [3]];
    const often = fitLogistic(tableOf(['x'], rows), [0, 1, 1, 0, 1, 1, 1], { penalty: 1 });
    expect(once.coefficients[0]).toBeCloseTo(often.coefficients[0]!, 10);
  });

  test('gives the same fit standardised as not, where nothing is penalised', () => {
    const random = new Random(4, 'logistic test');
    const rows = Array.from({ length: 300 }, () => [random.normal(50, 9), random.normal(-2, 0.1)]);
    const y = rows.map(([a, b]) => (random.chance(1 / (1 + Math.exp(-(a! - 50) / 9 - 8 * (b! + 2)))) ? 1 : 0));
    const table = tableOf(['a', 'b'], rows);
    const plain = fitLogistic(table, y, { penalty: 0 });
    const standardised = fitLogistic(table, y, { penalty: 0, standardise: true });
    const warm = fitLogistic(table, y, { penalty: 0, standardise: true, start: plain });
    for (const fit of [standardised, warm]) {
      expect(fit.intercept).toBeCloseTo(plain.intercept, 5);
      fit.coefficients.forEach((b, j) => {
        expect(b).toBeCloseTo(plain.coefficients[j]!, 5);
      });
      fit.covariance.forEach((c, j) => {
        expect(c / plain.covariance[j]!).toBeCloseTo(1, 4);
      });
    }
    expect(warm.iterations).toBe(0);
  });

  test('takes its penalty per feature, against the sum of the log likelihood', () => {
    const table = tableOf(
      ['x', 'held'],
      exposed.map(([x], i) => [x!, i % 3]),
    );
    const fit = fitLogistic(table, outcome, { penalty: [2.5, 1e9] });
    expect(Math.abs(fit.coefficients[1]!)).toBeLessThan(1e-6);
    // At the optimum the slope of the likelihood is the penalty's: sum x (y - p) = penalty b.
    const slope = exposed.reduce((sum, [x], i) => {
      const p = 1 / (1 + Math.exp(-(fit.intercept + fit.coefficients[0]! * x!)));
      return sum + x! * (outcome[i]! - p);
    }, 0);
    expect(slope).toBeCloseTo(2.5 * fit.coefficients[0]!, 5);
  });

  test('fits the same bytes twice', () => {
    const once = fitLogistic(tableOf(['exposed'], exposed), outcome, { penalty: 1, standardise: true });
    expect(JSON.stringify(fitLogistic(tableOf(['exposed'], exposed), outcome, { penalty: 1, standardise: true }))).toBe(
      JSON.stringify(once),
    );
  });
});

describe('logistic regression over matched sets', () => {
  test('of pairs finds the log ratio of the two kinds of unequal pairs (McNemar)', () => {
    // 15 pairs where only the case was exposed, 5 where only the control was, 30 where both were.
    const pairs = [
      ...new Array(15).fill([[1], [0]]),
      ...new Array(5).fill([[0], [1]]),
      ...new Array(30).fill([[1], [1]]),
    ] as number[][][];
    const table = tableOf(['exposed'], pairs.flat());
    const sets = Uint32Array.from({ length: pairs.length + 1 }, (_, i) => 2 * i);
    const fit = fitLogistic(table, [], { penalty: 0, sets });
    expect(fit.coefficients[0]).toBeCloseTo(Math.log(15 / 5), 8);
    expect(fit.covariance[0]).toBeCloseTo(1 / 15 + 1 / 5, 8);
    expect(fit.log_likelihood).toBeCloseTo(15 * Math.log(0.75) + 5 * Math.log(0.25) + 30 * Math.log(0.5), 8);
  });

  test('of one case and two controls solves its equation, and is blind to what a whole set shares', () => {
    // Case exposed, controls not: p = e^b / (e^b + 2), three times. Case not, one of two controls exposed: 1 / (2 + e^b), twice.
    const shift = [0, 5, -3, 11, 2];
    const rows = [0, 1, 2, 3, 4].flatMap((set) => (set < 3 ? [1, 0, 0] : [0, 1, 0]).map((x) => [x + shift[set]!]));
    const fit = fitLogistic(tableOf(['x'], rows), [], { penalty: 0, sets: Uint32Array.of(0, 3, 6, 9, 12, 15) });
    // 3 (1 - e^b / (e^b + 2)) = 2 e^b / (e^b + 2), so e^b = 3.
    expect(fit.coefficients[0]).toBeCloseTo(Math.log(3), 8);
    expect(fit.intercept).toBe(0);
  });

  test('has scores that add up to its gradient', () => {
    const random = new Random(8, 'scores test');
    const data = Float64Array.from({ length: 60 }, () => random.normal(0, 1));
    const design = { rows: 30, columns: 2, data };
    const sets = Uint32Array.of(0, 4, 9, 15, 30);
    const theta = Float64Array.of(0.3, -0.7);
    const scores = setScores(design, sets, theta);
    const { gradient } = setLikelihood(design, sets)(theta);
    for (const j of [0, 1]) {
      expect(scores[j]! + scores[2 + j]! + scores[4 + j]! + scores[6 + j]!).toBeCloseTo(gradient[j]!, 10);
    }
  });
});

describe('bent effects', () => {
  const random = new Random(9, 'bend test');
  const columns = 4;
  const design = { rows: 30, columns, data: Float64Array.from({ length: 120 }, () => random.between(-1, 2)) };
  const sets = Uint32Array.of(0, 4, 9, 15, 30);
  const theta = Float64Array.of(0.6, 0.2, -0.7, 0.4);

  test.each<Form>([
    { curvature: 0 },
    { curvature: 0.5 },
    { curvature: 1 },
    { curvature: 2 },
    { curvature: 1, adds: 0.5 },
    { curvature: 1, adds: 1 },
  ])('have the slope of the likelihood as gradient, and scores that add up to it: %o', (form) => {
    const bend = { ...form, columns: 2, multipliers: [3] };
    const likelihood = setLikelihood(design, sets, undefined, bend);
    const { gradient } = likelihood(theta);
    const scores = setScores(design, sets, theta, bend);
    for (const j of theta.keys()) {
      const step = (by: number) => likelihood(theta.map((value, k) => (k === j ? value + by : value))).value;
      expect(gradient[j]).toBeCloseTo((step(1e-5) - step(-1e-5)) / 2e-5, 5);
      expect([0, 1, 2, 3].reduce((sum, set) => sum + scores[set * columns + j]!, 0)).toBeCloseTo(gradient[j]!, 10);
    }
  });

  test('that add are as large for people who are likely anyway', () => {
    const odds = (u: number, s: number) => {
      const rows = { rows: 2, columns: 2, data: Float64Array.of(s, u, 0, 0) };
      const [one, other] = chancesWithin(rows, 0, 2, Float64Array.of(1, 1), { columns: 1, curvature: 1, adds: 1 });
      return one! / other!;
    };
    expect(odds(2, 1.5)).toBeCloseTo(Math.exp(2) + 1.5, 10);
    expect(odds(-1, 1.5)).toBeCloseTo(Math.exp(-1) + 1.5, 10);
  });

  test('multiply with curvature 0 and add up with curvature 1', () => {
    expect(Math.exp(bent(1.2, 0))).toBeCloseTo(Math.exp(1.2), 12);
    expect(Math.exp(bent(1.2, 1))).toBeCloseTo(1 + 1.2, 12);
    expect(Math.exp(bent(1.2, 0.5))).toBeCloseTo((1 + 0.6) ** 2, 12);
  });
});

describe('shrinkage averaged over its strength', () => {
  const fitted = (effect: number) => {
    const random = new Random(21, 'shrinkage test');
    const sets = Uint32Array.from({ length: 801 }, (_, i) => 5 * i);
    const data = Float64Array.from({ length: 800 * 5 * 4 }, () => random.normal(0, 1));
    // The case of a set is one of its five rows by their hazards, and comes first.
    for (let set = 0; set < 800; set++) {
      const risk = [0, 1, 2, 3, 4].map((i) => ({ i, share: Math.exp(effect * data[(set * 5 + i) * 4]!) }));
      const chosen = random.weighted(risk).i;
      for (let j = 0; j < 4; j++) {
        const [a, b] = [set * 20 + j, (set * 5 + chosen) * 4 + j];
        [data[a], data[b]] = [data[b]!, data[a]!];
      }
    }
    return averageShrinkage(setLikelihood({ rows: 4000, columns: 4, data }, sets), new Float64Array(4), {
      shrunk: 4,
      penalties: new Float64Array(4),
      strengths: [1, 10, 100, 1000, 1e6],
      chance_of_none: 0.5,
      limits: { iterations: 20, tolerance: 1e-8 },
    });
  };

  test('leaves a clear effect alone', () => {
    const { theta, weighed, effective_parameters } = fitted(0.5);
    expect(theta[0]).toBeGreaterThan(0.42);
    expect(theta[0]).toBeLessThan(0.58);
    expect(weighed.at(-1)!.weight).toBeLessThan(1e-6);
    expect(effective_parameters).toBeGreaterThan(3);
  });

  test('with something in common, the penalty is the inverse of the prior covariance, and draws have it as theirs', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.double({ min: 0.01, max: 3, noNaN: true }),
        fc.double({ min: 0.1, max: 1e4, noNaN: true }),
        (count, common, strength) => {
          const n = count + 2;
          const own = new Float64Array(n).fill(7);
          const options = {
            shrunk: count,
            in_common: common,
            penalties: own,
            strengths: [],
            chance_of_none: 0,
            limits: { iterations: 1, tolerance: 1 },
          };
          const penalties = withStrength(options, strength);
          const precision = penalised(new Float64Array(n * n), penalties);
          // Column by column: each draw is linear in the normal numbers.
          const columns = Array.from({ length: n }, (_, of) => {
            let at = -1;
            return drawOfPrior(penalties, () => (++at === of ? 1 : 0));
          });
          for (let i = 0; i < n; i++)
            for (let j = 0; j < n; j++) {
              const covariance = columns.reduce((sum, column) => sum + column[i]! * column[j]!, 0);
              expect(covariance / strength).toBeCloseTo(precision[i * n + j]! / strength, 9);
              let product = 0;
              for (let k = 0; k < n; k++)
                product += precision[i * n + k]! * covarianceOf(k, j, { count, common, strength, other: 7 });
              expect(product).toBeCloseTo(i === j ? 1 : 0, 9);
            }
        },
      ),
      { numRuns: 50 },
    );
  });

  test('takes noise for nothing', () => {
    const { theta, weighed } = fitted(0);
    expect(weighed.at(-1)!.weight).toBeGreaterThan(0.5);
    for (const value of theta) expect(Math.abs(value)).toBeLessThan(0.03);
  });
});

/** The prior covariance: of the first `count` (I + common 11') / strength, of the others 1 / other each. */
function covarianceOf(
  i: number,
  j: number,
  prior: { count: number; common: number; strength: number; other: number },
): number {
  const { count, common, strength, other } = prior;
  if (i < count && j < count) return ((i === j ? 1 : 0) + common) / strength;
  return i === j ? 1 / other : 0;
}
