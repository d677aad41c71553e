/** Each block of hours and each weekday of delivery beside all others: orders after the email. docs/semantics.md 28. */
import { sumOfRates, withClusters } from '../../learning/rate-sums.ts';
import { WEEKDAYS } from '../emails/send-slots.ts';
import { ALPHA, BLOCK_HOURS, LEAST } from './asked.ts';
import { type Control, controlOf, type Estimate, estimateOf, type Found, inUnits, isEnough } from './estimates.ts';
import { compareInTurns } from './in-turns.ts';
import { SLOTS, type SlotKind, type SlotUnits, type TimeUnits } from './time-units.ts';

export interface TimeRow {
  /** A weekday, or hours such as "08-12". */
  slot: string;
  /** Emails of the slot, and of the others, that have like ones on the other side. */
  emails: number;
  other_emails: number;
  /** Null with too few. */
  orders: Estimate | null;
  net: Estimate | null;
  control: Control | null;
}

export type Times = Record<SlotKind, { rows: TimeRow[]; best: string | null; reason: string }>;

/** All blocks, or all weekdays, are compared at once. */
export const TIME_ALPHA = { block: ALPHA / SLOTS.block, weekday: ALPHA / SLOTS.weekday } as const;

const hours = (hour: number): string => String(hour).padStart(2, '0');
const NAMES: Record<SlotKind, readonly string[]> = {
  block: Array.from({ length: SLOTS.block }, (_, i) => `${hours(BLOCK_HOURS * i)}-${hours(BLOCK_HOURS * (i + 1))}`),
  weekday: WEEKDAYS,
};

export async function compareTimes({ slots }: TimeUnits): Promise<Times> {
  const block = await rowsOf('block', slots.block);
  const weekday = await rowsOf('weekday', slots.weekday);
  return { block: { rows: block, ...bestOf(block) }, weekday: { rows: weekday, ...bestOf(weekday) } };
}

async function rowsOf(kind: SlotKind, own: SlotUnits): Promise<TimeRow[]> {
  const cells = own.units.inCells();
  const names = NAMES[kind];
  const alpha = TIME_ALPHA[kind];
  const asked = names.map((_, slot) => ({ treated: slot, other: null }));
  const values = new Float64Array(own.units.length);
  const columns: Array<Array<Found | null>> = [];
  const is_clear = own.is_clear.into(new Float64Array(own.units.length));
  for (const [outcome, times] of [
    [own.orders, null],
    [own.net, null],
    [own.orders_before, is_clear],
  ] as const) {
    outcome.into(values);
    const clusterOf = (cell: number): number => own.clusterOf(cell);
    const found = await compareInTurns(cells, { asked, levels: names.length }, { values, times }, clusterOf);
    columns.push(
      found.map((sums) => {
        const one = sumOfRates([{ sums, scale: 1 }]);
        return one === null ? null : withClusters(one, sums);
      }),
    );
  }
  const [orders, net, before] = columns;
  return names.map((slot, i): TimeRow => {
    const own_orders = orders![i]!;
    const has_enough = isEnough(own_orders);
    return {
      slot,
      emails: own_orders?.treated_units ?? 0,
      other_emails: own_orders?.other_units ?? 0,
      orders: has_enough ? estimateOf(own_orders, alpha) : null,
      net: has_enough ? inUnits(estimateOf(net![i]!, alpha)) : null,
      control: controlOf(before![i]!),
    };
  });
}

/** The slot whose orders are surely more than those of all others. */
function bestOf(rows: readonly TimeRow[]): { best: string | null; reason: string } {
  const known = rows.flatMap(({ orders, ...row }) => (orders === null ? [] : [{ ...row, orders }]));
  if (known.length === 0)
    return {
      best: null,
      reason: `too few emails to like people at other times, each side needs ${LEAST.emails}, or too few orders`,
    };
  const [best] = known.filter(({ orders }) => orders.low > 0).sort((a, b) => b.orders.difference - a.orders.difference);
  if (best === undefined) return { best: null, reason: 'no time surely brings more orders than the others' };
  if (best.control === null || best.control.differs)
    return {
      best: null,
      reason: `people who were sent at ${best.slot} ${best.control === null ? 'cannot be compared before the email' : 'ordered differently before the email as well'}, so the comparison leaks`,
    };
  return {
    best: best.slot,
    reason: `orders are surely more than at the other times, of ${known.length} that are known`,
  };
}
