/** Intervals of the reports on cohorts and lifetime value, in shops whose customers buy as the models say. */

import { wilson } from '../../src/learning/score-interval.ts';
import { cohortFigures } from '../../src/reports/lifetime/cohort-ages.ts';
import { cohortDraws } from '../../src/reports/lifetime/cohort-facts.ts';
import { inTurns } from '../../src/reports/lifetime/in-turns.ts';
import { fitUntil, forecastOf } from '../../src/reports/lifetime/prediction.ts';
import { CDNOW_LIKE, drawShop, LOYAL, lifetimesOf, type ShopModel, type ShopOrder } from '../buying-shop.ts';
import type { CoverageOptions, IntervalCheck } from '../intervals.ts';

const CUSTOMERS = 2_000;
const JOINING_DAYS = 300;
const KNOWN_DAYS = 365;
const HORIZON = 180;
/** Cohorts by when customers came. */
const COHORTS = 5;

interface Judged {
  all: boolean;
  cohorts: boolean[];
}

const judged = new Map<string, Promise<Judged[]>>();

/** Whether the forecast of each shop holds what its customers bring. Several checks read the same. */
function judge(name: string, model: ShopModel, { runs, seed }: CoverageOptions): Promise<Judged[]> {
  const key = `${name} ${runs} ${seed}`;
  const known = judged.get(key) ?? judgeAll(model, runs, seed);
  judged.set(key, known);
  return known;
}

async function judgeAll(model: ShopModel, runs: number, seed: number): Promise<Judged[]> {
  const found: Judged[] = [];
  for (let run = 0; run < runs; run++) {
    const shop = drawShop(model, CUSTOMERS, JOINING_DAYS, KNOWN_DAYS + HORIZON, seed * 1_000_003 + run);
    const lifetimes = lifetimesOf(shop, KNOWN_DAYS);
    const fit = await fitUntil(lifetimes, KNOWN_DAYS, undefined);
    if ('refused' in fit) continue;
    const group_of = Int32Array.from(shop, ([first]) => Math.floor((first!.day / JOINING_DAYS) * COHORTS));
    const forecasts = await forecastOf(lifetimes, fit, group_of, COHORTS, HORIZON, undefined);
    const actual = forecasts.map(() => 0);
    for (const [customer, orders] of shop.entries()) {
      const later = sumFrom(orders, KNOWN_DAYS);
      actual[group_of[customer]!]! += later;
      actual[COHORTS]! += later;
    }
    const held = forecasts.map(({ interval: { low, high } }, i) => low <= actual[i]! && actual[i]! <= high);
    found.push({ all: held[COHORTS]!, cohorts: held.slice(0, COHORTS) });
  }
  return found;
}

const sumFrom = (orders: readonly ShopOrder[], from_day: number): number =>
  orders.reduce((sum, { day, micros }) => sum + (day >= from_day ? micros / 1e6 : 0), 0);

function counted(held: readonly boolean[]): { runs: number; covered: number } {
  return { runs: held.length, covered: held.filter(Boolean).length };
}

const SHOPS = { 'CDNOW-like': CDNOW_LIKE, loyal: LOYAL };
const MEAN_CUSTOMERS = 300;

/** The revenue per customer of a cohort after 180 days, beside the mean of very many customers. */
async function ofRevenue({ runs, seed }: CoverageOptions): Promise<{ runs: number; covered: number }> {
  const many = drawShop(LOYAL, 400_000, 1, KNOWN_DAYS, seed);
  const AGES = 6;
  const brought = (orders: readonly ShopOrder[]): number => {
    const first = Math.floor(orders[0]!.day);
    return orders.reduce((sum, { day, micros }) => sum + (Math.floor(day) - first < 30 * AGES ? micros : 0), 0);
  };
  const truth = many.reduce((sum, orders) => sum + brought(orders), 0) / many.length;
  const draws = cohortDraws();
  const held: boolean[] = [];
  for (let run = 0; run < runs; run++) {
    const lifetimes = lifetimesOf(drawShop(LOYAL, MEAN_CUSTOMERS, 1, KNOWN_DAYS, seed * 7_919 + run + 1), KNOWN_DAYS);
    // Every customer of the loyal shop is in a random group of its own draw.
    const people = Array.from({ length: lifetimes.people }, (_, person) => person);
    const observed = { until_ms: KNOWN_DAYS * 86_400_000, days: [KNOWN_DAYS] };
    const { interval } = (await inTurns(cohortFigures(lifetimes, people, observed, draws), undefined)).ages[AGES - 1]!;
    held.push(interval!.low <= truth && truth <= interval!.high);
  }
  return counted(held);
}

/** The share of customers with a second order within 90 days. */
async function ofRepeats({ runs, seed }: CoverageOptions): Promise<{ runs: number; covered: number }> {
  const returns = (orders: readonly ShopOrder[]): boolean => orders.length > 1 && orders[1]!.day - orders[0]!.day <= 90;
  const many = drawShop(LOYAL, 400_000, 1, KNOWN_DAYS, seed);
  const truth = many.filter(returns).length / many.length;
  const held: boolean[] = [];
  for (let run = 0; run < runs; run++) {
    const shop = drawShop(LOYAL, 100, 1, KNOWN_DAYS, seed * 6_007 + run + 1);
    const { low, high } = wilson(shop.filter(returns).length, shop.length);
    held.push(low <= truth && truth <= high);
  }
  return counted(held);
}

export const LIFETIME_INTERVALS: readonly IntervalCheck[] = [
  ...Object.entries(SHOPS).flatMap(([name, model]): IntervalCheck[] => [
    {
      name: `lifetime_value: predicted_revenue of all, ${name} shop`,
      run: async (options) => counted((await judge(name, model, options)).map(({ all }) => all)),
    },
    {
      name: `lifetime_value: predicted_revenue of cohorts, ${name} shop`,
      run: async (options) => counted((await judge(name, model, options)).flatMap(({ cohorts }) => cohorts)),
    },
  ]),
  { name: 'cohorts: revenue_per_customer of 300 customers', run: ofRevenue },
  { name: 'cohorts: repeat_rate of 100 customers', run: ofRepeats },
];
