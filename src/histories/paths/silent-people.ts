/** People who may have touched in the period of a plan and did not order in it, from histories. */
import type { Plan } from '../../attribution/plan.ts';
import type { PersonKeys } from '../../identity/person-keys.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { inBlocks, WorkTurns } from '../../warehouse/work-turns.ts';
import type { AskedOrders, Lists } from '../asked-orders.ts';
import type { Histories } from '../histories.ts';
import { conversionCounts } from '../orders/conversion-counts.ts';
import { Pairs } from '../orders/lists.ts';
import type { OrderBook } from '../orders/order-book.ts';
import { People } from '../orders/people.ts';
import { Standing } from '../orders/standing.ts';
import { Touched } from '../orders/touched.ts';
import { grown } from '../room.ts';
import { SubjectBrands } from '../subject-brands.ts';

/** People with several ids by number, from 0, and those who have one id by the number of their subject. */
export interface SilentPeople {
  people: number;
  /** The halves of the person's key. */
  key_high: Int32Array;
  key_low: Int32Array;
  /** The place of the person's brand in the plan. */
  brand_no: Uint16Array;
  subjects: Lists;
  /** How many conversions of any kind and time each person has, at least 1. Some may have more if that changes no path. */
  conversions: Float64Array;
  /** By subject: 1 and the place of its brand, if it is the only id with touchpoints of a person who did not order; 0 for all others. */
  alone: Uint16Array;
  /** By subject that is alone, how many conversions of any kind and time it has; empty if that changes no path. */
  alone_conversions: Uint32Array;
}

export const NOBODY: SilentPeople = {
  people: 0,
  key_high: new Int32Array(0),
  key_low: new Int32Array(0),
  brand_no: new Uint16Array(0),
  subjects: { starts: new Uint32Array(1), values: new Float64Array(0) },
  conversions: new Float64Array(0),
  alone: new Uint16Array(0),
  alone_conversions: new Uint32Array(0),
};

/**
 * Finds everyone with a touchpoint who has none of the orders. Whether it lies in the period is seen when the paths are walked.
 */
export async function silentPeople(
  snapshot: Snapshot,
  plan: Plan,
  histories: Histories,
  person_keys: PersonKeys,
  orders: AskedOrders,
): Promise<SilentPeople> {
  const { subjects, orders: book } = histories;
  const brands = await SubjectBrands.of(snapshot, subjects, plan.positions.touchpoints);
  const brand_ids = plan.brands.map(({ brand_id }) => brand_id);
  const placeOf = brands.placesIn(brand_ids);
  const people = await People.of(book.keys, person_keys);
  const touched = Touched.of(subjects, book.keys);
  // Subjects and keys that come while this runs lie after the position of the report.
  const keys = book.keys.size;
  const alone = new Uint16Array(subjects.size);
  const only_place = brands.onlyPlaceIn(brand_ids);
  if (only_place === null)
    await inBlocks(alone.length, (from, until) => {
      for (let subject = from; subject < until; subject++) alone[subject] = placeOf(subject) + 1;
    });
  else alone.fill(only_place + 1);
  /** By key of a person: 1 for a person with an order, 2 and the number of a person without one, 0 for others. */
  const number_of = new Uint32Array(keys);
  for (const key of orders.person_keys) number_of[key] = 1;
  const found = new Found();
  const counts = conversionCounts(book);
  const few = Math.floor(plan.limits.of_person / plan.limits.most);
  let has_many = false;
  const turns = new WorkTurns();
  for (let key = 0; key < keys; key++) {
    if (turns.ends(1_024)) await turns.next();
    const subject = touched.find(key);
    if (subject < 0 || subject >= alone.length) continue;
    const person = people.personOf(key);
    if (person === key && number_of[person] === 0 && people.isAlone(person)) {
      if (counts[key]! > few) has_many = true;
      continue;
    }
    alone[subject] = 0;
    if (number_of[person] !== 0) continue;
    const place = placeOf(subject);
    if (place < 0) continue;
    const number = found.add(book.keys.highOf(person), book.keys.lowOf(person), place);
    number_of[person] = number + 2;
    let own_conversions = 0;
    people.eachSubject(person, (own) => {
      own_conversions += counts[own] ?? 0;
      const touches = touched.find(own);
      if (touches >= 0) found.subjects.add(number, touches);
    });
    if (own_conversions > few) has_many = true;
  }
  // So few conversions do not shorten a path.
  const counted = has_many
    ? await countConversions(book, plan, people, number_of, (person) => touched.find(person), alone, found.people)
    : { conversions: new Float64Array(found.people).fill(1), alone_conversions: new Uint32Array(0) };
  return { ...found.done(), alone, ...counted };
}

/**
 * How many conversions of any kind and time people have up to the position of the plan.
 * @param number_of by key of a person, 2 and its number if it has several ids.
 */
async function countConversions(
  book: OrderBook,
  plan: Plan,
  people: People,
  number_of: Uint32Array,
  subjectOf: (person: number) => number,
  alone: Uint16Array,
  several: number,
): Promise<Pick<SilentPeople, 'conversions' | 'alone_conversions'>> {
  const conversions = new Float64Array(several);
  const alone_conversions = new Uint32Array(alone.length);
  const standing = new Standing(book, plan.positions.conversions);
  const { subject, rows } = book.conversions;
  const turns = new WorkTurns();
  for (let row = 0; row < rows; row++) {
    if (turns.ends(1_024)) await turns.next();
    const person = people.personOf(subject[row]!);
    const number = number_of[person]! - 2;
    if (number === -1 || !standing.sees(row)) continue;
    if (number >= 0) {
      conversions[number]! += 1;
      continue;
    }
    const own = subjectOf(person);
    if (own >= 0 && own < alone.length && alone[own] !== 0) alone_conversions[own]! += 1;
  }
  return { conversions: conversions.map((count) => Math.max(1, count)), alone_conversions };
}

/** People while they are found. */
class Found {
  people = 0;
  readonly subjects = new Pairs();
  private key_high = new Int32Array(256);
  private key_low = new Int32Array(256);
  private brand_no = new Uint16Array(256);

  add(high: number, low: number, brand_no: number): number {
    if (this.people === this.brand_no.length) {
      this.key_high = grown(this.key_high, 2 * this.people);
      this.key_low = grown(this.key_low, 2 * this.people);
      this.brand_no = grown(this.brand_no, 2 * this.people);
    }
    this.key_high[this.people] = high;
    this.key_low[this.people] = low;
    this.brand_no[this.people] = brand_no;
    return this.people++;
  }

  done(): Pick<SilentPeople, 'people' | 'key_high' | 'key_low' | 'brand_no' | 'subjects'> {
    const { people, key_high, key_low, brand_no, subjects } = this;
    return { people, key_high, key_low, brand_no, subjects: subjects.lists(people) };
  }
}
