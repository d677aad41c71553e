/** Controls of spend that keep the total: a promise to whoever moves one. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Planned, setOf, totalOf, withSpend } from '../../dashboard/pages/advice/spend-plan.ts';

const euros = (max: number) => fc.integer({ min: 0, max: max * 100 }).map((cents) => cents / 100);
const channel = fc.record({ now: euros(2_000), room: euros(3_000) });
const plans = fc
  .array(channel, { minLength: 2, maxLength: 6 })
  .map((rows) =>
    rows.map(({ now, room }, i): Planned => ({ channel: `channel ${i}`, now, tried: now, most: now + room })),
  );

test('a control that keeps the total keeps it to a cent a channel where bounds allow it, and no bound is passed', () => {
  fc.assert(
    fc.property(plans, euros(6_000), (plan, amount) => {
      const moved = withSpend(plan, 'channel 0', amount, true);
      for (const { tried, most } of moved) {
        expect(tried).toBeGreaterThanOrEqual(0);
        expect(tried).toBeLessThanOrEqual(most + 0.005);
      }
      const room = totalOf(moved, 'now') - moved[0]!.tried;
      const most_of_others = moved.slice(1).reduce((sum, one) => sum + one.most, 0);
      const spent_by_others = moved.slice(1).reduce((sum, one) => sum + one.now, 0);
      // Where the others spend nothing today, there is nothing to share in proportion to.
      if (spent_by_others > 0 && room <= spent_by_others)
        expect(Math.abs(totalOf(moved, 'tried') - totalOf(plan, 'now'))).toBeLessThanOrEqual(0.01 * plan.length);
      else expect(totalOf(moved, 'tried')).toBeLessThanOrEqual(moved[0]!.tried + most_of_others + 0.01);
    }),
  );
});

test('the others share in proportion, and what one cannot take goes to those with room', () => {
  const plan = [
    { channel: 'search', now: 100, tried: 100, most: 200 },
    { channel: 'social', now: 60, tried: 60, most: 66 },
    { channel: 'display', now: 40, tried: 40, most: 200 },
  ];
  const shares = (amount: number) => withSpend(plan, 'search', amount, true).map(({ tried }) => tried);
  expect(shares(150)).toEqual([150, 30, 20]);
  // 50 more would be 30 for social and 20 for display, but social has room for 6.
  expect(shares(50)).toEqual([50, 66, 84]);
  expect(withSpend(plan, 'search', 150, false).map(({ tried }) => tried)).toEqual([150, 60, 40]);
  expect(setOf(withSpend(plan, 'search', 150, false))).toEqual(['search=150.00']);
});
