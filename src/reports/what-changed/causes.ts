/**
 * Splits the change of an amount between two periods by cause, so that the parts add up to the change exactly. docs/semantics.md 20.
 *
 * The amount is the product of three factors: orders touched, the credited part of each, and the value of a credited conversion.
 * Each factor is changed at the mean of the others before and now: T. L. Bennet, The theory of measurement of changes in cost of
 * living, Journal of the Royal Statistical Society 83 (1920), 455–462, who does so for quantities and prices. The first two factors
 * together are the quantity, and are split in the same way. So what two factors changed together is shared by halves, and no
 * rest remains. The arithmetic is that of fractions of integers; only the parts are rounded, to whole micros.
 */

export const CAUSES = ['volume', 'rate', 'order_value', 'entered', 'left', 'adjustments'] as const;
export type Cause = (typeof CAUSES)[number];
export type Causes = Record<Cause, bigint>;

/** Of all groups together: the causes, and what moved between groups of different value. */
export const TOTAL_CAUSES = ['volume', 'rate', 'mix', 'order_value', 'entered', 'left', 'adjustments'] as const;
export type TotalCauses = Record<(typeof TOTAL_CAUSES)[number], bigint>;

/** What a group had in one period. */
export interface Earned {
  /** Orders touched; for all groups together, the orders of the period. */
  orders: bigint;
  /** Credited conversions, in millionths. */
  credited: bigint;
  /** Attributed revenue, in micros. */
  micros: bigint;
}

/** Splits the change of a group. The parts are micros and add up to `now.micros - before.micros`, whatever the numbers are. */
export function splitChange(before: Earned, now: Earned): Causes {
  const parts: Causes = { volume: 0n, rate: 0n, order_value: 0n, entered: 0n, left: 0n, adjustments: 0n };
  // Value without a conversion is that of adjustments, of orders of other days.
  const has_before = before.credited !== 0n;
  const has_now = now.credited !== 0n;
  if (!has_before) parts.adjustments -= before.micros;
  if (!has_now) parts.adjustments += now.micros;
  if (!has_before && !has_now) return parts;
  const has_orders = before.orders !== 0n && now.orders !== 0n;
  if (!has_before && !has_orders) return { ...parts, entered: now.micros };
  if (!has_now && !has_orders) return { ...parts, left: -before.micros };
  return { ...parts, ...splitProduct(before, now, has_orders) };
}

/** Splits the change where at least one period has conversions. A period without any has the value of a conversion of the other. */
function splitProduct(
  before: Earned,
  now: Earned,
  has_orders: boolean,
): Pick<Causes, 'volume' | 'rate' | 'order_value'> {
  const [orders_0, orders_1] = has_orders ? [before.orders, now.orders] : [1n, 1n];
  const [credited_0, credited_1] = [before.credited, now.credited];
  const valued_0 = credited_0 === 0n ? now : before;
  const valued_1 = credited_1 === 0n ? before : now;
  const [base_0, base_1] = [valued_0.credited, valued_1.credited];
  // All three parts over the denominator 4 * orders_0 * orders_1 * base_0 * base_1.
  const values = valued_0.micros * base_1 + valued_1.micros * base_0;
  const volume = (orders_1 - orders_0) * (credited_0 * orders_1 + credited_1 * orders_0) * values;
  const rate = (credited_1 * orders_0 - credited_0 * orders_1) * (orders_0 + orders_1) * values;
  const value_change = valued_1.micros * base_0 - valued_0.micros * base_1;
  const order_value = 2n * orders_0 * orders_1 * (credited_0 + credited_1) * value_change;
  const denominator = 4n * orders_0 * orders_1 * base_0 * base_1;
  // Without orders touched the whole quantity is volume.
  const quantity = has_orders ? [volume, rate] : [volume + rate, 0n];
  const [a, b, c] = roundToSum([...quantity, order_value], denominator);
  return { volume: a!, rate: b!, order_value: c! };
}

/**
 * Rounds fractions with one denominator to integers with the same sum, which must be an integer: each is rounded down, and what
 * is left goes to those with the largest remainders, one each, the first of equals first.
 */
function roundToSum(numerators: readonly bigint[], denominator: bigint): bigint[] {
  const sign = denominator < 0n ? -1n : 1n;
  const over = denominator * sign;
  const parts = numerators.map((numerator, i) => {
    const value = numerator * sign;
    const remainder = ((value % over) + over) % over;
    return { i, whole: (value - remainder) / over, remainder };
  });
  const left = parts.reduce((sum, { remainder }) => sum + remainder, 0n) / over;
  const by_remainder = [...parts].sort((a, b) =>
    a.remainder > b.remainder ? -1 : a.remainder < b.remainder ? 1 : a.i - b.i,
  );
  for (const part of by_remainder.slice(0, Number(left))) part.whole += 1n;
  return parts.map(({ whole }) => whole);
}

export interface SplitGroup {
  before: Earned;
  now: Earned;
  causes: Causes;
}

/**
 * Splits the change of all groups together. An order can be touched by several groups, so volume and rate are those of all orders of
 * the periods, at the mean value of a conversion. What the mean value changed is `order_value`, the sum of that of the groups, and
 * `mix`: conversions that moved between groups of different value. `mix` takes the roundings of the groups, less than a micro each.
 * @param orders the orders of the two periods.
 */
export function splitTotal(groups: readonly SplitGroup[], orders: { before: bigint; now: bigint }): TotalCauses {
  const sum = (of: (group: SplitGroup) => bigint): bigint => groups.reduce((all, group) => all + of(group), 0n);
  const change = sum(({ before, now }) => now.micros - before.micros);
  const order_value = sum(({ causes }) => causes.order_value);
  const adjustments = sum(({ causes }) => causes.adjustments);
  const all = (period: 'before' | 'now'): Earned => ({
    orders: orders[period],
    credited: sum((group) => group[period].credited),
    micros: sum((group) => (group[period].credited === 0n ? 0n : group[period].micros)),
  });
  const { volume, rate, entered, left } = splitChange(all('before'), all('now'));
  const mix = change - volume - rate - order_value - entered - left - adjustments;
  return { volume, rate, mix, order_value, entered, left, adjustments };
}

const sizeOfChange = ({ before, now }: SplitGroup): bigint => {
  const change = now.micros - before.micros;
  return change < 0n ? -change : change;
};

/** The largest changes first, in either direction. Groups with equal changes stay in their order. */
export function largestFirst<G extends SplitGroup>(groups: readonly G[]): G[] {
  return groups.toSorted((a, b) => {
    const [own, other] = [sizeOfChange(a), sizeOfChange(b)];
    return own > other ? -1 : own < other ? 1 : 0;
  });
}
