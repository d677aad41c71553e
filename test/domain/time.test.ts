/** Instants come with a zone; days are calendar days where the brand lives, on the days when clocks change too. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TributaryError } from '../../src/domain/errors.ts';
import {
  eventTimeProblem,
  formatDate,
  formatInstant,
  isTimeZone,
  MS_PER_DAY,
  MS_PER_HOUR,
  offsetPeriods,
  parseBound,
  parseDate,
  parseInstant,
  startOfDayMs,
  weekStart,
  zoneOffsetMs,
} from '../../src/domain/time.ts';

const at = (text: string): string => {
  const read = parseInstant(text);
  return typeof read === 'number' ? formatInstant(read) : read;
};
const day = (text: string): number => parseDate(text) as number;
const dayStart = (date: string, zone: string): string => formatInstant(startOfDayMs(day(date), zone));
const hoursOf = (date: string, zone: string): number =>
  (startOfDayMs(day(date) + 1, zone) - startOfDayMs(day(date), zone)) / MS_PER_HOUR;

describe('an instant', () => {
  test.each([
    ['2026-03-01T12:00:00Z', '2026-03-01T12:00:00.000Z'],
    ['2026-03-01T12:00Z', '2026-03-01T12:00:00.000Z'],
    ['2026-03-01t12:00:00z', '2026-03-01T12:00:00.000Z'],
    ['2026-03-01 12:00:00Z', '2026-03-01T12:00:00.000Z'],
    ['2026-03-01T12:00:00.1Z', '2026-03-01T12:00:00.100Z'],
    ['2026-03-01T12:00:00,25Z', '2026-03-01T12:00:00.250Z'],
    ['2026-03-01T12:00:00.123456789Z', '2026-03-01T12:00:00.123Z'],
    ['2026-03-01T12:00:00.9999Z', '2026-03-01T12:00:00.999Z'],
    ['2026-03-01T00:30:00+02:00', '2026-02-28T22:30:00.000Z'],
    ['2026-03-01T00:30:00+0530', '2026-02-28T19:00:00.000Z'],
    ['2026-03-01T23:30:00-05', '2026-03-02T04:30:00.000Z'],
    ['2026-03-01T12:00:00+14:00', '2026-02-28T22:00:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['2016-12-31T23:59:60Z', '2016-12-31T23:59:59.000Z'],
  ])('%s is %s', (text, expected) => {
    expect(at(text)).toBe(expected);
  });

  test.each([
    ['2026-03-01T12:00:00', /has no zone; add Z or an offset/],
    ['2026-03-01', /is a date without a time; send ISO 8601 with a zone, such as 2026-03-01T12:00:00Z/],
    ['2026-02-30T12:00:00Z', /is not a calendar date/],
    ['2025-02-29T12:00:00Z', /is not a calendar date/],
    ['2100-02-29T12:00:00Z', /is not a calendar date/],
    ['2026-04-31T12:00:00Z', /is not a calendar date/],
    ['2026-13-01T12:00:00Z', /is not a calendar date/],
    ['2026-00-10T12:00:00Z', /is not a calendar date/],
    ['2026-01-00T12:00:00Z', /is not a calendar date/],
    ['0000-01-01T12:00:00Z', /is not a calendar date/],
    ['2026-03-01T24:00:00Z', /is not a time of day/],
    ['2026-03-01T12:60:00Z', /is not a time of day/],
    ['2026-03-01T12:00:61Z', /is not a time of day/],
    ['2026-03-01T12:00:00+15:00', /impossible zone offset/],
    ['2026-03-01T12:00:00+14:30', /impossible zone offset/],
    ['2026-03-01T12:00:00+05:60', /impossible zone offset/],
    ['01/03/2026 12:00', /is not ISO 8601/],
    ['1767225600', /is not ISO 8601/],
    ['yesterday', /is not ISO 8601/],
    ['', /is not ISO 8601/],
    ['2026-03-01T12:00:00Z; drop', /is not ISO 8601/],
    ['٢٠٢٦-03-01T12:00:00Z', /is not ISO 8601/],
  ])('%s is refused with the reason', (text, expected) => {
    expect(at(text)).toMatch(expected);
  });

  test('written out and read again is the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(2200, 0, 1) }), (ms) => parseInstant(formatInstant(ms)) === ms),
    );
  });

  test('may be up to 24 hours ahead, and not before 1970', () => {
    const now = Date.UTC(2026, 2, 1);
    expect(eventTimeProblem(now + MS_PER_DAY, now)).toBeUndefined();
    expect(eventTimeProblem(now + MS_PER_DAY + 1, now)).toMatch(/more than 24 hours ahead/);
    expect(eventTimeProblem(0, now)).toBeUndefined();
    expect(eventTimeProblem(-1, now)).toMatch(/before 1970/);
  });
});

describe('a date', () => {
  test('is a day of the calendar, leap days among them', () => {
    expect([
      day('1970-01-01'),
      day('1970-01-02'),
      day('2024-02-29') - day('2024-02-28'),
      day('2024-03-01') - day('2024-02-28'),
    ]).toEqual([0, 1, 1, 2]);
    for (const wrong of ['2026-02-30', '2025-02-29', '1900-02-29', '2026-2-3', '2026-03-01T00:00:00Z', ''])
      expect(parseDate(wrong)).toMatch(/is not a calendar date; send YYYY-MM-DD/);
    expect(day('2000-02-29')).toBeTypeOf('number');
  });

  test('written out and read again is the same', () => {
    fc.assert(fc.property(fc.integer({ min: -10_000, max: 100_000 }), (n) => parseDate(formatDate(n)) === n));
  });

  test('belongs to the week of the Monday before it', () => {
    expect(['2026-03-01', '2026-03-02', '2026-03-08', '1970-01-01'].map((d) => formatDate(weekStart(day(d))))).toEqual([
      '2026-02-23',
      '2026-03-02',
      '2026-03-02',
      '1969-12-29',
    ]);
    fc.assert(
      fc.property(
        fc.integer({ min: -1_000, max: 50_000 }),
        (n) => weekStart(n) <= n && n - weekStart(n) < 7 && new Date(weekStart(n) * MS_PER_DAY).getUTCDay() === 1,
      ),
    );
  });
});

describe('a day of a brand', () => {
  test.each([
    ['2026-03-08', 'America/New_York', '2026-03-08T05:00:00.000Z', 23],
    ['2026-11-01', 'America/New_York', '2026-11-01T04:00:00.000Z', 25],
    ['2026-07-01', 'America/New_York', '2026-07-01T04:00:00.000Z', 24],
    ['2026-07-01', 'Asia/Kolkata', '2026-06-30T18:30:00.000Z', 24],
    ['2026-07-01', 'Asia/Kathmandu', '2026-06-30T18:15:00.000Z', 24],
    // Clocks that go forward at midnight: the day starts at 01:00.
    ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z', 23],
    // Clocks that go back at midnight: 23:00 comes twice the evening before.
    ['2018-02-17', 'America/Sao_Paulo', '2018-02-17T02:00:00.000Z', 25],
    ['2018-02-18', 'America/Sao_Paulo', '2018-02-18T03:00:00.000Z', 24],
    // Clocks that go back from 01:00 to 00:00: midnight comes twice, the day starts at the first.
    ['2025-11-02', 'America/Havana', '2025-11-02T04:00:00.000Z', 25],
    ['2026-04-05', 'Australia/Lord_Howe', '2026-04-04T13:00:00.000Z', 24.5],
    ['2011-12-29', 'Pacific/Apia', '2011-12-29T10:00:00.000Z', 24],
    // Samoa crossed the date line: this day does not exist.
    ['2011-12-30', 'Pacific/Apia', '2011-12-30T10:00:00.000Z', 0],
    ['2011-12-31', 'Pacific/Apia', '2011-12-30T10:00:00.000Z', 24],
    ['2026-03-01', 'UTC', '2026-03-01T00:00:00.000Z', 24],
  ])('%s in %s starts at %s and has %d hours', (date, zone, start, hours) => {
    expect(dayStart(date, zone)).toBe(start);
    expect(hoursOf(date, zone)).toBe(hours);
  });

  test('starts at the first instant that shows its date', () => {
    const zones = [
      'America/New_York',
      'America/Sao_Paulo',
      'Asia/Kolkata',
      'Pacific/Apia',
      'Pacific/Kiritimati',
      'Europe/London',
      'Africa/Casablanca',
      'Asia/Gaza',
      'America/St_Johns',
    ];
    const shown = (ms: number, zone: string): number => Math.floor((ms + zoneOffsetMs(zone, ms)) / MS_PER_DAY);
    fc.assert(
      fc.property(
        fc.integer({ min: day('1995-01-01'), max: day('2037-01-01') }),
        fc.constantFrom(...zones),
        (n, zone) => {
          const start = startOfDayMs(n, zone);
          fc.pre(startOfDayMs(n + 1, zone) > start);
          expect([shown(start, zone), shown(start - 1, zone) < n]).toEqual([n, true]);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('can be told in SQL from offsets that cover a period without a gap', () => {
    for (const zone of [
      'America/New_York',
      'America/Sao_Paulo',
      'Africa/Casablanca',
      'Asia/Kolkata',
      'UTC',
      'Pacific/Apia',
    ]) {
      const [from, until] = [Date.UTC(2010, 0, 1, 5), Date.UTC(2019, 6, 1, 7)];
      const periods = offsetPeriods(zone, from, until);
      expect([periods[0]!.from_ms, periods.at(-1)!.until_ms]).toEqual([from, until]);
      periods.forEach((p, i) => {
        if (i > 0) expect(p.from_ms).toBe(periods[i - 1]!.until_ms);
        for (const ms of [p.from_ms, Math.floor((p.from_ms + p.until_ms) / 2), p.until_ms - 1])
          expect(zoneOffsetMs(zone, ms)).toBe(p.offset_ms);
      });
    }
    expect(offsetPeriods('America/New_York', Date.UTC(2026, 0, 1), Date.UTC(2027, 0, 1))).toHaveLength(3);
    expect(offsetPeriods('UTC', 5, 5)).toEqual([]);
  });

  test('needs a zone that exists', () => {
    expect(['UTC', 'Europe/Berlin', 'Mars/Olympus', '', '../etc'].map(isTimeZone)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

describe('the bound of a period', () => {
  test('is a date in the zone, or an instant', () => {
    expect(formatInstant(parseBound('start', '2026-03-08', 'America/New_York'))).toBe('2026-03-08T05:00:00.000Z');
    expect(formatInstant(parseBound('start', '2026-03-08T00:00:00Z', 'America/New_York'))).toBe(
      '2026-03-08T00:00:00.000Z',
    );
  });

  test('is refused by its name', () => {
    for (const wrong of ['2026-02-30', 'soon', '2026-03-08T00:00:00']) {
      expect(() => parseBound('end', wrong, 'UTC')).toThrow(TributaryError);
      expect(() => parseBound('end', wrong, 'UTC')).toThrow(/^end: /);
    }
  });
});
