/** The data quality report counts what came, whom it was judged to be, and what did not count. */
import { expect, test } from 'vitest';
import { ALL_BRANDS, order, touch } from '../support/events.ts';
import { type Json, type Shop, withShop } from '../support/shop.ts';
import { at } from '../support/time.ts';
import { reportNamed } from './schema.ts';

const MARCH = { start: '2026-03-01', end: '2026-04-01' };
const ask = ({ reports }: Shop, asked: object = MARCH): Promise<Json> =>
  reportNamed('data_quality').run(reports, asked as Record<string, unknown>, ALL_BRANDS);

test('opens and clicks of people and of machines, by verdict and reasons', async () => {
  await withShop({}, async (shop) => {
    const { campaign_id: _, ...seconds_after } = touch('scan', 'email_click', '2026-03-03T10:00:01Z', {
      evidence: { method: 'HEAD', delivered_at: '2026-03-03T10:00:00Z' },
    });
    await shop.send(
      'touchpoints',
      touch('open', 'email_open', at(3), { verdict: 'machine' }),
      touch('seen', 'email_open', at(3), { verdict: 'proxied' }),
      touch('click', 'email_click', at(4)),
      seconds_after,
      touch('early', 'email_open', '2026-02-28T23:59:59Z', { verdict: 'machine' }),
    );
    const { opens, clicks, verdicts } = await ask(shop);
    expect(opens).toEqual({ touchpoints: 2, by_people: 1, by_machines: 1, machine_share: 0.5 });
    expect(clicks).toMatchObject({ touchpoints: 2, by_machines: 1 });
    const sum = verdicts.reduce((all: number, row: Json) => all + row.touchpoints, 0);
    expect(sum).toBe(4);
    expect(verdicts).toContainEqual({
      touchpoint_type: 'email_open',
      verdict: 'machine',
      reasons: ['sent'],
      touchpoints: 1,
    });
  });
});

test('what came late, and what was sent again with other content', async () => {
  await withShop({}, async (shop) => {
    await shop.send('conversions', order('c1', '10', '2026-03-31T11:30:00Z'), order('c2', '10', at(1)));
    await shop.send('conversions', order('c1', '99', '2026-03-31T11:30:00Z'));
    const { arrivals, conflicts, dead_letters } = await ask(shop);
    const conversions = arrivals.find(({ record }: Json) => record === 'conversions');
    expect(conversions).toMatchObject({ records: 2, over_a_day_late: 1, over_a_week_late: 1 });
    expect(conversions.last_received_at).toMatch(/^2026-03-31T/);
    expect(arrivals.find(({ record }: Json) => record === 'adjustments')).toMatchObject({
      records: 0,
      last_received_at: null,
    });
    expect(conflicts).toEqual([{ record: 'conversions', conflicts: 1 }]);
    expect(dead_letters).toEqual([]);
    const nothing = await ask(shop, { start: '2026-01-01', end: '2026-02-01' });
    expect([nothing.opens.machine_share, nothing.conflicts]).toEqual([null, []]);
  });
});

test('a key of one brand reads of its brand only', async () => {
  await withShop({}, async (shop) => {
    await shop.send('touchpoints', touch('a', 'email_open', at(3)), touch('b', 'email_open', at(3), { brand_id: 'b' }));
    const { reports } = shop;
    const own = await reportNamed('data_quality').run(reports, MARCH, { key_brand_id: 'b' });
    expect((own as Json).opens.touchpoints).toBe(1);
    await expect(
      reportNamed('data_quality').run(reports, { ...MARCH, brand_id: 'default' }, { key_brand_id: 'b' }),
    ).rejects.toMatchObject({
      code: 'forbidden',
    });
  });
});
