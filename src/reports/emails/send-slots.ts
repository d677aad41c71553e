/** How the emails of an hour of the day, or of a day of the week, were answered, and the best one where the figures can name it. */
import { formatMicros, money } from '../../domain/money.ts';
import { type GroupDraws, ratioInterval } from '../../learning/group-bootstrap.ts';
import { groupRate, type Rate, total } from '../../learning/group-rates.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { readAll } from '../../warehouse/read-row.ts';
import type { ReportJson } from '../context.ts';
import { personDraws } from '../person-draws.ts';
import { MESSAGE_CREDITS, MESSAGES } from '../relations.ts';
import { intervalOf } from './intervals.ts';

export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
const SLOTS = {
  hour: Array.from({ length: 24 }, (_, hour) => String(hour)),
  weekday: WEEKDAYS,
} as const;
export type SlotKind = keyof typeof SLOTS;

const LEVEL = 0.9;
const LEAST = { cases: 300, events: 10 };
const LEAST_BUYERS = 30;

interface Slot {
  delivered: Map<number, number>;
  opened: Map<number, number>;
  clicked: Map<number, number>;
  orders: number;
  micros: bigint;
  recipients: Map<number, number>;
  openers: number;
  clickers: number;
  buyers: number;
  credited: Map<number, number>;
}

export async function readSlots(snapshot: Snapshot, kind: SlotKind): Promise<{ rows: ReportJson[]; best: ReportJson }> {
  const slots = SLOTS[kind].map(
    (): Slot => ({
      delivered: new Map(),
      opened: new Map(),
      clicked: new Map(),
      orders: 0,
      micros: 0n,
      recipients: new Map(),
      openers: 0,
      clickers: 0,
      buyers: 0,
      credited: new Map(),
    }),
  );
  await readAnswers(snapshot, kind, slots);
  await readEarned(snapshot, kind, slots);
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

async function readAnswers(snapshot: Snapshot, kind: SlotKind, slots: readonly Slot[]): Promise<void> {
  const rows = await snapshot.query(
    `with of_people as (
       select ${kind} as slot, person, count(*) as messages, count_where(opened_ms is not null) as opened,
         count_where(clicked_ms is not null) as clicked from ${MESSAGES.name} group by ${kind}, person)
     select slot, hash256(person) as person_group, sum(messages) as messages, count(*) as recipients, sum(opened) as opened, sum(clicked) as clicked,
       count_where(opened > 0) as openers, count_where(clicked > 0) as clickers
     from of_people group by slot, hash256(person)`,
  );
  const shape = {
    slot: 'number',
    person_group: 'number',
    messages: 'number',
    recipients: 'number',
    opened: 'number',
    clicked: 'number',
    openers: 'number',
    clickers: 'number',
  } as const;
  for (const row of readAll(rows, shape)) {
    const slot = slots[row.slot]!;
    slot.delivered.set(row.person_group, row.messages);
    slot.opened.set(row.person_group, row.opened);
    slot.clicked.set(row.person_group, row.clicked);
    slot.recipients.set(row.person_group, row.recipients);
    slot.openers += row.openers;
    slot.clickers += row.clickers;
  }
}

async function readEarned(snapshot: Snapshot, kind: SlotKind, slots: readonly Slot[]): Promise<void> {
  const rows = await snapshot.query(
    `select ${kind} as slot, hash256(person) as person_group, count(distinct case when counted = 1 then order_no end) as orders,
       count(distinct case when counted = 1 then person end) as buyers, text128(sum128(c.micros)) as micros
     from ${MESSAGE_CREDITS.name} c group by ${kind}, hash256(person)`,
  );
  const shape = {
    slot: 'number',
    person_group: 'number',
    orders: 'number',
    buyers: 'number',
    micros: 'bigint',
  } as const;
  for (const { slot: number, person_group, orders, buyers, micros } of readAll(rows, shape)) {
    const slot = slots[number]!;
    slot.orders += orders;
    slot.buyers += buyers;
    slot.micros += micros;
    slot.credited.set(person_group, Number(micros));
  }
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
