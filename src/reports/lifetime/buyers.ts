/**
 * Customers as the models of purchases see them. A purchase is a day on which a person had an order that is worth more than nothing
 * after refunds. docs/semantics.md 18.
 */

import { PERSON_GROUPS } from '../../attribution/plan.ts';
import { MICROS_PER_UNIT } from '../../domain/money.ts';
import { roomFor } from '../../histories/room.ts';
import type { Purchases } from '../../learning/bg-nbd.ts';
import type { Spending } from '../../learning/gamma-gamma.ts';
import { inBlocks } from '../../warehouse/work-turns.ts';
import { type Lifetimes, netOf } from './lifetimes.ts';

/** People with a purchase before a day. Times are in days from the first purchase of each. */
export interface Buyers {
  count: number;
  /** How many have repeats. */
  repeat_customers: number;
  /** Days from the first purchase of all to the day; 0 without any. */
  days: number;
  /** By person, 1 with a purchase. */
  is_buyer: Uint8Array;
  until_day: number;
}

/** What is known of some buyers, in order of their keys. */
export interface BuyerColumns {
  person: Uint32Array;
  repeats: Float64Array;
  recency: Float64Array;
  age: Float64Array;
  /** The mean value of the purchases after the first, in units of the currency; 0 without any. */
  mean: Float64Array;
}

/** What is known of one buyer, as in {@link BuyerColumns}. */
interface Buyer {
  repeats: number;
  recency: number;
  age: number;
  mean: number;
}

/** @param until_day purchases of this day and later ones are left out. */
export async function buyersUntil(lifetimes: Lifetimes, until_day: number): Promise<Buyers> {
  const is_buyer = new Uint8Array(lifetimes.people);
  const buyer = { repeats: 0, recency: 0, age: 0, mean: 0 };
  let [count, repeat_customers, days] = [0, 0, 0];
  await inBlocks(lifetimes.people, (from, until) => {
    for (let person = from; person < until; person++) {
      if (!takeBuyer(lifetimes, person, until_day, buyer)) continue;
      is_buyer[person] = 1;
      count += 1;
      if (buyer.repeats > 0) repeat_customers += 1;
      days = Math.max(days, buyer.age);
    }
  });
  return { count, repeat_customers, days, is_buyer, until_day };
}

/** The buyers whom a report keeps. */
export async function buyersWhere(
  lifetimes: Lifetimes,
  { is_buyer, until_day }: Buyers,
  keeps: (person: number) => boolean,
): Promise<BuyerColumns> {
  const { by_key } = lifetimes;
  let count = 0;
  let people = new Uint32Array(1_024);
  await inBlocks(by_key.length, (from, until) => {
    for (let i = from; i < until; i++) {
      const person = by_key[i]!;
      if (is_buyer[person] === 0 || !keeps(person)) continue;
      people = roomFor(people, count + 1);
      people[count++] = person;
    }
  });
  const column = (): Float64Array => new Float64Array(count);
  const [repeats, recency, age, mean] = [column(), column(), column(), column()];
  const buyer = { repeats: 0, recency: 0, age: 0, mean: 0 };
  await inBlocks(count, (from, until) => {
    for (let i = from; i < until; i++) {
      takeBuyer(lifetimes, people[i]!, until_day, buyer);
      repeats[i] = buyer.repeats;
      recency[i] = buyer.recency;
      age[i] = buyer.age;
      mean[i] = buyer.mean;
    }
  });
  return { person: people.subarray(0, count), repeats, recency, age, mean };
}

/** Finds what is known of a person. @returns false without a purchase. */
function takeBuyer(lifetimes: Lifetimes, person: number, until_day: number, found: Buyer): boolean {
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
  found.repeats = repeats;
  found.recency = repeats === 0 ? 0 : last_day - first_day;
  found.age = until_day - first_day;
  found.mean = repeats === 0 ? 0 : micros / repeats / MICROS_PER_UNIT;
  return true;
}

/** A fit takes at most so many customers. */
export const MOST_FITTED = 25_000;

/**
 * About `most` customers, those of the first random groups. Those without repeats who were observed equally long are one row.
 */
export async function fitted(
  lifetimes: Lifetimes,
  buyers: Buyers,
  most: number,
): Promise<{ purchases: Purchases; spending: Spending; customers: number }> {
  const groups = Math.ceil(Math.min(1, most / Math.max(1, buyers.count)) * PERSON_GROUPS);
  const { random_group } = lifetimes;
  const taken = await buyersWhere(lifetimes, buyers, (person) => random_group[person]! < groups);
  const single = new Map<number, number>();
  const rows: number[] = [];
  for (let i = 0; i < taken.person.length; i++) {
    if (taken.repeats[i]! > 0) rows.push(i);
    else single.set(taken.age[i]!, (single.get(taken.age[i]!) ?? 0) + 1);
  }
  const of_rows = (values: Float64Array): number[] => rows.map((i) => values[i]!);
  const zeros = Array.from(single, () => 0);
  const weight = [...rows.map(() => 1), ...single.values()];
  return {
    purchases: {
      repeats: [...of_rows(taken.repeats), ...zeros],
      recency: [...of_rows(taken.recency), ...zeros],
      age: [...of_rows(taken.age), ...single.keys()],
      weight,
    },
    spending: { purchases: of_rows(taken.repeats), mean: of_rows(taken.mean) },
    customers: weight.reduce((sum, count) => sum + count, 0),
  };
}
