/** Sending again, and what is held back: a destination ends with how things stand, never with how they stood. */
import { expect, test } from 'vitest';
import type { Message } from '../../src/destinations/message.ts';
import { DestinationList } from '../../src/destinations/outbox/destinations.ts';
import { readTold } from '../../src/destinations/outbox/feed.ts';
import { MS_PER_DAY } from '../../src/domain/time.ts';
import { order, touch } from '../support/events.ts';
import { type Json, type Shop, withShop } from '../support/shop.ts';
import { openTestState } from '../support/state.ts';
import { at } from '../support/time.ts';
import { House, plain, settingsOf } from './house.ts';

const refund = (shop: Shop, adjustment_id: string, conversion_id: string, amount: string): Promise<void> =>
  shop.send('adjustments', {
    ...{ adjustment_id, conversion_id, amount: `-${amount}`, currency: 'USD', reason: 'refund', occurred_at: at(9) },
  });

/** What a destination says in the end that adds up differences, and one that keeps the last state that came. */
const sumOf = (messages: readonly Json[]): Record<string, number> => {
  const sums: Record<string, number> = {};
  for (const { conversion_id, state, correction } of messages)
    sums[conversion_id] =
      (sums[conversion_id] ?? 0) + Number(state.net_micros) - Number(correction?.before.net_micros ?? 0);
  return sums;
};
const lastOf = (messages: readonly Json[]): Record<string, number> =>
  Object.fromEntries(messages.map(({ conversion_id, state }) => [conversion_id, Number(state.net_micros)]));

test('a replay brings back no older state, and an order that was refused comes with its changes since', async () => {
  await withShop({}, async (shop) => {
    const settings = [settingsOf('sums'), settingsOf('states', { destination: { ...plain, corrections: 'state' } })];
    const house = new House(shop, await openTestState(), settings);
    const list = new DestinationList(
      new Map(settings.map((own) => [own.id, own])),
      house.state,
      () => house.now_ms,
      house.reports,
    );
    const isO1 = (one: Message): boolean => one.kind === 'conversion' && one.conversion_id === 'o1';
    await shop.send('conversions', order('o1', '100.00', at(5)), order('o2', '40.00', at(6)));
    for (const id of ['sums', 'states'])
      house.of(id).answers = (items) => (items.some((one) => isO1(one) && one.revision === 1) ? { status: 400 } : {});
    const tellAll = async (): Promise<void> => {
      await house.plan();
      await house.deliverAll();
    };
    await tellAll();
    for (const n of [1, 2]) {
      await refund(shop, `r${n}`, 'o1', '10.00');
      await tellAll();
    }
    // The one that adds up knows no order to change; the other one has its newest state.
    expect(sumOf(house.of('sums').conversions)).toEqual({ o2: 40e6 });
    expect(lastOf(house.of('states').conversions)).toEqual({ o1: 80e6, o2: 40e6 });
    for (const id of ['sums', 'states']) {
      house.of(id).answers = () => ({});
      expect(await list.replayDead(id, null)).toBe(1);
      // The program dies before it notes the answer.
      await expect(house.deliver(id, { transaction: () => Promise.reject(new Error('killed')) }))[
        id === 'sums' ? 'rejects' : 'resolves'
      ].toEqual(id === 'sums' ? new Error('killed') : undefined);
    }
    await refund(shop, 'r3', 'o1', '5.00');
    await tellAll();
    const once = [...new Map(house.of('sums').conversions.map((one) => [one.message_id, one])).values()];
    expect(sumOf(once)).toEqual({ o1: 75e6, o2: 40e6 });
    expect(lastOf(house.of('states').conversions)).toEqual({ o1: 75e6, o2: 40e6 });
    expect(await list.list(null)).toMatchObject([
      { destination_id: 'sums', dead_letters: 0, retrying: 0, waiting: 0 },
      { destination_id: 'states', dead_letters: 0, retrying: 0, waiting: 0 },
    ]);
    // Only what plans still read is sent again, and the answer counts that.
    const old = { ...settings[0]!, correct_ms: MS_PER_DAY };
    expect(await list.replayOrders('sums', 0, null)).toBe(2);
    const short = new DestinationList(new Map([['sums', old]]), house.state, () => Date.parse(at(20)), house.reports);
    expect(await short.replayOrders('sums', 0, null)).toBe(0);
  });
});

