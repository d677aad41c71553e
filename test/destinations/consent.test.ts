/** Consent and destinations: a withdrawal stops messages at once, also those that wait. */
import { expect, test } from 'vitest';
import { DestinationList } from '../../src/destinations/outbox/destinations.ts';
import { DENIED, NOT_GRANTED, NOT_MEASURED, withholding } from '../../src/destinations/outbox/withheld.ts';
import { consentPolicy } from '../../src/domain/consent/policy.ts';
import { order, touch } from '../support/events.ts';
import { type Shop, withShop } from '../support/shop.ts';
import { openTestState } from '../support/state.ts';
import { at } from '../support/time.ts';
import { House, settingsOf } from './house.ts';

const said = (shop: Shop, day: number, purposes: object, who: object = { customer_id: 'ann' }): Promise<void> =>
  shop.send('consents', { ...who, purposes, occurred_at: at(day) });

async function withHouse(
  settings: Parameters<typeof settingsOf>[1],
  work: (house: House, shop: Shop) => Promise<void>,
) {
  await withShop({}, (shop) =>
    openTestState().then((state) => work(new House(shop, state, [settingsOf('one', settings)]), shop)),
  );
}

const told = (house: House): string[] =>
  house.of('one').conversions.map(({ conversion_id, revision }) => `${conversion_id} ${revision}`);

const listOf = (house: House): DestinationList =>
  new DestinationList(new Map([['one', settingsOf('one')]]), house.state, () => house.now_ms, house.reports);
const withheld = async (house: House): Promise<number> => (await listOf(house).list(null))[0]!.withheld;

test('who denied sharing is told to nobody, with any of their ids; others are', async () => {
  await withHouse({ profiles: true }, async (house, shop) => {
    await shop.send('touchpoints', touch('t1', 'email_click', at(3), { anonymous_id: 'device', customer_id: 'ann' }));
    await said(shop, 4, { sharing: false }, { anonymous_id: 'device' });
    await shop.send('conversions', order('o1', '100', at(5)), order('o2', '40', at(6), { customer_id: 'bob' }));
    await house.plan();
    await house.deliver('one');
    expect(told(house)).toEqual(['o2 1']);
    // The order and the profile.
    expect(await withheld(house)).toBe(2);
    expect(house.of('one').taken.filter(({ kind }) => kind === 'profile')).toHaveLength(1);
  });
});

test('a withdrawal stops what waits, and a later grant does not bring it back', async () => {
  await withHouse({}, async (house, shop) => {
    await shop.send('conversions', order('o1', '100', at(5)), order('o2', '50', at(5, '13:00')));
    await house.plan();
    house.of('one').answers = () => ({ status: 503 });
    await house.deliver('one');
    await said(shop, 6, { sharing: false });
    house.of('one').answers = () => ({});
    house.now_ms += 3_600_000;
    await house.deliver('one');
    expect(told(house)).toEqual([]);
    expect(await withheld(house)).toBe(2);
    await said(shop, 7, { sharing: true });
    await shop.send('adjustments', {
      adjustment_id: 'r1',
      conversion_id: 'o1',
      amount: '-10',
      currency: 'USD',
      reason: 'refund',
      occurred_at: at(8),
    });
    await shop.send('conversions', order('o3', '30', at(9)));
    await house.plan();
    await house.deliver('one');
    expect(told(house)).toEqual(['o3 1']);
  });
});

test('of an order that was held back no later state is told; profiles are sums, and are told again', async () => {
  const destination = { ...settingsOf('one').destination, corrections: 'state' as const };
  await withHouse({ destination, profiles: true }, async (house, shop) => {
    await said(shop, 4, { sharing: false });
    await shop.send('conversions', order('o1', '100', at(5)));
    await house.plan();
    await house.deliver('one');
    await said(shop, 6, { sharing: true });
    await shop.send('touchpoints', touch('late', 'email_click', at(4)));
    await shop.send('conversions', order('o2', '30', at(7)));
    await house.plan();
    await house.deliver('one');
    expect(told(house)).toEqual(['o2 1']);
    expect(house.of('one').taken.filter(({ kind }) => kind === 'profile')).toHaveLength(1);
  });
});

test('what was told before a withdrawal is listed, and its changes are not told', async () => {
  await withHouse({}, async (house, shop) => {
    await shop.send('conversions', order('o1', '100', at(5)), order('o2', '40', at(6), { customer_id: 'bob' }));
    await house.plan();
    await house.deliver('one');
    expect(await listOf(house).withdrawn('one', null)).toEqual({ orders: [], total: 0 });
    await said(shop, 7, { sharing: false });
    await shop.send('touchpoints', touch('late', 'email_click', at(4)));
    await house.plan();
    await house.deliver('one');
    expect(told(house)).toEqual(['o1 1', 'o2 1']);
    expect(await listOf(house).withdrawn('one', null)).toEqual({
      orders: [{ conversion_id: 'o1', revision: 2, reason: DENIED }],
      total: 1,
    });
  });
});

test('the settings say what silence means, and a denial of measurement counts where consent is asked for', async () => {
  await withShop({}, async (shop) => {
    const reasons = async (): Promise<Array<[number, string]>> => {
      const messages = ['ann', 'bob'].map((customer_id) => ({ kind: 'profile', customer_id }) as never);
      return [...(await withholding(shop.reports)(messages, { brand_id: 'default' }))];
    };
    const { settings } = shop.reports;
    const policy = (given: Parameters<typeof consentPolicy>[1]): void => {
      const consent = consentPolicy(undefined, given);
      shop.reports.settings = (brand) => ({ ...settings(brand), ...(consent === undefined ? {} : { consent }) });
    };
    await said(shop, 1, { sharing: true, measurement: false });
    expect(await reasons()).toEqual([]);
    policy({ measurement: 'opt_out' });
    expect(await reasons()).toEqual([[0, NOT_MEASURED]]);
    policy({ sharing: 'opt_in' });
    expect(await reasons()).toEqual([[1, NOT_GRANTED]]);
    await said(shop, 2, { sharing: false });
    expect(await reasons()).toEqual([
      [0, DENIED],
      [1, NOT_GRANTED],
    ]);
    policy({ sharing: 'not_needed' });
    expect(await reasons()).toEqual([]);
  });
});
