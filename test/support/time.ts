/** Clocks and times of the tests. Units for durations come from src/domain/time.ts. */

/** The clock of tests that build an engine or a collector: all their events lie before it. */
export const NOW_MS = Date.UTC(2026, 5, 1);
/** The clock of a shop that sells in March 2026, on its last day: a period that is left out ends with the month. */
export const LAST_DAY_OF_MARCH_MS = Date.parse('2026-03-31T12:00:00Z');
/** The clock of the command line in tests, the day after. */
export const AFTER_MARCH_MS = Date.parse('2026-04-01T12:00:00Z');

/** The period of most reports. */
export const MARCH = { start: '2026-03-01', end: '2026-04-01' };
/** The same period as the query of a URL. */
export const MARCH_QUERY = new URLSearchParams(MARCH).toString();

/** An instant of March 2026: `at(5, '10:30')`. */
export function at(day: number, time = '12:00'): string {
  return `2026-03-${String(day).padStart(2, '0')}T${time}:00Z`;
}
