/** What email contributed to the orders of customers: by credit, and by influence. The two are never added. docs/semantics.md 18. */
import { MICRO_CONVERSIONS } from '../../attribution/plan.ts';
import { money, ratio } from '../../domain/money.ts';
import { ExactSums } from '../../histories/exact.ts';
import type { ReportJson } from '../context.ts';
import type { CreditSource } from '../credit-source.ts';
import { addEvent, type Lifetimes } from './lifetimes.ts';

/** Emails are few beside orders. */
const ALL_EMAILS = 10_000_000;

/** The credit of email touches, under one model. */
export async function emailByCredit(source: CreditSource, model: string): Promise<ReportJson> {
  const { net_micros, total_conversions } = await source.totals();
  let [micros, millionths] = [0n, 0n];
  for (const row of await source.emails(ALL_EMAILS)) {
    micros += BigInt(row['c0'] as string);
    millionths += BigInt(row['m0'] as string);
  }
  return {
    attribution_model: model,
    credited_orders: ratio(millionths, MICRO_CONVERSIONS),
    ...money('credited_revenue', micros),
    share_of_orders: ratio(millionths, total_conversions * BigInt(MICRO_CONVERSIONS)),
    share_of_revenue: ratio(micros, net_micros),
  };
}

/** Orders with an email in their path, each once with all of its value. A path ends at the order, so what came later is in none. */
export function emailByInfluence(lifetimes: Lifetimes): ReportJson {
  const { starts, event_starts, has_email, chosen } = lifetimes;
  const sums = new ExactSums();
  let [all_orders, orders, customers] = [0, 0, 0];
  const [ALL, INFLUENCED] = [0, 1];
  for (let person = 0; person < lifetimes.people; person++) {
    if (chosen[person] !== 1) continue;
    let is_influenced = false;
    for (let order = starts[person]!; order < starts[person + 1]!; order++) {
      all_orders += 1;
      const with_email = has_email![order] === 1;
      if (with_email) {
        orders += 1;
        is_influenced = true;
      }
      for (let e = event_starts[order]!; e < event_starts[order + 1]!; e++) {
        addEvent(sums, ALL, lifetimes, e);
        if (with_email) addEvent(sums, INFLUENCED, lifetimes, e);
      }
    }
    if (is_influenced) customers += 1;
  }
  return {
    influenced_orders: orders,
    influenced_customers: customers,
    ...money('influenced_revenue', sums.total(INFLUENCED)),
    share_of_orders: ratio(orders, all_orders),
    share_of_revenue: ratio(sums.total(INFLUENCED), sums.total(ALL)),
  };
}
