/** What a cohort did by age: orders, active customers, revenue, and how soon a second order came. docs/semantics.md 18. */

import { PERSON_GROUPS } from '../../attribution/plan.ts';
import { MS_PER_DAY } from '../../domain/time.ts';
import { ExactSums } from '../../histories/exact.ts';
import type { Interval } from '../../learning/bootstrap.ts';
import { type GroupDraws, ratioInterval } from '../../learning/group-bootstrap.ts';
import { addEvent, type Lifetimes } from './lifetimes.ts';

/** The length of an age. Ages count from the day of the first order of each customer. */
export const AGE_DAYS = 30;
/** Later ages are left out. */
export const MAX_AGES = 60;
/** A second order is looked for within so many days of the first. */
export const REPEAT_DAYS = [30, 60, 90, 180, 365] as const;
/** The part of the draws that an interval holds. */
export const LEVEL = 0.9;

/** The work yields after so many people. */
const BLOCK = 2_048;

/** When the observation ends: the instant, and by place of a brand the day, which is not over. */
export interface Observed {
  until_ms: number;
  days: readonly number[];
}

export interface AgeFigures {
  /** True if all customers of the cohort were observed to the end of this age. */
  complete: boolean;
  /** The customers who were observed to its end, and those of them with an order in it. */
  observed: number;
  active: number;
  orders: number;
  micros: bigint;
  cumulative_micros: bigint;
  /** Of the revenue per customer up to the end of this age, in micros; null unless it is complete. */
  interval: Interval | null;
}

export interface CohortFigures {
  customers: number;
  repeat_customers: number;
  orders: number;
  micros: bigint;
  /** Of the revenue per customer, in micros. */
  interval: Interval;
  ages: AgeFigures[];
  /** The customers who were observed so many days, and those of them with a second order by then. */
  repeats: Array<{ within_days: number; observed: number; repeated: number }>;
  /** True if there are ages that are left out. */
  ages_cut: boolean;
}

/** @param draws how often each random group counts in each draw. The work yields, so that other work is done in between. */
export function* cohortFigures(
  lifetimes: Lifetimes,
  people: readonly number[],
  observed: Observed,
  draws: GroupDraws,
): Generator<void, CohortFigures> {
  const fold = new Fold(lifetimes, people, observed);
  for (let i = 0; i < people.length; i++) {
    fold.take(people[i]!);
    if (i % BLOCK === BLOCK - 1) yield;
  }
  const { ages, revenue } = fold;
  const bounds = intervals(fold, draws);
  let cumulative_micros = 0n;
  const rows = Array.from({ length: ages }, (_, age): AgeFigures => {
    const micros = revenue.total(age);
    cumulative_micros += micros;
    const complete = fold.observed[age] === people.length;
    return {
      complete,
      observed: fold.observed[age]!,
      active: fold.active[age]!,
      orders: fold.orders[age]!,
      micros,
      cumulative_micros,
      interval: complete ? bounds[age]! : null,
    };
  });
  return {
    customers: people.length,
    repeat_customers: fold.repeat_customers,
    orders: fold.all_orders,
    micros: revenue.total(ages) + cumulative_micros,
    interval: bounds[ages]!,
    ages: rows,
    repeats: REPEAT_DAYS.map((within_days, i) => ({
      within_days,
      observed: fold.repeat_observed[i]!,
      repeated: fold.repeated[i]!,
    })),
    ages_cut: fold.ages_cut,
  };
}

/** One pass over the people of a cohort. */
class Fold {
  readonly ages: number;
  readonly ages_cut: boolean;
  readonly observed: Uint32Array;
  readonly active: Uint32Array;
  readonly orders: Uint32Array;
  /** By age; the place after the last age has what came later. */
  readonly revenue = new ExactSums();
  /** By random group: the revenue of each age and of what came later, in micros, and the customers. */
  readonly by_group: Float64Array;
  readonly width: number;
  readonly repeat_observed = new Uint32Array(REPEAT_DAYS.length);
  readonly repeated = new Uint32Array(REPEAT_DAYS.length);
  repeat_customers = 0;
  all_orders = 0;

  constructor(
    private readonly lifetimes: Lifetimes,
    people: readonly number[],
    private readonly until: Observed,
  ) {
    const { starts, day, brand_no } = lifetimes;
    let oldest = 0;
    for (const person of people) oldest = Math.max(oldest, until.days[brand_no[person]!]! - day[starts[person]!]!);
    const reached = Math.floor(oldest / AGE_DAYS) + 1;
    this.ages = Math.min(MAX_AGES, reached);
    this.ages_cut = reached > MAX_AGES;
    this.width = this.ages + 2;
    this.observed = new Uint32Array(this.ages);
    this.active = new Uint32Array(this.ages);
    this.orders = new Uint32Array(this.ages);
    this.revenue.reserve(this.ages + 1);
    this.by_group = new Float64Array(PERSON_GROUPS * this.width);
  }

  take(person: number): void {
    const { starts, event_starts, day, event_day, at_ms, random_group, brand_no, micros, large } = this.lifetimes;
    const [first, end] = [starts[person]!, starts[person + 1]!];
    const first_day = day[first]!;
    const ageOf = (own: number): number => Math.min(this.ages, Math.max(0, Math.floor((own - first_day) / AGE_DAYS)));
    const seen = Math.min(this.ages, Math.floor((this.until.days[brand_no[person]!]! - first_day) / AGE_DAYS));
    for (let age = 0; age < seen; age++) this.observed[age]! += 1;
    let last_active = -1;
    for (let order = first; order < end; order++) {
      const age = ageOf(day[order]!);
      if (age < this.ages) this.orders[age]! += 1;
      if (age < seen && age !== last_active) {
        this.active[age]! += 1;
        last_active = age;
      }
    }
    const row = random_group[person]! * this.width;
    for (let e = event_starts[first]!; e < event_starts[end]!; e++) {
      const age = ageOf(event_day[e]!);
      addEvent(this.revenue, age, this.lifetimes, e);
      this.by_group[row + age]! += large.size === 0 ? micros[e]! : Number(large.get(e) ?? micros[e]!);
    }
    this.by_group[row + this.width - 1]! += 1;
    this.all_orders += end - first;
    if (end - first > 1) this.repeat_customers += 1;
    this.takeRepeat(
      this.until.until_ms - at_ms[first]!,
      end - first > 1 ? at_ms[first + 1]! - at_ms[first]! : Number.POSITIVE_INFINITY,
    );
  }

  private takeRepeat(observed_ms: number, second_ms: number): void {
    for (const [i, days] of REPEAT_DAYS.entries()) {
      if (observed_ms < days * MS_PER_DAY) return;
      this.repeat_observed[i]! += 1;
      if (second_ms <= days * MS_PER_DAY) this.repeated[i]! += 1;
    }
  }
}

/** The interval of the revenue per customer up to each age, and of all revenue as the last. */
function intervals({ by_group, width, ages }: Fold, draws: GroupDraws): Interval[] {
  const customers = new Map<number, number>();
  const so_far = new Map<number, number>();
  for (let group = 0; group < PERSON_GROUPS; group++) {
    const count = by_group[(group + 1) * width - 1]!;
    if (count > 0) customers.set(group, count);
  }
  return Array.from({ length: ages + 1 }, (_, age) => {
    for (const group of customers.keys()) so_far.set(group, (so_far.get(group) ?? 0) + by_group[group * width + age]!);
    return ratioInterval(draws, so_far, customers, LEVEL);
  });
}
