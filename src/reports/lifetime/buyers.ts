/**
 * Customers as the models of purchases see them. A purchase is a day on which a person had an order that is worth more than nothing
 * after refunds. docs/semantics.md 18.
 */

import { PERSON_GROUPS } from '../../attribution/plan.ts';
import { MICROS_PER_UNIT } from '../../domain/money.ts';
import type { Purchases } from '../../learning/bg-nbd.ts';
import type { Spending } from '../../learning/gamma-gamma.ts';
import { inBlocks } from '../../warehouse/work-turns.ts';
import { type Lifetimes, netOf } from './lifetimes.ts';

/** People with a purchase before a day, in order of their keys. Times are in days from the first purchase of each. */
export interface Buyers {
  person: Uint32Array;
  repeats: Float64Array;
  recency: Float64Array;
  age: Float64Array;
  /** The mean value of the purchases after the first, in units of the currency; 0 without any. */
  mean: Float64Array;
  /** How many have repeats. */
  repeat_customers: number;
  /** Days from the first purchase of all to the day; 0 without any. */
  days: number;
}

/** What is known of one person, in one row so that it is read at once. */
const [REPEATS, RECENCY, AGE, MEAN, WIDTH] = [0, 1, 2, 3, 4];

/** @param until_day purchases of this day and later ones are left out. */
export async function buyersUntil(lifetimes: Lifetimes, until_day: number): Promise<Buyers> {
  const { people, by_key } = lifetimes;
  const rows = new Float64Array(people * WIDTH);
  const is_buyer = new Uint8Array(people);
  await inBlocks(people, (from, until) => {
    for (let person = from; person < until; person++)
      if (takeBuyer(lifetimes, person, until_day, rows, person * WIDTH)) is_buyer[person] = 1;
  });
  const column = (): Float64Array => new Float64Array(people);
  const [person, repeats, recency, age, mean] = [new Uint32Array(people), column(), column(), column(), column()];
  let [count, repeat_customers, days] = [0, 0, 0];
  await inBlocks(people, (from, until) => {
    for (let i = from; i < until; i++) {
      const own = by_key[i]!;
      if (is_buyer[own] === 0) continue;
      const row = own * WIDTH;
      person[count] = own;
      repeats[count] = rows[row + REPEATS]!;
      recency[count] = rows[row + RECENCY]!;
      age[count] = rows[row + AGE]!;
      mean[count] = rows[row + MEAN]!;
      if (repeats[count]! > 0) repeat_customers += 1;
      days = Math.max(days, age[count]!);
      count += 1;
    }
  });
  return {
    person: person.subarray(0, count),
    repeats: repeats.subarray(0, count),
    recency: recency.subarray(0, count),
    age: age.subarray(0, count),
    mean: mean.subarray(0, count),
    repeat_customers,
    days,
  };
}

/** Writes a person's row. @returns false without a purchase. */
function takeBuyer(
  lifetimes: Lifetimes,
  person: number,
  until_day: number,
  rows: Float64Array,
  row: number,
): boolean {
  const { starts, day } = lifetimes;
  let first_day = Number.NaN;
  let last_day = Number.NaN;
  let repeats = 0;
  let micros = 0;
  for (let order = starts[person]!; order < starts[person + 1]! && day[order]! < until_day; order++) {
    const net = netOf(lifetimes, order);
    if (net <= 0) continue;
    if (Number.isNaN(first_day)) first_day = day[order]!;
    if (day[order] === first_day) continue;
    if (day[order] !== last_day) repeats += 1;
    last_day = day[order]!;
    micros += net;
  }
  if (Number.isNaN(first_day)) return false;
  rows[row + REPEATS] = repeats;
  rows[row + RECENCY] = repeats === 0 ? 0 : last_day - first_day;
  rows[row + AGE] = until_day - first_day;
  rows[row + MEAN] = repeats === 0 ? 0 : micros / repeats / MICROS_PER_UNIT;
  return true;
}

/** A fit takes at most so many customers. */
export const MOST_FITTED = 25_000;

/**
 * About `most` customers, those of the first random groups. Those without repeats who were observed equally long are one row.
 */
export function fitted(
  lifetimes: Lifetimes,
  buyers: Buyers,
  most: number,
): { purchases: Purchases; spending: Spending; customers: number } {
  const groups = Math.ceil(Math.min(1, most / Math.max(1, buyers.person.length)) * PERSON_GROUPS);
  const single = new Map<number, number>();
  const rows: number[] = [];
  for (let i = 0; i < buyers.person.length; i++) {
    if (lifetimes.random_group[buyers.person[i]!]! >= groups) continue;
    if (buyers.repeats[i]! > 0) rows.push(i);
    else single.set(buyers.age[i]!, (single.get(buyers.age[i]!) ?? 0) + 1);
  }
  const of_rows = (values: Float64Array): number[] => rows.map((i) => values[i]!);
  const zeros = Array.from(single, () => 0);
  const weight = [...rows.map(() => 1), ...single.values()];
  return {
    purchases: {
      repeats: [...of_rows(buyers.repeats), ...zeros],
      recency: [...of_rows(buyers.recency), ...zeros],
      age: [...of_rows(buyers.age), ...single.keys()],
      weight,
    },
    spending: { purchases: of_rows(buyers.repeats), mean: of_rows(buyers.mean) },
    customers: weight.reduce((sum, count) => sum + count, 0),
  };
}