test('sums of a customer that come back are news, and those of urgent orders have all campaigns', async () => {
  await withShop({}, async (shop) => {
    const urgent = { profiles: true, delay_ms: 60_000, immediate_above_micros: 500_000_000n };
    const house = new House(shop, await openTestState(), [settingsOf('one', urgent)]);
    await shop.send('touchpoints', touch('t1', 'email_click', at(3), { campaign_id: 'spring' }));
    await shop.send('conversions', order('o1', '100.00', at(5)));
    await house.plan();
    await refund(shop, 'r1', 'o1', '20.00');
    await house.plan();
    await shop.send('adjustments', {
      ...{ adjustment_id: 'r2', conversion_id: 'o1', amount: '20.00', currency: 'USD', reason: 'correction' },
      occurred_at: at(10),
    });
    await house.plan();
    // Two months later without an email: worth so much that it is told before all orders are read again.
    const hour = new Date(house.now_ms).toISOString();
    await shop.send('conversions', order('o2', '900.00', hour));
    await house.planSoon();
    await house.deliver('one');
    const newest = house.of('one').conversions.at(-1)!;
    expect([newest.conversion_id, newest.state.email_credit_micros]).toEqual(['o2', '0']);
    await house.plan();
    await house.deliver('one');
    const profiles = house.of('one').taken.filter(({ kind }) => kind === 'profile') as Json[];
    expect(profiles.map((one) => one.lifetime_value_micros)).toEqual([
      '100000000',
      '80000000',
      '100000000',
      '1000000000',
    ]);
    expect(profiles.every((one) => one.last_email_conversion_campaign === 'spring')).toBe(true);
    expect(new Set(profiles.map((one) => one.message_id)).size).toBe(4);
    const revisions = profiles.map((one) => one.revision);
    expect([...revisions].sort((a, b) => a - b)).toEqual(revisions);
    expect(new Set(revisions).size).toBe(4);
  });
});

test('orders that are too old to change are forgotten, and never told as new ones', async () => {
  await withShop({}, async (shop) => {
    const settings = settingsOf('one', { correct_ms: 60 * MS_PER_DAY });
    const house = new House(shop, await openTestState(), [settings]);
    const yesterday = new Date(house.now_ms - MS_PER_DAY).toISOString();
    await shop.send('conversions', order('o1', '100.00', at(5)), order('o2', '40.00', yesterday));
    await house.plan();
    expect((await readTold(house.state, 'one')).size).toBe(2);
    house.now_ms += 55 * MS_PER_DAY;
    await shop.send('conversions', order('o3', '1.00', yesterday));
    await house.plan();
    expect([...(await readTold(house.state, 'one')).keys()]).toEqual(['o2', 'o3']);
    const longer = new House(shop, house.state, [{ ...settings, correct_ms: 200 * MS_PER_DAY }]);
    longer.now_ms = house.now_ms;
    await longer.plan();
    await longer.deliver('one');
    expect(longer.of('one').conversions.map(({ conversion_id }) => conversion_id)).toEqual(['o1', 'o2', 'o3']);
  });
});

test('a message that may not leave is counted with its reason, also when it waits since before', async () => {
  await withShop({}, async (shop) => {
    const house = new House(shop, await openTestState(), [settingsOf('one')]);
    await shop.send('conversions', order('o1', '100.00', at(5)), order('o2', '40.00', at(6)));
    await house.plan();
    house.of('one').answers = () => ({ status: 503 });
    await house.deliver('one');
    house.of('one').answers = () => ({});
    house.now_ms += 3_600_000;
    house.withhold = async (messages) =>
      new Map(
        [...messages.entries()].flatMap(([place, message]) =>
          message.kind === 'conversion' && message.conversion_id === 'o1' ? [[place, 'no consent']] : [],
        ),
      );
    await house.deliver('one');
    await refund(shop, 'r1', 'o1', '10.00');
    await refund(shop, 'r2', 'o2', '10.00');
    house.withhold = async () => new Map();
    await house.plan();
    await house.deliver('one');
    // The change of an order that is not there is not told either.
    expect(sumOf(house.of('one').conversions)).toEqual({ o2: 30e6 });
    const list = new DestinationList(
      new Map([['one', settingsOf('one')]]),
      house.state,
      () => house.now_ms,
      house.reports,
    );
    expect(await list.list(null)).toMatchObject([
      { withheld: 1, last_withheld: 'no consent', skipped: 1, delivered: 2, dead_letters: 0, retrying: 0, waiting: 0 },
    ]);
  });
});

test('a change that a destination does not take holds back neither its order nor the change before', async () => {
  await withShop({}, async (shop) => {
    // Like Google Ads: it keeps one value of an order, so a change of the credit alone is nothing to tell.
    const values: typeof plain = {
      ...plain,
      corrections: 'state',
      translate: (message) =>
        message.kind === 'conversion' && message.correction?.before.net_micros === message.state.net_micros
          ? { skipped: 'the value did not change' }
          : { items: [message] },
    };
    const settings = [settingsOf('values', { destination: values })];
    const house = new House(shop, await openTestState(), settings);
    const late = (id: string, customer_id: string): Promise<void> =>
      shop.send('touchpoints', touch(id, 'email_click', at(4), { customer_id }));
    await shop.send('conversions', order('o1', '100.00', at(5)), order('o2', '40.00', at(6), { customer_id: 'bob' }));
    await house.plan();
    await late('t1', 'ann');
    await house.plan();
    await house.deliver('values');
    expect(lastOf(house.of('values').conversions)).toEqual({ o1: 100e6, o2: 40e6 });
    await refund(shop, 'r1', 'o2', '15.00');
    await house.plan();
    await late('t2', 'bob');
    await house.plan();
    await house.deliver('values');
    expect(lastOf(house.of('values').conversions)).toEqual({ o1: 100e6, o2: 25e6 });
  });
});
