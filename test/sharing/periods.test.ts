/** Periods that move with the clock: their days in every zone at every instant. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { daysOf, PERIOD_NAMES } from '../../src/sharing/periods.ts';

const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Asia/Kathmandu'];

/** The day of an instant in a zone, by the formats of the language. */
function dayIn(time_zone: string, at_ms: number): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: time_zone, dateStyle: 'short' }).format(at_ms);
}

const next = (day: string, by = 1): string =>
  new Date(Date.parse(`${day}T00:00Z`) + by * 86_400_000).toISOString().slice(0, 10);

test('the last days end with today, and months begin with their first day', () => {
  const instants = fc.integer({ min: Date.parse('2000-01-01'), max: Date.parse('2060-01-01') });
  fc.assert(
    fc.property(fc.constantFrom(...ZONES), instants, fc.constantFrom(...PERIOD_NAMES), (zone, now_ms, period) => {
      const { start, end } = daysOf(period, zone, now_ms);
      const today = dayIn(zone, now_ms);
      if (period === 'last_month') {
        expect(end).toBe(`${today.slice(0, 7)}-01`);
        expect(start).toBe(`${next(end, -1).slice(0, 7)}-01`);
        return;
      }
      expect(end).toBe(next(today));
      if (period === 'this_month') expect(start).toBe(`${today.slice(0, 7)}-01`);
      else if (period === 'this_year') expect(start).toBe(`${today.slice(0, 4)}-01-01`);
      else expect(next(start, Number(/\d+/.exec(period)))).toBe(end);
    }),
  );
});
