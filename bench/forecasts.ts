/** The forecast of lifetime value on days that are held out, beside last year's average per customer carried on. */
import { readFileSync } from 'node:fs';
import { MS_PER_DAY } from '../src/domain/time.ts';
import { holdoutOf } from '../src/reports/lifetime/holdout.ts';
import { fitUntil } from '../src/reports/lifetime/prediction.ts';
import { simulate } from '../src/simulation/world.ts';
import { CDNOW_LIKE, drawShop, LOYAL, lifetimesOf, type ShopOrder } from './buying-shop.ts';
import { show } from './report.ts';

const HORIZON = 180;
const DAYS = 540;
const CUSTOMERS = 5_000;
const END_MS = Date.UTC(2026, 0, 1);

/** @param cdnow the file CDNOW_sample.txt: customer, number in the sample, day, units, dollars. */
export async function benchForecasts(scale: number, cdnow: string | undefined): Promise<void> {
  const customers = Math.max(1_000, Math.round(CUSTOMERS * scale));
  console.log(`forecasts: at most ${HORIZON} days held out; error of all revenue, and of a customer on average`);
  const shops: Record<string, () => ShopOrder[][]> = {
    'CDNOW-like customers': () => drawShop(CDNOW_LIKE, customers, DAYS, DAYS, 1),
    'loyal customers': () => drawShop(LOYAL, customers, DAYS, DAYS, 1),
    'the simulated shop': () => simulatedOrders(customers),
    ...(cdnow === undefined ? {} : { 'CDNOW, 2,357 customers of 1997': () => cdnowOrders(cdnow) }),
  };
  for (const [name, orders] of Object.entries(shops)) await compare(name, orders());
}

async function compare(name: string, orders: ShopOrder[][]): Promise<void> {
  const days = orders.flat().map(({ day }) => Math.floor(day));
  const last = days.reduce((a, b) => Math.max(a, b));
  const lifetimes = lifetimesOf(orders, last + 1);
  const whole = await fitUntil(lifetimes, last + 1, undefined);
  if ('refused' in whole) return show(name, whole.refused);
  const held = await holdoutOf(lifetimes, last + 1, HORIZON, whole, undefined);
  if (held['refused'] !== null) return show(name, String(held['refused']));
  const percent = (error: unknown): string => `${(100 * Number(error)).toFixed(1)} %`;
  const units = (amount: unknown): string => Number(amount).toFixed(2);
  const interval = held['predicted_revenue_interval'] as { low: string; high: string };
  show(name, `${held['days']} days, ${held['customers']} customers, ${units(held['net_revenue'])} in fact`);
  show(
    '  forecast',
    `${percent(held['predicted_error'])}, a customer ${units(held['predicted_error_per_customer'])}, ${units(interval.low)} to ${units(interval.high)}`,
  );
  show(
    "  last year's average",
    `${percent(held['naive_error'])}, a customer ${units(held['naive_error_per_customer'])}`,
  );
  const better = Math.abs(Number(held['predicted_error'])) < Math.abs(Number(held['naive_error']));
  show('  the forecast is nearer', better ? 'yes' : 'NO');
}

/** The orders of the lifelike shop by person, less their refunds. Amounts of all currencies are taken as they are. */
function simulatedOrders(customers: number): ShopOrder[][] {
  const by_person: ShopOrder[][] = [];
  let orders = new Map<string, ShopOrder>();
  const close = (): void => {
    by_person.push([...orders.values()].sort((a, b) => a.day - b.day));
    orders = new Map();
  };
  const start_ms = END_MS - DAYS * MS_PER_DAY;
  for (const { record, event } of simulate({ customers, days: DAYS, seed: 1, end_ms: END_MS }, close)) {
    const sent = event as { order_id?: string; occurred_at: string; conversion_value?: string; amount?: string };
    const known = orders.get(sent.order_id ?? '');
    if (record === 'conversions' && sent.order_id !== undefined && known === undefined)
      orders.set(sent.order_id, {
        day: (Date.parse(sent.occurred_at) - start_ms) / MS_PER_DAY,
        micros: Math.round(Number(sent.conversion_value) * 1e6),
      });
    if (record === 'adjustments' && known !== undefined) known.micros += Math.round(Number(sent.amount) * 1e6);
  }
  return by_person.filter(({ length }) => length > 0);
}

function cdnowOrders(path: string): ShopOrder[][] {
  const by_customer = new Map<string, ShopOrder[]>();
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const [customer, , date, , dollars] = line.trim().split(/\s+/);
    if (date === undefined) continue;
    const day = Date.parse(`${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`) / MS_PER_DAY;
    const own = by_customer.get(customer!) ?? [];
    by_customer.set(customer!, own);
    own.push({ day, micros: Math.round(Number(dollars) * 1e6) });
  }
  return [...by_customer.values()];
}
