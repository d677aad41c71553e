/** Customers in segments of equal size by what they have brought: deciles or quartiles. docs/semantics.md 18. */
import { microsPer, money, ratio } from '../../domain/money.ts';
import { ExactSums } from '../../histories/exact.ts';
import { marked } from '../../histories/first-orders.ts';
import { mapInTurns, sortedInTurns, sortInTurns, WorkTurns } from '../../warehouse/work-turns.ts';
import type { ReportJson } from '../context.ts';
import type { Lifetimes } from './lifetimes.ts';

export const QUANTILES = { deciles: 10, quartiles: 4 } as const;
export type Quantiles = keyof typeof QUANTILES;
export const QUANTILE_NAMES = Object.keys(QUANTILES) as Quantiles[];

/**
 * Segment i of n holds the customers of the ranks above count * (i - 1) / n, up to count * i / n, each rounded down; the first holds
 * those who brought most. Customers of equal value are alike for every figure here, so their order changes none.
 */
export async function quantileRows(
  lifetimes: Lifetimes,
  values: ExactSums,
  quantiles: Quantiles,
): Promise<ReportJson[]> {
  const people = marked(lifetimes.chosen);
  const ranked = (await smallRanked(values, people)) ?? (await largeRanked(values, people));
  const total = ranked.sum(0, people.length);
  const turns = new WorkTurns();
  const parts = QUANTILES[quantiles];
  const bound = (i: number): number => Math.floor((people.length * i) / parts);
  const rows: ReportJson[] = [];
  for (let i = 0; i < parts; i++) {
    const [from, until] = [bound(i), bound(i + 1)];
    if (from === until) continue;
    if (turns.ends(1)) await turns.next();
    const sum = ranked.sum(from, until);
    const lowest = ranked.at(until - 1);
    let tied = 0;
    if (until < people.length && ranked.at(until) === lowest)
      while (tied < until - from && ranked.at(until - 1 - tied) === lowest) tied += 1;
    rows.push({
      quantile: i + 1,
      customers: until - from,
      ...money('net_revenue', sum),
      share_of_revenue: ratio(sum, total),
      revenue_per_customer: microsPer(sum, until - from),
      ...money('highest_value', ranked.at(from)),
      ...money('lowest_value', lowest),
      tied_customers: tied,
    });
  }
  return rows;
}

/** What some people brought, the most first. */
interface Ranked {
  at(rank: number): bigint;
  /** The sum of the ranks from `from` to before `until`. */
  sum(from: number, until: number): bigint;
}

/** Sorts numbers. @returns null if a value is too large for one. */
async function smallRanked(values: ExactSums, people: Uint32Array): Promise<Ranked | null> {
  const { sums, large } = values.data();
  if (large.size > 0) return null;
  const sorted = (await sortedInTurns(Float64Array.from(people, (person) => sums[person]!))).reverse();
  return {
    at: (rank) => BigInt(sorted[rank]!),
    sum: (from, until) => {
      const sum = new ExactSums();
      for (let rank = from; rank < until; rank++) sum.add(0, sorted[rank]!);
      return sum.total(0);
    },
  };
}

async function largeRanked(values: ExactSums, people: Uint32Array): Promise<Ranked> {
  const micros = await mapInTurns(people, (person) => values.total(person));
  const places = await sortInTurns(Uint32Array.from(micros.keys()), (a, b) =>
    micros[a]! > micros[b]! ? -1 : micros[a]! < micros[b]! ? 1 : 0,
  );
  const sorted = await mapInTurns(places, (place) => micros[place]!);
  return {
    at: (rank) => sorted[rank]!,
    sum: (from, until) => sorted.slice(from, until).reduce((sum, value) => sum + value, 0n),
  };
}
