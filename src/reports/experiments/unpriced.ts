/** Warnings about orders of an experiment that have no exchange rate: orders stay counted, and money is not known. docs/semantics.md 25. */
import type { Plan } from '../../attribution/plan.ts';
import { noRate } from '../../attribution/rates.ts';
import { ORDERS_WITHOUT_RATE } from '../../attribution/relations.ts';
import type { Design } from '../../domain/experiment.ts';
import { formatDate, MS_PER_DAY } from '../../domain/time.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { readAll } from '../../warehouse/read-row.ts';
import { numbered } from '../../warehouse/relation.ts';
import type { Warning } from '../warning.ts';
import { untilSql } from './read-arms.ts';
import { ORDER_VALUES, PEOPLE } from './relations.ts';

export const ORDERS_UNPRICED = 'orders_without_rate';
/** What the orders of each warning leave unknown. */
const UNKNOWN = {
  [ORDERS_UNPRICED]:
    'orders count, but money of their arms is not known, so only orders and conversion rate are compared',
  earlier_orders_without_rate:
    'orders before the assignment have no value, so revenue before it and what it explains (the adjusted differences) are not known',
  pooled_orders_without_rate:
    'orders of other experiments of the pool have no value, so money of the pool is not known',
} as const;
type Code = keyof typeof UNKNOWN;

/**
 * Reads the warnings after orders without a rate were found. Run readArms for each experiment before.
 * @param designs the experiment that is asked for, then those of its pool, as they were read.
 */
export async function unpricedWarnings(snapshot: Snapshot, plan: Plan, designs: readonly Design[]): Promise<Warning[]> {
  const found = new Map<Code, { orders: number; currency: string; day: number }>();
  for (const [no, design] of designs.entries())
    for (const { is_counted, orders, currency, day } of await readUnpriced(snapshot, design, no)) {
      if (no > 0 && is_counted === 0) continue;
      const code =
        no > 0 ? 'pooled_orders_without_rate' : is_counted === 1 ? ORDERS_UNPRICED : 'earlier_orders_without_rate';
      const known = found.get(code);
      const first = known !== undefined && known.day <= day ? known : { currency, day };
      found.set(code, { ...first, orders: orders + (known?.orders ?? 0) });
    }
  return [...found].map(([code, { orders, currency, day }]) => ({
    code,
    count: orders,
    message: `${UNKNOWN[code]}: ${noRate(currency, plan.currency, formatDate(day))}`,
  }));
}

/** Orders that count and orders before the assignment, by currency, with the first day of each. */
async function readUnpriced(snapshot: Snapshot, design: Design, no: number) {
  const rows = await snapshot.query(
    `select is_counted, currency, count(*) as orders, min(day_number) as day from (
       select case when o.at_ms >= p.at_ms then 1 else 0 end as is_counted, w.currency as currency, w.day_number as day_number
       from ${numbered(PEOPLE, no).name} p join ${ORDER_VALUES.name} o on o.person_key = p.person_key join ${ORDERS_WITHOUT_RATE.name} w on w.order_no = o.order_no
       where o.at_ms >= p.at_ms - ${design.before_days * MS_PER_DAY} and o.at_ms < ${untilSql(design)} and (${design.arms.map((_, i) => `p.arm = $arm_${i}`).join(' or ')})) found
     group by is_counted, currency order by is_counted desc, day, currency`,
    Object.fromEntries(design.arms.map(({ name }, i) => [`arm_${i}`, name])),
  );
  return readAll(rows, { is_counted: 'number', currency: 'text', orders: 'number', day: 'number' });
}
