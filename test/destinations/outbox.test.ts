/** What destinations are told: every order once, every change as a correction whose parts add up, and none of it lost. */
import { describe, expect, test } from 'vitest';
import type { ConversionMessage } from '../../src/destinations/message.ts';
import { DestinationList } from '../../src/destinations/outbox/destinations.ts';
import type { Fenced } from '../../src/log/follower.ts';
import { LostAnswer } from '../../src/network/network.ts';
import { attributionReport } from '../../src/reports/attribution.ts';
import { ALL_BRANDS, order, touch } from '../support/events.ts';
import { type Json, type Shop, withShop } from '../support/shop.ts';
import { openTestState } from '../support/state.ts';
import { at } from '../support/time.ts';
import { House, plain, settingsOf } from './house.ts';

async function withHouse(
  settings: Parameters<typeof settingsOf>[1] | ReturnType<typeof settingsOf>[],
  work: (house: House, shop: Shop) => Promise<void>,
): Promise<void> {
  await withShop({}, async (shop) => {
    const list = Array.isArray(settings) ? settings : [settingsOf('one', settings)];
    await work(new House(shop, await openTestState(), list), shop);
  });
}

/** Ann clicks an email and comes by a search; Bob orders out of nothing. */
async function twoOrders(shop: Shop): Promise<void> {
  await shop.send(
    'touchpoints',
    touch('t1', 'email_click', at(3), { campaign_id: 'spring', email_id: 'teaser' }),
    touch('t2', 'organic_search', at(4), { channel: 'organic_search', campaign_id: undefined, email_id: undefined }),
  );
  await shop.send('conversions', order('o1', '100.00', at(5)), order('o2', '40.00', at(6), { customer_id: 'bob' }));
}

/** A refund of an order, on a day of March. */
const refund = (shop: Shop, adjustment_id: string, conversion_id: string, amount: string, day: number): Promise<void> =>
  shop.send('adjustments', {
    adjustment_id,
    conversion_id,
    amount: `-${amount}`,
    currency: 'USD',
    reason: 'refund',
    occurred_at: at(day),
  });

const partsSum = (message: ConversionMessage, field: 'net_micros' | 'email_credit_micros'): bigint =>
  message.correction!.parts.reduce((sum, part) => sum + BigInt(part[field]), 0n);

/** A correction says what was sent before, and its parts lead from there to the state of now. */
function expectWhole(message: ConversionMessage): void {
  for (const field of ['net_micros', 'email_credit_micros'] as const)
    expect(BigInt(message.correction!.before[field]) + partsSum(message, field)).toBe(BigInt(message.state[field]));
}

