/** The figures of a brand, or of all together: its own, the part that counts in another brand, and what is left. */
import { money, ratio } from '../../domain/money.ts';
import { costAndReturn, spendMoney } from '../campaign-metrics.ts';
import type { ReportJson } from '../context.ts';
import type { Earned } from './credit-rows.ts';

/** Orders, their net value, and the credit of it. */
export interface Part {
  orders: number;
  net_micros: bigint;
  earned: Earned;
}

export interface Figures {
  own: Part;
  shared: Part;
  customers: number;
  /** Null if there is none, or if it is not known. */
  spend_micros: bigint | null;
}

export function less(own: Part, shared: Part): Part {
  return combined(own, shared, -1n);
}

function combined(a: Part, b: Part, sign: 1n | -1n): Part {
  return {
    orders: a.orders + Number(sign) * b.orders,
    net_micros: a.net_micros + sign * b.net_micros,
    earned: {
      micros: a.earned.micros + sign * b.earned.micros,
      millionths: a.earned.millionths + sign * b.earned.millionths,
      email_micros: a.earned.email_micros + sign * b.earned.email_micros,
    },
  };
}

const NOTHING: Part = { orders: 0, net_micros: 0n, earned: { micros: 0n, millionths: 0n, email_micros: 0n } };

/** @param spend_is_known false if the spend of some brand has no rate. */
export function sumOf(all: readonly Figures[], shared_customers: number, spend_is_known: boolean): Figures {
  const sum = (part: 'own' | 'shared'): Part =>
    all.reduce((total, figures) => combined(total, figures[part], 1n), NOTHING);
  const spends = all.flatMap(({ spend_micros }) => (spend_micros === null ? [] : [spend_micros]));
  return {
    own: sum('own'),
    shared: sum('shared'),
    customers: all.reduce((total, { customers }) => total + customers, 0) - shared_customers,
    spend_micros: spends.length === 0 || !spend_is_known ? null : spends.reduce((a, b) => a + b, 0n),
  };
}

/** @param is_total true for all brands together, whose return is that of the counted orders. */
export function shownFigures({ own, shared, customers, spend_micros }: Figures, is_total: boolean): ReportJson {
  const counted = less(own, shared);
  const { micros: revenue_micros, millionths: credited_millionths } = (is_total ? counted : own).earned;
  const { return_on_ad_spend } = costAndReturn({ revenue_micros, credited_millionths }, spend_micros);
  return {
    conversions: own.orders,
    ...money('net_revenue', own.net_micros),
    ...money('attributed_revenue', own.earned.micros),
    ...money('email_attributed_revenue', own.earned.email_micros),
    email_share_of_revenue: ratio(own.earned.email_micros, own.net_micros),
    shared_conversions: shared.orders,
    ...money('shared_revenue', shared.net_micros),
    ...money('shared_attributed_revenue', shared.earned.micros),
    ...money('shared_email_revenue', shared.earned.email_micros),
    counted_conversions: counted.orders,
    ...money('counted_revenue', counted.net_micros),
    ...money('counted_attributed_revenue', counted.earned.micros),
    ...money('counted_email_revenue', counted.earned.email_micros),
    counted_email_share: ratio(counted.earned.email_micros, counted.net_micros),
    customers,
    ...spendMoney(spend_micros),
    return_on_ad_spend,
  };
}
