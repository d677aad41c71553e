/** Claims, repeats and their adjustments: both ways say the same at every position of a log in which each row changes what stands. */
import { expect, test } from 'vitest';
import { askBoth } from '../support/both-ways.ts';
import { Engine, type WireEvent } from '../support/engine.ts';
import { order, touch } from '../support/events.ts';
import { at, MARCH } from '../support/time.ts';

const sold = (event: object, from_page = false): WireEvent => ({ record: 'conversions', event, from_page });
const refund = (adjustment_id: string, names: object): WireEvent => ({
  record: 'adjustments',
  event: { adjustment_id, amount: '-1', currency: 'USD', occurred_at: at(9), ...names },
});
const alone = order('c1', '10', at(5));

const LOG: WireEvent[] = [
  { record: 'touchpoints', event: touch('t', 'email_click', at(4)) },
  refund('r1', { conversion_id: 'c1' }),
  sold(alone, true),
  // A server takes the place of the claim, with another value.
  sold({ ...alone, conversion_value: '20' }),
  refund('r2', { order_id: 'o2' }),
  // The claim stands for its order until a server sends a later conversion of it under another id.
  sold({ ...order('c2', '30', at(6)), order_id: 'o2' }, true),
  sold({ ...order('c3', '40', at(7)), order_id: 'o2' }),
  // Equally early, with an id that comes before.
  sold({ ...order('c20', '50', at(7)), order_id: 'o2' }),
  refund('r3', { conversion_id: 'c2' }),
  refund('r4', { conversion_id: 'c3', currency: 'EUR' }),
  // The claim counts no more, and names no order.
  sold({ ...order('c2', '60', at(8)), order_id: 'o4' }),
];

test('both ways say the same at every position', async () => {
  const engine = await Engine.open();
  try {
    await engine.load(LOG, 1);
    const revenue = new Set<string>();
    for (let seq = 1; seq <= LOG.length; seq++)
      for (const adjustments of ['order_day', 'own_day'] as const) {
        const { text, in_sql } = await askBoth(engine.reports, {
          ...MARCH,
          models: 'linear',
          adjustments,
          as_of: `main:${seq}`,
        });
        expect(in_sql).toBe(false);
        revenue.add(JSON.stringify(JSON.parse(text).models.linear));
      }
    expect(revenue.size).toBeGreaterThan(LOG.length / 2);
  } finally {
    await engine.close();
  }
});
