/** People of a small shop, and its reports with noise that is 0. */
import { boundsOf } from '../../src/privacy/differential-privacy/bounds.ts';
import type { ReportContext } from '../../src/reports/context.ts';
import type { Fields } from '../support/events.ts';
import { NO_NOISE } from '../support/noise.ts';
import type { Shop } from '../support/shop.ts';
import { at } from '../support/time.ts';

export const BOUNDS = boundsOf('test', {
  conversions_per_person: 2,
  revenue_per_person: '150',
  groups_per_person: 2,
  min_persons: 1,
});
export const CHANNELS = ['paid_search', 'paid_social', 'display'];

/** What a person does, one event every three hours. */
export type Step = { touch: string } | { order: number } | { refund: number };

let made = 0;
const brands: string[] = ['default'];

type People = ReadonlyArray<readonly [person: number, steps: readonly Step[]]>;

/** Sends what people do, each list of people to a brand of its own. All brands are loaded together. */
export async function brandsOf(shop: Shop, lists: readonly People[]): Promise<string[]> {
  const records: Records = { touchpoints: [], conversions: [], adjustments: [] };
  const own = lists.map((all) => {
    const brand_id = `brand-${++made}`;
    brands.push(brand_id);
    for (const [person, steps] of all) addSteps(records, brand_id, person, steps);
    return brand_id;
  });
  for (const [record, items] of Object.entries(records))
    if (items.length > 0) await shop.send(record as keyof Records, ...items);
  return own;
}

interface Records {
  touchpoints: Fields[];
  conversions: Fields[];
  adjustments: Fields[];
}

function addSteps(records: Records, brand_id: string, person: number, steps: readonly Step[]): void {
  let order = '';
  steps.forEach((own, i) => {
    const id = `${brand_id}-${person}-${i}`;
    const shared = { brand_id, occurred_at: at(3 + Math.floor(i / 6), `${String((i % 6) * 3).padStart(2, '0')}:00`) };
    const who = { ...shared, customer_id: `p${person}` };
    if ('touch' in own) {
      const what = { touchpoint_id: id, touchpoint_type: 'paid_ad_click', channel: own.touch };
      records.touchpoints.push({ ...who, ...what, campaign_id: `c-${own.touch}` });
    } else if ('order' in own) {
      order = id;
      const value = { conversion_value: String(own.order), currency: 'USD', conversion_type: 'purchase' };
      records.conversions.push({ ...who, ...value, conversion_id: id, order_id: id });
    } else if (order !== '')
      records.adjustments.push({ ...shared, order_id: order, amount: String(-own.refund), currency: 'USD' });
  });
}

export function noiseless(shop: Shop): ReportContext {
  return {
    ...shop.reports,
    // Everything is loaded before the question is asked.
    clock: () => shop.reports.clock() + 60_000,
    configured_brands: brands,
    noise: { ...shop.reports.noise!, bounds: () => BOUNDS, random: NO_NOISE },
  };
}