describe('orders', () => {
  test('are told to the destinations of their brand only', async () => {
    await withHouse([settingsOf('one'), settingsOf('other', { brand_id: 'b' })], async (house, shop) => {
      await shop.send('conversions', order('o1', '100.00', at(5)), order('o1', '7.00', at(5), { brand_id: 'b' }));
      await house.plan();
      await house.deliverAll();
      const told = (id: string) =>
        house.of(id).conversions.map(({ brand_id, value_micros }) => [brand_id, value_micros]);
      expect([told('one'), told('other')]).toEqual([[['default', '100000000']], [['b', '7000000']]]);
    });
  });

  test('are told once, with the credit of the attribution report', async () => {
    await withHouse({}, async (house, shop) => {
      await twoOrders(shop);
      await house.plan();
      await house.deliver('one');
      await house.plan();
      await house.deliver('one');
      const told = house.of('one').conversions;
      expect(told.map(({ conversion_id, revision, correction }) => [conversion_id, revision, correction])).toEqual([
        ['o1', 1, null],
        ['o2', 1, null],
      ]);
      expect(told[0]).toMatchObject({
        value_micros: '100000000',
        attribution_model: 'linear',
        currency: 'USD',
        state: {
          net_micros: '100000000',
          email_credit_micros: '50000000',
          credited_micros: '100000000',
          unattributed_reason: null,
          journey_length_days: 2,
          touchpoint_count: 2,
          first_touch: { channel: 'email', campaign_id: 'spring' },
          last_touch: { channel: 'organic_search' },
        },
      });
      expect(told[1]!.state).toMatchObject({ credited_micros: '0', touchpoint_count: 0, first_touch: null });
      expect(told[1]!.state.unattributed_reason).not.toBeNull();
      const report = (await attributionReport(
        shop.reports,
        { start: '2026-03-01', end: '2026-04-01', group_by: 'channel', model: 'linear' },
        ALL_BRANDS,
      )) as Json;
      const email = report.channel_attribution.find((row: Json) => row.channel === 'email');
      expect(told.reduce((sum, { state }) => sum + BigInt(state.email_credit_micros), 0n)).toBe(
        BigInt(email.attributed_revenue_micros),
      );
    });
  });

  test('wait for their touches, unless they are worth much', async () => {
    const settings = { delay_ms: 60 * 60_000, immediate_above_micros: 50_000_000n };
    await withHouse(settings, async (house, shop) => {
      await house.plan();
      house.now_ms = Date.parse(at(6));
      await twoOrders(shop);
      house.now_ms += 5 * 60_000;
      await house.plan();
      await house.deliver('one');
      // o1 is a day old; o2 has to wait, and is worth too little to be told at once.
      expect(house.of('one').conversions.map(({ conversion_id }) => conversion_id)).toEqual(['o1']);
      house.now_ms += 60 * 60_000;
      await house.plan();
      await house.deliver('one');
      expect(house.of('one').conversions.map(({ conversion_id }) => conversion_id)).toEqual(['o1', 'o2']);
    });
  });

  test('that no email earned are told to those who ask for all', async () => {
    await withHouse([settingsOf('all'), settingsOf('email', { send: 'email' })], async (house, shop) => {
      await twoOrders(shop);
      await house.plan();
      await house.deliverAll();
      expect(house.of('all').conversions.length).toBe(2);
      expect(house.of('email').conversions.map(({ conversion_id }) => conversion_id)).toEqual(['o1']);
    });
  });

  test('that an email earned late are told from then on, and stay told', async () => {
    await withHouse({ send: 'email' }, async (house, shop) => {
      await twoOrders(shop);
      await house.plan();
      await shop.send('touchpoints', touch('t8', 'email_click', at(6, '09:00'), { customer_id: 'bob' }));
      await house.plan();
      await refund(shop, 'r1', 'o2', '40.00', 7);
      await house.plan();
      await house.deliver('one');
      const bobs = house.of('one').conversions.filter(({ conversion_id }) => conversion_id === 'o2');
      expect(bobs.map(({ revision, correction }) => [revision, correction === null])).toEqual([
        [1, true],
        [2, false],
      ]);
      expect(bobs.at(-1)!.state.net_micros).toBe('0');
    });
  });

  test('come with the customer and sums that are absolute', async () => {
    await withHouse({ profiles: true }, async (house, shop) => {
      await twoOrders(shop);
      await house.plan();
      await shop.send('conversions', order('o3', '10.00', at(8)));
      await house.plan();
      await house.deliver('one');
      const profiles = house.of('one').taken.filter(({ kind }) => kind === 'profile') as Json[];
      expect(profiles.map((one) => [one.customer_id, one.total_conversions, one.lifetime_value_micros])).toEqual([
        ['ann', 1, '100000000'],
        ['bob', 1, '40000000'],
        ['ann', 2, '110000000'],
      ]);
      expect(profiles[2]).toMatchObject({ last_email_conversion_campaign: 'spring', currency: 'USD' });
    });
  });
});

