/**
 * Loaded before the server: its clock is an hour fast or slow, and jumps at each SIGUSR2. TRIBUTARY_CLOCK_MS is where it
 * starts, in milliseconds beside the true time.
 */
const HOUR_MS = 3_600_000;
const now = Date.now;
let beside_ms = Number(process.env.TRIBUTARY_CLOCK_MS ?? 0);
Date.now = () => now() + beside_ms;
process.on('SIGUSR2', () => {
  beside_ms = beside_ms > 0 ? -HOUR_MS : beside_ms + HOUR_MS;
});
