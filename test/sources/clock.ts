/** The clock of the tests of sources: signed timestamps are of this instant. */
export const NOW_MS = Date.UTC(2026, 2, 10, 12);
export const clock = (): number => NOW_MS;