describe('a change', () => {
  test('by a late touch, a refund and both is split by cause, and the parts add up', async () => {
    await withHouse({}, async (house, shop) => {
      await twoOrders(shop);
      await house.plan();
      await shop.send(
        'touchpoints',
        touch('t3', 'email_click', at(4, '13:00'), { campaign_id: 'late', email_id: 'x' }),
      );
      await house.plan();
      await refund(shop, 'r1', 'o1', '40.00', 7);
      await house.plan();
      await refund(shop, 'r2', 'o1', '10.00', 8);
      await shop.send(
        'touchpoints',
        touch('t4', 'social_interaction', at(4, '14:00'), {
          channel: 'organic_social',
          campaign_id: undefined,
          email_id: undefined,
        }),
      );
      await house.plan();
      await house.deliver('one');
      const [, , ...corrections] = house.of('one').conversions;
      expect(corrections.map(({ conversion_id, revision }) => [conversion_id, revision])).toEqual([
        ['o1', 2],
        ['o1', 3],
        ['o1', 4],
      ]);
      for (const message of corrections) expectWhole(message);
      expect(corrections.map(({ correction }) => correction!.parts.map(({ cause }) => cause))).toEqual([
        ['touches'],
        ['refunds'],
        ['refunds', 'touches'],
      ]);
      expect(corrections[1]!.correction!.parts[0]).toMatchObject({ net_micros: '-40000000' });
    });
  });

  test('of the settings and of who a person is has its own cause', async () => {
    await withShop({}, async (shop) => {
      const state = await openTestState();
      await twoOrders(shop);
      const before = new House(shop, state, [settingsOf('one')]);
      await before.plan();
      // The email lies more than a day before the order.
      const other = shop.configured({ defaults: { windows: { email_days: 1, click_days: 1 } } });
      const after = new House(shop, state, [settingsOf('one')], other);
      after.now_ms = before.now_ms;
      await after.plan();
      await shop.send('identity_links', { left_id: 'bob', right_id: 'device-of-bob', occurred_at: at(1) });
      await shop.send(
        'touchpoints',
        touch('t9', 'email_click', at(6, '11:00'), {
          anonymous_id: 'device-of-bob',
        }),
      );
      await after.plan();
      await after.deliver('one');
      const [, , first, second] = after.of('one').conversions;
      expect(first!.correction!.parts.map(({ cause }) => cause)).toEqual(['settings']);
      expectWhole(first!);
      expect(second!.conversion_id).toBe('o2');
      expectWhole(second!);
    });
  });
});

