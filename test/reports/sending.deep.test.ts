/** How often and when to send: a log beside an independent computation, and simulated worlds whose truth is known. */
import { expect, test } from 'vitest';
import { tBound } from '../../src/learning/distributions.ts';
import type { Estimate } from '../../src/reports/sending/estimates.ts';
import { sendingFigures } from '../../src/reports/sending/figures.ts';
import { type Compared, frequencyOf, timesOf } from '../reference/sending.ts';
import { ALL_BRANDS } from '../support/events.ts';
import { withShop } from '../support/shop.ts';
import { MARCH } from '../support/time.ts';
import { makeLog, sendLog } from './sending-log.ts';

const ZONE = 'Europe/Berlin';
/** March begins in Berlin an hour early; the log ends with the clock of the shop. */
const ASKED = {
  start_ms: Date.parse('2026-02-28T23:00:00Z'),
  until_ms: Date.parse('2026-03-31T12:00:00Z'),
  time_zone: ZONE,
};

/** @param alpha 1 - the level of the interval. @param groups the fewest degrees of freedom that it may have. */
function expectSame(own: Estimate, expected: Compared, { alpha, groups }: { alpha: number; groups: number }): void {
  expect(own.value).toBeCloseTo(expected.treated, 9);
  expect(own.other).toBeCloseTo(expected.other, 9);
  expect(own.difference).toBeCloseTo(expected.difference, 9);
  const half = (own.high - own.low) / 2;
  expect(half / expected.error).toBeGreaterThan(tBound(alpha, 255) * (1 - 1e-9));
  expect(half / expected.error).toBeLessThan(tBound(alpha, groups));
}

test('a log with several ids, repeats, returns and confirmations has the figures of the reference', async () => {
  await withShop({ defaults: { time_zone: ZONE } }, async (shop) => {
    const made = makeLog(800, 3);
    await sendLog(shop, made);
    const { frequency, times } = await sendingFigures(shop.reports, { ...MARCH, brand_id: 'default' }, ALL_BRANDS);
    const expected = frequencyOf(made.log, ASKED);
    let seen = 0;
    for (const [i, row] of frequency.rows.entries()) {
      const reference = expected[i]!;
      const first = reference.of('left', 6);
      expect(row.emails).toBe(first?.treated_units ?? 0);
      expect(row.other_emails).toBe(first?.other_units ?? 0);
      for (const name of ['left', 'orders', 'net'] as const) {
        if (row[name] === null) continue;
        seen += 1;
        expectSame(row[name], reference.of(name, row.within_hours)!, { alpha: 0.01, groups: 100 });
      }
      if (row.control !== null) expectSame(row.control, reference.orders_before!, { alpha: 0.05, groups: 100 });
    }
    expect(seen).toBeGreaterThan(8);
    for (const kind of ['block', 'weekday'] as const)
      for (const [i, reference] of timesOf(made.log, ASKED, kind).entries()) {
        const row = times[kind].rows[i]!;
        expect(row.emails).toBe(reference.orders?.treated_units ?? 0);
        const alpha = 0.05 / times[kind].rows.length;
        for (const name of ['orders', 'net'] as const) {
          if (row[name] === null) continue;
          seen += 1;
          expectSame(row[name], reference[name]!, { alpha, groups: 10 });
        }
        if (row.control !== null) expectSame(row.control, reference.orders_before!, { alpha: 0.05, groups: 10 });
      }
    expect(seen).toBeGreaterThan(14);
    const listed = frequency.value_of_person;
    expect(listed).toBeGreaterThan(20);
  });
});
