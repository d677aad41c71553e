/** Every setting of a brand changes the figures of that brand, and of no other: all brands of this log have the same records. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ALL_BRANDS, type Fields, order, touch } from '../support/events.ts';
import { type Json, openShop, type Shop } from '../support/shop.ts';
import { at, MARCH } from '../support/time.ts';
import { reportNamed } from './schema.ts';

const BRANDS = {
  plain: {},
  windows: { windows: { email_days: 2 } },
  half_life: { half_life_days: 14 },
  position: { position: { first: 0.2, last: 0.2 } },
  by_type: { by_conversion_type: { purchase: { half_life_days: 14 } } },
  currency: { currency: 'EUR' },
  zone: { time_zone: 'Europe/Berlin' },
  models: { custom_models: { mine: 'case when k = 1 then 1 else 0 end' } },
  identity: { identity_min_probability: 0.2 },
  gap: { journey_gap_days: 5 },
} as const;
type Brand = keyof typeof BRANDS;
const NAMES = Object.keys(BRANDS) as Brand[];

let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ brands: BRANDS });
  const of_all = (record: 'touchpoints' | 'conversions' | 'identity_links', make: (own: Fields) => Fields[]) =>
    shop.send(record, ...NAMES.flatMap((brand_id) => make({ brand_id })));
  // 14 and 7 days before the order, and on its day. The first touch is of a device that a weak link joins.
  await of_all('touchpoints', (own) => [
    touch('t0', 'website_visit', at(5, '13:00'), { ...own, anonymous_id: 'device', channel: 'referral' }),
    touch('t1', 'website_visit', at(6), { ...own, channel: 'paid_search' }),
    touch('t2', 'email_click', at(13), own),
    touch('t3', 'website_visit', at(20), { ...own, channel: 'direct' }),
  ]);
  await of_all('identity_links', (own) => [
    {
      ...{ ...own, link_id: 'l', left_id: 'ann', right_id: 'device', kind: 'model', state: 'linked' },
      ...{ probability: 0.3, occurred_at: at(1) },
    },
  ]);
  await shop.send('fx_rates', { date: '2026-03-31', currency: 'EUR', base: 'USD', rate: '1.1' });
  // The second order is of April in Berlin. It names no currency, and no touch is in reach.
  await of_all('conversions', (own) => {
    const { currency: _, ...late } = order('late', '7', '2026-03-31T22:30:00Z', { ...own, customer_id: 'bob' });
    return [order('o', '100', at(20), own), late];
  });
});
afterAll(() => shop.close());

type Earned = Record<string, Record<string, number>>;

/** What channels earned in March, by brand, in whole cents. */
async function earned(model: string, brand_id?: Brand): Promise<Earned> {
  const asked = { ...MARCH, model, group_by: 'brand,channel', currency: 'USD', ...(brand_id && { brand_id }) };
  const { channel_attribution: rows }: Json = await reportNamed('attribution').run(shop.reports, asked, ALL_BRANDS);
  const found: Earned = {};
  for (const { brand_id: brand, channel, attributed_revenue } of rows) {
    found[brand] ??= {};
    found[brand][channel] = Math.round(Number(attributed_revenue) * 100);
  }
  return found;
}

const [LINEAR, DECAY] = [
  { paid_search: 3333, email: 3333, direct: 3333 },
  { paid_search: 1429, email: 2857, direct: 5714 },
];
/** Half-lives of 14 days: weights 1/2, 1/sqrt(2) and 1. */
const SLOW = { paid_search: 2265, email: 3204, direct: 4531 };

/** What all brands earn, but those that are named. */
const allBut = (same: Record<string, number>, own: Partial<Record<Brand, Record<string, number>>>): Earned =>
  Object.fromEntries(NAMES.map((name) => [name, own[name] ?? same]));
const WITH_DEVICE = { referral: 2500, paid_search: 2500, email: 2500, direct: 2500 };

test('windows and the least probability of a link are those of the brand', async () => {
  const windows = { paid_search: 5000, direct: 5000 };
  expect(await earned('linear')).toEqual(allBut(LINEAR, { windows, identity: WITH_DEVICE }));
});

test('the half-life is that of the brand, or of its conversion type', async () => {
  const { windows, identity, ...others } = await earned('time_decay');
  expect(others).toEqual(
    Object.fromEntries(
      Object.entries(allBut(DECAY, { half_life: SLOW, by_type: SLOW })).filter(
        ([name]) => name !== 'windows' && name !== 'identity',
      ),
    ),
  );
  expect([Object.keys(windows!).length, Object.keys(identity!).length]).toEqual([2, 4]);
});

test('the shares of first and last touch are those of the brand', async () => {
  const { plain, position } = await earned('position_based');
  expect(plain).toEqual({ paid_search: 4000, email: 2000, direct: 4000 });
  expect(position).toEqual({ paid_search: 2000, email: 6000, direct: 2000 });
});

test('a model of the brand is known in the brand alone', async () => {
  expect((await earned('mine', 'models'))['models']).toEqual({ paid_search: 10_000, email: 0, direct: 0 });
  await expect(earned('mine', 'plain')).rejects.toMatchObject({ code: 'bad_request', field: 'model' });
  await expect(earned('mine')).rejects.toMatchObject({ code: 'bad_request', field: 'model' });
});

test('a brand has its own days, its own currency and its own length of a journey', async () => {
  const orders = async (brand_id: Brand): Promise<number> =>
    ((await reportNamed('data_quality').run(shop.reports, { ...MARCH, brand_id }, ALL_BRANDS)) as Json).arrivals.find(
      ({ record }: Json) => record === 'conversions',
    ).records;
  expect([await orders('plain'), await orders('zone')]).toEqual([2, 1]);
  const rows = await shop.tributary.warehouse.read((snapshot) =>
    snapshot.query("select brand_id from conversions where conversion_id = 'late' and currency = 'EUR'"),
  );
  expect(rows).toEqual([{ brand_id: 'currency' }]);
  const journeys = async (brand_id: Brand): Promise<number> => {
    const asked = { customer_id: 'ann', brand_id };
    return ((await reportNamed('customer').run(shop.reports, asked, ALL_BRANDS)) as Json).journeys.length;
  };
  expect([await journeys('plain'), await journeys('gap')]).toEqual([1, 3]);
});
