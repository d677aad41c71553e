/**
 * Judges the forecast on days that are known: the models are fitted to what came before the last days, and their forecast for these
 * days is set beside what customers brought, and beside the average of the year before, carried on. docs/semantics.md 18.
 */
import { MICROS_PER_UNIT, money } from '../../domain/money.ts';
import { formatDate } from '../../domain/time.ts';
import { ExactSums } from '../../histories/exact.ts';
import { expectedOf } from '../../learning/forecast.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import type { Cancellation } from '../cancellation.ts';
import type { ReportJson } from '../context.ts';
import { type Buyers, buyersWhere } from './buyers.ts';
import { amount, amounts, rounded } from './cohort-rows.ts';
import { inTurns } from './in-turns.ts';
import { addEvent, type Lifetimes } from './lifetimes.ts';
import { fitUntil, forecastOf, type Models } from './prediction.ts';

/** The naive forecast is made from so many days. */
const YEAR_DAYS = 365;
/** At most this part of the days is held out. */
const PART = 1 / 3;

/** @param end_day the day after the last one that is known. @param whole the fit to all days. */
export async function holdoutOf(
  lifetimes: Lifetimes,
  end_day: number,
  horizon: number,
  whole: { buyers: Buyers; models: Models },
  cancellation: Cancellation | undefined,
): Promise<ReportJson> {
  const days = Math.min(horizon, Math.floor(whole.buyers.days * PART));
  const cut_day = end_day - days;
  const fit = await fitUntil(lifetimes, cut_day, cancellation, whole.models);
  const head = { days, from: formatDate(cut_day), until: formatDate(end_day) };
  if ('refused' in fit) return { ...head, ...NOTHING, refused: `before ${head.from}: ${fit.refused}` };
  const { models } = fit;
  const buyers = await buyersWhere(lifetimes, fit.buyers, () => true);
  const all = new Int32Array(lifetimes.people);
  const forecast = (await forecastOf(lifetimes, fit, all, 1, days, cancellation))[1]!;
  const expected = await inTurns(expectedOf(buyers, models.purchases.model, models.spending.model, days), cancellation);
  const past_days = Math.min(YEAR_DAYS, fit.buyers.days);
  const past = await revenueBetween(lifetimes, buyers.person, cut_day - past_days, cut_day);
  const actual = await revenueBetween(lifetimes, buyers.person, cut_day, end_day);
  const naive = (Number(past.total) / buyers.person.length) * (days / past_days);
  const actual_micros = Number(actual.total);
  let [error, naive_error] = [0, 0];
  const turns = new WorkTurns();
  for (let i = 0; i < buyers.person.length; i++) {
    if (turns.ends(1_024)) await turns.next();
    const own = Number(actual.sums.total(i));
    error += Math.abs(expected.purchases[i]! * expected.spend[i]! * MICROS_PER_UNIT - own);
    naive_error += Math.abs(naive - own);
  }
  const count = buyers.person.length;
  const relative = (micros: number): number | null =>
    actual_micros === 0 ? null : rounded((micros - actual_micros) / actual_micros);
  return {
    ...head,
    customers: count,
    ...money('net_revenue', actual.total),
    predicted_revenue: amount(forecast.value * MICROS_PER_UNIT),
    predicted_revenue_interval: amounts(inMicros(forecast.interval)),
    predicted_error: relative(forecast.value * MICROS_PER_UNIT),
    predicted_error_per_customer: amount(error / count),
    naive_revenue: amount(naive * count),
    naive_error: relative(naive * count),
    naive_error_per_customer: amount(naive_error / count),
    refused: null,
  };
}

const NOTHING = {
  customers: null,
  net_revenue_micros: null,
  net_revenue: null,
  predicted_revenue: null,
  predicted_revenue_interval: { low: null, high: null },
  predicted_error: null,
  predicted_error_per_customer: null,
  naive_revenue: null,
  naive_error: null,
  naive_error_per_customer: null,
};

export const inMicros = ({ low, high }: { low: number; high: number }) => ({
  low: low * MICROS_PER_UNIT,
  high: high * MICROS_PER_UNIT,
});

/** The net revenue of some people in some days, all of it and by place. */
async function revenueBetween(lifetimes: Lifetimes, people: Uint32Array, from_day: number, until_day: number) {
  const { starts, event_starts, event_day } = lifetimes;
  const sums = new ExactSums();
  sums.reserve(people.length);
  let total = 0n;
  const turns = new WorkTurns();
  for (let place = 0; place < people.length; place++) {
    if (turns.ends(1_024)) await turns.next();
    const person = people[place]!;
    for (let e = event_starts[starts[person]!]!; e < event_starts[starts[person + 1]!]!; e++)
      if (event_day[e]! >= from_day && event_day[e]! < until_day) addEvent(sums, place, lifetimes, e);
    total += sums.total(place);
  }
  return { sums, total };
}
