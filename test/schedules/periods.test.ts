/** When schedules are due: every day belongs to exactly one period, and each is due once, in every zone. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MS_PER_DAY, MS_PER_HOUR } from '../../src/domain/time.ts';
import { duePeriod, newestPeriod, PERIODS, periodAfter } from '../../src/schedules/periods.ts';

const timing = (period: (typeof PERIODS)[number], time_zone = 'UTC', rest = {}) => ({
  ...{ period, time_zone, at_ms: 7 * MS_PER_HOUR, weeks_begin: 'monday' as const, days_after: 0 },
  ...rest,
});

test.each([
  [timing('daily'), '2026-03-16T06:59Z', '2026-03-14', '2026-03-15', '2026-03-15T07:00:00.000Z'],
  [timing('daily'), '2026-03-16T07:00Z', '2026-03-15', '2026-03-16', '2026-03-16T07:00:00.000Z'],
  [timing('weekly'), '2026-03-16T06:59Z', '2026-03-02', '2026-03-09', '2026-03-09T07:00:00.000Z'],
  [timing('weekly'), '2026-03-16T07:00Z', '2026-03-09', '2026-03-16', '2026-03-16T07:00:00.000Z'],
  [
    timing('weekly', 'UTC', { weeks_begin: 'sunday', days_after: 2 }),
    '2026-03-17T07:00Z',
    '2026-03-08',
    '2026-03-15',
    '2026-03-17T07:00:00.000Z',
  ],
  [timing('monthly'), '2026-03-01T07:00Z', '2026-02-01', '2026-03-01', '2026-03-01T07:00:00.000Z'],
  [timing('monthly', 'America/New_York'), '2026-03-01T11:59Z', '2026-01-01', '2026-02-01', '2026-02-01T12:00:00.000Z'],
  // The clock of Berlin skips half past two on this day.
  [
    timing('daily', 'Europe/Berlin', { at_ms: 2.5 * MS_PER_HOUR }),
    '2026-03-29T12:00Z',
    '2026-03-28',
    '2026-03-29',
    '2026-03-29T01:00:00.000Z',
  ],
])('%o at %s', (of, now, start, end, due) => {
  const found = duePeriod(of, Date.parse(now));
  expect({ ...found, due_ms: new Date(found.due_ms).toISOString() }).toEqual({ start, end, due_ms: due });
});

test('periods follow one another without a gap, and each is due until the next one is', () => {
  const zones = fc.constantFrom(
    'UTC',
    'Europe/Berlin',
    'America/Sao_Paulo',
    'Asia/Kolkata',
    'Pacific/Apia',
    'Australia/Lord_Howe',
  );
  const some = fc.record({
    period: fc.constantFrom(...PERIODS),
    time_zone: zones,
    at_ms: fc.integer({ min: 0, max: 1_439 }).map((minutes) => minutes * 60_000),
    weeks_begin: fc.constantFrom('monday' as const, 'sunday' as const),
    days_after: fc.integer({ min: 0, max: 6 }),
  });
  fc.assert(
    fc.property(some, fc.integer({ min: 0, max: 20_000 * MS_PER_DAY }), (of, now_ms) => {
      const found = duePeriod(of, now_ms);
      const next = periodAfter(of, found);
      expect(next.start).toBe(found.end);
      expect(found.due_ms).toBeLessThanOrEqual(now_ms);
      expect(next.due_ms).toBeGreaterThan(now_ms);
      expect(newestPeriod(of, now_ms).start >= found.start).toBe(true);
    }),
    { numRuns: 300 },
  );
});
