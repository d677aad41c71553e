/**
 * Makes the orders of a report from a book, without the engine: attribution/orders.ts, events.ts and rates.ts, the conversions
 * outside of attribution/journeys.ts, and the persons.
 */
import { MAX_VALUE_MICROS } from '../../attribution/bounds.ts';
import { PERSON_GROUPS, type Plan } from '../../attribution/plan.ts';
import { CONVERSION_TYPES } from '../../domain/conversion.ts';
import type { PersonKeys } from '../../identity/person-keys.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import type { AskedOrders } from '../asked-orders.ts';
import type { Histories } from '../histories.ts';
import { brandDays, type ZoneDays } from '../zone-days.ts';
import { ListsInOrder, numbersByList, Pairs } from './lists.ts';
import type { OrderBook } from './order-book.ts';
import { People } from './people.ts';
import { type PickedOrders, pickOrders } from './pick-orders.ts';
import { previousOf } from './previous.ts';
import { convertEvents, ratesAt } from './rates.ts';
import { refundCounts } from './refund-counts.ts';
import { spendAt } from './spend.ts';
import { Standing } from './standing.ts';
import { Touched } from './touched.ts';
import { unknownRefunds } from './unknown-refunds.ts';
import type { ValueEvents } from './value-events.ts';

/**
 * The orders of a plan. Null if a value is so large that the engine has to refuse it.
 * @param with_kinds true if `is_first` is asked for.
 * @throws missing_fx_rate like the query.
 */
export async function askOrders(
  book: OrderBook,
  plan: Plan,
  person_keys: PersonKeys,
  subjects: Histories['subjects'],
  with_kinds: boolean,
): Promise<AskedOrders | null> {
  const standing = new Standing(book, plan.positions.conversions);
  const since = plan.lookback === 'since_previous_conversion';
  const picked = await pickOrders(book, plan, standing, since || with_kinds);
  const { rows, at_ms, place, events, event_starts } = picked;
  const days = brandDays(plan.brands);
  const dayOf = (order: number): number => days[place[order]!]!.day(at_ms[order]!);
  await convertEvents(book, plan, standing, { ...picked, dayOf });
  if (isTooLarge(events)) return null;
  const people = await People.of(book.keys, person_keys);
  const previous_ms = await previousOf(book, picked, (row) => people.personOf(book.conversions.subject[row]!));
  return {
    orders: rows.length,
    rows,
    at_ms,
    previous_ms: since && previous_ms !== null ? previous_ms : noPrevious(rows.length),
    policy: policiesOf(book, picked),
    event_starts,
    before: events.before,
    after: events.after,
    large: events.large,
    day_number: dayNumbers(picked, days),
    is_order: events.is_order,
    segments: null,
    is_first:
      with_kinds && previous_ms !== null
        ? Uint8Array.from(previous_ms, (previous) => Number(Number.isNaN(previous)))
        : null,
    ...(await ofPeople(book, standing, rows, people, Touched.of(subjects, book.keys))),
    counts: { ...refundCounts(events.refund_faults), refunds_unknown: unknownRefunds(book, plan, standing) },
    refund_faults: events.refund_faults,
    spend: () => spendAt(book, standing),
    rates: () => ratesAt(book, standing),
  };
}

/** Nothing is before the orders of a report that looks back as far as it can. The array is used again; nobody changes it. */
let no_previous = new Float64Array(0);
function noPrevious(orders: number): Float64Array {
  if (no_previous.length < orders) no_previous = new Float64Array(orders).fill(Number.NaN);
  return no_previous.subarray(0, orders);
}

function policiesOf({ conversions: { type } }: OrderBook, { rows, place }: PickedOrders): Uint32Array {
  const policies = new Uint32Array(rows.length);
  for (let i = 0; i < rows.length; i++) policies[i] = place[i]! * CONVERSION_TYPES.length + type[rows[i]!]!;
  return policies;
}

function dayNumbers({ rows, place, events, event_starts }: PickedOrders, days: readonly ZoneDays[]): Float64Array {
  const numbers = new Float64Array(events.length);
  for (let order = 0; order < rows.length; order++) {
    const own = days[place[order]!]!;
    for (let e = event_starts[order]!; e < event_starts[order + 1]!; e++) numbers[e] = own.day(events.at_ms[e]!);
  }
  return numbers;
}

function isTooLarge({ large }: ValueEvents): boolean {
  for (const { before, after } of large.values())
    for (const value of [before, after]) if (value > MAX_VALUE_MICROS || value < -MAX_VALUE_MICROS) return true;
  return false;
}

type OfPeople = Pick<
  AskedOrders,
  'persons' | 'person_keys' | 'person_starts' | 'by_person' | 'person_group' | 'subjects' | 'outside' | 'conversions'
>;

/** Numbers the people who ordered, and finds what belongs to each. */
async function ofPeople(
  book: OrderBook,
  standing: Standing,
  rows: Uint32Array,
  people: People,
  touched: Touched,
): Promise<OfPeople> {
  /** By number of a key, the number of the person plus 1; 0 for people who did not order. */
  const numbers = new Uint32Array(book.keys.size);
  const keys = new Uint32Array(rows.length);
  const { subject } = book.conversions;
  const person = new Uint32Array(rows.length);
  const person_group = new Uint8Array(rows.length);
  const turns = new WorkTurns();
  let persons = 0;
  for (let i = 0; i < rows.length; i++) {
    if (turns.ends(1_024)) await turns.next();
    const key = people.personOf(subject[rows[i]!]!);
    if (numbers[key] === 0) {
      keys[persons] = key;
      numbers[key] = ++persons;
    }
    person[i] = numbers[key]! - 1;
    person_group[i] = book.keys.lowOf(key) & (PERSON_GROUPS - 1);
  }
  const found = new ListsInOrder(persons);
  const take = (own: number): void => {
    const touches = touched.find(own);
    if (touches >= 0) found.add(touches);
  };
  for (let number = 0; number < persons; number++) {
    if (turns.ends(1_024)) await turns.next();
    people.eachSubject(keys[number]!, take);
    found.end();
  }
  const { starts, numbers: by_person } = numbersByList(persons, person);
  return {
    persons,
    person_keys: keys.subarray(0, persons),
    person_starts: starts,
    by_person,
    person_group,
    subjects: found.lists(),
    ...(await otherConversions(book, standing, rows, persons, (row) => numbers[people.personOf(subject[row]!)]! - 1)),
  };
}

/** The conversions of people who ordered: their number, and the instants of those that are no orders of the report. */
async function otherConversions(
  book: OrderBook,
  standing: Standing,
  rows: Uint32Array,
  persons: number,
  personOf: (row: number) => number,
): Promise<Pick<AskedOrders, 'outside' | 'conversions'>> {
  const conversions = new Float64Array(persons);
  const outside = new Pairs();
  const turns = new WorkTurns();
  const last = book.conversions.rows;
  let next = 0;
  for (let row = 0; row < last; row++) {
    if (turns.ends(1_024)) await turns.next();
    // The rows of the orders are in order, too.
    const is_order = rows[next] === row;
    if (is_order) next += 1;
    if (!standing.sees(row)) continue;
    const person = personOf(row);
    if (!(person >= 0)) continue;
    conversions[person]! += 1;
    if (!is_order && standing.stands(row)) outside.add(person, book.conversions.at_ms[row]!);
  }
  return { conversions, outside: outside.lists(persons) };
}
