/**
 * A simulated, lifelike shop: email, ads, visits and orders, with the truth about the cause of each order. The same options
 * give the same events.
 */

import { Random } from '../domain/random.ts';
import { formatInstant, MS_PER_DAY, MS_PER_HOUR } from '../domain/time.ts';
import { ORGANIC_ORDERS_PER_30_DAYS } from './effects.ts';
import { BROWSING } from './entries.ts';
import { bookAssignments, planExperiments, takePart } from './experiments.ts';
import { sendEmail } from './mail.ts';
import { startAsMember } from './membership.ts';
import { Outbox, type Simulated } from './outbox.ts';
import { Person } from './person.ts';
import { eurRates, makeProgramme, type Programme, type SimulationOptions } from './programme.ts';
import { Tally, type Truth, truthFrom } from './tally.ts';
import { blast, closingVisit, scheduleBrowsing, visit } from './visits.ts';

export type { Simulated } from './outbox.ts';
export type { SimulationOptions } from './programme.ts';
export type { Truth } from './tally.ts';

/**
 * Generates a world customer by customer; within one customer in order of arrival. Only one customer is in memory.
 * `event` is a record as it would be sent, with ids of its own; ~1 % come twice. Rates come first, spend and claims last.
 * @param onCustomer is called with the number of customers that are done.
 * @returns (as the generator's return value) the truth about what was yielded.
 */
export function* simulate(
  options: SimulationOptions,
  onCustomer: (done: number) => void = () => {},
): Generator<Simulated, Truth, void> {
  checkOptions(options);
  const programme = makeProgramme(options);
  const tally = new Tally();
  const books = new Outbox(new Random(options.seed, 'books'), tally, options.end_ms, options.brand_id);
  for (const { date, rate } of eurRates(options)) {
    books.book('fx_rates', { date, currency: 'EUR', base: 'USD', rate }, nextMorning(date) - MS_PER_DAY);
  }
  planExperiments(books, programme, options);
  yield* books.take();
  for (let index = 0; index < options.customers; index++) {
    // Delivery has its own random stream, so that a change there does not change people's lives.
    const out = new Outbox(new Random(options.seed, 'delivery', index), tally, options.end_ms, options.brand_id);
    const person = new Person(index, new Random(options.seed, 'life', index), out, programme, tally, sendEmail);
    live(person, programme);
    withdraw(person, new Random(options.seed, 'consent', index), options);
    bookAssignments(person);
    yield* out.take();
    onCustomer(index + 1);
  }
  for (const row of tally.spendRows()) {
    const spend_id = `sp_${row.date}_${row.channel}_${row.campaign_id}`;
    books.book('spend', { spend_id, ...row, currency: 'USD' }, nextMorning(row.date));
  }
  for (const claim of tally.claims.records() as { date: string }[])
    books.book('claims', claim, nextMorning(claim.date));
  yield* books.take();
  return truthFrom(options, programme, tally);
}

/** The share of customers who deny measurement some day. Nothing else in their lives depends on it, so it has a random stream of its own. */
const DENIAL_SHARE = 0.06;

function withdraw({ customer_id, out }: Person, random: Random, { end_ms, days }: SimulationOptions): void {
  if (!random.chance(DENIAL_SHARE)) return;
  const at_ms = Math.floor(end_ms - random.between(0, days * MS_PER_DAY));
  const purposes = { measurement: false, sharing: false };
  const said = { purposes, source: 'preference page', occurred_at: formatInstant(at_ms) };
  out.book('consents', { consent_id: `co_${customer_id}`, customer_id, ...said }, at_ms);
}

function checkOptions({ customers, days, seed, end_ms }: SimulationOptions): void {
  const whole = { customers, days, seed, end_ms };
  for (const [name, value] of Object.entries(whole)) {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${name} is ${value}; send a whole number`);
  }
  if (customers < 0) throw new RangeError(`customers is ${customers}; send 0 or more`);
  if (days < 1 || days > 3_650) throw new RangeError(`days is ${days}; send 1 to 3650`);
  if (end_ms - (days + 7) * MS_PER_DAY < 0) throw new RangeError(`end_ms is ${end_ms}; the world must lie after 1970`);
}

/** The figures of a day arrive at six the next morning. */
function nextMorning(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) + MS_PER_DAY + 6 * MS_PER_HOUR;
}

/** Queues a person's first actions and runs all of them. */
function live(person: Person, programme: Programme): void {
  const { random, traits } = person;
  if (random.chance(0.7)) startAsMember(person);
  else {
    const at_ms = random.between(programme.start_ms, programme.end_ms);
    person.at(person.awake(at_ms), (at) => visit(person, at, random.weighted(BROWSING), { signs_up: true }));
  }
  for (const email of programme.broadcasts) {
    const is_sent = random.chance(email.audience);
    takePart(person, email, is_sent);
    if (!is_sent) continue;
    person.at(email.send_at_ms + random.between(0, MS_PER_HOUR), (at) => sendEmail(person, email, at));
  }
  for (const { campaign_id, send_at_ms } of traits.takes_sms ? programme.sms : []) {
    person.at(send_at_ms, (at) => blast(person, 'sms', campaign_id, at));
  }
  for (const { campaign_id, send_at_ms } of traits.takes_push ? programme.push : []) {
    person.at(send_at_ms, (at) => blast(person, 'push', campaign_id, at));
  }
  scheduleBrowsing(person, programme.start_ms);
  scheduleOrganicOrder(person, programme.start_ms);
  person.live();
}

/** Orders that come without any marketing, as a Poisson stream. */
function scheduleOrganicOrder(person: Person, after_ms: number): void {
  const mean_days = 30 / (ORGANIC_ORDERS_PER_30_DAYS * person.traits.loyalty);
  // The stream continues from the drawn instant. Sleep only moves the visit.
  const next_ms = after_ms + person.random.exponential(mean_days) * MS_PER_DAY;
  person.at(next_ms, () => {
    person.at(person.awake(next_ms), (at) => closingVisit(person, at, 'organic'));
    scheduleOrganicOrder(person, next_ms);
  });
}
