/** Exchange rates that always suffice: never more than seven days from one to the next, which is the most a report bridges. */
import fc from 'fast-check';
import type { FxRateInput } from '../../src/domain/spend.ts';
import { addDays } from './rows.ts';

/** The last day is that of New Zealand's last hours of March; the first serves the days before, in zones west of UTC. */
const FIRST_DAY = '2025-12-28';
const LAST_DAY = '2026-04-01';

const series = (...rates: string[]) =>
  fc.record({
    gaps: fc.array(fc.constantFrom(1, 1, 2, 7), { minLength: 1, maxLength: 3 }),
    rates: fc.array(fc.constantFrom(...rates), { minLength: 1, maxLength: 4 }),
  });

export const rateDrafts = fc.record({
  EUR: series('1.0843', '1.5', '0.999999999', '1'),
  JPY: series('0.0064', '0.006666667', '0.01'),
});
type RatesDraft = typeof rateDrafts extends fc.Arbitrary<infer D> ? D : never;

/**
 * In USD, under the brand `default`, whose rates serve every brand. With `restated` a third of the rates is stated anew.
 */
export function ratesOf(draft: RatesDraft, restated: boolean): FxRateInput[] {
  const result: FxRateInput[] = [];
  for (const currency of ['EUR', 'JPY'] as const) {
    const { gaps, rates } = draft[currency];
    let date = FIRST_DAY;
    for (let i = 0; date <= LAST_DAY; i++) {
      result.push({ brand_id: 'default', date, currency, base: 'USD', rate: rates[i % rates.length]! });
      date = addDays(date, gaps[i % gaps.length]!);
    }
  }
  if (!restated) return result;
  const again = result.filter((_, i) => i % 3 === 0);
  return [...result, ...again.map((row, i) => ({ ...row, rate: i % 2 === 0 ? '1.25' : '0.75' }))];
}
