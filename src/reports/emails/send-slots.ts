/** How the emails of an hour of the day, or of a day of the week, were answered, and the best one where the figures can name it. */
import { formatMicros, money } from '../../domain/money.ts';
import { type GroupDraws, ratioInterval } from '../../learning/group-bootstrap.ts';
import { groupRate, type Rate, total } from '../../learning/group-rates.ts';
import type { ReportJson } from '../context.ts';
import { personDraws } from '../person-draws.ts';
import { intervalOf } from './intervals.ts';
import { HOURS_A_DAY, type Slot } from './send-figures.ts';

export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
const SLOTS = {
  hour: Array.from({ length: HOURS_A_DAY }, (_, hour) => String(hour)),
  weekday: WEEKDAYS,
} as const;
export type SlotKind = keyof typeof SLOTS;

const LEVEL = 0.9;
const LEAST = { cases: 300, events: 10 };
const LEAST_BUYERS = 30;

/** The rows of slots, and the best of them. */
export function slotRows(kind: SlotKind, slots: readonly Slot[]): { rows: ReportJson[]; best: ReportJson } {
  const draws = personDraws();
  const rates = slots.map((slot) =>
    groupRate(draws, slot.clicked, slot.delivered, LEVEL, LEAST, ['emails', 'emails with a click']),
  );
  const rows = slots.map((slot, i) => ({
    [kind]: kind === 'hour' ? i : WEEKDAYS[i]!,
    delivered: total(slot.delivered),
    recipients: total(slot.recipients),
    openers: slot.openers,
    clickers: slot.clickers,
    opened: intervalOf(groupRate(draws, slot.opened, slot.delivered, LEVEL, LEAST, ['emails', 'emails with an open'])),
    clicked: intervalOf(rates[i]!),
    influenced_orders: slot.orders,
    ...money('attributed_revenue', slot.micros),
    ...revenueOf(slot, draws),
  }));
  return { rows, best: bestOf(rates, SLOTS[kind]) };
}

/** Credited revenue per recipient, with its interval. */
function revenueOf({ micros, recipients, credited, buyers }: Slot, draws: GroupDraws): ReportJson {
  const all = total(recipients);
  const withheld = (reason: string): ReportJson => ({
    revenue_per_recipient: all === 0 ? null : each(Number(micros) / all),
    revenue_per_recipient_interval: null,
    revenue_per_recipient_withheld: reason,
  });
  if (all < LEAST.cases) return withheld(`needs ${LEAST.cases} recipients, has ${all}`);
  if (buyers < LEAST_BUYERS) return withheld(`needs ${LEAST_BUYERS} people with an influenced order, has ${buyers}`);
  const { low, high } = ratioInterval(draws, credited, recipients, LEVEL);
  return {
    revenue_per_recipient: each(Number(micros) / all),
    revenue_per_recipient_interval: { low: each(low), high: each(high) },
    revenue_per_recipient_withheld: null,
  };
}

const each = (micros: number): string => formatMicros(BigInt(Math.round(micros)));

/** The slot with the highest click rate, if its interval lies above those of all others that have one. */
function bestOf(rates: readonly Rate[], names: readonly string[]): ReportJson {
  const known = rates.flatMap(({ rate, interval }, i) =>
    rate === null || interval === null ? [] : { name: names[i]!, rate, interval },
  );
  const [best, ...others] = known.sort((a, b) => b.rate - a.rate);
  if (best === undefined || others.length === 0)
    return {
      best: null,
      reason: `needs two with ${LEAST.cases} emails and ${LEAST.events} with a click, has ${known.length}`,
    };
  const beside = others.filter(({ interval }) => interval.high >= best.interval.low).map(({ name }) => name);
  if (beside.length > 0)
    return {
      best: null,
      reason: `the intervals of ${best.name} and of ${beside.length} other${beside.length === 1 ? '' : 's'} overlap, such as ${beside[0]}`,
    };
  return {
    best: best.name,
    reason: `its interval lies above those of the ${others.length} others that have enough emails`,
  };
}
