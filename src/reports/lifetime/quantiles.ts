/** Customers in segments of equal size by what they have brought: deciles or quartiles. docs/semantics.md 18. */
import { microsPer, money, ratio } from '../../domain/money.ts';
import type { ExactSums } from '../../histories/exact.ts';
import { mapInTurns, sortInTurns, WorkTurns } from '../../warehouse/work-turns.ts';
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
  const people = Uint32Array.from({ length: lifetimes.people }, (_, person) => person).filter(
    (person) => lifetimes.chosen[person] === 1,
  );
  const micros = await mapInTurns(people, (person) => values.total(person));
  const places = await sortInTurns(
    Uint32Array.from(micros, (_, place) => place),
    (a, b) => (micros[a]! > micros[b]! ? -1 : micros[a]! < micros[b]! ? 1 : 0),
  );
  const ranked = await mapInTurns(places, (place) => micros[place]!);
  const turns = new WorkTurns();
  let total = 0n;
  for (const value of ranked) {
    if (turns.ends(1_024)) await turns.next();
    total += value;
  }
  const parts = QUANTILES[quantiles];
  const bound = (i: number): number => Math.floor((ranked.length * i) / parts);
  const rows: ReportJson[] = [];
  for (let i = 0; i < parts; i++) {
    const [from, until] = [bound(i), bound(i + 1)];
    if (from === until) continue;
    if (turns.ends(1)) await turns.next();
    const own = ranked.slice(from, until);
    const sum = own.reduce((all, value) => all + value, 0n);
    const lowest = own.at(-1)!;
    const is_tied = ranked[until] === lowest;
    rows.push({
      quantile: i + 1,
      customers: own.length,
      ...money('net_revenue', sum),
      share_of_revenue: ratio(sum, total),
      revenue_per_customer: microsPer(sum, own.length),
      ...money('highest_value', own[0]!),
      ...money('lowest_value', lowest),
      tied_customers: is_tied ? own.filter((value) => value === lowest).length : 0,
    });
  }
  return rows;
}
