/** What customers are expected to bring, by models that are fitted to all customers of a brand. docs/semantics.md 18. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type BgNbd, type Fitted, fitBgNbd } from '../../learning/bg-nbd.ts';
import { forecast, type GroupForecast } from '../../learning/forecast.ts';
import { fitGammaGamma, type GammaGamma } from '../../learning/gamma-gamma.ts';
import type { Cancellation } from '../cancellation.ts';
import { type Buyers, buyersUntil, buyersWhere, fitted, MOST_FITTED } from './buyers.ts';
import { LEVEL } from './cohort-ages.ts';
import { inTurns } from './in-turns.ts';
import type { Lifetimes } from './lifetimes.ts';

export const LEAST_REPEAT_CUSTOMERS = 100;
export const LEAST_DAYS = 90;
const SEED = 1;

export interface Models {
  purchases: Fitted<BgNbd>;
  spending: Fitted<GammaGamma>;
  /** The customers that the fit took. */
  customers: number;
}

/** Fits, or a reason with figures why not. */
export type FitOutcome = { models: Models; buyers: Buyers } | { refused: string; buyers: Buyers };

/** The fit to all customers begins at that to about so many. */
const FIRST_FITTED = 2_500;

/**
 * Fits the models to what is known before a day.
 * @param near models that the fit begins at; made from a few of the customers when left out.
 */
export async function fitUntil(
  lifetimes: Lifetimes,
  until_day: number,
  cancellation: Cancellation | undefined,
  near: Models | null = null,
): Promise<FitOutcome> {
  const buyers = await buyersUntil(lifetimes, until_day);
  const { repeat_customers, days } = buyers;
  const missing = [
    ...(repeat_customers < LEAST_REPEAT_CUSTOMERS
      ? [`${LEAST_REPEAT_CUSTOMERS} customers with a repeat purchase, has ${repeat_customers}`]
      : []),
    ...(days < LEAST_DAYS ? [`${LEAST_DAYS} days since the first purchase, has ${days}`] : []),
  ];
  if (missing.length > 0) return { buyers, refused: `needs ${missing.join('; needs ')}` };
  const few = buyers.count > 2 * FIRST_FITTED ? FIRST_FITTED : null;
  const first = near ?? (few === null ? null : await fitTo(await fitted(lifetimes, buyers, few), null, cancellation));
  const begin = first === null || 'refused' in first ? null : first;
  const outcome = await fitTo(await fitted(lifetimes, buyers, MOST_FITTED), begin, cancellation);
  return 'refused' in outcome ? { buyers, ...outcome } : { buyers, models: outcome };
}

async function fitTo(
  rows: Awaited<ReturnType<typeof fitted>>,
  near: Models | null,
  cancellation: Cancellation | undefined,
): Promise<Models | { refused: string }> {
  await nextTurn();
  const purchases = await inTurns(fitBgNbd(rows.purchases, near?.purchases.model), cancellation);
  if (purchases === null)
    return { refused: `the purchases of ${rows.customers} customers do not settle the parameters of BG/NBD` };
  const spending = await inTurns(fitGammaGamma(rows.spending, near?.spending.model), cancellation);
  if (spending === null || spending.model.q <= 1)
    return {
      refused: `the values of the purchases of ${rows.spending.mean.length} customers do not settle a mean by Gamma-Gamma`,
    };
  return { purchases, spending, customers: rows.customers };
}

/**
 * The forecast of each group of people for some days, and of all of them as the last.
 * @param group_of by person, the group; -1 for people who are left out.
 */
export async function forecastOf(
  lifetimes: Lifetimes,
  { models, buyers }: { models: Models; buyers: Buyers },
  group_of: Int32Array,
  groups: number,
  horizon: number,
  cancellation: Cancellation | undefined,
): Promise<GroupForecast[]> {
  const { person, ...columns } = await buyersWhere(lifetimes, buyers, (own) => group_of[own]! >= 0);
  const customers = { ...columns, group: Uint32Array.from(person, (own) => group_of[own]!), groups };
  return inTurns(forecast(customers, models, { horizon, seed: SEED, level: LEVEL }), cancellation);
}
