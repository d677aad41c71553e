import { expect, it } from 'vitest';
import { Random } from '../../src/domain/random.ts';

const draws = (random: Random, count = 20_000) => Array.from({ length: count }, () => random.unit());
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

it('repeats itself for the same seed, purpose and index only', () => {
  const first = draws(new Random(1, 'life', 5), 10);
  expect(draws(new Random(1, 'life', 5), 10)).toEqual(first);
  for (const other of [new Random(2, 'life', 5), new Random(1, 'fx', 5), new Random(1, 'life', 6)]) {
    expect(draws(other, 10)).not.toEqual(first);
  }
  expect(draws(new Random(1 + 2 ** 32, 'life', 5), 10)).not.toEqual(first);
});

it('draws evenly, also across neighbouring streams', () => {
  expect(mean(draws(new Random(1, 'x')))).toBeCloseTo(0.5, 1);
  const firsts = Array.from({ length: 20_000 }, (_, i) => new Random(1, 'x', i).unit());
  expect(Math.abs(mean(firsts) - 0.5)).toBeLessThan(0.01);
});

it('has the means that it promises', () => {
  const random = new Random(3, 'means');
  const of = (draw: () => number) => mean(Array.from({ length: 50_000 }, draw));
  expect(Math.abs(of(() => random.exponential(2)) - 2)).toBeLessThan(0.05);
  expect(Math.abs(of(() => random.lognormal(2, 0.5)) - 2)).toBeLessThan(0.05);
  expect(Math.abs(of(() => random.normal(1, 2)) - 1)).toBeLessThan(0.05);
  expect(Math.abs(of(() => random.integer(1, 3)) - 2)).toBeLessThan(0.02);
});
