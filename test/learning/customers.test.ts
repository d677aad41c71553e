/** BG/NBD and Gamma-Gamma, against published figures, figures worked out in another way, and simulated customers. */
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/domain/random.ts';
import { type BgNbd, chanceActive, fitBgNbd, logLikelihood, purchasesIfActive } from '../../src/learning/bg-nbd.ts';
import { expectedSpend, fitGammaGamma } from '../../src/learning/gamma-gamma.ts';
import { wilson } from '../../src/learning/score-interval.ts';
import { digamma, hypergeometric, logGamma } from '../../src/learning/special.ts';

function finished<T>(work: Generator<void, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

describe('special functions', () => {
  test('have the values of tables', () => {
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 13);
    expect(logGamma(11)).toBeCloseTo(Math.log(3_628_800), 12);
    expect(logGamma(1)).toBeCloseTo(0, 14);
    expect(digamma(1)).toBeCloseTo(-0.5772156649015329, 13);
    expect(digamma(0.25)).toBeCloseTo(-0.5772156649015329 - Math.PI / 2 - 3 * Math.LN2, 12);
    // -ln(1 - z) / z and (1 - z)^-a.
    expect(hypergeometric(1, 1, 2, 0.5)).toBeCloseTo(2 * Math.LN2, 13);
    expect(hypergeometric(0.7, 3, 3, 0.9)).toBeCloseTo(0.1 ** -0.7, 11);
  });

  test('the score interval is the published one', () => {
    // Brown, Cai and DasGupta, Statistical Science 16, 2001, give the formula; 10 of 20 by hand with z = 1.644854.
    const { low, high } = wilson(10, 20);
    expect(low).toBeCloseTo(0.3274, 3);
    expect(high).toBeCloseTo(0.6726, 3);
    expect(wilson(0, 40).low).toBe(0);
  });
});

/** The estimates for the CDNOW customers, time in weeks. */
const CDNOW: BgNbd = { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };

describe('BG/NBD', () => {
  test('expects of a CDNOW customer what Fader, Hardie and Lee publish', () => {
    // Implementing the BG/NBD Model in Microsoft Excel, 2004: x = 2, t_x = 30.43, T = 38.86, the next 39 weeks.
    const active = chanceActive(CDNOW, 2, 30.43, 38.86);
    expect(active * purchasesIfActive(CDNOW, 2, 38.86, 39)).toBeCloseTo(1.226, 3);
  });

  test('expects what the formula without the transformation gives', () => {
    const { r, alpha, a, b } = CDNOW;
    for (const [x, age, t] of [
      [0, 10, 5],
      [3, 20, 10],
      [7, 90, 30],
    ] as const) {
      const z = t / (alpha + age + t);
      const series = hypergeometric(r + x, b + x, a + b + x - 1, z);
      const plain = ((a + b + x - 1) / (a - 1)) * (1 - ((alpha + age) / (alpha + age + t)) ** (r + x) * series);
      expect(purchasesIfActive(CDNOW, x, age, t)).toBeCloseTo(plain, 10);
    }
  });

  test('has a likelihood that adds up to one over all that a customer may do', () => {
    // The density of x purchases, the last at t_x, integrated over t_x and the times of those before it, which are uniform.
    const age = 3;
    const model = { r: 0.8, alpha: 6, a: 0.9, b: 2 };
    const density = (x: number, recency: number): number =>
      Math.exp(logLikelihood(model, { repeats: [x], recency: [recency], age: [age] }));
    let total = density(0, 0);
    const STEPS = 2_000;
    for (let x = 1; x < 40; x++) {
      let sum = 0;
      for (let step = 0; step < STEPS; step++) {
        const at = ((step + 0.5) * age) / STEPS;
        sum += density(x, at) * at ** (x - 1) * (age / STEPS);
      }
      total += sum / Math.exp(logGamma(x));
    }
    expect(total).toBeCloseTo(1, 3);
  });

  test('finds the parameters of simulated customers, and what they do next', () => {
    const truth: BgNbd = { r: 0.7, alpha: 40, a: 0.8, b: 2.5 };
    const random = new Random(2, 'BG/NBD test');
    const rows = Array.from({ length: 6_000 }, () => drawCustomer(truth, random));
    const fit = finished(
      fitBgNbd({
        repeats: rows.map(({ repeats }) => repeats),
        recency: rows.map(({ recency }) => recency),
        age: rows.map(({ age }) => age),
      }),
    )!;
    for (const [j, name] of (['r', 'alpha', 'a', 'b'] as const).entries()) {
      const deviation = Math.sqrt(fit.covariance[j * 4 + j]!);
      expect(Math.abs(Math.log(fit.model[name] / truth[name]))).toBeLessThan(4 * deviation);
      expect(deviation).toBeLessThan(0.4);
    }
    const expected = rows.reduce(
      (sum, { repeats, recency, age }) =>
        sum + chanceActive(fit.model, repeats, recency, age) * purchasesIfActive(fit.model, repeats, age, 90),
      0,
    );
    const later = rows.reduce((sum, row) => sum + row.later, 0);
    expect(expected / later).toBeGreaterThan(0.9);
    expect(expected / later).toBeLessThan(1.1);
  });

  test('weights stand for as many customers', () => {
    const weighted = logLikelihood(CDNOW, { repeats: [0, 2], recency: [0, 9], age: [20, 30], weight: [3, 2] });
    const single = logLikelihood(CDNOW, {
      repeats: [0, 0, 0, 2, 2],
      recency: [0, 0, 0, 9, 9],
      age: [20, 20, 20, 30, 30],
    });
    expect(weighted).toBeCloseTo(single, 10);
  });
});

