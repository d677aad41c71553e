/** How sure credit is: 90 % intervals from a bootstrap over random groups of people. docs/semantics.md 19. */
import { formatMicros } from '../domain/money.ts';
import { type Interval, middleOf } from '../learning/bootstrap.ts';
import { drawnSums } from '../learning/group-bootstrap.ts';
import type { Spread } from './credit-source.ts';
import { personDraws } from './person-draws.ts';

/** With fewer people who ordered, the largest orders decide alone, and the interval would be too narrow. */
export const LEAST_PEOPLE = 30;
export const LEVEL = 0.9;

type Credited = Pick<Spread, 'people' | 'credited'>;

/** Credited micros in each draw; null if the orders are of too few people. */
export function drawnCredit({ people, credited }: Credited): Float64Array | null {
  if (people < LEAST_PEOPLE) return null;
  const sums = new Map([...credited].map(([group, micros]) => [group, Number(micros)]));
  return drawnSums(personDraws(), sums);
}

/** The interval of credited micros; null if the orders are of too few people. */
export function creditInterval(spread: Credited): Interval | null {
  const drawn = drawnCredit(spread);
  return drawn && middleOf([...drawn], LEVEL);
}

/** An interval of micros as amounts, each divided by a number of units. */
export function intervalAmounts({ low, high }: Interval, units = 1): { low: string; high: string } {
  const amount = (micros: number): string => formatMicros(BigInt(Math.round(micros / units)));
  return { low: amount(low), high: amount(high) };
}

/** The field of a row with the interval of its credit. */
export function revenueIntervalOf(spread: Credited): {
  attributed_revenue_interval: { low: string; high: string } | null;
} {
  const found = creditInterval(spread);
  return { attributed_revenue_interval: found && intervalAmounts(found) };
}
