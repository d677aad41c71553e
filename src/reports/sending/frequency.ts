/** Each number of emails in the days before an email beside one less: leaving, orders and net revenue after it. docs/semantics.md 28. */
import { MICROS_PER_UNIT } from '../../domain/money.ts';
import { MS_PER_HOUR } from '../../domain/time.ts';
import { type RateSums, sumOfRates } from '../../learning/rate-sums.ts';
import { MANY } from '../emails/week-counts.ts';
import { ALPHA, LEAST, USUAL_MS } from './asked.ts';
import { type Control, controlOf, type Estimate, estimateOf, inUnits, isEnough } from './estimates.ts';
import { AGES, type FrequencyUnits, OUTCOMES, type OutcomeName } from './frequency-units.ts';
import { compareInTurns } from './in-turns.ts';

/** All numbers are compared at once. */
export const FREQUENCY_ALPHA = ALPHA / MANY;

/** A number of emails in the 7 days before an email, beside one less. */
export interface FrequencyRow {
  emails_before: number;
  /** Emails with this number, and with one less, that have like ones on the other side. */
  emails: number;
  other_emails: number;
  /** How long after the email is seen of both, in hours: until the next email of most. */
  within_hours: number;
  /** Null with too few. */
  left: Estimate | null;
  orders: Estimate | null;
  net: Estimate | null;
  control: Control | null;
}

export interface Frequency {
  rows: FrequencyRow[];
  /** Emails that may be compared. */
  emails: number;
  /** Net revenue of a person on the list in {@link USUAL_MS}, in units of the currency. */
  value_of_person: number | null;
}

export async function compareFrequencies(own: FrequencyUnits): Promise<Frequency> {
  const cells = own.units.inCells();
  const values = new Float64Array(own.units.length);
  const times = new Float64Array(own.units.length);
  const sums = new Map<string, RateSums>();
  const asked = Array.from({ length: MANY }, (_, i) => ({ treated: i + 1, other: i }));
  const compare = async (name: string, times: Float64Array | null): Promise<void> => {
    const found = await compareInTurns(cells, { asked, levels: MANY + 1 }, { values, times });
    for (const [i, own] of found.entries()) sums.set(`${name}/${i + 1}`, own);
  };
  for (const [age, { from_ms, until_ms }] of AGES.entries()) {
    for (let unit = 0; unit < times.length; unit++)
      times[unit] = Math.min(Math.max(own.watched_ms[unit]! - from_ms, 0), until_ms - from_ms);
    for (const name of OUTCOMES) {
      own.after[name][age]!.into(values);
      await compare(`${name}/${age}`, times);
    }
  }
  own.orders_before.into(values);
  await compare('before', null);
  const rows = Array.from({ length: MANY }, (_, i) => rowOf(i + 1, sums));
  const { ms, net } = own.listed;
  const value = ms === 0 ? null : (net / MICROS_PER_UNIT) * (USUAL_MS / ms);
  return { rows, emails: cells.order.length, value_of_person: value };
}

/** The parts of the time after the email in which both sides have enough emails. */
function rowOf(emails_before: number, sums: ReadonlyMap<string, RateSums>): FrequencyRow {
  const of = (name: string): RateSums => sums.get(`${name}/${emails_before}`)!;
  const is_short = (age: number): boolean => {
    const { treated_units, other_units } = of(`left/${age}`);
    return Math.min(treated_units, other_units) < LEAST.emails;
  };
  const first_short = AGES.findIndex((_, age) => is_short(age));
  const seen = AGES.slice(0, first_short === -1 ? AGES.length : first_short);
  const found = (name: OutcomeName) =>
    sumOfRates(seen.map(({ from_ms, until_ms }, age) => ({ sums: of(`${name}/${age}`), scale: until_ms - from_ms })));
  const [left, orders, net] = [found('left'), found('orders'), found('net')];
  const has_orders = isEnough(orders);
  const first = of('left/0');
  return {
    emails_before,
    emails: first.treated_units,
    other_emails: first.other_units,
    within_hours: (seen.at(-1)?.until_ms ?? 0) / MS_PER_HOUR,
    left: isEnough(left) ? estimateOf(left, FREQUENCY_ALPHA) : null,
    orders: has_orders ? estimateOf(orders, FREQUENCY_ALPHA) : null,
    net: has_orders && net !== null ? inUnits(estimateOf(net, FREQUENCY_ALPHA)) : null,
    control: controlOf(sumOfRates([{ sums: of('before'), scale: 1 }])),
  };
}
