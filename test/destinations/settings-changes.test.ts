/** What becomes of a destination whose settings change: removed and back, another brand, another kind, other secrets. */
import { expect, test } from 'vitest';
import { DestinationList } from '../../src/destinations/outbox/destinations.ts';
import { readTold } from '../../src/destinations/outbox/feed.ts';
import type { DestinationSettings } from '../../src/destinations/settings.ts';
import type { State } from '../../src/state/port.ts';
import { order, touch } from '../support/events.ts';
import { type Json, type Shop, withShop } from '../support/shop.ts';
import { openTestState } from '../support/state.ts';
import { at } from '../support/time.ts';
import { House, plain, settingsOf } from './house.ts';

const told = (house: House): unknown[] =>
  house
    .of('one')
    .conversions.map(({ conversion_id, revision, correction }) => [
      conversion_id,
      revision,
      correction === null ? null : correction.before.net_micros,
    ]);

const listOf = (house: House, settings: DestinationSettings): DestinationList =>
  new DestinationList(new Map([[settings.id, settings]]), house.state, () => house.now_ms, house.reports);

async function tellAll(house: House): Promise<void> {
  await house.plan();
  await house.deliver('one');
}

/** The program with other settings, later, over the same data and state. */
function restarted(before: House, ...settings: DestinationSettings[]): House {
  const house = new House(before.shop, before.state, settings);
  house.now_ms = before.now_ms;
  return house;
}

const refund = (shop: Shop, conversion_id: string, amount: string): Promise<void> =>
  shop.send('adjustments', {
    ...{ adjustment_id: `refund-${conversion_id}`, conversion_id, amount: `-${amount}`, currency: 'USD' },
    ...{ reason: 'refund', occurred_at: at(9) },
  });

test('a destination that was removed and comes back is told what happened in between, and nothing twice', async () => {
  await withShop({}, async (shop) => {
    const first = new House(shop, await openTestState(), [settingsOf('one')]);
    await shop.send('touchpoints', touch('t1', 'email_click', at(3), {}));
    await shop.send('conversions', order('o1', '100.00', at(5)), order('o2', '40.00', at(6)));
    await tellAll(first);
    expect(told(first)).toEqual([
      ['o1', 1, null],
      ['o2', 1, null],
    ]);
    const without = restarted(first, settingsOf('other'));
    await shop.send('conversions', order('o3', '7.00', at(7)));
    await refund(shop, 'o1', '30.00');
    await without.plan();
    const back = restarted(without, settingsOf('one'));
    await tellAll(back);
    await tellAll(back);
    expect(told(back)).toEqual([
      ['o1', 2, '100000000'],
      ['o3', 1, null],
    ]);
  });
});

/** All that state holds of a destination, but for where it stands. */
async function keptOf(state: State, id: string): Promise<string[]> {
  const collections = ['messages', 'orders', 'retries', 'dead_letters', 'untaken', 'sending'];
  const found = collections.map(async (name) => state.list(`destination_${name}`, { prefix: `${id} ` }));
  return (await Promise.all(found)).flatMap((entries) => entries.map(({ key }) => key));
}

test('a destination that gets another brand is told orders of that brand alone, and nothing of the old one is kept or shown', async () => {
  await withShop({}, async (shop) => {
    const first = new House(shop, await openTestState(), [settingsOf('one')]);
    const of_south = (id: string, day: number): Json => order(id, '5.00', at(day), { brand_id: 'south' });
    await shop.send('conversions', order('o1', '100.00', at(5)), order('o2', '40.00', at(6)), of_south('s1', 6));
    first.of('one').answers = (items) => (items.some((one: Json) => one.conversion_id === 'o2') ? { status: 400 } : {});
    await tellAll(first);
    await shop.send('conversions', order('o3', '7.00', at(7)));
    await first.plan();
    const old = listOf(first, settingsOf('one'));
    expect(await old.list(null)).toMatchObject([{ delivered: 1, dead_letters: 1, waiting: 1 }]);

    const other = settingsOf('one', { brand_id: 'south', start_ms: Date.parse(at(6)) - 1 });
    const second = restarted(first, other);
    // Before the first plan nothing goes out and nothing is shown, because it is of another brand.
    await second.deliver('one');
    const list = listOf(second, other);
    expect(await list.list('south')).toMatchObject([{ delivered: 0, dead_letters: 0, waiting: 0 }]);
    expect([await list.deadLetters('one', 'south'), await list.replayDead('one', 'south')]).toEqual([[], 0]);
    expect(await list.replayOrders('one', 0, 'south')).toBe(0);
    await list.resume('one', 'south');
    await tellAll(second);
    expect(told(second)).toEqual([['s1', 1, null]]);
    expect(await keptOf(second.state, 'one')).toEqual(['one s1']);
    expect([...(await readTold(second.state, 'one')).keys()]).toEqual(['s1']);

    // Another kind of program was told nothing, so no change of an order goes there.
    const kind = { ...plain, kind: 'another' };
    const third = restarted(second, { ...other, destination: kind, start_ms: null });
    await shop.send('adjustments', {
      ...{ adjustment_id: 'r1', conversion_id: 's1', amount: '-1.00', currency: 'USD', reason: 'refund' },
      ...{ occurred_at: at(9), brand_id: 'south' },
    });
    await tellAll(third);
    expect(told(third)).toEqual([]);
  });
});

test('a destination that stopped is tried again with other secrets, options or a wider network, and not with the same', async () => {
  await withShop({}, async (shop) => {
    const stopping = { ...plain, read: (answer: Json) => (answer.status === 200 ? plain.read(answer, [], 0) : GONE) };
    const settings = settingsOf('one', { destination: stopping, secrets: { key: 'old' } });
    const first = new House(shop, await openTestState(), [settings]);
    await shop.send('conversions', order('o1', '100.00', at(5)));
    first.of('one').answers = () => ({ status: 401 });
    await tellAll(first);
    expect(await listOf(first, settings).list(null)).toMatchObject([{ status: 'stopped', last_error: 'wrong key' }]);
    for (const [changed, requests] of [
      [{}, 0],
      [{ secrets: { key: 'new' } }, 1],
      [{ options: { base_url: 'https://shop.example' } }, 1],
      [{ private_network: true }, 1],
    ] as const) {
      const again = restarted(first, { ...settings, ...changed });
      again.now_ms += 24 * 3_600_000;
      let asked = 0;
      again.of('one').answers = () => {
        asked += 1;
        return { status: 401 };
      };
      await again.deliver('one');
      // It stops again, for the settings that failed.
      await again.deliver('one');
      expect([changed, asked]).toEqual([changed, requests]);
      first.now_ms = again.now_ms;
    }
    const right = restarted(first, { ...settings, secrets: { key: 'newer' } });
    right.now_ms += 24 * 3_600_000;
    await right.deliver('one');
    expect(told(right)).toEqual([['o1', 1, null]]);
    expect(await listOf(right, settings).list(null)).toMatchObject([
      { status: 'sending', last_error: null, waiting: 0 },
    ]);
  });
});

const GONE = { outcome: 'disabled', reason: 'wrong key' } as const;
