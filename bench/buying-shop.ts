/** Shops whose customers buy as BG/NBD and Gamma-Gamma say, and the orders of any shop as the reports on customers read them. */
import { PERSON_GROUPS } from '../src/attribution/plan.ts';
import { Random } from '../src/domain/random.ts';
import { MS_PER_DAY } from '../src/domain/time.ts';
import type { BgNbd } from '../src/learning/bg-nbd.ts';
import type { GammaGamma } from '../src/learning/gamma-gamma.ts';
import type { Lifetimes } from '../src/reports/lifetime/lifetimes.ts';

/** An order of a customer: days since the start of the shop, with a part of a day, and micros. */
export interface ShopOrder {
  day: number;
  micros: number;
}

export interface ShopModel {
  purchases: BgNbd;
  spending: GammaGamma;
}

/** Time in days. Like the estimates of the CDNOW customers (Fader, Hardie and Lee 2005; Fader and Hardie 2013), who buy once a quarter. */
export const CDNOW_LIKE: ShopModel = {
  purchases: { r: 0.24, alpha: 31, a: 0.79, b: 2.43 },
  spending: { p: 6.25, q: 3.74, v: 15.4 },
};
/** A shop whose customers come back more often. */
export const LOYAL: ShopModel = {
  purchases: { r: 0.9, alpha: 45, a: 0.6, b: 3.5 },
  spending: { p: 3, q: 5, v: 80 },
};

/** The orders of each customer up to `until_day`. Customers come evenly over the first `joining_days`. */
export function drawShop(
  { purchases, spending }: ShopModel,
  customers: number,
  joining_days: number,
  until_day: number,
  seed: number,
): ShopOrder[][] {
  return Array.from({ length: customers }, (_, customer) => {
    const random = new Random(seed, 'buying shop', customer);
    const rate = random.gamma(purchases.r) / purchases.alpha;
    const [leaves, stays] = [random.gamma(purchases.a), random.gamma(purchases.b)];
    const chance = leaves / (leaves + stays);
    const scale = 1 / (random.gamma(spending.q) / spending.v);
    const orders: ShopOrder[] = [];
    for (let day = random.between(0, joining_days); day < until_day; day += random.exponential(1 / rate)) {
      orders.push({ day, micros: Math.max(10_000, Math.round(random.gamma(spending.p) * scale * 1e6)) });
      if (orders.length > 1 && random.chance(chance)) break;
    }
    return orders;
  });
}

/** The orders before a day as reports read them, all of one brand. */
export function lifetimesOf(customers: ReadonlyArray<readonly ShopOrder[]>, until_day: number): Lifetimes {
  const kept = customers
    .map((orders) => orders.filter(({ day }) => day < until_day))
    .filter(({ length }) => length > 0);
  const starts = Uint32Array.from({ length: kept.length + 1 });
  for (const [person, orders] of kept.entries()) starts[person + 1] = starts[person]! + orders.length;
  const all = kept.flat();
  const random = new Random(1, 'groups of a buying shop');
  return {
    people: kept.length,
    by_key: Uint32Array.from(kept.keys()),
    brand_no: new Uint32Array(kept.length),
    random_group: Uint8Array.from(kept, () => random.integer(0, PERSON_GROUPS - 1)),
    chosen: new Uint8Array(kept.length).fill(1),
    segment: null,
    channel: null,
    campaign_id: null,
    starts,
    at_ms: Float64Array.from(all, ({ day }) => day * MS_PER_DAY),
    day: Float64Array.from(all, ({ day }) => Math.floor(day)),
    has_email: null,
    event_starts: Uint32Array.from({ length: all.length + 1 }, (_, i) => i),
    event_day: Float64Array.from(all, ({ day }) => Math.floor(day)),
    micros: Float64Array.from(all, ({ micros }) => micros),
    large: new Map(),
  };
}
