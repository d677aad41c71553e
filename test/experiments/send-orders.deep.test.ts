/** A random order of sending: who is in which wave, and that it stays so. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { waveName, waveNumber } from '../../src/domain/send-order.ts';
import { orderSends } from '../../src/experiments/send-orders.ts';
import { ALL_BRANDS } from '../support/events.ts';
import { openShop, type Shop } from '../support/shop.ts';
import { LAST_DAY_OF_MARCH_MS } from '../support/time.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const PEOPLE = Array.from({ length: 600 }, (_, i) => ({ customer_id: `p${i}` }));
const order = (rest: object = {}) =>
  orderSends(
    shop.tributary.experiments,
    {
      ...{ brand_id: 'default', experiment_id: 'spring-order', campaign_id: 'spring', waves: 3, planned_people: 600 },
      ...{ people: PEOPLE, ...rest },
    },
    { caller: ALL_BRANDS, now_ms: LAST_DAY_OF_MARCH_MS },
  );

test('a list is divided into equal waves, the same ones at each call, and nobody can change them later', async () => {
  const first = await order();
  const sizes = [1, 2, 3].map((wave) => first.filter((one) => one.wave === wave).length);
  expect(sizes.reduce((a, b) => a + b)).toBe(600);
  // A binomial of 600 and 1/3 has a standard deviation of 11.5.
  for (const size of sizes) expect(Math.abs(size - 200)).toBeLessThan(46);
  const again = await order({ people: PEOPLE.slice(100, 110), campaign_id: undefined, waves: undefined });
  expect(again).toEqual(first.slice(100, 110));
  await expect(order({ waves: 4 })).rejects.toThrow('has 3 waves, not 4');
  await expect(order({ campaign_id: 'autumn' })).rejects.toThrow('orders another campaign, spring');
  await expect(order({ experiment_id: 'new', campaign_id: undefined })).rejects.toThrow('campaign_id');
  const [refused] = await order({ people: [{ anonymous_id: 'device' }] });
  expect(refused).toMatchObject({ wave: null, refused: { field: 'customer_id' } });
  const [plan] = await shop.tributary.experiments.list(null);
  expect(plan!.design.arms.map(({ name }) => name)).toEqual(['wave_3', 'wave_1', 'wave_2']);
  expect(plan!.frozen_at_ms).toBe(LAST_DAY_OF_MARCH_MS);
  expect([1, 10].map((number) => waveNumber(waveName(number)))).toEqual([1, 10]);
});
