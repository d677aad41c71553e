/**
 * How much of what is claimed must be, and how much can be, claimed by several claimants. An order is claimed at most once by each
 * claimant, and no more can be claimed of the shop than it sold. docs/semantics.md 15.
 */
import { money } from '../../domain/money.ts';
import type { ReportJson } from '../context.ts';
import type { ShopDay } from './credit.ts';
import type { OrderSum, SharedByPair } from './facts.ts';
import type { ClaimLine } from './lines.ts';
import type { ClaimantRules } from './windows.ts';

const atLeastZero = (micros: bigint): bigint => (micros > 0n ? micros : 0n);

/**
 * The bounds of what is counted twice, from the claims of each claimant and the net revenue. What all claims cover together is at
 * least the largest claim, and at most the net revenue, unless a single claim is larger than that.
 */
export function doubleCounted(claims: readonly bigint[], net_micros: bigint): { least: bigint; most: bigint } {
  const sum = claims.reduce((all, micros) => all + micros, 0n);
  const largest = [...claims, 0n].sort((a, b) => (a > b ? -1 : 1))[0]!;
  const covered = largest > net_micros ? largest : net_micros;
  return { least: atLeastZero(sum - covered), most: atLeastZero(sum - largest) };
}

export const boundFields = ({ least, most }: { least: bigint; most: bigint }): ReportJson => ({
  ...money('double_counted_at_least', least),
  ...money('double_counted_at_most', most),
});

/** One line for each day with claims or orders, in order of days. */
export function overlapDays(lines: readonly ClaimLine[], shop: readonly ShopDay[]): ReportJson[] {
  const claims = new Map<string, Map<string, bigint>>();
  for (const { date, claimant, micros } of lines) {
    const of_day = claims.get(date) ?? new Map<string, bigint>();
    claims.set(date, of_day);
    of_day.set(claimant, (of_day.get(claimant) ?? 0n) + micros);
  }
  const sold = new Map(shop.map((one) => [one.day, one]));
  const days = [...new Set([...claims.keys(), ...sold.keys()])].sort();
  return days.map((day) => {
    const of_day = [...(claims.get(day)?.values() ?? [])];
    const { orders = 0, net_micros = 0n } = sold.get(day) ?? {};
    const claimed = of_day.reduce((sum, micros) => sum + micros, 0n);
    return {
      day,
      claimants: of_day.length,
      ...money('claimed_revenue', claimed),
      orders,
      ...money('net_revenue', net_micros),
      ...money('over_claim', claimed - net_micros),
      ...boundFields(doubleCounted(of_day, net_micros)),
    };
  });
}

/** One line for each two claimants: the bounds from their claims, and the orders that the log shows both of them touched. */
export function overlapPairs(
  rules: readonly ClaimantRules[],
  claimed: readonly bigint[],
  net_micros: bigint,
  pairs: readonly SharedByPair[],
): ReportJson[] {
  const known = new Map<string, OrderSum>(pairs.map((pair) => [`${pair.a_no} ${pair.b_no}`, pair]));
  return rules.flatMap(({ claimant }, a) =>
    rules.slice(a + 1).map((other, i) => {
      const b = a + 1 + i;
      const { orders, micros } = known.get(`${a} ${b}`) ?? { orders: 0, micros: 0n };
      return {
        claimant,
        other_claimant: other.claimant,
        ...boundFields(doubleCounted([claimed[a]!, claimed[b]!], net_micros)),
        touched_by_both_orders: orders,
        ...money('touched_by_both_revenue', micros),
      };
    }),
  );
}
