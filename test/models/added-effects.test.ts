/** Effects that add to a person's hazard, as they are saved: the totals stay. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { factorsOfAdded } from '../../src/models/hazard/added-effects.ts';
import { shapleyOfBent } from '../../src/models/hazard/shapley.ts';

const GROUPS = 3;
const LEAST = -Math.LN2;

test('what is claimed with the factors is what the hazard of each person says', () => {
  const order = fc.tuple(
    fc.double({ min: -1, max: 1, noNaN: true }),
    fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { minLength: GROUPS, maxLength: GROUPS }),
  );
  fc.assert(
    fc.property(fc.array(order, { minLength: 20, maxLength: 60 }), (orders) => {
      const u = Float64Array.from(orders, ([own]) => own);
      const effects = Float64Array.from(orders.flatMap(([, by_group]) => by_group));
      const factors = factorsOfAdded({ groups: GROUPS, adds: 0.5, u, effects }, LEAST);
      let [wanted, claimed] = [0, 0];
      const phi = new Float64Array(GROUPS);
      for (const [own, by_group] of orders) {
        const s = by_group.reduce((sum, effect) => sum + effect, 0);
        wanted += s / (Math.exp(own / 2) + s);
        shapleyOfBent(
          Float64Array.from(by_group, (effect, group) => effect * factors[group]!),
          1,
          phi,
        );
        claimed += phi.reduce((sum, part) => sum + part, 0);
      }
      // The factors are found in steps of three per cent.
      expect(Math.abs(claimed - wanted)).toBeLessThanOrEqual(0.03 * wanted + 1e-9);
    }),
  );
});

test('where all people order alike, effects stay as they are', () => {
  const effects = Float64Array.from({ length: 30 * GROUPS }, (_, i) => (i % 7) / 5);
  const factors = factorsOfAdded({ groups: GROUPS, adds: 0.5, u: new Float64Array(30), effects }, LEAST);
  for (const factor of factors) expect(factor).toBeCloseTo(1, 12);
});