describe('a destination that fails', () => {
  test('delays no other, and gets everything in order once it is back', async () => {
    await withHouse([settingsOf('good'), settingsOf('bad')], async (house, shop) => {
      await twoOrders(shop);
      await house.plan();
      house.of('bad').answers = () => ({ status: 503, headers: { 'retry-after': '120' } });
      await house.deliverAll();
      expect(house.of('good').conversions.length).toBe(2);
      expect(house.of('bad').conversions.length).toBe(0);
      const asked: number[] = [];
      house.of('bad').answers = () => {
        asked.push(house.now_ms);
        return {};
      };
      house.now_ms += 119_000;
      await house.deliverAll();
      expect(asked).toEqual([]);
      await refund(shop, 'r1', 'o1', '40.00', 7);
      await house.plan();
      await house.deliverAll();
      await house.deliverAll();
      expect(house.of('bad').conversions.map(({ conversion_id, revision }) => [conversion_id, revision])).toEqual([
        ['o1', 1],
        ['o2', 1],
        ['o1', 2],
      ]);
      expect(house.of('bad').stateByOrder()).toEqual(house.of('good').stateByOrder());
    });
  });

  test('and takes half of a batch is asked again for the other half alone', async () => {
    await withHouse({}, async (house, shop) => {
      await twoOrders(shop);
      await house.plan();
      const requests: number[] = [];
      house.of('one').answers = (items) => {
        requests.push(items.length);
        if (requests.length > 1) return {};
        return { status: 207, body: JSON.stringify([{ outcome: 'delivered' }, { outcome: 'retry', reason: 'busy' }]) };
      };
      await house.deliver('one');
      house.now_ms += 60_000;
      await house.deliver('one');
      expect(requests).toEqual([2, 1]);
      expect(house.of('one').conversions.map(({ conversion_id }) => conversion_id)).toEqual(['o1', 'o2']);
    });
  });

  test('and refuses a batch for one message gets the others, and the one is kept with its reason', async () => {
    await withHouse({}, async (house, shop) => {
      await twoOrders(shop);
      await shop.send('conversions', order('o3', '1.00', at(9)), order('o4', '2.00', at(9)));
      await house.plan();
      house.of('one').answers = (items) =>
        items.some((message) => message.kind === 'conversion' && message.conversion_id === 'o2') ? { status: 400 } : {};
      await house.deliver('one');
      expect(house.of('one').conversions.map(({ conversion_id }) => conversion_id)).toEqual(['o1', 'o3', 'o4']);
      const list = new DestinationList(
        new Map([['one', settingsOf('one')]]),
        house.state,
        () => house.now_ms,
        house.reports,
      );
      expect(await list.deadLetters('one', null)).toEqual([
        expect.objectContaining({ conversion_id: 'o2', reason: 'the server says that it is wrong' }),
      ]);
      expect(await list.list(null)).toEqual([
        expect.objectContaining({ status: 'sending', waiting: 0, delivered: 3, refused: 1, dead_letters: 1 }),
      ]);
      house.of('one').answers = () => ({});
      expect(await list.replayDead('one', null)).toBe(1);
      await house.deliver('one');
      expect(house.of('one').conversions.at(-1)!.conversion_id).toBe('o2');
      expect(await list.list('another brand')).toEqual([]);
      await expect(list.deadLetters('one', 'another brand')).rejects.toMatchObject({ code: 'not_found' });
    });
  });

  test('is never told twice of what would count twice; what may have arrived is listed', async () => {
    const counting = { ...plain, repeatable: () => false };
    await withHouse({ destination: counting }, async (house, shop) => {
      await twoOrders(shop);
      await house.plan();
      const list = new DestinationList(
        new Map([['one', settingsOf('one')]]),
        house.state,
        () => house.now_ms,
        house.reports,
      );
      // The program ends after the note and the request, and before it wrote down the answer.
      let transactions = 0;
      const dying: Fenced = {
        transaction: (work) =>
          ++transactions > 1 ? Promise.reject(new Error('killed')) : house.fenced.transaction(work),
      };
      await expect(house.deliver('one', dying)).rejects.toThrow('killed');
      await house.deliver('one');
      expect(house.of('one').conversions.map(({ conversion_id }) => conversion_id)).toEqual(['o1', 'o2']);
      const unknown = expect.objectContaining({ reason: expect.stringContaining('not known whether it was taken') });
      expect(await list.deadLetters('one', null)).toEqual([unknown, unknown]);
      // An answer is lost.
      await shop.send('conversions', order('o3', '1.00', at(9)));
      await house.plan();
      house.of('one').answers = () => new LostAnswer('no answer (ECONNRESET)');
      await house.deliver('one');
      house.of('one').answers = () => ({});
      house.now_ms += 60 * 60_000;
      await house.deliver('one');
      expect(house.of('one').conversions.length).toBe(2);
      expect((await list.deadLetters('one', null)).length).toBe(3);
      // A refusal and a missing connection are known: it is sent again.
      await shop.send('conversions', order('o4', '2.00', at(9)));
      await house.plan();
      house.of('one').answers = () => ({ status: 503 });
      await house.deliver('one');
      house.now_ms += 60 * 60_000;
      house.of('one').answers = () => new Error('no connection (ECONNREFUSED)');
      await house.deliver('one');
      house.now_ms += 60 * 60_000;
      house.of('one').answers = () => ({});
      await house.deliver('one');
      expect(house.of('one').conversions.map(({ conversion_id }) => conversion_id)).toEqual(['o1', 'o2', 'o4']);
    });
  });

  test('is told again with the same ids when the program dies between sending and noting it', async () => {
    await withHouse({}, async (house, shop) => {
      await twoOrders(shop);
      await house.plan();
      const dying = { transaction: async () => Promise.reject(new Error('killed')) };
      await expect(house.deliver('one', dying)).rejects.toThrow('killed');
      await house.deliver('one');
      const ids = house.of('one').taken.map(({ message_id }) => message_id);
      expect(ids).toEqual([...ids.slice(0, 2), ...ids.slice(0, 2)]);
      expect(new Set(ids).size).toBe(2);
    });
  });
});
