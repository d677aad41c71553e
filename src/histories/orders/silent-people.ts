/** People who may have touched in the period of a plan and did not order in it, from histories. */
import type { Plan } from '../../attribution/plan.ts';
import { CONVERSION_TYPES } from '../../domain/conversion.ts';
import type { PersonKeys } from '../../identity/person-keys.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import type { AskedOrders, Lists } from '../asked-orders.ts';
import { type Histories, newestFresh, olderFresh, type Touchpoints } from '../histories.ts';
import { grown } from '../room.ts';
import { SubjectBrands } from '../subject-brands.ts';
import { Pairs } from './lists.ts';
import { People } from './people.ts';
import { Standing } from './standing.ts';
import { Touched } from './touched.ts';

/** People by number, from 0, in the order in which their touchpoints lie in memory. */
export interface SilentPeople {
  people: number;
  /** The halves of the person's key. */
  key_high: Int32Array;
  key_low: Int32Array;
  /** The place of the person's brand in the plan. */
  brand_no: Uint32Array;
  /** The policy of the brand and the first conversion type that is asked for. */
  policy: Uint32Array;
  subjects: Lists;
  /** How many conversions of any kind and time each person has, at least 1. */
  conversions: Float64Array;
}

export const NOBODY: SilentPeople = {
  people: 0,
  key_high: new Int32Array(0),
  key_low: new Int32Array(0),
  brand_no: new Uint32Array(0),
  policy: new Uint32Array(0),
  subjects: { starts: new Uint32Array(1), values: new Float64Array(0) },
  conversions: new Float64Array(0),
};

/** Finds everyone with a touchpoint in the period, of any kind and at any position, who has none of the orders. */
export async function silentPeople(
  snapshot: Snapshot,
  plan: Plan,
  histories: Histories,
  person_keys: PersonKeys,
  orders: AskedOrders,
): Promise<SilentPeople> {
  const { subjects, orders: book } = histories;
  const brands = await SubjectBrands.of(snapshot, subjects, plan.positions.touchpoints);
  const placeOf = brands.placesIn(plan.brands.map(({ brand_id }) => brand_id));
  const people = await People.of(book.keys, person_keys);
  const touched = Touched.of(subjects, book.keys);
  const keys = book.keys.size;
  const own_key = await keysOfSubjects(touched, keys, subjects.size);
  /** By key of a person: 1 for a person with an order, 2 and the number of a person without one, 0 for others. */
  const number_of = new Uint32Array(keys);
  for (const key of orders.person_keys) number_of[key] = 1;
  const found = new Found();
  const turns = new WorkTurns();
  for (let subject = 0; subject < own_key.length; subject++) {
    if (turns.ends(1_024)) await turns.next();
    const place = placeOf(subject);
    if (place < 0 || !hasTouchIn(histories, subject, plan.brands[place]!)) continue;
    const key = own_key[subject]! - 1;
    if (key < 0) {
      found.subjects.add(found.add(subjects.highOf(subject), subjects.lowOf(subject), place), subject);
      continue;
    }
    const person = people.personOf(key);
    if (number_of[person] !== 0) continue;
    const number = found.add(book.keys.highOf(person), book.keys.lowOf(person), place);
    number_of[person] = number + 2;
    people.eachSubject(person, (own) => {
      const touches = touched.find(own);
      if (touches >= 0) found.subjects.add(number, touches);
    });
  }
  const conversions = new Float64Array(found.people);
  const standing = new Standing(book, plan.positions.conversions);
  const { subject, rows } = book.conversions;
  for (let row = 0; row < rows; row++) {
    if (turns.ends(1_024)) await turns.next();
    const number = number_of[people.personOf(subject[row]!)]! - 2;
    if (number >= 0 && standing.sees(row)) conversions[number]! += 1;
  }
  const type = (CONVERSION_TYPES as readonly string[]).indexOf(plan.conversion_types?.[0] ?? 'purchase');
  return found.done(
    conversions.map((count) => Math.max(1, count)),
    type,
  );
}

/** By subject, 1 and the number of its key in a book; 0 if the book does not know it. */
async function keysOfSubjects(touched: Touched, keys: number, subjects: number): Promise<Uint32Array> {
  const own_key = new Uint32Array(subjects);
  const turns = new WorkTurns();
  for (let key = 0; key < keys; key++) {
    if (turns.ends(1_024)) await turns.next();
    const subject = touched.find(key);
    // Subjects and keys that come while this runs lie after the position of the report.
    if (subject >= 0 && subject < subjects) own_key[subject] = key + 1;
  }
  return own_key;
}

/** True if a subject has a touchpoint in a period. */
function hasTouchIn(
  touchpoints: Touchpoints,
  subject: number,
  { start_ms, end_ms }: { start_ms: number; end_ms: number },
): boolean {
  const { starts, at_ms } = touchpoints;
  if (subject + 1 < starts.length) {
    let [low, high] = [starts[subject]!, starts[subject + 1]!];
    const until = high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (at_ms[middle]! < start_ms) low = middle + 1;
      else high = middle;
    }
    if (low < until && at_ms[low]! < end_ms) return true;
  }
  for (let place = newestFresh(touchpoints, subject); place >= 0; place = olderFresh(touchpoints, place)) {
    if (at_ms[place]! < start_ms) return false;
    if (at_ms[place]! < end_ms) return true;
  }
  return false;
}

/** People while they are found. */
class Found {
  people = 0;
  readonly subjects = new Pairs();
  private key_high = new Int32Array(256);
  private key_low = new Int32Array(256);
  private brand_no = new Uint32Array(256);

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

  done(conversions: Float64Array, type_no: number): SilentPeople {
    const { people, key_high, key_low, brand_no, subjects } = this;
    const policy = brand_no.map((place) => place * CONVERSION_TYPES.length + type_no);
    return { people, key_high, key_low, brand_no, policy, subjects: subjects.lists(people), conversions };
  }
}