/** A customer who is observed for 100 to 300 days, and the purchases of the 90 days after. */
function drawCustomer({ r, alpha, a, b }: BgNbd, random: Random) {
  const rate = random.gamma(r) / alpha;
  const [leaves, stays] = [random.gamma(a), random.gamma(b)];
  const age = random.between(100, 300);
  let [repeats, recency, later] = [0, 0, 0];
  for (let at = random.exponential(1 / rate); at < age + 90; at += random.exponential(1 / rate)) {
    if (at < age) [repeats, recency] = [repeats + 1, at];
    else later += 1;
    if (random.chance(leaves / (leaves + stays))) break;
  }
  return { repeats, recency, age, later };
}

describe('Gamma-Gamma', () => {
  test('finds the parameters of simulated customers, in any currency', () => {
    const truth = { p: 6, q: 4, v: 15 };
    const random = new Random(5, 'Gamma-Gamma test');
    const purchases: number[] = [];
    const mean: number[] = [];
    for (let i = 0; i < 6_000; i++) {
      const count = 1 + random.poisson(1.5);
      const rate = random.gamma(truth.q) / truth.v;
      purchases.push(count);
      mean.push(random.gamma(truth.p * count) / rate / count);
    }
    const { model, log_likelihood } = finished(fitGammaGamma({ purchases, mean }))!;
    expect(model.p).toBeCloseTo(truth.p, -0.3);
    expect(expectedSpend(model, 0, 0)).toBeCloseTo((truth.p * truth.v) / (truth.q - 1), -0.3);
    const yen = finished(fitGammaGamma({ purchases, mean: mean.map((value) => 150 * value) }))!;
    expect(yen.model.v / model.v).toBeCloseTo(150, 3);
    expect(yen.log_likelihood).toBeCloseTo(log_likelihood - 6_000 * Math.log(150), 3);
  });

  test('moves the mean of a customer toward that of all, less so the more purchases it is of', () => {
    // Fader and Hardie, The Gamma-Gamma Model of Monetary Value, 2013: the estimates of the CDNOW customers.
    const model = { p: 6.25, q: 3.74, v: 15.44 };
    const all = (model.p * model.v) / (model.q - 1);
    expect(all).toBeCloseTo(35.22, 2);
    expect(expectedSpend(model, 1, 60)).toBeLessThan(expectedSpend(model, 5, 60));
    expect(expectedSpend(model, 5, 60)).toBeLessThan(60);
    expect(expectedSpend(model, 1, all)).toBeCloseTo(all, 10);
  });
});
