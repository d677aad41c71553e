/** An answer with too many rows is refused by the field that makes it large, before its rows are read. */
import { expect, test } from 'vitest';
import { attributionReport } from '../../src/reports/attribution.ts';
import type { Warehouse } from '../../src/warehouse/port.ts';
import { Engine, type WireEvent } from '../support/engine.ts';
import { ALL_BRANDS, order, touch } from '../support/events.ts';
import { at, MARCH } from '../support/time.ts';

const MODELS = 'first_touch,last_touch,linear,time_decay,position_based';
/** An answer has at most 50,000 rows: groups and emails of all models. */
const ROOM = 50_000 / 5;

/** People with an order and a thousand clicks each, every click on an email of its own in a campaign of its own. */
const crowd = (people: number): WireEvent[] =>
  Array.from({ length: people }, (_, p) => {
    const customer_id = `customer-${p}`;
    const clicks = Array.from({ length: 1_000 }, (_, i) => {
      const names = { customer_id, campaign_id: `campaign-${p}-${i}`, email_id: `email-${p}-${i}` };
      return { record: 'touchpoints' as const, event: touch(`${p}-${i}`, 'email_click', at(2), names) };
    });
    return [...clicks, { record: 'conversions' as const, event: order(`o-${p}`, '10.00', at(3), { customer_id }) }];
  }).flat();

/** The warehouse, and the largest number of rows that a report read from it at once. */
function watched(warehouse: Warehouse) {
  const seen = { most: 0 };
  const read: Warehouse['read'] = (work, options) =>
    warehouse.read((snapshot) => {
      const query = snapshot.query.bind(snapshot);
      snapshot.query = async (sql, parameters) => {
        const rows = await query(sql, parameters);
        seen.most = Math.max(seen.most, rows.length);
        return rows as never;
      };
      return work(snapshot);
    }, options);
  return { seen, warehouse: Object.assign(Object.create(warehouse) as Warehouse, { read }) };
}

test('an answer of too many rows is refused by its field, and never more rows are read than one may have', async () => {
  const engine = await Engine.open();
  await engine.load(crowd(11), 20_000);
  const { seen, warehouse } = watched(engine.warehouse);
  const ask = (group_by: string, models: string) =>
    attributionReport({ ...engine.reports, warehouse }, { ...MARCH, group_by, models }, ALL_BRANDS);
  for (const [group_by, field] of [
    ['campaign_id', 'group_by'],
    ['campaign_id,email_id', 'group_by'],
    // Few groups, and 11,000 emails.
    ['channel', 'start'],
  ] as const)
    await expect(ask(group_by, MODELS)).rejects.toMatchObject({
      code: 'unprocessable',
      field,
      message: expect.stringContaining('has more than 50000 rows of groups and emails for 5 models'),
    });
  expect(seen.most).toBe(ROOM + 1);
  const { models } = (await ask('campaign_id', 'linear')) as { models: { linear: { channel_attribution: object[] } } };
  expect(models.linear.channel_attribution).toHaveLength(11_000);
  await engine.close();
});
